// A round that is repeated until it is stopped; each says how long there is nothing to do. For readers behind the writer (what
// follows the log, counts it, chains it, streams it), and the poller. A round that fails must not end the loop, nor report each
// failure of an outage.

import { createAlarm, endOf } from './alarm.ts'

export type Loop = {
  start(): void
  isRunning(): boolean
  /** There may be something to do: the next round begins now, or right after the present one. */
  wake(): void
  /** Between two steps of a round: at most `ms`, and less where the loop is stopped. */
  pause(ms: number): Promise<void>
  /** There is no further round. Resolves when the present one has ended, or after `withinMs`. Never rejects. */
  stop(withinMs?: number): Promise<void>
}

export function createLoop(deps: {
  /** @returns how long there is nothing to do, in milliseconds */
  round(): Promise<number>
  /** @param failures rounds in a row, this one included: report the first. @returns as `round` */
  onFailure(error: unknown, failures: number): number
}): Loop {
  const alarm = createAlarm()
  let isRunning = false
  let loop = Promise.resolve()
  const run = async () => {
    for (let failures = 0; isRunning; ) {
      // Before the round: a wake from here on makes another one.
      alarm.set()
      let waitMs = 0
      try {
        waitMs = await deps.round()
        failures = 0
      } catch (error) {
        failures += 1
        if (isRunning) waitMs = deps.onFailure(error, failures)
      }
      // Also for 0 ms: what has come in meanwhile is first.
      await alarm.sleep(waitMs)
    }
  }
  return {
    start() {
      isRunning = true
      loop = run()
    },
    isRunning: () => isRunning,
    wake: alarm.ring,
    pause: alarm.sleep,
    async stop(withinMs) {
      isRunning = false
      alarm.ring()
      await (withinMs === undefined ? loop : endOf(loop, withinMs))
    },
  }
}
