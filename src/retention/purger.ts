// Removes what is past its time, a little at a time: addresses after days, recipients after months.
// It must not delay the start and check path: small batches, a pause after each, one after the other.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Clock, DAY_MS } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { BATCH, PAUSE_MS, type RetentionStore } from './ports.ts'

const ROUND_EVERY_MS = 60_000

export type RetentionDays = { addresses: number; recipients: number }

export type Purger = {
  start(): void
  /** Resolves when the current batch is done. */
  stop(): Promise<void>
  /** One round now. @throws StoreUnavailableError */
  purgeOnce(): Promise<void>
}

export function createPurger(deps: {
  store: Pick<RetentionStore, 'eraseAddresses' | 'purge'>
  days: RetentionDays
  /** What else is over for as long as recipients are kept. */
  alsoPurge?: readonly RetentionStore['purge'][]
  clock: Clock
  logger: Pick<Logger, 'warn'>
  pauseMs?: number
  everyMs?: number
}): Purger {
  const { store, days, clock, logger, pauseMs = PAUSE_MS, everyMs = ROUND_EVERY_MS } = deps
  const stop = new AbortController()
  let round: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const untilNone = async (step: RetentionStore['purge'], olderThanDays: number) => {
    while (!stop.signal.aborted) {
      const before = clock.now() - olderThanDays * DAY_MS
      if ((await step({ before, limit: BATCH })) === 0) return
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => {})
    }
  }
  const purgeOnce = async () => {
    try {
      // The older ones first: a removed row need not be read again.
      await untilNone((input) => store.purge(input), days.recipients)
      for (const purge of deps.alsoPurge ?? []) await untilNone(purge, days.recipients)
    } finally {
      // Even where rows could not be removed, their addresses go.
      await untilNone((input) => store.eraseAddresses(input), days.addresses)
    }
  }
  const runRound = () => {
    round = purgeOnce()
      .catch((error: unknown) => logger.warn({ err: error }, 'retention will try again'))
      .finally(() => {
        if (!stop.signal.aborted) timer = setTimeout(runRound, everyMs).unref()
      })
  }
  return {
    start: runRound,
    purgeOnce,
    async stop() {
      stop.abort()
      clearTimeout(timer)
      await round
    },
  }
}
