// Any gateway with an HTTP interface: a URL, headers and a body, with the message filled in.

import { Webhook } from 'standardwebhooks'
import type { Channel } from '../../../kernel/channel.ts'
import { findDuplicateKeys } from '../../../kernel/duplicate-keys.ts'
import type { Provider } from '../../ports.ts'
import {
  httpTransport,
  httpUrl,
  type ProviderDeps,
  type ProviderEntry,
  readAuth,
  readEach,
  required,
  type SettingValues,
  wrong,
} from '../../provider-entry.ts'
import { type AnswerRules, answerRows, judge, readAnswerRules } from './answer.ts'
import { GATEWAY_RECEIPTS } from './receipts.ts'
import {
  checkBodyTemplate,
  checkHeaderTemplates,
  checkUrlTemplate,
  escapeFor,
  fill,
  namesCallback,
  PLACEHOLDER_LIST,
  valuesOf,
  warnOfContent,
} from './template.ts'

const DEFAULT_BODIES = {
  sms: '{"to":"{{to}}","text":"{{text}}","id":"{{delivery_id}}"}',
  email:
    '{"to":"{{to}}","subject":"{{subject}}","text":"{{text}}","html":"{{html}}","id":"{{delivery_id}}"}',
} as const

/** One entry for each channel, both named `http`: each has its own settings. */
export function httpEntry(channel: 'sms' | 'email') {
  const prefix = `HTTP_${channel.toUpperCase()}_`
  return {
    name: 'http',
    channels: [channel],
    settings: [
      {
        name: `${prefix}URL`,
        description: 'The gateway’s address; may contain placeholders',
        secret: true,
      },
      { name: `${prefix}METHOD`, description: 'POST, PUT, PATCH or GET', default: 'POST' },
      {
        name: `${prefix}HEADERS`,
        description:
          'A JSON object; content-type decides how values are escaped (JSON, form, XML). Values may contain {{delivery_id}}, which is sent as Idempotency-Key in any case',
        secret: true,
        free: true as const,
        default: '{"content-type":"application/json"}',
      },
      {
        name: `${prefix}BODY`,
        description: `The body, with ${PLACEHOLDER_LIST}; delivery_id is the same for every try of a send, attempt_id is not`,
        default: DEFAULT_BODIES[channel],
        hidden: true,
        free: true as const,
      },
      { name: `${prefix}SENDER`, description: 'For {{sender}}', optional: true },
      {
        name: `${prefix}SECRET`,
        description: 'Signs each request by Standard Webhooks (whsec_…, base64)',
        secret: true,
        optional: true,
      },
      ...answerRows(prefix),
    ],
    warnings: (values) => warnOfContent(prefix, channel, readGateway(values, prefix, channel)),
    transports: (values) => [
      httpTransport(`${prefix}URL`, readGateway(values, prefix, channel).url),
    ],
    read: (values) => readGateway(values, prefix, channel),
    create: (values, deps) => createHttpProvider(readGateway(values, prefix, channel), deps),
  } satisfies ProviderEntry
}

export type HttpGatewaySettings = AnswerRules & {
  channel: Channel
  /** With placeholders; their values are percent-encoded. */
  url: string
  method: string
  /** Lower-case names, with placeholders for ids; `content-type` decides how the body's values are escaped. */
  headers: Readonly<Record<string, string>>
  body: string
  /** For `{{sender}}`. */
  sender: string
  /** Signs by Standard Webhooks: the webhook-* headers. null: not signed. */
  secret: string | null
}

export function createHttpProvider(settings: HttpGatewaySettings, deps: ProviderDeps): Provider {
  const { method, secret } = settings
  const escapeBody = escapeFor(settings.headers['content-type'] ?? '')
  const signer = secret === null ? null : new Webhook(secret)
  return {
    name: 'http',
    channels: [settings.channel],
    prepare: deps.http.prepare,
    ...(namesCallback(settings) && { receipts: GATEWAY_RECEIPTS }),
    async probe(signal) {
      // Any request to the address itself may send a message; a HEAD of the root cannot.
      const url = new URL('/', settings.url).href
      const asked = { method: 'HEAD', url, headers: {}, body: '' } // mutant: C71.doctor-sends-nothing
      const { status, verdict, wallMs } = await deps.http.send(asked, signal)
      if (status === null) return { result: verdict, learned: '', wallMs }
      const learned = `the gateway answers (${status} to HEAD /); countersign providers test shows whether it accepts messages`
      return { result: { kind: 'accepted', reference: null }, learned, wallMs }
    },
    async send(message, signal) {
      const values = valuesOf(message, settings.sender)
      const body = fill(settings.body, values, escapeBody)
      const url = fill(settings.url, values, encodeURIComponent)
      const headers = Object.entries(settings.headers).map(([name, value]) => [
        name,
        fill(value, values, (id) => id),
      ])
      const request = {
        method,
        url,
        headers: {
          // The same for every try: a gateway that accepted the message before its answer was lost recognises it.
          'idempotency-key': message.deliveryId, // mutant: C67.stable-idempotency-key
          ...Object.fromEntries(headers),
          ...(signer && sign(signer, message.deliveryId, new Date(deps.clock.now()), body)), // mutant: C67.stable-webhook-id
        },
        body,
      }
      return judge(await deps.http.send(request, signal), settings)
    },
  }
}

