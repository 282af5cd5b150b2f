// All that is known of a run at its end, and what a rule says of it.
// It must hold plain data only: a doctored copy is what proves that a rule can fail.

import type { NodeLog } from './cluster.ts'
import type { Message } from './gateway.ts'
import type { Asked } from './history.ts'
import type { Struck } from './nemesis.ts'
import type { Report } from './reporter.ts'
import type { Rules } from './settings.ts'
import type { EventRow, Tables } from './tables.ts'

export type ChaosRecord = {
  rules: Rules
  asked: readonly Asked[]
  messages: readonly Message[]
  reports: readonly Report[]
  tables: Tables
  logs: readonly NodeLog[]
  /** Lives of nodes that ended though nobody ended them. */
  deaths: readonly string[]
  struck: readonly Struck[]
  /** What was still open when the run stopped waiting for it. */
  unsettled: readonly string[]
}

export type Violation = { rule: string; said: string }
/** Pure. Each names what it saw, with the ids to look for in the history. */
export type Rule = (record: ChaosRecord) => Violation[]

export type Answered = Asked & { outcome: Extract<Asked['outcome'], { kind: 'answered' }> }

export const answered = (asked: readonly Asked[]): Answered[] =>
  asked.filter((one): one is Answered => one.outcome.kind === 'answered')

const isWrongCode = ({ outcome }: Answered) =>
  outcome.status === 422 && outcome.body.error === 'code_incorrect'

/** Answers that had an effect: a success, or a code that was compared and found wrong. */
export const effective = (asked: readonly Asked[]): Answered[] =>
  answered(asked).filter((one) => one.outcome.status < 300 || isWrongCode(one))

export const approvals = (asked: readonly Asked[]): Answered[] =>
  answered(asked).filter(({ route, outcome }) => route === 'check' && outcome.status === 200)

export const wrongs = (asked: readonly Asked[]): Answered[] =>
  answered(asked).filter((one) => one.route === 'check' && isWrongCode(one))

export const distinct = (asked: readonly Asked[]) => new Set(asked.map(({ logical }) => logical))

export const eventsOf = (events: readonly EventRow[]): Map<string, EventRow[]> =>
  Map.groupBy(
    events.filter(({ verification }) => verification !== null),
    ({ verification }) => verification ?? '',
  )

export const ENDINGS = new Set([
  'verification.approved',
  'verification.canceled',
  'verification.max_attempts_reached',
  'verification.expired',
])

export const keyOf = (one: { verification: string; send: number }) =>
  `${one.verification}/${one.send}`

/** What the providers themselves reported. */
export const genuineByTry = ({ reports }: Pick<ChaosRecord, 'reports'>) =>
  Map.groupBy(
    reports.filter(({ isForged }) => !isForged),
    ({ tryId: of }) => of,
  )

/** A claim that was made then may have been lost in a crash of PostgreSQL. */
export function isNearCrash(
  sentAt: number,
  struck: readonly Struck[],
  unsyncedMs: number,
): boolean {
  const crashes = struck.filter(({ fault }) => fault === 'restart-postgres-immediate')
  return crashes.some(({ at, tookMs }) => sentAt >= at - unsyncedMs && sentAt <= at + tookMs)
}
