// The shield's rules: what each one counts, how much of it is unusual, and why. Pure data.
// Everything counts recipients that were never approved here before: a known one is no part of any rule.

import { DAY_MS, HOUR_MS } from '../kernel/clock.ts'
import type { ShieldRule } from '../kernel/shield-rules.ts'

import type { EntryKind } from './ports.ts'

/** A sum leaks: after `ms` 37 % of what it held is left. `most`: codes without an approval that are not unusual. */
type Window = { ms: number; most: number }

type Bucket = {
  kind: 'bucket'
  windows: readonly Window[]
  /** For each approval so many codes without one are usual, beside `most`. */
  perApproval: number
  /** One recipient counts so often at the most: a person who tries again is no attack. Null: each start counts. */
  perPerson: number | null
}
/** How many and how close: `sequence.ts`. */
type Sequence = { kind: 'sequence'; ms: number }
type Conversion = {
  kind: 'conversion'
  recentMs: number
  usualMs: number
  /** Fewer starts say nothing, of the recent ones and of the usual. */
  minRecent: number
  minUsual: number
  /** A country that was never better cannot fall. */
  minShare: number
  /** Under this part of what is usual. */
  part: number
}
export type Rule = { by: EntryKind } & (Bucket | Sequence | Conversion)

export const POLICY: Readonly<Record<ShieldRule, Rule>> = {
  // A block of 10,000 numbers has some hundred users of a large service, who log in a few times a month: ten codes of an hour
  // that nobody used are ten strangers. Toll fraud rents such blocks, and asks for hundreds.
  prefix: {
    ...{ kind: 'bucket', by: 'prefix', perApproval: 2, perPerson: 3 },
    windows: [
      { ms: HOUR_MS, most: 10 },
      { ms: DAY_MS, most: 20 },
    ],
  },
  sequential: { kind: 'sequence', by: 'prefix', ms: DAY_MS },
  // Four of five codes are used, so approvals explain a busy country; one where nobody approves has 60 an hour.
  country: {
    ...{ kind: 'bucket', by: 'country', perApproval: 1, perPerson: null },
    windows: [
      { ms: HOUR_MS, most: 60 },
      { ms: DAY_MS, most: 200 },
    ],
  },
  // Hours are compared with two weeks. Under two fifths of the usual share is no bad day.
  conversion: {
    ...{ kind: 'conversion', by: 'country', recentMs: 3 * HOUR_MS, usualMs: 14 * DAY_MS },
    ...{ minRecent: 40, minUsual: 300, minShare: 0.3, part: 0.4 },
  },
  // A carrier's NAT has thousands of people behind one network, and their approvals widen it. A script has none.
  network: {
    ...{ kind: 'bucket', by: 'network', perApproval: 1, perPerson: null },
    windows: [
      { ms: HOUR_MS, most: 30 },
      { ms: DAY_MS, most: 100 },
    ],
  },
  // Mail costs next to nothing: this finds throw-away domains and mail bombs, not bills.
  domain: {
    ...{ kind: 'bucket', by: 'domain', perApproval: 1, perPerson: null },
    windows: [
      { ms: HOUR_MS, most: 60 },
      { ms: DAY_MS, most: 200 },
    ],
  },
  // Below the limits of a recipient for a day, above a person who waits for a slow mail.
  address: {
    ...{ kind: 'bucket', by: 'address', perApproval: 2, perPerson: null },
    windows: [
      { ms: HOUR_MS, most: 6 },
      { ms: DAY_MS, most: 12 },
    ],
  },
}

/** How long a start like those is stopped: longer each time that it begins again within `REMEMBERED_MS` of the end. */
const STOPS_MS = [HOUR_MS / 4, HOUR_MS, 4 * HOUR_MS, DAY_MS] as const
export const REMEMBERED_MS = 7 * DAY_MS

/** @param before how often it was stopped already */
export const stopMsOf = (before: number): number =>
  STOPS_MS[Math.min(before, STOPS_MS.length - 1)] ?? DAY_MS
