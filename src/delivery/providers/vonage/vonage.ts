// SMS by Vonage: POST /v1/messages (Messages API, specification 1.20.0), by an application's JWT or by key and secret.
// It must not hand on a title or detail of Vonage's: some quote the number.

import { faultIn, readJson, refuseByCode } from '../../answers/coded-answer.ts'
import { type IndiaIds, indiaIdsFor, indiaSettings, readIndiaIds } from '../../india.ts'
import {
  ambiguous,
  type HttpAnswer,
  type OutgoingMessage,
  type Provider,
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
} from '../../provider-entry.ts'
import { codeOf, VONAGE_CODES } from './codes.ts'
import { createAuthorization, readLogin, type VonageLogin } from './login.ts'
import { createVonageReceipts, readSignatureSecret, VONAGE_SECRET_ROW } from './receipts.ts'
import { APPLICATION_ROWS, BASE_URL_ROW } from './rows.ts'

type VonageSettings = {
  login: VonageLogin
  from: string
  baseUrl: string
  india: IndiaIds | null
  /** Null: no receipts are asked for. */
  signatureSecret: string | null
}

export const vonageEntry = {
  name: 'vonage',
  channels: ['sms'],
  settings: [
    {
      name: 'VONAGE_FROM',
      description: 'Sender: a number (+…) or an alphanumeric sender',
    },
    ...APPLICATION_ROWS.map((row) => ({ ...row, optional: true })),
    {
      name: 'VONAGE_API_KEY',
      description: 'In place of an application: the account’s API key, with `VONAGE_API_SECRET`',
      optional: true,
    },
    {
      name: 'VONAGE_API_SECRET',
      description: 'The secret of the API key',
      secret: true,
      optional: true,
    },
    BASE_URL_ROW,
    VONAGE_SECRET_ROW,
    ...indiaSettings('VONAGE'),
  ],
  faultOf: (code) => faultIn(VONAGE_CODES, code),
  transports: (values) => [httpTransport('VONAGE_BASE_URL', readVonageSettings(values).baseUrl)],
  read: readVonageSettings,
  create: (values, deps) => createVonageProvider(readVonageSettings(values), deps),
} satisfies ProviderEntry

function readVonageSettings(values: SettingValues): VonageSettings {
  return readEach({
    login: () => readLogin(values),
    from: () => required(values, 'VONAGE_FROM'),
    baseUrl: () => baseUrl(values, 'VONAGE_BASE_URL'),
    india: () => readIndiaIds(values, 'VONAGE'),
    signatureSecret: () => readSignatureSecret(values),
  })
}

function createVonageProvider(settings: VonageSettings, deps: ProviderDeps): Provider {
  const url = `${settings.baseUrl}/v1/messages`
  const authorize = createAuthorization(settings.login)
  const post = (body: unknown, signal: AbortSignal) => {
    const headers = {
      authorization: authorize(deps.clock.now()),
      accept: 'application/json',
      'content-type': 'application/json',
    }
    return deps.http.send({ method: 'POST', url, headers, body: JSON.stringify(body) }, signal)
  }
  return {
    name: 'vonage',
    channels: ['sms'],
    prepare: deps.http.prepare,
    ...(settings.signatureSecret !== null && {
      receipts: createVonageReceipts(settings.signatureSecret),
    }),
    async probe(signal) {
      // A message without recipient, sender and text: a login that is accepted gets 422, and nothing is sent.
      const answer = await post({}, signal)
      const { status, wallMs } = answer
      if (status !== 422) return { result: refine(answer), learned: '', wallMs }
      const learned = 'Vonage accepts the login (and refuses an empty message, as it should)'
      return { result: { kind: 'accepted', reference: null }, learned, wallMs }
    },
    async send(message, signal) {
      return refine(await post(toMessage(message, settings, deps.clock.now()), signal))
    },
  }
}

/** Vonage's bounds of ttl, seconds. */
const TTL = { min: 20, max: 604_800 } as const

function toMessage(message: OutgoingMessage, { from, india }: VonageSettings, now: number) {
  const left = Math.floor((message.expiresAt - now) / 1000)
  const ids = indiaIdsFor(message.to, india)
  const sms = ids && {
    entity_id: ids.entityId,
    ...(ids.templateId !== null && { content_id: ids.templateId }),
  }
  return {
    channel: 'sms',
    message_type: 'text',
    to: message.to.replace(/^\+/, ''),
    from: from.replace(/^\+/, ''),
    text: message.text,
    client_ref: message.deliveryId,
    ttl: Math.min(TTL.max, Math.max(TTL.min, left)),
    ...(sms && { sms }),
    ...(message.callbackUrl !== null && {
      webhook_url: message.callbackUrl,
      webhook_version: 'v1',
    }),
  }
}

function refine(answer: HttpAnswer): SendResult {
  const problem = readJson(answer.body)
  if (answer.verdict.kind !== 'accepted') {
    const code = codeOf(problem)
    return code === undefined ? answer.verdict : refuseByCode(VONAGE_CODES, code, answer)
  }
  const { message_uuid: id } = problem
  if (typeof id === 'string') return { kind: 'accepted', reference: id } // mutant: C67.vonage-answer-shape
  return ambiguous('not_confirmed', 'the answer contains no message id')
}
