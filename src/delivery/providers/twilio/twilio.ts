// SMS by Twilio: POST /2010-04-01/Accounts/{sid}/Messages.json, and GET of one of them (twilio_api_v2010 of twilio-oai).
// It must not read an answer to a message: account.ts does.

import { faultIn } from '../../answers/coded-answer.ts'
import type { OutgoingMessage, Provider } from '../../ports.ts'
import {
  httpTransport,
  type ProviderDeps,
  type ProviderEntry,
  readEach,
  required,
  type SettingValues,
} from '../../provider-entry.ts'
import {
  ACCOUNT_SETTINGS,
  accountParts,
  openAccount,
  senderOf,
  type TwilioAccount,
} from './account.ts'
import { TWILIO_CODES } from './codes.ts'
import { createTwilioReceipts, readMessage, statusCallback } from './receipts.ts'

type TwilioSettings = TwilioAccount & {
  /** E.164, an alphanumeric sender, or a Messaging Service (MG…). */
  from: string
}

export const twilioEntry = {
  name: 'twilio',
  channels: ['sms'],
  settings: [
    ...ACCOUNT_SETTINGS,
    {
      name: 'TWILIO_FROM',
      description: 'Sender: a number (+…), an alphanumeric sender, or a Messaging Service (MG…)',
    },
  ],
  faultOf: (code) => faultIn(TWILIO_CODES, code),
  transports: (values) => [httpTransport('TWILIO_BASE_URL', readTwilioSettings(values).baseUrl)],
  read: readTwilioSettings,
  create: (values, deps) => createTwilioProvider(readTwilioSettings(values), deps),
} satisfies ProviderEntry

function readTwilioSettings(values: SettingValues): TwilioSettings {
  return readEach({ ...accountParts(values), from: () => required(values, 'TWILIO_FROM') })
}

/** Twilio's bounds of ValidityPeriod, seconds. */
const VALIDITY = { min: 1, max: 36_000 } as const

export function createTwilioProvider(settings: TwilioSettings, deps: ProviderDeps): Provider {
  const { from, authToken } = settings
  const { post, askBy, probe } = openAccount(settings, 'Messages', deps)
  return {
    name: 'twilio',
    channels: ['sms'],
    prepare: deps.http.prepare,
    receipts: createTwilioReceipts(authToken),
    ask: askBy(readMessage),
    probe,
    send(message, signal) {
      const fields: [string, string][] = [
        ['To', message.to],
        ['ValidityPeriod', String(validitySeconds(message, deps.clock.now()))],
        senderOf(from),
        ['Body', message.text],
        ...statusCallback(message),
      ]
      return post(fields, signal)
    },
  }
}

/** A message that waits at the carrier until after the code has expired is useless. */
function validitySeconds(message: OutgoingMessage, now: number): number {
  const left = Math.floor((message.expiresAt - now) / 1000)
  return Math.min(VALIDITY.max, Math.max(VALIDITY.min, left))
}
