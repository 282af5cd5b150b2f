// Where abuse may be: networks, prefixes and countries by what was spent on codes that nobody used, and numbers that lie close
// together. From the newest verifications, read slice by slice.
// It must not read without bound, hold up a request for long, nor release a number: a prefix lacks its last four digits.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/clock.ts'
import { networkKey } from '../limits/client-address.ts'
import { statusAt, wasUsed } from '../verification/state.ts'
import { type AbuseReport, type AbuseSpan, createTally, type Spent } from './abuse-tally.ts'
import type { ListedVerification, VerificationReads } from './ports.ts'
import type { Recipients } from './recipients.ts'
import type { Summaries } from './summary.ts'

/** Some 3 ms a slice, with a turn for everybody else between two. */
const SLICE = 200
/** Of a busy service that is less than a day; the report says how far it looked. */
const MAX_VERIFICATIONS = 20_000
/** Of a service among many others: slices that may hold none of its rows. */
const MAX_READS = 300
/** Readers of one minute are one reading. */
const KEPT_MS = MINUTE_MS
const MAX_KEPT = 20

const SPAN_MS: Readonly<Record<AbuseSpan, number>> = { '1h': HOUR_MS, '24h': DAY_MS }

/** What one message costs, about: one part of it. Undefined: no prices are given. */
export type PriceOfOne =
  | ((sent: {
      provider: string
      channel: ListedVerification['channel']
      country: string | null
    }) => Spent | null)
  | undefined

export type Abuse = ReturnType<typeof createAbuse>

/** @throws StoreUnavailableError */
export function createAbuse(deps: {
  verifications: Pick<VerificationReads, 'list'>
  recipients: Pick<Recipients, 'ofRow'>
  summaries: Pick<Summaries, 'of'>
  priceOfOne: PriceOfOne
  clock: Clock
}) {
  const { verifications, recipients, clock, priceOfOne } = deps
  const kept = new Map<string, { report: Promise<AbuseReport>; until: number }>()

  const sampleOf = (row: ListedVerification, now: number) => {
    const { id, reference, sends, clientIp, country, provider, channel } = row
    const number = recipients.ofRow(row)?.to ?? ''
    const price = provider === null ? null : (priceOfOne?.({ provider, channel, country }) ?? null)
    return {
      ...{ id, reference, sends, country, price },
      digits: number.startsWith('+') ? number.slice(1) : null,
      network: clientIp === null ? null : (networkKey(clientIp) ?? null),
      isApproved: wasUsed(row) === true,
      // Also one of which nobody has said whether its code was used.
      isOpen: statusAt(row, now) === 'pending' || wasUsed(row) === null,
    }
  }

  const read = async (service: string | null, span: AbuseSpan): Promise<AbuseReport> => {
    const now = clock.now()
    const since = now - SPAN_MS[span]
    const tally = createTally()
    let [cursor, count, reads, oldest]: [string | null, number, number, number] = [null, 0, 0, now]
    do {
      const slice = await verifications.list({ service, since }, cursor, SLICE)
      for (const row of slice.items) {
        // To decoys and test recipients nothing is sent.
        if (row.kind === 'real') tally.add(sampleOf(row, now))
        oldest = row.createdAt
      }
      oldest = Math.min(oldest, slice.lookedBackTo ?? oldest)
      count += slice.items.length
      reads += 1
      cursor = slice.nextCursor
      await nextTurn()
    } while (cursor !== null && count < MAX_VERIFICATIONS && reads < MAX_READS)
    const query = { service, span, by: 'country', only: null } as const
    const { reasons } = await deps.summaries.of(query)
    return {
      ...{ span, since: cursor === null ? since : oldest, isWhole: cursor === null },
      verifications: count,
      refused: reasons.flatMap(({ reason, now: times }) => (times > 0 ? [{ reason, times }] : [])),
      ...tally.report(),
    }
  }

  return (service: string | null, span: AbuseSpan): Promise<AbuseReport> => {
    const key = JSON.stringify([service, span])
    const found = kept.get(key)
    if (found && clock.now() < found.until) return found.report
    if (kept.size >= MAX_KEPT) kept.clear()
    const report = read(service, span)
    kept.set(key, { report, until: clock.now() + KEPT_MS })
    report.catch(() => kept.delete(key))
    return report
  }
}
