// The settings of Twilio's wire: whether this process answers in the form of Twilio Verify.

import { type Parser, SettingError } from './parsers.ts'
import { choice } from './settings.ts'

export const parseServiceSid: Parser<string> = (text) => {
  if (!/^VA[0-9a-f]{32}$/i.test(text))
    throw new SettingError(
      `"${text}" is not the SID of a Verify service: VA and 32 hexadecimal characters`,
    )
  return text
}

export const TWILIO_VERIFY_SETTINGS = {
  isOn: choice(
    'TWILIO_VERIFY_COMPAT',
    ['off', 'on'],
    'off',
    '`on`: clients that were written for Twilio Verify may call this service under `/v2/Services`, with an API key as the password: see docs/move-in/twilio-verify.md',
  ),
} as const
