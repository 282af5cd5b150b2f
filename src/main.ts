// The start of the service. It looks at Node's version before anything else is loaded.
// It must stay free of static imports of ours: an older Node could not even read them.

import { availableParallelism } from 'node:os'

const NODE_MAJOR = 26

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
  process.stderr.write(
    `Countersign needs Node ${NODE_MAJOR} or newer, and this is Node ${process.versions.node}: use npm start, which brings its own.\n`,
  )
  process.exit(1)
}

/**
 * Hashing takes as many threads of libuv's pool as there are cores; files and name look-ups need
 * others, or a burst of checks would stall every send. Read by libuv at its first use.
 */
const THREADS_BESIDE_HASHING = 4
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + THREADS_BESIDE_HASHING)

const { serve } = await import('./serve.ts')
await serve(process.env)
