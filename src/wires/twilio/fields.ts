// The parameters of Twilio Verify, in their spelling: what each becomes here, and which are refused by name.
// It must not let a caller's text into a message, nor leave out silently what a caller relies on.

import type { Channel } from '../../kernel/channel.ts'
import { readLanguageTag } from '../../kernel/language-tag.ts'
import type { ServicePolicy } from '../../verification/policy.ts'
import { invalid, isError, type TwilioError, twilioError, unsupported } from './errors.ts'

export type Form = URLSearchParams

/** Null: by the recipient, or the service's chain. */
const CHANNELS: Readonly<Record<string, Channel | null>> = {
  ...{ sms: 'sms', call: 'voice', email: 'email', whatsapp: 'whatsapp', auto: null },
}

/** As their answers name it. */
export const channelName = (channel: string) => (channel === 'voice' ? 'call' : channel)

const FREE_TEXT = 'messages have the words of the service’s own templates, and nobody’s free text'
/** Of a start: whoever gives one of these relies on it. */
const REFUSED: Readonly<Record<string, string>> = {
  CustomCode: 'the service makes its codes',
  CustomMessage: FREE_TEXT,
  CustomFriendlyName: `${FREE_TEXT}; its name is BRAND_NAME`,
  TemplateSid: 'the service’s own templates are used; see docs/texts.md',
  TemplateCustomSubstitutions: FREE_TEXT,
  ChannelConfiguration: 'the sender of a mail is a setting of its provider',
  SendDigits: 'a call goes to the number itself',
  Amount: 'no payment is bound to a code',
  Payee: 'no payment is bound to a code',
  RateLimits: 'limits are settings (LIMIT_…); give DeviceIp, and starts are limited by address',
}

/** Of a start that Twilio sends. No other goes there: it would be a parameter that was not looked at here. */
const HANDED_ON = ['Channel', 'Locale', 'DeviceIp', 'AppHash', 'RiskCheck', 'Tags']

const MAX_TAGS = { pairs: 10, key: 40, value: 256 } as const
const UNWANTED = /[\p{Cc}\u2028\u2029]|:\/\/|\bwww\./iu

export type StartFields = {
  to: string
  channel: Channel | null
  locale: string | null
  deviceIp: string | null
  metadata: Record<string, string>
}

const filled = (form: Form, name: string): string | null => form.get(name) || null

const PARAMETER = /^\w{1,40}$/

/** Whoever reads the form after us may take the other one of two. */
export function refuseTwice(form: Form): TwilioError | undefined {
  const seen = new Set<string>()
  const twice = [...form.keys()].find((name) => seen.size === seen.add(name).size) // mutant: C94.given-twice
  if (twice === undefined) return undefined
  return invalid(PARAMETER.test(twice) ? twice : 'of another name', 'is given twice')
}

/** @param to in the spelling in which a check will name it */
export function handOn(form: Form, to: string): Form {
  const known = HANDED_ON.flatMap((name) => {
    const value = filled(form, name)
    return value === null ? [] : [[name, value]]
  })
  return new URLSearchParams([['To', to], ...known])
}

function readTags(text: string | null): { tags: Record<string, string> } | TwilioError {
  if (text === null) return { tags: {} }
  const fault = (detail: string) => invalid('Tags', detail)
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch {
    return fault('is not JSON')
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return fault('is not an object')
  const pairs = Object.entries(given)
  if (pairs.length > MAX_TAGS.pairs) return fault(`has more than ${MAX_TAGS.pairs} pairs`)
  for (const [key, value] of pairs) {
    if (typeof value !== 'string') return fault('has a value that is not a string')
    if (key === '' || key.length > MAX_TAGS.key || value.length > MAX_TAGS.value)
      return fault(`has a key over ${MAX_TAGS.key} or a value over ${MAX_TAGS.value} characters`)
    // As in a body of our own API.
    if (key === '__proto__' || !key.isWellFormed() || !value.isWellFormed())
      return fault('has a text that is not valid Unicode, or a key that is not allowed')
    if (UNWANTED.test(key) || UNWANTED.test(value))
      return fault('has a URL, a line break or a control character')
  }
  return { tags: Object.fromEntries(pairs) as Record<string, string> }
}

function refuseUnsupported(form: Form, { androidAppHash }: ServicePolicy): TwilioError | undefined {
  for (const [name, detail] of Object.entries(REFUSED))
    if (filled(form, name) !== null) return unsupported(name, detail)
  const hash = filled(form, 'AppHash')
  if (hash !== null && hash !== androidAppHash)
    return invalid('AppHash', 'is not the ANDROID_APP_HASH of this service')
  if (form.get('EnableSnaClientToken') === 'true')
    return unsupported('EnableSnaClientToken', 'there is no silent network authentication')
  return undefined
}

/** RiskCheck is read by nobody: the shield and the limits hold for every start. */
export function readStart(form: Form, service: ServicePolicy): StartFields | TwilioError {
  const to = filled(form, 'To')
  if (to === null) return invalid('To', 'is required')
  const named = filled(form, 'Channel')
  if (named === null) return invalid('Channel', 'is required')
  if (named === 'sna')
    return twilioError(403, 60223, 'Delivery channel disabled: SNA, which is not available here')
  const channel = Object.hasOwn(CHANNELS, named) ? CHANNELS[named] : undefined
  if (channel === undefined)
    return invalid('Channel', 'is none of sms, call, email, whatsapp, auto')
  const refused = refuseUnsupported(form, service)
  if (refused) return refused
  const read = readTags(filled(form, 'Tags'))
  if (isError(read)) return read
  const locale = filled(form, 'Locale')
  return {
    ...{ to, channel },
    locale: locale === null ? null : readLanguageTag(locale),
    deviceIp: filled(form, 'DeviceIp'),
    metadata: read.tags,
  }
}
