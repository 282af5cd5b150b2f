// Calls by Twilio: POST /2010-04-01/Accounts/{sid}/Calls.json (twilio_api_v2010 of twilio-oai). The call's words are fetched from us.
// It must not give a code to Twilio before a key was pressed.

import { faultIn } from '../../answers/coded-answer.ts'
import { type Provider, permanent } from '../../ports.ts'
import {
  httpTransport,
  type ProviderDeps,
  type ProviderEntry,
  readEach,
  required,
  type SettingValues,
  wrong,
} from '../../provider-entry.ts'
import { LASTS, RINGS } from '../call/call.ts'
import {
  ACCOUNT_SETTINGS,
  accountParts,
  isNumber,
  openAccount,
  type TwilioAccount,
} from './account.ts'
import { createCallReceipts, readCall } from './call-receipts.ts'
import { TWILIO_CODES } from './codes.ts'
import { statusCallback } from './receipts.ts'
import { twilioCall } from './twiml.ts'

type VoiceSettings = TwilioAccount & { from: string }

export const twilioVoiceEntry = {
  name: 'twilio',
  channels: ['voice'],
  settings: [
    ...ACCOUNT_SETTINGS,
    {
      name: 'TWILIO_VOICE_FROM',
      description:
        'Caller: a number of the account (+…) that can call. It needs `PUBLIC_URL` and `VOICE_COUNTRIES`',
    },
  ],
  faultOf: (code) => faultIn(TWILIO_CODES, code),
  transports: (values) => [httpTransport('TWILIO_BASE_URL', readVoiceSettings(values).baseUrl)],
  read: readVoiceSettings,
  create: (values, deps) => createTwilioVoice(readVoiceSettings(values), deps),
} satisfies ProviderEntry

function readVoiceSettings(values: SettingValues): VoiceSettings {
  return readEach({ ...accountParts(values), from: () => readCaller(values, 'TWILIO_VOICE_FROM') })
}

function readCaller(values: SettingValues, name: string): string {
  const from = required(values, name)
  if (!isNumber(from)) throw wrong(name, 'is not a number like +15005550006')
  return from
}

export function createTwilioVoice(settings: VoiceSettings, deps: ProviderDeps): Provider {
  const { post, askBy, probe } = openAccount(settings, 'Calls', deps)
  return {
    name: 'twilio',
    channels: ['voice'],
    prepare: deps.http.prepare,
    receipts: createCallReceipts(settings.authToken),
    call: twilioCall,
    ask: askBy(readCall),
    probe,
    async send(message, signal) {
      const { callUrl } = message
      // No start of the process comes this far without PUBLIC_URL.
      if (callUrl === null)
        return permanent('account', 'no_public_url', 'Twilio cannot ask what to say')
      const fields: [string, string][] = [
        ['To', message.to],
        ['From', settings.from],
        ...statusCallback(message),
        ['Timeout', String(RINGS)],
        ['TimeLimit', String(LASTS)],
        ['Url', callUrl],
      ]
      return post(fields, signal)
    },
  }
}
