// What an admin does with a verification or a person, whoever asks: a page, the API, a command.
// It must not answer beyond the service that the admin's key is bound to.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel } from '../kernel/channel.ts'
import { BATCH, type Erased, PAUSE_MS } from '../retention/ports.ts'
import type { CancelResult, ResendResult, VerificationService } from '../verification/api.ts'
import type { LimitState } from '../verification/limit-states.ts'
import { type Party, readParty } from '../verification/party.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import { type Admin, type AttemptDetail, actorOf, type PeopleDeps } from './admin.ts'
import { createExport } from './export.ts'
import { createLift, type LiftDeps } from './lift.ts'
import type { AttemptRow } from './ports.ts'
import type { Person } from './recipients.ts'

/** More than any verification has: attempts, sends and retries are bounded, but for who reloads for an hour. */
const MAX_EVENTS = 500

export type PersonLimits = { service: string; states: LimitState[] }

export type OperationsDeps = PeopleDeps &
  Pick<LiftDeps, 'counters' | 'liftable'> & {
    /** Cancels and resends as a caller's would be. */
    service: Pick<VerificationService, 'cancel' | 'resend'>
    limits: (service: ServicePolicy, party: Party) => Promise<LimitState[]>
  }

/** @throws StoreUnavailableError, UnknownKeyError everywhere */
export type Operations = ReturnType<typeof createOperations>

/** One verification or one person, read, exported, erased. */
export function createPeople(deps: PeopleDeps) {
  const { recipients, clock } = deps

  const indexesOf = (admin: Admin, person: Person) =>
    recipients.indexesOf(person, admin.service) ?? []

  const detailsOf = async (attempt: AttemptRow): Promise<AttemptDetail> => {
    const query = { service: attempt.service, verificationId: attempt.id }
    const [{ items }, sends] = await Promise.all([
      deps.events.list({ ...query, cursor: null, limit: MAX_EVENTS }),
      deps.attempts.sendAttemptsOf(attempt.id),
    ])
    return { attempt, events: items.toReversed(), sends }
  }

  return {
    exportOf: createExport(deps, detailsOf),

    /** By id. */
    async detail(admin: Admin, id: string): Promise<AttemptDetail | undefined> {
      const attempt = await deps.attempts.find(admin.service, id)
      return attempt && detailsOf(attempt)
    },

    /**
     * Removes what is known of a person, open codes canceled. The limits on messages are counted on; what is summed
     * from the rows (guesses, check_per_number) begins anew. The log tells that it was done, not of whom.
     */
    async erase(admin: Admin, person: Person): Promise<Erased> {
      const total = { verifications: 0, factors: 0, events: 0 }
      const budgetIndexes = indexesOf(admin, person)
      const actor = actorOf(admin, admin.service)
      // What this node has counted and not written yet would come after.
      await deps.refusals.flush()
      for (;;) {
        const now = clock.now()
        const removed = await deps.retention.erase({
          budgetIndexes,
          now,
          actor,
          limit: BATCH,
        })
        total.verifications += removed.verifications
        total.factors += removed.factors
        total.events += removed.events
        if (removed.verifications + removed.factors + removed.events === 0) return total
        await sleep(PAUSE_MS)
      }
    },
  }
}

export function createOperations(deps: OperationsDeps) {
  const { attempts, recipients, clock } = deps

  const callerOf = (admin: Admin, { service }: AttemptRow) => {
    const policy = deps.services.get(service)
    return policy && { service: policy, keyId: admin.keyId }
  }
  const endUserOf = ({ clientIp, userAgent }: Admin) => ({ clientIp, userAgent })

  return {
    ...createPeople(deps),
    lift: createLift(deps),

    /** For each service that the admin sees. Empty: nobody can be meant. */
    async limitsOf(admin: Admin, person: Person): Promise<PersonLimits[]> {
      const party = readParty({ ...person, country: null })
      if (!party || party.kind === 'unreadable') return []
      const seen = [...deps.services.values()].filter(
        ({ name }) => admin.service === null || admin.service === name,
      )
      return Promise.all(
        seen.map(async (one) => ({ service: one.name, states: await deps.limits(one, party) })),
      )
    },

    /** Undefined: there is none of this id, or its service is not configured any more. */
    async cancel(admin: Admin, id: string): Promise<CancelResult | undefined> {
      const attempt = await attempts.find(admin.service, id)
      const caller = attempt && callerOf(admin, attempt)
      if (!caller) return undefined
      return deps.service.cancel(caller, { id, endUser: endUserOf(admin), idempotency: null })
    },

    /** The same code again, by the same limits; null: by the channel of before. */
    async resend(
      admin: Admin,
      id: string,
      channel: Channel | null,
    ): Promise<ResendResult | undefined> {
      const attempt = await attempts.find(admin.service, id)
      const caller = attempt && callerOf(admin, attempt)
      if (!caller) return undefined
      const command = { id, channel, endUser: endUserOf(admin), idempotency: null }
      return deps.service.resend(caller, command)
    },

    /** In clear, and told in the verification's own log. Undefined: no such row, or sealed under a key that is gone. */
    async reveal(admin: Admin, id: string): Promise<Person | undefined> {
      const attempt = await attempts.find(admin.service, id)
      const person = attempt && recipients.ofRow(attempt)
      if (!attempt || !person) return undefined
      const actor = actorOf(admin, attempt.service)
      const at = clock.now()
      const told = { type: 'recipient.shown', verificationId: id, budgetIndex: null } as const
      await deps.events.append([{ ...actor, at, ...told, details: {} }]) // mutant: C30.reveal-logged
      return person
    },
  }
}
