// One person, for pages, API and commands: export, erasure, and lifting limits.
// It must not reach beyond the admin's service, go unlogged, or allow more guesses.

import { setTimeout as sleep } from 'node:timers/promises'
import type { EventRecord, EventStore } from '../events/types.ts'
import type { FactorStore } from '../factors/ports.ts'
import { type FactorView, factorView } from '../factors/types.ts'
import { type Actor, NO_SERVICE } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import {
  BATCH,
  type Erased,
  NOTHING_ERASED,
  PAUSE_MS,
  type RetentionStore,
} from '../retention/ports.ts'
import type { EntryFilter, ListEntry, ListStore } from '../shield/ports.ts'
import type { LimitKey, LimitLifts, LimitReads } from '../verification/limit-ports.ts'
import type { Liftable } from '../verification/limit-states.ts'
import { type Party, readParty } from '../verification/party.ts'
import type { LimitName, ServicePolicy } from '../verification/policy.ts'
import type { Suppression, Suppressions } from '../verification/suppression.ts'
import type { Admin, ListedVerification, VerificationDetail, VerificationReads } from './ports.ts'
import type { Person, Recipients } from './recipients.ts'

/** A person has tens; more is a program's number, and the export is marked as incomplete. */
const MAX_EXPORTED = 2_000
/** More than any verification has (attempts, sends and retries are bounded) unless somebody reloads for an hour. */
const MAX_EVENTS = 500

/** The parts that a command has as well as the service. */
export type PeopleDeps = {
  verifications: VerificationReads
  events: Pick<EventStore, 'append' | 'list'>
  retention: Pick<RetentionStore, 'erase'>
  factors: Pick<FactorStore, 'ofSubject'>
  suppressions: Pick<Suppressions, 'list'>
  lists: Pick<ListStore, 'list'>
  recipients: Recipients
  refusals: { flush(): Promise<void> }
  services: ReadonlyMap<string, ServicePolicy>
  clock: Clock
}

export type LiftDeps = Pick<PeopleDeps, 'events' | 'recipients' | 'services' | 'clock'> & {
  counters: LimitReads & LimitLifts
  liftable: (service: ServicePolicy, party: Party, name: Liftable | null) => LimitKey[]
}

export type Exported = {
  person: Person
  verifications: VerificationDetail[]
  /** Without secrets and codes. */
  factors: (FactorView & { service: string })[]
  suppressions: Suppression[]
  /** Of the block and allow lists. */
  entries: ListEntry[]
  /** Of no verification: refusals, factors. */
  events: EventRecord[]
  isComplete: boolean
}

/** A service where nothing was counted has no limits here. */
export type Lifted = { service: string; limits: LimitName[] }

export function actorOf(admin: Admin, service: string | null): Actor {
  return { ...admin, service: service ?? NO_SERVICE }
}

/** @param wanted one of them; null: all that the admin's key sees */
export function servicesOf(
  deps: Pick<PeopleDeps, 'services'>,
  admin: Admin,
  wanted: string | null,
) {
  return [...deps.services.values()].filter(
    ({ name }) => (admin.service ?? name) === name && (wanted ?? name) === name, // mutant: C35.admin-lift-service
  )
}

/** Null: nobody can be meant, so there is nothing to count. */
export function countedParty(person: Person): Party | null {
  const party = readParty({ ...person, country: null })
  return party && party.kind !== 'unreadable' ? party : null
}

/** What keeps messages from them, or lets them through. */
function createListedOf({ suppressions, lists }: Pick<PeopleDeps, 'suppressions' | 'lists'>) {
  return async (of: EntryFilter): Promise<Pick<Exported, 'suppressions' | 'entries'>> => {
    const { service, budgetIndexes } = of
    const [suppressed, entries] = await Promise.all([
      suppressions.list({ service, budgetIndexes }, null, MAX_EXPORTED),
      lists.list(of, null, MAX_EXPORTED),
    ])
    return { suppressions: suppressed.items, entries: entries.items }
  }
}

