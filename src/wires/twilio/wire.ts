// Twilio Verify v2 over the domain: a start, a read, an update and a check, each as the domain's own command.
// It must not decide anything about a code: it finds which verification is meant, and says the result in their words.

import type { Caller, CheckResult, Refusal, VerificationView } from '../../verification/api.ts'
import { actorOf } from '../../verification/domain.ts'
import { GONE_AT_TWILIO, type Wired } from '../../verification/wire-ports.ts'
import {
  checkElsewhere,
  endElsewhere,
  readElsewhere,
  startElsewhere,
  withoutUpstream,
} from './delegated.ts'
import { errorOf, GONE, invalid, isError, notFound, twilioError } from './errors.ts'
import { readStart } from './fields.ts'
import {
  CHECKS,
  find,
  findPending,
  resourceOf,
  STARTS,
  viewedAt,
  WIRE,
  type WireAnswer,
  type WireDeps,
  type WireRequest,
} from './find.ts'
import { checkResource, type Sent, verificationResource } from './resources.ts'
import { newVerificationSid } from './sids.ts'

/** Their protocol has no such word: what one service starts by it is all for one thing. */
const PURPOSE = 'login'

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
  const isDelegated = deps.upstream !== null && deps.draw() < caller.service.twilioPercent
  const result = await deps.service.start(caller, {
    ...{ to, channel, locale, metadata, endUser, idempotency },
    ...{ channels: null, country: null, codeLength: null, ttlSeconds: null, challenge: null },
    ...{ purpose: PURPOSE, session: null, authenticated: false, decoy: false },
    wire: { wire: WIRE, sid, isOneAtATime: true, checkedBy: isDelegated ? 'twilio' : null },
  })
  if (result.kind === 'refused') return errorOf(result, resourceOf(request, STARTS))
  const { verification } = result
  const isNew = result.kind === 'started' && !result.replayed
  if (verification.checkedBy === 'twilio') {
    if (!deps.upstream) return withoutUpstream()
    const { to } = verification
    if (result.replayed) return readElsewhere(deps.upstream, caller, to ?? '')
    // Another node's start came first, and asks Twilio itself: asked twice, Twilio would send twice, and count once here.
    const isAnother = !isNew && (await find(deps, request, to ?? ''))?.record.sends === 1
    if (isAnother) return errorOf(refuseRacer(verification), resourceOf(request, STARTS))
    const started = { caller, verification, isNew, form }
    const { upstream, wires } = deps
    const end = endBy(deps, request)
    return startElsewhere({ upstream, wires, end, note: noteBy(deps, request) }, started)
  }
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

const refuseRacer = ({ resendInSeconds }: VerificationView): Refusal => ({
  ...{ kind: 'refused', error: 'resend_too_early', detail: 'another start of it came first' },
  retryAfterSeconds: resendInSeconds ?? 1,
})

/** Here alone: Twilio has refused it, or no longer has it. */
const endBy =
  ({ service }: WireDeps, { caller, endUser }: WireRequest) =>
  (id: string, error: string) =>
    service.cancel(caller, { id, endUser, idempotency: null, error })

const noteBy =
  ({ events, clock }: WireDeps, { caller, endUser }: WireRequest) =>
  (verificationId: string, error?: string) =>
    events.append([
      {
        ...{ ...actorOf(caller, endUser), at: clock.now(), type: 'verification.delegated' },
        ...{ verificationId, budgetIndex: null, details: error === undefined ? {} : { error } },
      },
    ])

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

/** @param name its SID or its recipient */
async function read(deps: WireDeps, request: WireRequest, name: string): Promise<WireAnswer> {
  const found = await findPending(deps, request, name)
  if (!found) return notFound(resourceOf(request, STARTS))
  const verification = viewedAt(deps, found)
  if (found.record.checkedBy !== 'twilio')
    return show(deps, request, found, verification, 'pending')
  return deps.upstream
    ? readElsewhere(deps.upstream, request.caller, verification.to ?? '')
    : withoutUpstream()
}

async function update(deps: WireDeps, request: WireRequest, name: string): Promise<WireAnswer> {
  const { caller, form, endUser, idempotency } = request
  const wanted = form.get('Status')
  if (wanted !== 'canceled' && wanted !== 'approved')
    return invalid('Status', 'is neither approved nor canceled')
  const found = await findPending(deps, request, name)
  if (!found) return notFound(resourceOf(request, STARTS))
  const { id, checkedBy } = found.record
  const command = { id, endUser, idempotency }
  const end = () =>
    wanted === 'canceled'
      ? deps.service.cancel(caller, command)
      : deps.service.report(caller, { ...command, outcome: 'approved', byWire: true })
  if (checkedBy === 'twilio') {
    const to = viewedAt(deps, found).to ?? ''
    return deps.upstream
      ? endElsewhere({ upstream: deps.upstream, end }, caller, { to, status: wanted })
      : withoutUpstream()
  }
  const result = await end()
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

async function checked(
  deps: WireDeps,
  request: WireRequest,
  found: Wired,
  result: CheckResult,
): Promise<WireAnswer> {
  // Twilio no longer has it: the next start makes a new one.
  const isOver = result.kind === 'refused' && result.elsewhere?.code === GONE
  if (isOver) await endBy(deps, request)(found.record.id, GONE_AT_TWILIO)
  const isWrong = result.kind === 'refused' && result.error === 'code_incorrect'
  if (result.kind === 'refused' && !isWrong) return refuseCheck(deps, request, result, found)
  const verification = result.verification ?? viewedAt(deps, found)
  const { service } = request.caller
  const { status } = verification
  const shown = { sid: found.sid, service, verification, status, updatedAt: deps.clock.now() }
  return { status: 201, body: checkResource(shown, request.by) }
}

/** Of nothing that is known here: Twilio may have it from before this service stood in front of it. */
async function passOn(
  { upstream }: WireDeps,
  request: WireRequest,
  { to, code }: { to: string | null | undefined; code: string },
): Promise<WireAnswer> {
  const { service } = request.caller
  if (!upstream || service.twilioPercent === 0 || !to) return notFound(resourceOf(request, CHECKS))
  return checkElsewhere(upstream, request.caller, { to, code })
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
  if (!found) return passOn(deps, request, { to, code })
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
