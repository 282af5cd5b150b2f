// The entry of the service. It checks Node's version before anything else is loaded.
// It must have no static imports of ours: an older Node could not even read them.

import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const NODE_MAJOR = 26

if (Number(process.versions.node.split('.')[0]) < NODE_MAJOR) {
  process.stderr.write(
    `Countersign needs Node ${NODE_MAJOR} or newer, but this is Node ${process.versions.node}: use npm start, which brings its own Node.\n`,
  )
  process.exit(1)
}

/** The settings. What is set below is for libraries, and would be taken for a misspelt setting. */
const given = { ...process.env }

/**
 * Hashing uses as many threads of libuv's pool as there are cores; files and name look-ups need others, or a burst of
 * checks would stall every send. Look-ups get half of the pool at most, and one that no name server answers holds a
 * thread for ten seconds and more. libuv reads this at its first use.
 */
const THREADS_BESIDE_HASHING = 16
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + THREADS_BESIDE_HASHING)

/** The image holds a build of argon2 that is twice as fast, for processors with AVX2 (scripts/build-argon2.ts). */
const FAST_ARGON2 = fileURLToPath(new URL('../node_modules/argon2/avx2', import.meta.url))

/** Linux lists the processor's features; elsewhere the portable build runs. */
function hasAvx2(): boolean {
  try {
    return /^flags\s*:.*\bavx2\b/m.test(readFileSync('/proc/cpuinfo', 'latin1'))
  } catch {
    return false
  }
}

// node-gyp-build reads it when argon2 is loaded.
if (existsSync(FAST_ARGON2) && hasAvx2()) process.env.ARGON2_PREBUILD ??= FAST_ARGON2

const { serve } = await import('./service/serve.ts')
const { collectGarbage } = await import('./kernel/collect-garbage.ts')
await serve(given)

/**
 * The heap is collected once it has grown this much; V8 itself lets it double and more. Under a flood that is 165 MiB
 * in place of 203, at no measurable cost: little is kept, and not for long. Set once everything is loaded: code compiled
 * under other flags, Node's own included, would be compiled again.
 */
setFlagsFromString('--heap-growing-percent=40')
// 15 MiB of what is resident at rest otherwise.
collectGarbage()
