// Ends what nobody looks at: expired and spent verifications, old answers, apps never confirmed. In small batches.
// It must not hold the store for long, and must continue after the store was down.

import type { Clock } from '../kernel/clock.ts'
import { HASH_DEADLINE_MS } from './policy.ts'
import type { VerificationStore } from './ports.ts'

/** An expired verification is ended within a minute; the grace takes fourteen seconds of that. */
const SWEEP_INTERVAL_MS = 5_000
/** Before its comparison and after it a check may wait for the file, 2 s each time, and is in time still (I3). */
const STORE_WAITS_MS = 4_000
const GRACE_MS = HASH_DEADLINE_MS + STORE_WAITS_MS // mutant: I3.sweep-grace
/** One transaction of some milliseconds; the paths of callers come in between. */
const SWEEP_BATCH = 200

export type Sweeper = {
  start(): void
  /** Ends the rounds; resolves when the current batch is done. */
  stop(): Promise<void>
  /** One round now. @throws StoreUnavailableError */
  sweepOnce(): Promise<void>
}

export function createSweeper(deps: {
  store: Pick<VerificationStore, 'sweep' | 'purgeAnswers'>
  /** Another part's batch: how many went. */
  alsoPurge: (limit: number) => Promise<number>
  clock: Clock
  logger: { warn(fields: Record<string, unknown>, message: string): void }
  intervalMs?: number
}): Sweeper {
  const { store, alsoPurge, clock, logger, intervalMs = SWEEP_INTERVAL_MS } = deps
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let round: Promise<void> = Promise.resolve()

  const untilNone = async (batch: () => Promise<number>): Promise<void> => {
    while (!stopped && (await batch()) >= SWEEP_BATCH) {
      // Another batch waits.
    }
  }
  const sweepOnce = async (): Promise<void> => {
    await untilNone(() => store.sweep({ now: clock.now(), graceMs: GRACE_MS, limit: SWEEP_BATCH }))
    await untilNone(() => store.purgeAnswers({ now: clock.now(), limit: SWEEP_BATCH }))
    await untilNone(() => alsoPurge(SWEEP_BATCH))
  }
  const runRound = (): void => {
    round = sweepOnce()
      .catch((error: unknown) => logger.warn({ err: error }, 'the sweeper will try again'))
      .finally(() => {
        if (!stopped) timer = setTimeout(runRound, intervalMs)
      })
  }
  return {
    start: runRound,
    sweepOnce,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