/** @throws StoreUnavailableError, UnknownKeyError everywhere */
export function createPeople(deps: PeopleDeps) {
  const { recipients, clock } = deps
  const listedOf = createListedOf(deps)
  const indexesOf = (admin: Admin, person: Person) =>
    recipients.indexesOf(person, admin.service) ?? []

  const detailOf = async (row: ListedVerification): Promise<VerificationDetail> => {
    const query = { service: row.service, verificationId: row.id }
    const [{ items }, tries] = await Promise.all([
      deps.events.list({ ...query, cursor: null, limit: MAX_EVENTS }),
      deps.verifications.triesOf(row.id),
    ])
    return { verification: row, events: items.toReversed(), tries }
  }

  const factorsOf = async (admin: Admin, { subject }: Person) => {
    if (subject === null) return []
    const found = servicesOf(deps, admin, null).map(async ({ name: service }) => {
      const subjectIndexes = recipients.indexesOf({ to: null, subject }, service) ?? []
      const query = { service, subjectIndexes, unverifiedSince: 0 }
      const records = await deps.factors.ofSubject(query)
      return records.map((record) => ({ service, ...factorView(record, subject) }))
    })
    return (await Promise.all(found)).flat()
  }

  return {
    async detail(admin: Admin, id: string): Promise<VerificationDetail | undefined> {
      const row = await deps.verifications.find(admin.service, id)
      return row && detailOf(row)
    },

    /** All that is known of one person, newest first, as data protection law requires. The request is logged. */
    async exportOf(admin: Admin, person: Person): Promise<Exported> {
      const { service } = admin
      const budgetIndexes = indexesOf(admin, person)
      const at = clock.now()
      const type = 'recipient.exported'
      // With its index, the line is part of the person's own log.
      const about = { verificationId: null, budgetIndex: budgetIndexes[0] ?? null, details: {} }
      await deps.events.append([{ ...actorOf(admin, service), at, type, ...about }])
      const found = await deps.verifications.list({ service, budgetIndexes }, null, MAX_EXPORTED)
      const details: VerificationDetail[] = []
      for (const row of found.items) details.push(await detailOf(row))
      const ofNone = { service, budgetIndexes, verificationId: null }
      const others = await deps.events.list({ ...ofNone, cursor: null, limit: MAX_EXPORTED })
      const factors = await factorsOf(admin, person)
      const listed = await listedOf({ service, budgetIndexes, now: at })
      const isComplete = found.nextCursor === null && others.nextCursor === null
      const events = others.items
      return { person, verifications: details, factors, ...listed, events, isComplete }
    },

    /**
     * Removes what is known of a person, after canceling open codes. Limits on messages keep their counts; sums of
     * rows (guesses, check_per_number) start from zero. The log records the erasure, not whose it was.
     */
    async erase(admin: Admin, person: Person): Promise<Erased> {
      const total = { ...NOTHING_ERASED }
      const budgetIndexes = indexesOf(admin, person)
      const actor = actorOf(admin, admin.service)
      // Otherwise what this node has counted and not written yet would follow the erasure.
      await deps.refusals.flush()
      for (;;) {
        const query = { budgetIndexes, now: clock.now(), actor, limit: BATCH }
        const removed = await deps.retention.erase(query)
        for (const what of Object.keys(total) as (keyof Erased)[]) total[what] += removed[what]
        if (Object.values(removed).every((count) => count === 0)) return total
        await sleep(PAUSE_MS)
      }
    },
  }
}

/** Lifts the limits on messages to one person whom they locked out. @throws StoreUnavailableError */
export function createLift(deps: LiftDeps) {
  /**
   * @param wanted.service null: each one that the admin's key sees. @param wanted.name null: each limit on messages
   * @returns nothing where nobody can be meant
   */
  return async (
    admin: Admin,
    person: Person,
    wanted: { service: string | null; name: Liftable | null },
  ): Promise<Lifted[]> => {
    const party = countedParty(person)
    if (!party) return []
    const done: Lifted[] = []
    for (const policy of servicesOf(deps, admin, wanted.service)) {
      const service = policy.name
      const keys = deps.liftable(policy, party, wanted.name)
      const readings = await deps.counters.read(keys)
      const counted = keys.filter((_, index) => (readings[index]?.used ?? 0) > 0)
      const limits = [...new Set(counted.map(({ name }) => name))]
      done.push({ service, limits })
      if (counted.length === 0) continue
      const at = deps.clock.now()
      const budgetIndex = deps.recipients.indexesOf(person, service)?.[0] ?? null
      const about = { verificationId: null, budgetIndex, details: { limits: limits.join(', ') } }
      // Logged first: a lift that fails is in the log, and none that succeeds is missing there.
      await deps.events.append([{ ...actorOf(admin, service), at, type: 'limit.lifted', ...about }]) // mutant: C73.lift-logged
      await deps.counters.lift(counted)
    }
    return done
  }
}
