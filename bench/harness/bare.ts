// Runs a small program with the service's thread pool and malloc settings, and takes its result.
// It must not run anything beside it.

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { BareHashArgs, BareHashResult } from './bare-hash.ts'
import { startProcess, waitForOutput } from './processes.ts'
import { DEFAULT_COST, equalEnvironment, IMAGE, makeDirectory, ROOT } from './server.ts'

/** As main.ts sets it. */
const THREADS_BESIDE_HASHING = 16

/** Asked for once the bundle is made. */
export function bareEnvironment(): Record<string, string> {
  const threads = availableParallelism() + THREADS_BESIDE_HASHING
  return { ...equalEnvironment(), UV_THREADPOOL_SIZE: String(threads) }
}

/** @param file beside this one; it prints `result <json>` */
export async function runBare<Result>(file: string, args: unknown): Promise<Result> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const started = startProcess([path, JSON.stringify(args)], {
    env: bareEnvironment(),
    cwd: ROOT,
    directory: makeDirectory(),
  })
  const text = await waitForOutput(started, /^result (.*)$/m)
  await started.stop()
  return JSON.parse(text)
}

export function bareHash(
  args: Partial<BareHashArgs> & { seconds: number },
): Promise<BareHashResult> {
  return runBare('./bare-hash.ts', { image: IMAGE.directory, ...DEFAULT_COST, ...args })
}
