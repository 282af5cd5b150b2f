// The settings of Twilio's wire: whether this process answers in the form of Twilio Verify, and which share goes to Twilio itself.
// It must not repeat the secret of the login there.

import type { ServicePolicy } from '../verification/policy.ts'
import { isLoopback } from './listen.ts'
import { type Parser, parseOrigin, parseText, SettingError } from './parsers.ts'
import type { Reader, Values } from './reader.ts'
import { choice, optional, withDefault } from './settings.ts'

export const parseServiceSid: Parser<string> = (text) => {
  if (!/^VA[0-9a-f]{32}$/i.test(text))
    throw new SettingError(
      `"${text}" is not the SID of a Verify service: VA and 32 hexadecimal characters`,
    )
  return text
}

const parseKeySid: Parser<string> = (text) => {
  if (!/^(?:AC|SK)[0-9a-f]{32}$/i.test(text))
    throw new SettingError(
      'is neither the SID of an account (AC…) nor of an API key (SK…): two letters and 32 hexadecimal characters',
    )
  return text
}

/** Codes and the login go there. */
const parseUpstream: Parser<string> = (text) => {
  const origin = parseOrigin(text)
  const { protocol, hostname } = new URL(origin)
  if (protocol !== 'https:' && !isLoopback(hostname)) throw new SettingError('is not an https URL')
  return origin
}

export const TWILIO_VERIFY_SETTINGS = {
  isOn: choice(
    'TWILIO_VERIFY_COMPAT',
    ['off', 'on'],
    'off',
    '`on`: clients that were written for Twilio Verify may call this service under `/v2/Services`, with an API key as the password: see docs/move-in/twilio-verify.md',
  ),
  keySid: optional(
    'TWILIO_VERIFY_KEY_SID',
    parseKeySid,
    'Your login at Twilio, for verifications that are delegated to it (`TWILIO_VERIFY_PERCENT`): an account (AC…) or an API key (SK…). Keep it until the last of them has ended',
  ),
  keySecret: optional(
    'TWILIO_VERIFY_KEY_SECRET',
    parseText,
    'Its auth token, or the secret of the API key',
    { secret: true },
  ),
  baseUrl: withDefault(
    'TWILIO_VERIFY_BASE_URL',
    parseUpstream,
    'https://verify.twilio.com',
    'Twilio’s host, for tests; https unless it is this machine',
  ),
} as const

export type TwilioVerifyConfig = {
  readonly isOn: boolean
  /** Null: nothing is delegated, and what was can no longer be checked. */
  readonly upstream: { keySid: string; keySecret: string; baseUrl: string } | null
}

/** A share without a login or a service at Twilio would be refused start by start. */
export function readTwilioVerify(
  { isOn, keySid, keySecret, baseUrl }: Values<typeof TWILIO_VERIFY_SETTINGS>,
  services: ReadonlyMap<string, ServicePolicy>,
  reader: Reader,
): TwilioVerifyConfig {
  const names = TWILIO_VERIFY_SETTINGS
  const sharing = [...services.values()].filter(({ twilioPercent }) => twilioPercent > 0)
  const needs = sharing.length > 0 ? 'a service delegates to Twilio (TWILIO_VERIFY_PERCENT)' : ''
  const noteMissing = (name: string, why: string) => reader.note(name, `is missing: ${why}`)
  if (needs && isOn === 'off') reader.note(names.isOn.name, `is off, but ${needs}`)
  if (needs && keySid === undefined) noteMissing(names.keySid.name, needs)
  if (keySid !== undefined && keySecret === undefined)
    noteMissing(names.keySecret.name, `${names.keySid.name} is given`)
  if (keySecret !== undefined && keySid === undefined)
    noteMissing(names.keySid.name, `${names.keySecret.name} is given`)
  for (const { name, twilioServiceSid } of sharing)
    if (twilioServiceSid === null)
      noteMissing('TWILIO_VERIFY_SERVICE_SID', `the service ${name} delegates to Twilio`)
  const login = keySid !== undefined && keySecret !== undefined
  return { isOn: isOn === 'on', upstream: login ? { keySid, keySecret, baseUrl } : null }
}
