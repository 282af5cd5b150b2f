// Times as they would be on a quiet machine: limits of time are meant for one, and tests run beside other work, too.
// It must not be used to wait: a test waits for a condition. Each call looks for 40 ms: of many times, give it the longest.

import { availableParallelism, loadavg } from 'node:os'

/** Some scheduler slices, so that others' turns show. */
const SPINS = 8
const SPIN_MS = 5

/** How much longer this thread takes just now than its work does: 1 where nobody else wants the core. */
function stretched(): number {
  const startedAt = performance.now()
  const usage = process.threadCpuUsage()
  for (let spin = 0; spin < SPINS; spin += 1) {
    const from = process.threadCpuUsage()
    for (;;) {
      const { user, system } = process.threadCpuUsage(from)
      if (user + system >= SPIN_MS * 1_000) break
    }
  }
  const { user, system } = process.threadCpuUsage(usage)
  return (performance.now() - startedAt) / ((user + system) / 1_000)
}

/** Processes that wanted a core in the last minute, for each core: what took several processes took so much longer. */
function crowded(): number {
  return (loadavg()[0] ?? 0) / availableParallelism()
}

/** @param tookMs as measured, just now; @returns the milliseconds that a quiet machine would have taken */
export function quiet(tookMs: number): number {
  return tookMs / Math.max(1, stretched(), crowded())
}
