// Advice on weights from the newest tries of the store, read slice by slice, at most once a minute.
// It must not hold up a request, nor read anything where there is nothing to choose.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Provider } from '../delivery/ports.ts'
import { CHANNELS } from '../kernel/channel.ts'
import { type Clock, DAY_MS } from '../kernel/clock.ts'
import { adviseOnWeights, sumUp } from './advice/weights.ts'
import type { RecentTry, VerificationReads, Weights } from './ports.ts'

const WINDOW_MS = DAY_MS
/** A minute is one bucket: advice does not change within it. */
const KEPT_MS = 60_000
/** Some 2 ms a slice, with a turn for everybody else between two. */
const SLICE = 500
const MAX_VERIFICATIONS = 20_000

const NOTHING: Weights = { shares: [], advice: [] }

async function readWindow(reads: Pick<VerificationReads, 'recentTries'>, since: number) {
  const tries: RecentTry[] = []
  let before: number | null = null
  for (let count = 0; count < MAX_VERIFICATIONS; count += SLICE) {
    const slice = await reads.recentTries(before, SLICE)
    tries.push(...slice.tries)
    if (slice.before === null || slice.createdAt < since) break
    before = slice.before
    await nextTurn()
  }
  return tries.filter(({ startedAt }) => startedAt >= since)
}

export function createWeights(deps: {
  reads: Pick<VerificationReads, 'recentTries'>
  providers: readonly Pick<Provider, 'channels'>[]
  clock: Clock
}) {
  const { reads, providers, clock } = deps
  const isChoice = CHANNELS.some(
    (channel) => providers.filter(({ channels }) => channels.includes(channel)).length > 1,
  )
  let known: Weights = NOTHING
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<Weights> | undefined
  const read = async () => {
    const now = clock.now()
    try {
      const shares = sumUp(await readWindow(reads, now - WINDOW_MS), now)
      known = { shares, advice: adviseOnWeights(shares) }
    } catch {
      // The store is down, which others report; what was known stays.
    }
    readAt = now
    reading = undefined
    return known
  }
  /** Read again where it is older than a minute. */
  const current = async (): Promise<Weights> => {
    if (!isChoice || clock.now() - readAt < KEPT_MS) return known
    reading ??= read()
    return reading
  }
  return {
    current,
    /** As far as it is known; for whoever cannot wait. */
    latest(): Weights {
      void current()
      return known
    },
  }
}
