// Which verification a request of Twilio's wire is about: what this wire of this service started, and nothing else.

import type { EventStore } from '../../events/types.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Keyring } from '../../kernel/keyring.ts'
import type { Caller, EndUser, Idempotency, VerificationService } from '../../verification/api.ts'
import { isUnreadable, readRecipient } from '../../verification/recipient.ts'
import { wireMacs } from '../../verification/session-mac.ts'
import { statusAt } from '../../verification/state.ts'
import { openRecipient, viewOf } from '../../verification/view.ts'
import type { Wired, WireStore } from '../../verification/wire-ports.ts'
import type { TwilioError } from './errors.ts'
import type { Form } from './fields.ts'
import type { Asking } from './resources.ts'
import { serviceSidOf, VERIFICATION_SID } from './sids.ts'
import type { Upstream } from './upstream.ts'

export const WIRE = 'twilio'
export type WireDeps = {
  service: VerificationService
  wires: WireStore
  keyring: Keyring
  clock: Clock
  /** For what Twilio answered. */
  events: Pick<EventStore, 'append'>
  /** Null: nothing is delegated to Twilio. */
  upstream: Upstream | null
  /** 0 to 100. */
  draw: () => number
}
/** A request as it came: its caller, and what its answer says of them. */
export type WireRequest = {
  caller: Caller
  by: Asking
  form: Form
  endUser: EndUser
  idempotency: Idempotency | null
}
export type WireAnswer = { status: 200 | 201; body: object } | TwilioError

export const resourceOf = ({ caller }: WireRequest, name: string) =>
  `/Services/${serviceSidOf(caller.service)}/${name}`

export const STARTS = 'Verifications'
export const CHECKS = 'VerificationCheck'

/** By its SID or its recipient. Undefined: nothing that this wire of this service started. */
export async function find(
  { wires, keyring }: WireDeps,
  { caller }: WireRequest,
  name: string,
): Promise<Wired | undefined> {
  const service = caller.service.name
  if (VERIFICATION_SID.test(name))
    return wires.find(service, { wire: WIRE, sid: `VE${name.slice(2).toLowerCase()}` })
  const read = readRecipient(name, null)
  if (isUnreadable(read)) return undefined
  const { address } = read
  const sessionMacs = wireMacs(keyring, { service, wire: WIRE, address })
  return wires.newest(service, { wire: WIRE, sessionMacs })
}

/** Theirs can no longer be read once it has ended. */
export async function findPending(deps: WireDeps, request: WireRequest, name: string) {
  const found = await find(deps, request, name)
  return found && statusAt(found.record, deps.clock.now()) === 'pending' ? found : undefined
}

export const viewedAt = ({ keyring, clock }: WireDeps, { record }: Wired) =>
  viewOf(record, openRecipient(keyring, record), clock.now())
