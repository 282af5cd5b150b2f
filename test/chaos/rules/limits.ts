// No limit is exceeded, whatever was down: messages by recipient and by address, guesses by recipient.
// It must count what happened (rows and their events), not what was asked: a counter may be too high, never too low.

import type { ChaosRecord, Rule, Violation } from '../record.ts'
import type { VerificationRow } from '../tables.ts'

/** From a message's admission to its row: a kill in between forgets it, too. */
const ADMISSION_MS = 5_000

/** A Redis that was killed has forgotten its counters: each time one window more, while these messages went out. */
export function windowsOf(times: readonly number[], { struck }: ChaosRecord): number {
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const kills = struck.filter(
    ({ fault, at, tookMs }) =>
      fault === 'kill-redis' && at + tookMs >= first - ADMISSION_MS && at <= last,
  )
  return 1 + kills.length
}

/** By verification: when each of its messages was admitted. Every start and every resend counts. */
function messageTimes({ tables }: ChaosRecord): Map<string, number[]> {
  const times = new Map(tables.verifications.map(({ id, createdAt }) => [id, [createdAt]]))
  for (const { type, verification, at } of tables.events)
    if (type === 'verification.resent') times.get(verification ?? '')?.push(at)
  return times
}

function exceeded(
  record: ChaosRecord,
  by: (row: VerificationRow) => string,
  max: number,
  name: string,
): Violation[] {
  const timesOf = messageTimes(record)
  return [...Map.groupBy(record.tables.verifications, by).values()].flatMap((rows) => {
    const times = rows.flatMap(({ id }) => timesOf.get(id) ?? [])
    const allowed = max * windowsOf(times, record)
    const [first] = rows
    return times.length > allowed
      ? [
          {
            rule: 'no limit exceeded',
            said: `${name} of ${first?.id}: ${times.length}, not ${allowed}`,
          },
        ]
      : []
  })
}

export const messagesWithinLimits: Rule = (record) => [
  ...exceeded(
    record,
    ({ budget }) => budget,
    record.rules.sendsPerNumber,
    'messages to the number',
  ),
  ...exceeded(
    record,
    ({ clientIp }) => clientIp ?? '',
    record.rules.sendsPerAddress,
    'messages for the address',
  ),
]

/** Of an approved verification the right one is no guess (I4). The reservation lies in the rows: no kill of Redis adds to it. */
export const guessesWithinBudget: Rule = ({ rules, tables }) =>
  [...Map.groupBy(tables.verifications, ({ budget }) => budget).values()].flatMap((rows) => {
    const spent = rows.reduce(
      (sum, { attempts, status }) => sum + (status === 'approved' ? attempts - 1 : attempts),
      0,
    )
    return spent > rules.guessesPerNumber
      ? [{ rule: 'no limit exceeded', said: `guesses at the number of ${rows[0]?.id}: ${spent}` }]
      : []
  })
