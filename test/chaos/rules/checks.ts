// I1 and I2 over the whole history: approved once, never more comparisons than were charged or allowed.
// It must count requests as their callers mean them: one under an Idempotency-Key is one, however often it was asked.

import {
  type Answered,
  answered,
  approvals,
  type ChaosRecord,
  distinct,
  ENDINGS,
  eventsOf,
  type Rule,
  type Violation,
  wrongs,
} from '../record.ts'
import type { VerificationRow } from '../tables.ts'
import { NOT_DONE, nameOf } from './answers.ts'

const ofType = (type: string) => (event: { type: string }) => event.type === type

export const approvedOnce: Rule = ({ asked, tables }) => {
  const rule = 'approved once'
  const events = eventsOf(tables.events)
  const told = Map.groupBy(approvals(asked), ({ verification }) => verification)
  return tables.verifications.flatMap(({ id, status }) => {
    const found: Violation[] = []
    const logged = (events.get(id) ?? []).filter(ofType('verification.approved')).length
    const requests = distinct(told.get(id) ?? []).size
    if (logged > 1) found.push({ rule, said: `${id} has ${logged} events of approval` })
    if (requests > 1) found.push({ rule, said: `${id} was approved to ${requests} requests` })
    // A 200 is durable: no restart of the database takes it back.
    if (requests > 0 && status !== 'approved')
      found.push({ rule, said: `${id} was told to be approved, and is ${status}` })
    if ((status === 'approved') !== logged > 0)
      found.push({ rule, said: `${id} is ${status} with ${logged} events of approval` })
    return found
  })
}

export const endsOnce: Rule = ({ tables }) => {
  const rule = 'ends once'
  const events = eventsOf(tables.events)
  return tables.verifications.flatMap(({ id, status, hasCode }) => {
    const ends = (events.get(id) ?? []).filter(({ type }) => ENDINGS.has(type))
    const found: Violation[] = []
    if (ends.length > 1)
      found.push({ rule, said: `${id} ended as ${ends.map(({ type }) => type).join(', ')}` })
    if (ends.length === 1 && ends[0]?.type !== `verification.${status}`)
      found.push({ rule, said: `${id} is ${status} and ended as ${ends[0]?.type}` })
    if (ends.length > 0 && hasCode) found.push({ rule, said: `${id} ended and keeps its code` })
    return found
  })
}

/**
 * A comparison is seen as a wrong code (told or logged) or an approval. Not seen: one whose request died before the
 * settling, and a right code that came second; both are charged, so what is seen may be less than what was charged.
 */
export const comparedWithinAttempts: Rule = ({ rules, asked, tables }) => {
  const rule = 'no attempt beyond its limit'
  const events = eventsOf(tables.events)
  const told = Map.groupBy([...approvals(asked), ...wrongs(asked)], (one) => one.verification)
  return tables.verifications.flatMap(({ id, attempts, failed }) => {
    const own = events.get(id) ?? []
    const incorrect = own.filter(ofType('check.incorrect')).length
    const logged = incorrect + own.filter(ofType('verification.approved')).length
    const requests = distinct(told.get(id) ?? []).size
    const found: Violation[] = []
    const refuse = (said: string) => found.push({ rule, said: `${id}: ${said}` })
    if (attempts > rules.maxAttempts) refuse(`${attempts} attempts were charged`)
    for (const [what, count] of [
      ['logged', logged],
      ['told', requests],
    ] as const) {
      if (count > rules.maxAttempts) refuse(`${count} comparisons were ${what}`)
      if (count > attempts) refuse(`${count} comparisons were ${what}, ${attempts} charged`)
    }
    if (incorrect !== failed) refuse(`${failed} failed, ${incorrect} events of it`)
    // What was told is durable, so it was logged with its effect.
    if (requests > logged) refuse(`${requests} comparisons were told, ${logged} logged`)
    return found
  })
}

/** I14: one code in every message of a verification, on every provider and channel, the only one that is ever right, and always right. */
export const oneCode: Rule = ({ asked, messages }) => {
  const rule = 'one code'
  const codes = Map.groupBy(messages, ({ verification }) => verification)
  const several = [...codes].flatMap(([id, own]) => {
    const different = new Set(own.map(({ code }) => code)).size
    const by = [...new Set(own.map(({ provider }) => provider))].join(', ')
    return different > 1
      ? [{ rule, said: `the messages of ${id} carry ${different} codes, by ${by}` }]
      : []
  })
  const isRight = ({ verification, code }: { verification: string | null; code: string | null }) =>
    codes.get(verification ?? '')?.[0]?.code === code
  const approved = approvals(asked)
    .filter((one) => !isRight(one))
    .map(({ verification }) => ({ rule, said: `${verification} was approved by a code not sent` }))
  const refused = wrongs(asked)
    .filter(isRight)
    .map(({ verification }) => ({ rule, said: `${verification}: the right code was told wrong` }))
  return [...several, ...approved, ...refused]
}

/** What may be said of a right code in place of yes, and whether that was so. */
const OTHERWISE: Readonly<
  Record<string, (one: Answered, row: VerificationRow, record: ChaosRecord) => boolean>
> = {
  verification_approved: ({ verification }, { status }) =>
    status === 'approved' && verification !== null,
  verification_canceled: ({ verification, ended }, _row, { asked }) =>
    asked.some(
      (by) => by.route === 'cancel' && by.verification === verification && by.began <= ended,
    ),
  max_attempts_reached: (_one, { attempts }, { rules }) => attempts >= rules.maxAttempts,
  verification_expired: ({ ended }, { expiresAt }, { rules }) =>
    ended >= expiresAt - rules.clockErrorMs,
}

/** I15: a code that arrived stays good until its verification ends by a check, a cancel or its time: no message's failure ends it. */
export const goodToTheEnd: Rule = (record) => {
  const rule = 'a code that arrived stays good'
  const rows = new Map(record.tables.verifications.map((row) => [row.id, row]))
  const codes = new Map(record.messages.map(({ verification, code }) => [verification, code]))
  const ofRight = answered(record.asked).filter(
    ({ route, verification, code }) => route === 'check' && codes.get(verification ?? '') === code,
  )
  return ofRight.flatMap((one) => {
    const { status, body } = one.outcome
    const row = rows.get(one.verification ?? '')
    if (status === 200 || NOT_DONE.has(status) || !row) return []
    return OTHERWISE[body.error]?.(one, row, record)
      ? []
      : [{ rule, said: `${row.id}: its code was told ${nameOf(one)}` }]
  })
}
