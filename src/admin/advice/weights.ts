// Advice on weights: which provider brings messages to a country late, fails or is rarely approved, beside another one. Pure.
// It must not move anything: an operator sets weights, in a route.

import { wasUsed } from '../../verification/state.ts'
import {
  ADVICE_MEASURES,
  type ProviderShares,
  type RecentTry,
  type WeightAdvice,
} from '../ports.ts'

/** Fewer people are chance; one person counts once, however often they ask. */
const MIN_RECIPIENTS = 100
/** A message without a receipt by then is late, and stays so. */
const LATE_MS = 5 * 60_000
/** So many people's receipts came from this provider in this country: that one is missing means something. */
const KNOWN_RECEIPTS = 10
/** The worse share is so much above the better one, and twice as high: less is no reason to change a route. */
const MIN_APART = 0.1
const MIN_RATIO = 2
/** The other one still carries enough to be measured. */
const MAX_WEIGHT = 90

/** Of one person's newest message there. Null: not known, or not yet. */
type Seen = {
  isLate: boolean | null
  isReported: boolean
  isFailed: boolean
  isApproved: boolean | null
}

function seenIn(row: RecentTry, now: number): Seen {
  const { startedAt, result, fault, receipt, receiptAt } = row
  const isSent = result === 'sent'
  // Handed to the network, it has not arrived.
  const isOver = receipt === 'delivered' || receipt === 'undelivered'
  const afterMs = (isOver ? (receiptAt ?? now) : now) - startedAt
  const isTimely = isOver && afterMs <= LATE_MS
  const isDue = isOver || afterMs > LATE_MS
  const isTheirs = fault === 'recipient'
  return {
    isLate: isSent && isDue ? !isTimely : null,
    isReported: receipt !== null,
    isFailed: !isTheirs && (result === 'failed' || result === 'retry' || receipt === 'undelivered'),
    isApproved: isSent ? wasUsed(row) : null,
  }
}

function shareOf(seen: readonly Seen[], of: (one: Seen) => boolean | null): number | null {
  const known = seen.map(of).filter((one) => one !== null)
  if (known.length < MIN_RECIPIENTS) return null // mutant: C53.hundred-people
  return known.filter(Boolean).length / known.length
}

/** @param rows newest first @returns those with enough people */
export function sumUp(rows: readonly RecentTry[], now: number): ProviderShares[] {
  const groups = new Map<string, { row: RecentTry; seen: Map<string, Seen> }>()
  for (const row of rows) {
    // It has no answer yet, or its worker died.
    if (row.country === null || row.result === null) continue
    const key = `${row.channel} ${row.provider} ${row.country}`
    const group = groups.get(key) ?? { row, seen: new Map<string, Seen>() }
    groups.set(key, group)
    if (!group.seen.has(row.recipient)) group.seen.set(row.recipient, seenIn(row, now))
  }
  return [...groups.values()].flatMap(({ row, seen }): ProviderShares[] => {
    const all = [...seen.values()]
    const failed = shareOf(all, ({ isFailed }) => isFailed)
    if (failed === null) return []
    const isKnown = all.filter(({ isReported }) => isReported).length >= KNOWN_RECEIPTS
    return [
      {
        ...{ channel: row.channel, provider: row.provider, country: row.country ?? '' },
        recipients: seen.size,
        late: isKnown ? shareOf(all, ({ isLate }) => isLate) : null,
        failed,
        approved: shareOf(all, ({ isApproved }) => isApproved),
      },
    ]
  })
}

/** The higher the worse. */
const troubleIn = (shares: ProviderShares, measure: WeightAdvice['measure']): number | null => {
  const share = shares[measure]
  if (share === null) return null
  return measure === 'approved' ? 1 - share : share
}

const percent = (share: number) => `${Math.round(share * 100)} %`

/** In proportion to what goes well, in tens. */
function weightFor(worse: number, better: number): number {
  const share = worse / (worse + Math.max(better, 0.01))
  return Math.min(MAX_WEIGHT, Math.floor(share * 10) * 10)
}

function adviseOn(from: ProviderShares, to: ProviderShares): WeightAdvice | undefined {
  for (const measure of ADVICE_MEASURES) {
    const [worse, better] = [troubleIn(from, measure), troubleIn(to, measure)]
    if (worse === null || better === null) continue
    if (worse - better < MIN_APART || worse < MIN_RATIO * better) continue
    const { channel, country, provider } = from
    const weight = weightFor(worse, better)
    const own = percent(from[measure] ?? 0)
    const other = percent(to[measure] ?? 0)
    const text = `${provider} in ${country}: ${own} ${measure} against ${other} by ${to.provider}: send ${weight} % by ${to.provider}`
    return { channel, country, measure, from, to, weight, text }
  }
  return undefined
}

/** For each provider that does worse than the best of its channel there. */
export function adviseOnWeights(all: readonly ProviderShares[]): WeightAdvice[] {
  return all.flatMap((from) => {
    const others = all.filter(
      (one) =>
        one.channel === from.channel &&
        one.country === from.country &&
        one.provider !== from.provider,
    )
    const found = others.flatMap((to) => adviseOn(from, to) ?? [])
    const [best] = found.toSorted((a, b) => b.weight - a.weight)
    return best ? [best] : []
  })
}
