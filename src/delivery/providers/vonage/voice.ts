// Calls by Vonage: POST /v1/calls (Voice API v1), by an application's JWT. The call's words are fetched from us.
// It must not give a code to Vonage before a key was pressed.

import { type Codes, faultIn, readJson, refuseByCode } from '../../answers/coded-answer.ts'
import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
  type Provider,
  permanent,
  type SendResult,
} from '../../ports.ts'
import {
  baseUrl,
  httpTransport,
  type ProviderDeps,
  type ProviderEntry,
  readEach,
  required,
  type SettingValues,
  wrong,
} from '../../provider-entry.ts'
import { bodyOf, idOf, timeOf } from '../../receipts/callbacks.ts'
import type { ReceiptReader } from '../../receipts/ports.ts'
import { LASTS, RINGS, receiptOfEnd } from '../call/call.ts'
import { codeOf, VONAGE_CODES } from './codes.ts'
import { createAuthorization, readApplication, type VonageApplication } from './login.ts'
import { vonageCall } from './ncco.ts'
import { createVonageReceipts, readSignatureSecret, VONAGE_SECRET_ROW } from './receipts.ts'
import { APPLICATION_ROWS, BASE_URL_ROW } from './rows.ts'

type VoiceSettings = {
  login: VonageApplication
  from: string
  baseUrl: string
  signatureSecret: string
}

export const vonageVoiceEntry = {
  name: 'vonage',
  channels: ['voice'],
  settings: [
    {
      name: 'VONAGE_VOICE_FROM',
      description:
        'Caller: a number of the application (+…), with the capability Voice. It needs `PUBLIC_URL` and `VOICE_COUNTRIES`',
    },
    ...APPLICATION_ROWS,
    BASE_URL_ROW,
    { ...VONAGE_SECRET_ROW, optional: false },
  ],
  faultOf: (code) => faultIn(CALL_CODES, code) ?? faultIn(VONAGE_CODES, code),
  transports: (values) => [httpTransport('VONAGE_BASE_URL', readVoiceSettings(values).baseUrl)],
  read: readVoiceSettings,
  create: (values, deps) => createVonageVoice(readVoiceSettings(values), deps),
} satisfies ProviderEntry

function readVoiceSettings(values: SettingValues): VoiceSettings {
  return readEach({
    login: () => readApplication(values),
    from: () => readCaller(values),
    baseUrl: () => baseUrl(values, 'VONAGE_BASE_URL'),
    signatureSecret: () => {
      const secret = readSignatureSecret(values)
      if (secret === null) throw wrong(VONAGE_SECRET_ROW.name, 'is missing')
      return secret
    },
  })
}

function readCaller(values: SettingValues): string {
  const from = required(values, 'VONAGE_VOICE_FROM')
  if (!/^\+?[1-9]\d{6,14}$/.test(from))
    throw wrong('VONAGE_VOICE_FROM', 'is not a number like +15005550006')
  return from.replace(/^\+/, '')
}

/** The last status of a call. */
export const CALL_CODES: Codes = {
  busy: ['recipient', 'the line is busy'],
  unanswered: ['recipient', 'nobody answered'],
  rejected: ['message', 'the call was rejected'],
  failed: ['message', 'the call could not be connected'],
  cancelled: ['message', 'the call was canceled'],
}

function createCallReceipts(secret: string): ReceiptReader {
  return {
    url: 'message',
    verify: createVonageReceipts(secret).verify,
    read(callback) {
      const { uuid, status, timestamp } = bodyOf(callback)
      if (typeof uuid !== 'string') return undefined
      const tryId = idOf(callback.query.get('try'))
      const about = { tryId, reference: idOf(uuid), at: timeOf(timestamp) }
      // Our own `timeout` is that of a request.
      const code = status === 'timeout' ? 'unanswered' : String(status)
      const receipt = receiptOfEnd(code, CALL_CODES, about)
      return receipt ? [receipt] : []
    },
  }
}

function toCall({ to, callUrl, callbackUrl }: OutgoingMessage, from: string) {
  return {
    to: [{ type: 'phone', number: to.replace(/^\+/, '') }],
    from: { type: 'phone', number: from },
    answer_url: [callUrl],
    answer_method: 'POST',
    ...(callbackUrl !== null && { event_url: [callbackUrl], event_method: 'POST' }),
    ringing_timer: RINGS,
    length_timer: LASTS,
  }
}

function createVonageVoice(settings: VoiceSettings, deps: ProviderDeps): Provider {
  const { from, login, signatureSecret } = settings
  const url = `${settings.baseUrl}/v1/calls`
  const authorize = createAuthorization(login)
  const headers = () => ({
    authorization: authorize(deps.clock.now()),
    accept: 'application/json',
    'content-type': 'application/json',
  })
  return {
    name: 'vonage',
    channels: ['voice'],
    prepare: deps.http.prepare,
    receipts: createCallReceipts(signatureSecret),
    call: vonageCall,
    async send(message, signal) {
      // No start of the process comes this far without PUBLIC_URL.
      if (message.callUrl === null)
        return permanent('account', 'no_public_url', 'Vonage cannot ask what to say')
      const body = JSON.stringify(toCall(message, from))
      return refine(await deps.http.send({ method: 'POST', url, headers: headers(), body }, signal))
    },
  }
}

function refine(answer: HttpAnswer): SendResult {
  const { uuid, ...problem } = readJson(answer.body)
  if (answer.verdict.kind !== 'accepted') {
    const code = codeOf(problem)
    return code === undefined ? answer.verdict : refuseByCode(VONAGE_CODES, code, answer)
  }
  if (typeof uuid === 'string') return { kind: 'accepted', reference: uuid }
  return ambiguous('not_confirmed', 'the answer contains no call id')
}
