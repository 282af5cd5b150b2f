// Codes that nobody used, added up by network, prefix and country; and numbers of a block that lie close together. Pure.

import { closest, SEQUENCE } from '../shield/sequence.ts'
import { TAIL_DIGITS } from '../verification/policy.ts'

export const ABUSE_SPANS = ['1h', '24h'] as const
export type AbuseSpan = (typeof ABUSE_SPANS)[number]

export type Spent = { currency: string; micros: number }
type Case = { id: string; reference: string }

/** One verification. */
export type Sample = Case & {
  sends: number
  country: string | null
  /** Of one message. */
  price: Spent | null
  /** Of the number, without the plus; null: it is none. */
  digits: string | null
  network: string | null
  isApproved: boolean
  /** Its code may still be used. */
  isOpen: boolean
}

export type AbuseRow = {
  value: string
  starts: number
  approved: number
  /** Of verifications that ended without an approval. */
  wasted: number
  /** What those messages cost, about; the currency with the most first. Empty: no price is known. */
  costs: Spent[]
  /** The newest of them. */
  cases: Case[]
}
/** Of one block of 10,000 numbers: how many were asked for, and how many of these lie close together. */
export type SequenceRow = { value: string; numbers: number; close: number; cases: Case[] }

export type AbuseReport = {
  span: AbuseSpan
  /** How far it looked. */
  since: number
  /** False: there were more verifications than it reads. */
  isWhole: boolean
  verifications: number
  /** By limit or error, the most first. */
  refused: { reason: string; times: number }[]
  networks: AbuseRow[]
  prefixes: AbuseRow[]
  countries: AbuseRow[]
  sequences: SequenceRow[]
}

/** Fewer are people who gave up. */
const LEAST_WASTED = 5
const SHOWN = 10
const CASES = 3

type Sum = AbuseRow & { prices: Map<string, number> }

function addTo(sums: Map<string, Sum>, value: string | null, sample: Sample): void {
  if (value === null) return
  const sum = sums.get(value) ?? {
    ...{ value, starts: 0, approved: 0, wasted: 0, costs: [], cases: [] },
    prices: new Map<string, number>(),
  }
  sums.set(value, sum)
  sum.starts += 1
  if (sample.isApproved) sum.approved += 1
  if (sample.isApproved || sample.isOpen) return
  const { sends, price, id, reference } = sample
  sum.wasted += sends
  if (price)
    sum.prices.set(price.currency, (sum.prices.get(price.currency) ?? 0) + sends * price.micros)
  if (sum.cases.length < CASES) sum.cases.push({ id, reference })
}

function costsOf({ prices }: Sum): Spent[] {
  return [...prices]
    .map(([currency, micros]) => ({ currency, micros }))
    .sort((a, b) => b.micros - a.micros)
}

/** By cost, then by messages. */
function topOf(sums: Map<string, Sum>): AbuseRow[] {
  return [...sums.values()]
    .filter(({ wasted }) => wasted >= LEAST_WASTED)
    .map(({ prices, ...row }) => ({ ...row, costs: costsOf({ ...row, prices }) }))
    .sort((a, b) => (b.costs[0]?.micros ?? 0) - (a.costs[0]?.micros ?? 0) || b.wasted - a.wasted)
    .slice(0, SHOWN)
}

type Block = { tails: Set<number>; cases: Case[] }

function sequencesOf(blocks: Map<string, Block>): SequenceRow[] {
  return [...blocks]
    .map(([value, { tails, cases }]) => {
      return { value, numbers: tails.size, close: closest([...tails]), cases }
    })
    .filter(({ close }) => close >= SEQUENCE.numbers)
    .sort((a, b) => b.close - a.close)
    .slice(0, SHOWN)
}

export function createTally() {
  const [networks, prefixes, countries] = [0, 0, 0].map(() => new Map<string, Sum>()) as [
    ...[Map<string, Sum>, Map<string, Sum>, Map<string, Sum>],
  ]
  const blocks = new Map<string, Block>()
  return {
    /** Newest first. */
    add(sample: Sample): void {
      const { digits, isApproved, id, reference } = sample
      const prefix = digits?.slice(0, -TAIL_DIGITS) ?? null
      addTo(networks, sample.network, sample)
      addTo(prefixes, prefix, sample)
      addTo(countries, sample.country, sample)
      // Somebody who got in with the code is no made-up number.
      if (prefix === null || digits === null || isApproved) return
      const block = blocks.get(prefix) ?? { tails: new Set(), cases: [] }
      blocks.set(prefix, block)
      block.tails.add(Number(digits.slice(-TAIL_DIGITS)))
      if (block.cases.length < CASES) block.cases.push({ id, reference })
    },
    report: (): Pick<AbuseReport, 'networks' | 'prefixes' | 'countries' | 'sequences'> => ({
      networks: topOf(networks),
      prefixes: topOf(prefixes),
      countries: topOf(countries),
      sequences: sequencesOf(blocks),
    }),
  }
}
