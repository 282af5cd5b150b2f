// All that is known of one person, for them: what a law on data asks for.
// It must not hold a code, a secret or a hash: none of them is the person's.

import type { EventRecord, EventType } from '../events/types.ts'
import type { FactorView } from '../factors/api.ts'
import { factorView } from '../factors/view.ts'
import { type Admin, type AttemptDetail, actorOf, type PeopleDeps } from './admin.ts'
import type { Person } from './recipients.ts'

/** A person has tens; more is a program's number, and is told to be cut off. */
const MAX_EXPORTED = 2_000

export type Exported = {
  person: Person
  verifications: AttemptDetail[]
  /** Without secrets and codes. */
  factors: (FactorView & { service: string })[]
  /** Those of no verification: refusals, factors. */
  events: EventRecord[]
  isComplete: boolean
}

type DetailsOf = (attempt: AttemptDetail['attempt']) => Promise<AttemptDetail>

export function createExport(deps: PeopleDeps, detailsOf: DetailsOf) {
  const { recipients, clock } = deps
  const indexesOf = (admin: Admin, person: Person) =>
    recipients.indexesOf(person, admin.service) ?? []

  /** Of what is not one verification's: `budgetIndex` lets the person's own log find it. */
  const tell = (admin: Admin, type: EventType, person: Person) =>
    deps.events.append([
      {
        ...actorOf(admin, admin.service),
        ...{ at: clock.now(), type, verificationId: null, details: {} },
        budgetIndex: indexesOf(admin, person)[0] ?? null,
      },
    ])

  const factorsOf = async (admin: Admin, { subject }: Person) => {
    if (subject === null) return []
    const names = [...deps.services.keys()].filter((name) => (admin.service ?? name) === name)
    const found = names.map(async (service) => {
      const subjectIndexes = recipients.indexesOf({ to: null, subject }, service) ?? []
      const query = { service, subjectIndexes, unverifiedSince: 0 }
      const records = await deps.factors.ofSubject(query)
      return records.map((record) => ({ service, ...factorView(record, subject) }))
    })
    return (await Promise.all(found)).flat()
  }

  /** Newest first; the log tells that somebody asked. */
  return async (admin: Admin, person: Person): Promise<Exported> => {
    await tell(admin, 'recipient.exported', person)
    const budgetIndexes = indexesOf(admin, person)
    const { service } = admin
    const found = await deps.attempts.list({ service, budgetIndexes }, null, MAX_EXPORTED)
    const verifications: AttemptDetail[] = []
    for (const attempt of found.items) verifications.push(await detailsOf(attempt))
    const ofNone = { service, budgetIndexes, verificationId: null }
    const others = await deps.events.list({ ...ofNone, cursor: null, limit: MAX_EXPORTED })
    const factors = await factorsOf(admin, person)
    const isComplete = found.nextCursor === null && others.nextCursor === null
    return { person, verifications, factors, events: others.items, isComplete }
  }
}
