// Codes on WhatsApp by Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json with a content template of the type whatsapp/authentication.
// It must not send a text of ours: WhatsApp delivers templates only.

import { pickLanguage } from '../../../kernel/language-tag.ts'
import { faultIn } from '../../answers/coded-answer.ts'
import type { OutgoingMessage, Provider } from '../../ports.ts'
import {
  httpTransport,
  type ProviderDeps,
  type ProviderEntry,
  readEach,
  required,
  type SettingValues,
  wrong,
} from '../../provider-entry.ts'
import {
  ACCOUNT_SETTINGS,
  accountParts,
  isNumber,
  isService,
  openAccount,
  senderOf,
  type TwilioAccount,
} from './account.ts'
import { TWILIO_CODES } from './codes.ts'
import { createTwilioReceipts, readMessage, statusCallback } from './receipts.ts'

const [FROM, CONTENT] = ['TWILIO_WHATSAPP_FROM', 'TWILIO_WHATSAPP_CONTENT_SID'] as const

/** In one language each; the first one where the message's own is missing. */
type Contents = { languages: readonly [string, ...string[]]; sids: ReadonlyMap<string, string> }

type WhatsAppSettings = TwilioAccount & {
  /** A number, or a Messaging Service (MG…). */
  from: string
  contents: Contents
}

export const twilioWhatsAppEntry = {
  name: 'twilio',
  channels: ['whatsapp'],
  settings: [
    ...ACCOUNT_SETTINGS,
    {
      name: FROM,
      description: 'Sender on WhatsApp: its number (+…), or a Messaging Service with one (MG…)',
    },
    {
      name: CONTENT,
      description:
        'The approved content template of the type whatsapp/authentication (`HX…`), or one for each language: `en=HX…, de=HX…`; the first one is used where a message’s own is missing',
    },
  ],
  faultOf: (code) => faultIn(TWILIO_CODES, code),
  transports: (values) => [httpTransport('TWILIO_BASE_URL', readSettings(values).baseUrl)],
  read: readSettings,
  toTemplate(values, { locale, code }) {
    const { language, sid } = contentFor(locale, readSettings(values).contents)
    return { template: sid, language: language === '' ? null : language, variables: { 1: code } }
  },
  create: (values, deps) => createTwilioWhatsApp(readSettings(values), deps),
} satisfies ProviderEntry

function readSettings(values: SettingValues): WhatsAppSettings {
  return readEach({
    ...accountParts(values),
    from: () => readSender(required(values, FROM)),
    contents: () => readContents(required(values, CONTENT)),
  })
}

function readSender(text: string): string {
  const from = text.replace(/^whatsapp:/, '')
  if (isNumber(from) || isService(from)) return from
  throw wrong(FROM, 'is neither a number like +15005550006 nor a Messaging Service (MG…)')
}

/** `HX…` alone is for every language. */
function readContents(text: string): Contents {
  const pairs = text.split(',').map((part): [string, string] => {
    const [, language = '', sid = ''] =
      /^(?:([a-z]{2,3}(?:_[A-Z]{2})?) *= *)?(HX[0-9a-f]{32})$/i.exec(part.trim()) ?? []
    return [language, sid]
  })
  const [first = '', ...others] = pairs.map(([language]) => language)
  const isUnread = pairs.some(([, sid]) => sid === '')
  const isUnclear = others.length > 0 && [first, ...others].includes('')
  if (isUnread || isUnclear || new Set([first, ...others]).size < pairs.length)
    throw wrong(CONTENT, 'is neither a template like HX… (32 digits) nor like en=HX…, de=HX…')
  return { languages: [first, ...others], sids: new Map(pairs) }
}

function contentFor(locale: string, { languages, sids }: Contents) {
  const language = pickLanguage(locale, languages)
  return { language, sid: sids.get(language) ?? '' }
}

function createTwilioWhatsApp(settings: WhatsAppSettings, deps: ProviderDeps): Provider {
  const { from, contents } = settings
  const { post, askBy, probe } = openAccount(settings, 'Messages', deps)
  const sender = senderOf(from, 'whatsapp:')
  return {
    name: 'twilio',
    channels: ['whatsapp'],
    prepare: deps.http.prepare,
    receipts: createTwilioReceipts(settings.authToken, 'whatsapp:'),
    probe,
    ask: askBy(readMessage),
    send: (message, signal) => post(fieldsOf(message, sender, contents), signal),
  }
}

function fieldsOf(
  message: OutgoingMessage,
  sender: [string, string],
  contents: Contents,
): [string, string][] {
  return [
    ['To', `whatsapp:${message.to}`],
    sender,
    ['ContentSid', contentFor(message.locale, contents).sid],
    // The one variable of an authentication template: in its text, and behind its button.
    ['ContentVariables', JSON.stringify({ 1: message.code })],
    ...statusCallback(message),
  ]
}
