// Lifts the limits on messages to one person, for who was locked out by them: a page, the API, a command.
// It must not lift unseen, beyond the admin's service, nor anything that allows more guesses.

import type { Liftable } from '../verification/liftable.ts'
import type { LimitKey, LimitLifts, LimitReads } from '../verification/limit-ports.ts'
import { type Party, readParty } from '../verification/party.ts'
import type { LimitName, ServicePolicy } from '../verification/policy.ts'
import { type Admin, actorOf, type PeopleDeps } from './admin.ts'
import type { Person } from './recipients.ts'

export type LiftDeps = Pick<PeopleDeps, 'events' | 'recipients' | 'services' | 'clock'> & {
  counters: LimitReads & LimitLifts
  liftable: (service: ServicePolicy, party: Party, name: Liftable | null) => LimitKey[]
}

/** Where nothing was counted nothing is lifted. */
export type Lifted = { service: string; limits: LimitName[] }

/** @throws StoreUnavailableError */
export function createLift(deps: LiftDeps) {
  const liftIn = async (
    admin: Admin,
    service: ServicePolicy,
    about: { person: Person; party: Party; name: Liftable | null },
  ): Promise<Lifted> => {
    const keys = deps.liftable(service, about.party, about.name)
    const readings = await deps.counters.read(keys)
    const counted = keys.filter((_, index) => (readings[index]?.used ?? 0) > 0)
    const limits = [...new Set(counted.map(({ name }) => name))]
    if (counted.length === 0) return { service: service.name, limits }
    // First: a lift that fails stands in the log, and none that is done is missing there.
    // mutant: C73.lift-logged
    await deps.events.append([
      {
        ...actorOf(admin, service.name),
        ...{ at: deps.clock.now(), type: 'limit.lifted', verificationId: null },
        budgetIndex: deps.recipients.indexesOf(about.person, service.name)?.[0] ?? null,
        details: { limits: limits.join(', ') },
      },
    ])
    await deps.counters.lift(counted)
    return { service: service.name, limits }
  }

  /**
   * In each service that the admin's key sees, or the one of them that is named.
   * @param asked.name null: every limit on messages to them. @returns nothing where nobody can be meant
   */
  return async (
    admin: Admin,
    person: Person,
    asked: { service: string | null; name: Liftable | null },
  ): Promise<Lifted[]> => {
    const party = readParty({ ...person, country: null })
    if (!party || party.kind === 'unreadable') return []
    const isSeen = ({ name }: ServicePolicy) =>
      (admin.service ?? name) === name && (asked.service ?? name) === name // mutant: C35.admin-lift-service
    const done: Lifted[] = []
    for (const service of [...deps.services.values()].filter(isSeen))
      done.push(await liftIn(admin, service, { person, party, name: asked.name }))
    return done
  }
}
