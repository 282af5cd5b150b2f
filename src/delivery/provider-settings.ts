// The settings of each provider: names, descriptions and defaults as data, and their typed reading.
// It must not make a provider or reach the network.

import { Webhook } from 'standardwebhooks'
import type { Channel } from '../kernel/channel.ts'
import {
  answerSettings,
  checkBodyTemplate,
  checkHeaderTemplates,
  checkUrlTemplate,
  readAnswerRules,
  warnOfContent,
} from './gateway-rules.ts'
import type { HttpGatewaySettings } from './providers/http/http.ts'
import { PLACEHOLDERS } from './providers/http/template.ts'
import type { TwilioSettings } from './providers/twilio.ts'
import {
  headerMap,
  httpTransport,
  httpUrl,
  ProviderSettingError,
  readAuth,
  readEach,
  required,
  type SettingValues,
} from './setting-values.ts'

export const twilioEntry = {
  name: 'twilio',
  channels: ['sms'] as const,
  settings: [
    { name: 'TWILIO_ACCOUNT_SID', description: 'Account SID (AC…)' },
    { name: 'TWILIO_AUTH_TOKEN', description: 'Auth token', secret: true },
    {
      name: 'TWILIO_FROM',
      description: 'Sender: a number (+…), an alphanumeric sender, or a Messaging Service (MG…)',
    },
    {
      name: 'TWILIO_BASE_URL',
      description: 'Twilio’s host, for regions and tests',
      default: 'https://api.twilio.com',
    },
  ],
  transports: (values: SettingValues) => [
    httpTransport('TWILIO_BASE_URL', twilioEntry.read(values).baseUrl),
  ],
  read(values: SettingValues): TwilioSettings {
    return readEach({
      accountSid: () => required(values, 'TWILIO_ACCOUNT_SID'),
      authToken: () => required(values, 'TWILIO_AUTH_TOKEN'),
      from: () => required(values, 'TWILIO_FROM'),
      baseUrl: () => httpUrl(values, 'TWILIO_BASE_URL'),
    })
  },
}

const DEFAULT_BODIES = {
  sms: '{"to":"{{to}}","text":"{{text}}","id":"{{delivery_id}}"}',
  email:
    '{"to":"{{to}}","subject":"{{subject}}","text":"{{text}}","html":"{{html}}","id":"{{delivery_id}}"}',
} as const

const BODY_NAMES = PLACEHOLDERS.map((name) => `{{${name}}}`).join(' ')

/** One entry a channel, both named `http`: each has settings of its own. */
export function httpEntry(channel: Extract<Channel, 'sms' | 'email'>) {
  const prefix = `HTTP_${channel.toUpperCase()}_`
  return {
    name: 'http',
    channels: [channel],
    settings: [
      {
        name: `${prefix}URL`,
        description: 'The gateway’s address; may hold placeholders',
        secret: true,
      },
      { name: `${prefix}METHOD`, description: 'POST, PUT, PATCH or GET', default: 'POST' },
      {
        name: `${prefix}HEADERS`,
        description:
          'A JSON object; content-type decides how values are escaped (JSON, form, XML). Values may hold {{delivery_id}}, which is sent as Idempotency-Key in any case',
        secret: true,
        free: true as const,
        default: '{"content-type":"application/json"}',
      },
      {
        name: `${prefix}BODY`,
        description: `The body, with ${BODY_NAMES}; delivery_id is the same for every try of a send, attempt_id is not`,
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
      ...answerSettings(prefix),
    ],
    warnings: (values: SettingValues) =>
      warnOfContent(prefix, channel, readGateway(values, prefix, channel)),
    transports: (values: SettingValues) => [
      httpTransport(`${prefix}URL`, readGateway(values, prefix, channel).url),
    ],
    read: (values: SettingValues) => readGateway(values, prefix, channel),
  }
}

function readGateway(values: SettingValues, prefix: string, channel: Channel): HttpGatewaySettings {
  const { url, auth, content, headers, ...rest } = readEach({
    url: () => readUrl(values, `${prefix}URL`),
    auth: () => basicAuth(values, `${prefix}URL`),
    method: () => readMethod(values, `${prefix}METHOD`),
    headers: () => readHeaders(values, `${prefix}HEADERS`),
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

function readUrl(values: SettingValues, name: string): string {
  const url = httpUrl(values, name)
  checkUrlTemplate(name, url)
  return url
}

function readMethod(values: SettingValues, name: string): string {
  const method = required(values, name).toUpperCase()
  if (!['POST', 'PUT', 'PATCH', 'GET'].includes(method))
    throw new ProviderSettingError(name, 'is not one of POST, PUT, PATCH, GET')
  return method
}

function readHeaders(values: SettingValues, name: string): Record<string, string> {
  const headers = headerMap(values, name)
  checkHeaderTemplates(name, headers)
  return headers
}

/** RFC 9110 §9.3.1: a body of a GET has no meaning, and so has its type. */
function readContent(values: SettingValues, prefix: string): { type: string; body: string } | null {
  if (readMethod(values, `${prefix}METHOD`) === 'GET') return null // mutant: C67.bodyless-get
  const { 'content-type': type = 'application/json' } = headerMap(values, `${prefix}HEADERS`)
  const body = required(values, `${prefix}BODY`)
  checkBodyTemplate(`${prefix}BODY`, body, type)
  return { type, body }
}

const USER_INFO = /^(https?:\/\/)[^/?#@]*@/i

/** `https://user:password@host` as people write it: sent as RFC 7617 says. */
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
    throw new ProviderSettingError(name, 'is not base64, with or without whsec_ before it')
  }
}
