// Twilio Verify v2 over the domain: a start, a read, an update and a check, each as the domain's own command.
// It must not decide anything about a code: it finds which verification is meant, and says the result in their words.

import type { Clock } from '../../kernel/clock.ts'
import type { Keyring } from '../../kernel/keyring.ts'
import type {
  Caller,
  CheckResult,
  EndUser,
  Idempotency,
  Refusal,
  VerificationService,
  VerificationView,
} from '../../verification/api.ts'
import { isUnreadable, readRecipient } from '../../verification/recipient.ts'
import { wireMacs } from '../../verification/session-mac.ts'
import { statusAt } from '../../verification/state.ts'
import { openRecipient, viewOf } from '../../verification/view.ts'
import type { Wired, WireStore } from '../../verification/wire-ports.ts'
import { errorOf, invalid, isError, notFound, type TwilioError, twilioError } from './errors.ts'
import { type Form, readStart } from './fields.ts'
import { type Asking, checkResource, type Sent, verificationResource } from './resources.ts'
import { newVerificationSid, serviceSidOf, VERIFICATION_SID } from './sids.ts'

const WIRE = 'twilio'
/** Their protocol has no such word: what one service starts by it is all for one thing. */
const PURPOSE = 'login'

export type WireDeps = {
  service: VerificationService
  wires: WireStore
  keyring: Keyring
  clock: Clock
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

const resourceOf = ({ caller }: WireRequest, name: string) =>
  `/Services/${serviceSidOf(caller.service)}/${name}`

const STARTS = 'Verifications'
const CHECKS = 'VerificationCheck'

/** By its SID or its recipient. Undefined: nothing that this wire of this service started. */
async function find(
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
async function findPending(deps: WireDeps, request: WireRequest, name: string) {
  const found = await find(deps, request, name)
  return found && statusAt(found.record, deps.clock.now()) === 'pending' ? found : undefined
}

async function sentOf({ service }: WireDeps, caller: Caller, id: string): Promise<Sent[]> {
  const got = await service.get(caller, { id })
  return got.kind === 'found' ? got.verification.deliveries : []
}

async function start(deps: WireDeps, request: WireRequest): Promise<WireAnswer> {
  const { caller, by, form, endUser, idempotency } = request
  const fields = readStart(form, caller.service)
  if (isError(fields)) return fields
  const { to, channel, locale, metadata } = fields
  const sid = newVerificationSid()
  const result = await deps.service.start(caller, {
    ...{ to, channel, locale, metadata, endUser, idempotency },
    ...{ channels: null, country: null, codeLength: null, ttlSeconds: null, challenge: null },
    ...{ purpose: PURPOSE, session: null, authenticated: false, decoy: false },
    wire: { wire: WIRE, sid, isOneAtATime: true },
  })
  if (result.kind === 'refused') return errorOf(result, resourceOf(request, STARTS))
  const { verification } = result
  const isNew = result.kind === 'started' && !result.replayed
  const known = isNew ? sid : await deps.wires.sidOf(verification.id)
  if (known === undefined) return notFound(resourceOf(request, STARTS))
  const first = {
    channel: verification.channel as Sent['channel'],
    queuedAt: verification.createdAt,
  }
  const sent = isNew ? [first] : await sentOf(deps, caller, verification.id)
  const shown = { sid: known, service: caller.service, verification, status: verification.status }
  const updatedAt = sent.at(-1)?.queuedAt ?? verification.createdAt
  return { status: 201, body: verificationResource({ ...shown, updatedAt }, sent, by) }
}

async function show(
  deps: WireDeps,
  { caller, by }: WireRequest,
  { sid }: Wired,
  verification: VerificationView,
  status: string,
): Promise<WireAnswer> {
  const sent = await sentOf(deps, caller, verification.id)
  const updatedAt = sent.at(-1)?.queuedAt ?? verification.createdAt
  const shown = { sid, service: caller.service, verification, status, updatedAt }
  return { status: 200, body: verificationResource(shown, sent, by) }
}

const viewedAt = ({ keyring, clock }: WireDeps, { record }: Wired) =>
  viewOf(record, openRecipient(keyring, record), clock.now())

/** @param name its SID or its recipient */
async function read(deps: WireDeps, request: WireRequest, name: string): Promise<WireAnswer> {
  const found = await findPending(deps, request, name)
  if (!found) return notFound(resourceOf(request, STARTS))
  return show(deps, request, found, viewedAt(deps, found), 'pending')
}

async function update(deps: WireDeps, request: WireRequest, name: string): Promise<WireAnswer> {
  const { caller, form, endUser, idempotency } = request
  const wanted = form.get('Status')
  if (wanted !== 'canceled' && wanted !== 'approved')
    return invalid('Status', 'is neither approved nor canceled')
  const found = await findPending(deps, request, name)
  if (!found) return notFound(resourceOf(request, STARTS))
  const { id } = found.record
  const result = await deps.service.cancel(caller, { id, endUser, idempotency })
  if (result.kind === 'refused') return errorOf(result, resourceOf(request, STARTS))
  return show(deps, request, found, result.verification, wanted)
}

/** Nobody who guesses hears more than that it is over. */
function refuseCheck(deps: WireDeps, request: WireRequest, refusal: Refusal, { record }: Wired) {
  const left = record.expiresAt - deps.clock.now()
  const resource = resourceOf(request, CHECKS)
  if (refusal.error !== 'max_attempts_reached') return errorOf(refusal, resource)
  // As theirs, at the end of its life.
  if (left <= 0) return notFound(resource)
  return errorOf({ ...refusal, retryAfterSeconds: left / 1000 }, resource)
}

function checked(
  deps: WireDeps,
  request: WireRequest,
  found: Wired,
  result: CheckResult,
): WireAnswer {
  const isWrong = result.kind === 'refused' && result.error === 'code_incorrect'
  if (result.kind === 'refused' && !isWrong) return refuseCheck(deps, request, result, found)
  const verification = result.verification ?? viewedAt(deps, found)
  const { service } = request.caller
  const { status } = verification
  const shown = { sid: found.sid, service, verification, status, updatedAt: deps.clock.now() }
  return { status: 201, body: checkResource(shown, request.by) }
}

async function check(deps: WireDeps, request: WireRequest): Promise<WireAnswer> {
  const { caller, form, endUser, idempotency } = request
  const [code, sid, to] = ['Code', 'VerificationSid', 'To'].map((name) => form.get(name) || null)
  if (!code) return invalid('Code', 'is required')
  const name = sid ?? to
  if (!name)
    return twilioError(400, 60221, 'No target verification specified: give To or VerificationSid')
  for (const other of ['Amount', 'Payee', 'SnaClientToken'])
    if (form.get(other)) return invalid(other, 'is bound to no verification of this service')
  const found = await find(deps, request, name)
  if (!found) return notFound(resourceOf(request, CHECKS))
  const { id, purpose } = found.record
  const result = await deps.service.check(caller, {
    ...{ id, code, purpose, endUser, idempotency, wire: WIRE },
    // Where both are given, both must fit.
    ...{ to: sid === null ? null : (to ?? null), country: null, subject: null, session: null },
  })
  return checked(deps, request, found, result)
}

export type TwilioWire = {
  start(request: WireRequest): Promise<WireAnswer>
  read(request: WireRequest, name: string): Promise<WireAnswer>
  update(request: WireRequest, name: string): Promise<WireAnswer>
  check(request: WireRequest): Promise<WireAnswer>
}

export const createTwilioWire = (deps: WireDeps): TwilioWire => ({
  start: (request) => start(deps, request),
  read: (request, name) => read(deps, request, name),
  update: (request, name) => update(deps, request, name),
  check: (request) => check(deps, request),
})
