// The admission of a start by its service's rules, before anything is counted or hashed: pure decisions.
// It must not reach a store, a limiter or a clock.

import type { Channel } from '../kernel/channel.ts'
import type { Refusal, SendCommand } from './api.ts'
import { CODE_LENGTH, type ServicePolicy, TTL_SECONDS } from './policy.ts'
import { channelFits, defaultChannel, isLandline, type Recipient } from './recipient.ts'
import { refuseFields } from './refuse.ts'

/** Numbers that cost their caller, or reach no one person (libphonenumber's types). */
const REFUSED_TYPES = new Set([
  'PREMIUM_RATE',
  'SHARED_COST',
  'PERSONAL_NUMBER',
  'UAN',
  'PAGER',
  'VOICEMAIL',
])

const CLIENT_IP_REQUIRED =
  "is required: the end user's address, or every user would share one budget. Give `client_ip` in the body; " +
  'or name your proxy in TRUSTED_PROXIES, and the last untrusted address of X-Forwarded-For or Forwarded is taken; ' +
  'or set CLIENT_IP=off, and nothing is limited by address'

function outside(value: number | null, bounds: { min: number; max: number }): boolean {
  return value !== null && (value < bounds.min || value > bounds.max)
}

/** The fields that this service can't accept, all at once. */
export function refuseStartFields(
  service: ServicePolicy,
  command: Pick<SendCommand, 'codeLength' | 'ttlSeconds' | 'endUser'>,
): Refusal | undefined {
  const errors = []
  if (outside(command.codeLength, CODE_LENGTH)) {
    errors.push({ field: 'code_length', detail: `is not ${CODE_LENGTH.min} to ${CODE_LENGTH.max}` })
  }
  if (outside(command.ttlSeconds, TTL_SECONDS)) {
    errors.push({ field: 'ttl_seconds', detail: `is not ${TTL_SECONDS.min} to ${TTL_SECONDS.max}` })
  }
  if (service.clientIp === 'required' && command.endUser.clientIp === null) {
    errors.push({ field: 'client_ip', detail: CLIENT_IP_REQUIRED })
  }
  return errors.length > 0 ? refuseFields(errors) : undefined
}

export function chooseChannel(
  service: ServicePolicy,
  recipient: Recipient,
  wanted: Channel | null,
  field: 'channel' | 'channels' = 'channel',
): { channel: Channel } | Refusal {
  const channel = wanted ?? defaultChannel(recipient)
  if (!channelFits(channel, recipient)) {
    const what = recipient.kind === 'phone' ? 'a phone number' : 'an e-mail address'
    return refuseFields([{ field, detail: `${channel} does not reach ${what}` }])
  }
  if (service.channels.includes(channel)) return { channel }
  const detail = `no provider of this service sends by ${channel}; available: ${service.channels.join(', ') || 'none'}`
  return { kind: 'refused', error: 'channel_not_available', detail }
}

/** Country and type of a number: toll fraud lives on the ones nobody meant to allow. */
export function refuseRecipient(
  service: ServicePolicy,
  recipient: Recipient,
  channel: Channel,
): Refusal | undefined {
  if (recipient.kind !== 'phone') return undefined
  const { country, type } = recipient
  if (type !== null && REFUSED_TYPES.has(type)) {
    const detail = `the number is of type ${type.toLowerCase().replaceAll('_', ' ')}`
    return { kind: 'refused', error: 'number_type_not_allowed', detail }
  }
  // mutant: C50.landline-refused
  if (service.landlines === 'refused' && channel === 'sms' && isLandline(recipient)) {
    const detail = 'the number is a landline, and this service refuses landlines (LANDLINES)'
    return { kind: 'refused', error: 'number_type_not_allowed', detail }
  }
  const notAllowed = (setting: string): Refusal => ({
    kind: 'refused',
    error: 'country_not_allowed',
    detail: `${country} is not among this service's ${setting}`,
  })
  if (!isAmong(service.allowedCountries, country)) return notAllowed('ALLOWED_COUNTRIES')
  if (channel === 'voice' && !mayCall(service, country)) return notAllowed('VOICE_COUNTRIES') // mutant: C50.voice-countries
  return undefined
}

function isAmong(countries: readonly string[] | '*', country: string): boolean {
  return countries === '*' || countries.includes(country)
}

/** @param country of the number; null: it is not known, and nobody is called there */
export function mayCall(
  { voiceCountries }: Pick<ServicePolicy, 'voiceCountries'>,
  country: string | null,
): boolean {
  return country !== null && isAmong(voiceCountries, country)
}
