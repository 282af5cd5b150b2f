// Codes by WhatsApp's Cloud API: POST /{phone number id}/messages with an approved template of the category authentication.
// It must not send a text of ours: WhatsApp delivers templates only. Nor hand on a message of Meta's: some quote the number.

import { pickLanguage } from '../../../kernel/language-tag.ts'
import { faultIn, readJson, refuseByCode, toObject } from '../../answers/coded-answer.ts'
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
  wrong,
} from '../../provider-entry.ts'
import { WHATSAPP_CODES } from './codes.ts'
import { createWhatsAppReceipts, type WhatsAppWebhook } from './receipts.ts'

type WhatsAppSettings = {
  accessToken: string
  phoneNumberId: string
  template: string
  /** As Meta writes them: `en_US`, `de`. The first one where the message's own is missing. */
  languages: readonly [string, ...string[]]
  /** Null: no receipts are read. */
  webhook: WhatsAppWebhook | null
  baseUrl: string
}

export const whatsAppCloudEntry = {
  name: 'whatsapp_cloud',
  channels: ['whatsapp'],
  settings: [
    {
      name: 'WHATSAPP_CLOUD_ACCESS_TOKEN',
      description: 'Token of a system user with whatsapp_business_messaging',
      secret: true,
    },
    {
      name: 'WHATSAPP_CLOUD_PHONE_NUMBER_ID',
      description: 'Id of the sender’s phone number (digits)',
    },
    {
      name: 'WHATSAPP_CLOUD_TEMPLATE',
      description: 'Name of the approved template of the category authentication',
    },
    {
      name: 'WHATSAPP_CLOUD_LANGUAGES',
      description:
        'Languages in which the template is approved, as Meta writes them (`en_US, de, pt_BR`); the first one is used where a message’s own is missing',
      default: 'en_US',
    },
    {
      name: 'WHATSAPP_CLOUD_APP_SECRET',
      description: 'For receipts: the secret of the app, with `WHATSAPP_CLOUD_VERIFY_TOKEN`',
      secret: true,
      optional: true,
    },
    {
      name: 'WHATSAPP_CLOUD_VERIFY_TOKEN',
      description: 'For receipts: a text of your own, entered where the webhook is set up',
      secret: true,
      optional: true,
    },
    {
      name: 'WHATSAPP_CLOUD_BASE_URL',
      description: 'The Graph API with its version',
      default: 'https://graph.facebook.com/v23.0',
    },
  ],
  faultOf: (code) => faultIn(WHATSAPP_CODES, code),
  transports: (values) => [
    httpTransport('WHATSAPP_CLOUD_BASE_URL', readWhatsAppSettings(values).baseUrl),
  ],
  read: readWhatsAppSettings,
  toTemplate(values, { locale, code }) {
    const { template, languages } = readWhatsAppSettings(values)
    const variables = { 'in the text': code, 'behind the button': code }
    return { template, language: pickLanguage(locale, languages), variables }
  },
  create: (values, deps) => createWhatsAppProvider(readWhatsAppSettings(values), deps),
} satisfies ProviderEntry

function readWhatsAppSettings(values: SettingValues): WhatsAppSettings {
  return readEach({
    accessToken: () => required(values, 'WHATSAPP_CLOUD_ACCESS_TOKEN'),
    phoneNumberId: () =>
      matching(values, 'WHATSAPP_CLOUD_PHONE_NUMBER_ID', /^\d{5,20}$/, 'is not digits alone'),
    template: () =>
      matching(
        values,
        'WHATSAPP_CLOUD_TEMPLATE',
        /^[a-z0-9_]{1,512}$/,
        'is not the name of a template: small letters, digits and _',
      ),
    languages: () => readLanguages(values),
    webhook: () => readWebhook(values),
    baseUrl: () => baseUrl(values, 'WHATSAPP_CLOUD_BASE_URL'),
  })
}

function matching(values: SettingValues, name: string, form: RegExp, problem: string): string {
  const text = required(values, name)
  if (!form.test(text)) throw wrong(name, problem)
  return text
}

function readLanguages(values: SettingValues): [string, ...string[]] {
  const name = 'WHATSAPP_CLOUD_LANGUAGES'
  const [first = '', ...others] = required(values, name)
    .split(',')
    .map((language) => language.trim())
  const unread = [first, ...others].find((one) => !/^[a-z]{2,3}(_[A-Z]{2})?$/.test(one))
  if (unread !== undefined) throw wrong(name, 'is not like en_US, de')
  return [first, ...others]
}

const MIN_VERIFY_TOKEN = 16

function readWebhook(values: SettingValues): WhatsAppWebhook | null {
  const [secret, token] = ['WHATSAPP_CLOUD_APP_SECRET', 'WHATSAPP_CLOUD_VERIFY_TOKEN']
  if (values[secret] === undefined && values[token] === undefined) return null
  const verifyToken = required(values, token)
  if (verifyToken.length < MIN_VERIFY_TOKEN)
    throw wrong(token, `is under ${MIN_VERIFY_TOKEN} characters`)
  return { appSecret: required(values, secret), verifyToken }
}

function createWhatsAppProvider(settings: WhatsAppSettings, deps: ProviderDeps): Provider {
  const sender = `${settings.baseUrl}/${settings.phoneNumberId}`
  const headers = {
    authorization: `Bearer ${settings.accessToken}`,
    accept: 'application/json',
    'content-type': 'application/json',
  }
  return {
    name: 'whatsapp_cloud',
    channels: ['whatsapp'],
    prepare: deps.http.prepare,
    ...(settings.webhook && { receipts: createWhatsAppReceipts(settings.webhook) }),
    async probe(signal) {
      const url = `${sender}?fields=quality_rating`
      const answer = await deps.http.send({ method: 'GET', url, headers, body: '' }, signal)
      const { verdict, wallMs } = answer
      if (verdict.kind !== 'accepted') return { result: refuse(answer), learned: '', wallMs }
      const { quality_rating: rating } = readJson(answer.body)
      const quality =
        typeof rating === 'string' && /^[A-Z]{1,10}$/.test(rating) ? rating : 'unknown'
      const learned = `WhatsApp accepts the token, and the sender exists (quality: ${quality})`
      return { result: verdict, learned, wallMs }
    },
    async send(message, signal) {
      const body = JSON.stringify(toTemplate(message, settings))
      const url = `${sender}/messages`
      return refine(await deps.http.send({ method: 'POST', url, headers, body }, signal))
    },
  }
}

/** The code twice: in the text, and for the button that copies it. */
function toTemplate(message: OutgoingMessage, { template, languages }: WhatsAppSettings) {
  const parameters = [{ type: 'text', text: message.code }]
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: message.to.replace(/^\+/, ''),
    type: 'template',
    template: {
      name: template,
      language: { code: pickLanguage(message.locale, languages) },
      components: [
        { type: 'body', parameters },
        { type: 'button', sub_type: 'url', index: '0', parameters },
      ],
    },
  }
}

function refuse(answer: HttpAnswer): SendResult {
  const { code } = toObject(readJson(answer.body).error)
  return typeof code === 'number'
    ? refuseByCode(WHATSAPP_CODES, String(code), answer)
    : answer.verdict
}

function refine(answer: HttpAnswer): SendResult {
  if (answer.verdict.kind !== 'accepted') return refuse(answer)
  const { messages } = readJson(answer.body)
  const { id } = toObject(Array.isArray(messages) ? messages[0] : undefined)
  if (typeof id === 'string') return { kind: 'accepted', reference: id }
  return ambiguous('not_confirmed', 'the answer contains no message id')
}