/** The id is that of the message, the time that of the try (Standard Webhooks, "Webhook Headers"). */
function sign(webhook: Webhook, id: string, at: Date, body: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, at, body),
  }
}

function readGateway(values: SettingValues, prefix: string, channel: Channel): HttpGatewaySettings {
  const { url, auth, content, headers, ...rest } = readEach({
    url: () => checkUrlTemplate(`${prefix}URL`, httpUrl(values, `${prefix}URL`)),
    auth: () => basicAuth(values, `${prefix}URL`),
    method: () => readMethod(values, `${prefix}METHOD`),
    headers: () => checkHeaderTemplates(`${prefix}HEADERS`, headerMap(values, `${prefix}HEADERS`)),
    content: () => readContent(values, prefix),
    secret: () => readSecret(values, `${prefix}SECRET`),
    rules: () => readAnswerRules(values, prefix),
  })
  const { 'content-type': _, ...others } = headers
  return {
    channel,
    url: url.replace(USER_INFO, '$1'),
    method: rest.method,
    headers: { ...(content && { 'content-type': content.type }), ...auth, ...others },
    body: content?.body ?? '',
    sender: values[`${prefix}SENDER`] ?? '',
    secret: rest.secret,
    ...rest.rules,
  }
}

function readMethod(values: SettingValues, name: string): string {
  const method = required(values, name).toUpperCase()
  if (!['POST', 'PUT', 'PATCH', 'GET'].includes(method))
    throw wrong(name, 'is not one of POST, PUT, PATCH, GET')
  return method
}

/** RFC 9110 §9.3.1: the body of a GET has no meaning, and neither does its type. */
function readContent(values: SettingValues, prefix: string): { type: string; body: string } | null {
  if (readMethod(values, `${prefix}METHOD`) === 'GET') return null // mutant: C67.bodyless-get
  const { 'content-type': type = 'application/json' } = headerMap(values, `${prefix}HEADERS`)
  const body = required(values, `${prefix}BODY`)
  checkBodyTemplate(`${prefix}BODY`, body, type)
  return { type, body }
}

const USER_INFO = /^(https?:\/\/)[^/?#@]*@/i

/** `https://user:password@host`, as people write it, is sent as in RFC 7617. */
function basicAuth(values: SettingValues, setting: string): Record<string, string> {
  const text = values[setting] ?? ''
  const auth = URL.canParse(text) ? readAuth(new URL(text), setting) : null
  if (!auth) return {}
  const pair = Buffer.from(`${auth.user}:${auth.pass}`).toString('base64')
  return { authorization: `Basic ${pair}` }
}

function readSecret(values: SettingValues, name: string): string | null {
  const secret = values[name]
  if (secret === undefined || secret === '') return null
  try {
    new Webhook(secret)
    return secret
  } catch {
    throw wrong(name, 'is not base64, with or without whsec_ before it')
  }
}

/** A JSON object of strings; names come back in lower case (RFC 9110 §5.1). */
function headerMap(values: SettingValues, name: string): Record<string, string> {
  const malformed = wrong(name, 'is not a JSON object of header names and texts')
  let parsed: unknown
  try {
    parsed = JSON.parse(required(values, name))
  } catch {
    throw malformed
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw malformed
  const names = Object.keys(parsed).map((key) => key.toLowerCase())
  // mutants: C69.header-case-twice C69.header-twice-refused
  if (new Set(names).size < names.length || findDuplicateKeys(required(values, name)).length > 0)
    throw wrong(name, 'names a header twice: remove one of them')
  const entries = Object.entries(parsed).map(([key, value]): [string, string] => {
    // RFC 9110 §5.5 and §5.6.2: a token, and a value without control characters.
    const isName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(key)
    if (!isName || typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw malformed
    return [key.toLowerCase(), value]
  })
  return Object.fromEntries(entries)
}
