// Everything that an admin may do and see, for the pages and the API. (Commands use people.ts.)
// It must not reach beyond the service that the admin's key is bound to.

import type { TextPreview } from '../delivery/ports.ts'
import type { Channel } from '../kernel/channel.ts'
import type { CancelResult, ResendResult, VerificationService } from '../verification/api.ts'
import type { LimitState } from '../verification/limit-states.ts'
import type { Party } from '../verification/party.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { Abuse } from './abuse.ts'
import type { createCosts } from './costs.ts'
import type { KeyAdmin } from './keys.ts'
import type { ListAdmin } from './lists.ts'
import {
  actorOf,
  countedParty,
  createLift,
  createPeople,
  type LiftDeps,
  type PeopleDeps,
  servicesOf,
} from './people.ts'
import type { Admin, HealthReport, VerificationDetail, VerificationReads } from './ports.ts'
import type { Person, Recipients } from './recipients.ts'
import type { ListRefusals } from './refusals.ts'
import type { SettingsAdmin } from './settings.ts'
import type { createWhatIfBeside } from './shield.ts'
import type { ReadShield } from './shield-stops.ts'
import type { Summaries } from './summary.ts'
import type { SuppressionAdmin } from './suppressions.ts'
import type { WebhookOperations } from './webhooks.ts'

export type PersonLimits = { service: string; states: LimitState[] }

export type OperationsDeps = PeopleDeps &
  Pick<LiftDeps, 'counters' | 'liftable'> & {
    /** Cancels and resends as it does for a caller. */
    service: Pick<VerificationService, 'cancel' | 'resend'>
    limits: (service: ServicePolicy, party: Party) => Promise<LimitState[]>
    /** Somebody looks at a verification, of this service (null: any): its messages are asked about. */
    view: (id: string, service: string | null) => void
  }

/** The parts that answer an admin's requests, from the API or the console. service/compose-admin.ts fills it. */
export type AdminDeps = {
  verifications: VerificationReads
  recipients: Recipients
  refusals: ListRefusals
  suppressions: SuppressionAdmin
  lists: ListAdmin
  abuse: Abuse
  operations: Operations
  webhooks: WebhookOperations
  keys: KeyAdmin
  costs: ReturnType<typeof createCosts>
  whatIf: ReturnType<typeof createWhatIfBeside>
  shield: ReadShield
  summaries: Summaries
  /** @param service whose failures are counted; null: all */
  health: (service: string | null) => Promise<HealthReport>
  /** Every text of a service as it would be sent. */
  texts: (service: ServicePolicy, channel: Channel, hasLink: boolean) => readonly TextPreview[]
  settings: SettingsAdmin
}

/** @throws StoreUnavailableError, UnknownKeyError everywhere */
export type Operations = ReturnType<typeof createOperations>

export function createOperations(deps: OperationsDeps) {
  const { verifications, recipients } = deps
  const people = createPeople(deps)

  /** Undefined: no verification has this id, or its service is no longer configured. */
  const asCaller = async ({ service, keyId, clientIp, userAgent }: Admin, id: string) => {
    const row = await verifications.find(service, id)
    const policy = row && deps.services.get(row.service)
    if (!policy) return undefined
    const endUser = { clientIp, userAgent }
    return { caller: { service: policy, keyId }, command: { id, endUser, idempotency: null } }
  }

  return {
    ...people,
    view: deps.view,
    lift: createLift(deps),

    async detail(admin: Admin, id: string): Promise<VerificationDetail | undefined> {
      const found = await people.detail(admin, id)
      if (found?.verification.status === 'pending') deps.view(id, admin.service)
      return found
    },

    /** For each service that the admin sees. Empty: nobody can be meant. */
    async limitsOf(admin: Admin, person: Person): Promise<PersonLimits[]> {
      const party = countedParty(person)
      if (!party) return []
      const states = servicesOf(deps, admin, null).map(async (one) => ({
        service: one.name,
        states: await deps.limits(one, party),
      }))
      return Promise.all(states)
    },

    async cancel(admin: Admin, id: string): Promise<CancelResult | undefined> {
      const as = await asCaller(admin, id)
      return as && deps.service.cancel(as.caller, as.command)
    },

    /** The same code again, under the same limits. @param by null: the previous channel */
    async resend(admin: Admin, id: string, by: Channel | null): Promise<ResendResult | undefined> {
      const as = await asCaller(admin, id)
      return as && deps.service.resend(as.caller, { ...as.command, channel: by })
    },

    /** In plaintext, and logged with the verification. Undefined: no such row, or its key no longer exists. */
    async reveal(admin: Admin, id: string): Promise<Person | undefined> {
      const row = await verifications.find(admin.service, id)
      const person = row && recipients.ofRow(row)
      if (!row || !person) return undefined
      const at = deps.clock.now()
      const about = { verificationId: id, budgetIndex: null, details: {} }
      const type = 'recipient.shown'
      await deps.events.append([{ ...actorOf(admin, row.service), at, type, ...about }]) // mutant: C30.reveal-logged
      return person
    },
  }
}
