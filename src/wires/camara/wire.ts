// CAMARA's One Time Password SMS (version 1) over the domain: a code is sent, and validated by its authenticationId.
// It must not decide anything about a code, nor let a caller's text into a message: a message chooses one of the service's own.

import type { Keyring } from '../../kernel/keyring.ts'
import type { Caller, EndUser, VerificationService } from '../../verification/api.ts'
import type { ServicePolicy } from '../../verification/policy.ts'
import { wireMacs } from '../../verification/session-mac.ts'
import { openRecipient } from '../../verification/view.ts'
import type { Wired, WireStore } from '../../verification/wire-ports.ts'
import { type CamaraError, errorOf, expired, invalid, unknown } from './errors.ts'

const WIRE = 'camara'
/** Their protocol has no such word: what one service starts by it is all for one thing. */
const PURPOSE = 'login'

/** E.164, as theirs has it. */
const PHONE_NUMBER = /^\+[1-9]\d{4,14}$/
const MAX_MESSAGE_LENGTH = 160
const CODE = '{{code}}'
const MAX_CODE_LENGTH = 10
const MAX_ID_LENGTH = 36
const AUTHENTICATION_ID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

export type CamaraDeps = {
  service: VerificationService
  wires: WireStore
  keyring: Keyring
  /** What a message may be, each with its language. */
  textsOf(service: ServicePolicy): ReadonlyMap<string, string>
  createId(): string
}
export type CamaraRequest = { caller: Caller; body: Record<string, unknown>; endUser: EndUser }
export type CamaraAnswer = { status: 200; body: object } | { status: 204 } | CamaraError

/** Strings of a request that has these fields and no other. */
function readFields<Name extends string>(
  body: Record<string, unknown>,
  names: readonly Name[],
): Record<Name, string> | CamaraError {
  const other = Object.keys(body).some((name) => !names.includes(name as Name))
  if (other) return invalid(`The fields are ${names.join(' and ')}, and no other.`)
  for (const name of names)
    if (typeof body[name] !== 'string' || body[name] === '')
      return invalid(`${name} is required: a string.`)
  return body as Record<Name, string>
}

const isError = (read: object): read is CamaraError => 'status' in read

function checkMessage(message: string, texts: ReadonlyMap<string, string>): CamaraError | string {
  if (!message.includes(CODE)) return invalid(`message has no ${CODE}.`)
  if ([...message].length > MAX_MESSAGE_LENGTH)
    return invalid(`message has at most ${MAX_MESSAGE_LENGTH} characters.`)
  const locale = texts.get(message) // mutant: C96.own-texts
  if (locale !== undefined) return locale
  const [first = ''] = texts.keys()
  return invalid(`message is none of the texts of this service. One of them is: ${first}`)
}

async function sendCode(deps: CamaraDeps, request: CamaraRequest): Promise<CamaraAnswer> {
  const { caller, endUser } = request
  const fields = readFields(request.body, ['phoneNumber', 'message'])
  if (isError(fields)) return fields
  if (!PHONE_NUMBER.test(fields.phoneNumber))
    return invalid('phoneNumber is a number in E.164: + and 5 to 15 digits.')
  const locale = checkMessage(fields.message, deps.textsOf(caller.service))
  if (typeof locale !== 'string') return locale
  const sid = deps.createId()
  const result = await deps.service.start(caller, {
    ...{ to: fields.phoneNumber, channel: 'sms', channels: null, country: null, locale, endUser },
    ...{ purpose: PURPOSE, session: null, authenticated: false, decoy: false, metadata: {} },
    ...{ codeLength: null, ttlSeconds: null, challenge: null, idempotency: null },
    wire: { wire: WIRE, sid, isOneAtATime: false },
  })
  if (result.kind === 'refused') return errorOf(result, 'send')
  return { status: 200, body: { authenticationId: sid } }
}

/** A code that is sent later to the same number takes the place of this one. */
async function isReplaced(deps: CamaraDeps, { name }: ServicePolicy, { sid, record }: Wired) {
  const address = openRecipient(deps.keyring, record)
  const sessionMacs = wireMacs(deps.keyring, { service: name, wire: WIRE, address })
  const newest = await deps.wires.newest(name, { wire: WIRE, sessionMacs })
  return newest !== undefined && newest.sid !== sid
}

async function validateCode(deps: CamaraDeps, request: CamaraRequest): Promise<CamaraAnswer> {
  const { caller, endUser } = request
  const fields = readFields(request.body, ['authenticationId', 'code'])
  if (isError(fields)) return fields
  const { authenticationId, code } = fields
  if (code.length > MAX_CODE_LENGTH)
    return invalid(`code has at most ${MAX_CODE_LENGTH} characters.`)
  if (authenticationId.length > MAX_ID_LENGTH)
    return invalid(`authenticationId has at most ${MAX_ID_LENGTH} characters.`)
  const key = { wire: WIRE, sid: authenticationId } as const
  const found = AUTHENTICATION_ID.test(authenticationId)
    ? await deps.wires.find(caller.service.name, key)
    : undefined
  if (!found) return unknown()
  if (await isReplaced(deps, caller.service, found)) return expired() // mutant: C96.newest-only
  const result = await deps.service.check(caller, {
    ...{ id: found.record.id, code, purpose: PURPOSE, endUser, idempotency: null, wire: WIRE },
    ...{ to: null, country: null, subject: null, session: null },
  })
  return result.kind === 'refused' ? errorOf(result, 'validate') : { status: 204 }
}

export type CamaraWire = Record<
  'sendCode' | 'validateCode',
  (request: CamaraRequest) => Promise<CamaraAnswer>
>

export const createCamaraWire = (deps: CamaraDeps): CamaraWire => ({
  sendCode: (request) => sendCode(deps, request),
  validateCode: (request) => validateCode(deps, request),
})
