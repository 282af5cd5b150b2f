// The settings of webhooks: of the default service by environment, of others in SERVICES_FILE, and what of them is refused.
// It must not repeat a secret, nor a URL's query.

import { WEBHOOK_EVENTS, type WebhookEvent } from '../events/types.ts'
import type { ServicePolicy, WebhookTarget } from '../verification/policy.ts'
import { literalAddress, mayReach, readRanges } from '../webhooks/address.ts'
import { isGuessableSecret } from './guessable.ts'
import { type Parser, parseBoolean, parseCidr, parseList, SettingError } from './parsers.ts'
import type { Reader, Values } from './reader.ts'
import { optional, withDefault } from './settings.ts'

const PREFIX = 'whsec_'
/** Standard Webhooks 1.0.0, "Signature scheme". */
const SECRET_BYTES = { min: 24, max: 64 }
const SECRET_ADVICE = `${PREFIX} and 24 to 64 random bytes in base64; make one with: echo ${PREFIX}$(openssl rand -base64 32)`

const bytesOf = (secret: string) => Buffer.from(secret.slice(PREFIX.length), 'base64')

export const parseWebhookSecret: Parser<string> = (text) => {
  const bytes = bytesOf(text)
  const isCanonical = `${PREFIX}${bytes.toString('base64')}` === text
  if (!isCanonical || bytes.length < SECRET_BYTES.min || bytes.length > SECRET_BYTES.max)
    throw new SettingError(`is not a secret of Standard Webhooks: ${SECRET_ADVICE}`)
  return text
}

export const parseWebhookUrl: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new SettingError('is not an http or https URL')
  if (url.username || url.password || url.hash)
    throw new SettingError('must not contain a user or a fragment: messages are signed instead')
  return url.href
}

export const parseWebhookEvent: Parser<WebhookEvent> = (text) => {
  const event = WEBHOOK_EVENTS.find((one) => one === text)
  if (!event)
    throw new SettingError(`"${text}" is not an event of webhooks: ${WEBHOOK_EVENTS.join(', ')}`)
  return event
}

/** How a verification ended: what a login flow acts on. */
export const DEFAULT_WEBHOOK_EVENTS = WEBHOOK_EVENTS.filter((one) =>
  one.startsWith('verification.'),
)

const parseSome =
  <T>(parse: Parser<T>): Parser<T[]> =>
  (text) => {
    const list = parseList(parse)(text)
    if (list.length === 0) throw new SettingError('is empty')
    return [...new Set(list)]
  }

export const WEBHOOK_SETTINGS = {
  url: optional(
    'WEBHOOK_URL',
    parseWebhookUrl,
    'Where events are sent as they happen, signed by Standard Webhooks: see docs/webhooks.md. https in production',
    { secret: 'password' },
  ),
  secrets: optional(
    'WEBHOOK_SECRET',
    parseSome(parseWebhookSecret),
    'The secret that signs them (`whsec_…`); several during a rotation, the new one first, comma-separated: each signs',
    { secret: true },
  ),
  events: withDefault(
    'WEBHOOK_EVENTS',
    parseSome(parseWebhookEvent),
    DEFAULT_WEBHOOK_EVENTS.join(','),
    `Which events: of ${WEBHOOK_EVENTS.map((one) => `\`${one}\``).join(', ')}`,
  ),
  includeRecipient: withDefault(
    'WEBHOOK_INCLUDE_RECIPIENT',
    parseBoolean,
    'false',
    '`true`: they contain the number or address',
  ),
  allowPrivate: optional(
    'WEBHOOK_ALLOW_PRIVATE',
    parseSome(parseCidr),
    'Private ranges that webhooks of any service may reach, comma-separated: `10.20.0.0/16`. All others are refused when a socket connects',
    { shown: 'loopback in development' },
  ),
} as const

type Given = Values<typeof WEBHOOK_SETTINGS>

const LOOPBACK = ['127.0.0.0/8', '::1/128']

export function readAllowed(
  { allowPrivate }: Pick<Given, 'allowPrivate'>,
  mode: 'development' | 'production',
): readonly string[] {
  return allowPrivate ?? (mode === 'development' ? LOOPBACK : [])
}

/** Of the default service. */
export function readDefaultWebhooks(given: Given, reader: Reader): WebhookTarget[] {
  const { url, secrets, events, includeRecipient } = given
  const { url: urlRow, secrets: secretsRow } = WEBHOOK_SETTINGS
  if (url === undefined && secrets === undefined) return []
  for (const [row, value, other] of [
    [urlRow, url, secretsRow],
    [secretsRow, secrets, urlRow],
  ] as const)
    if (value === undefined && !reader.isNoted(row.name))
      reader.note(row.name, `is missing: ${other.name} is given, and neither does anything alone`)
  return url && secrets ? [{ url, secrets, events, includeRecipient }] : []
}

function findFault(
  { url, secrets }: WebhookTarget,
  mode: 'development' | 'production',
  allowed: readonly string[],
): string | undefined {
  const target = new URL(url)
  if (mode === 'production' && target.protocol !== 'https:')
    return 'is not https, which production requires' // mutant: C34.https-in-production
  const literal = literalAddress(target)
  if (literal !== null && !mayReach(literal, readRanges(allowed)))
    return `is the private address ${literal}: allow its range by WEBHOOK_ALLOW_PRIVATE, or give another` // mutant: C34.private-literal-at-start
  const isGuessable = secrets.some((secret) => isGuessableSecret(bytesOf(secret)))
  return mode === 'production' && isGuessable
    ? `has a secret that is not random (an example or a pattern): ${SECRET_ADVICE}`
    : undefined
}

/** Those of the environment are reported under its name, whichever services use them. */
export function checkWebhooks(
  reader: Reader,
  services: ReadonlyMap<string, Pick<ServicePolicy, 'name' | 'webhooks'>>,
  defaults: readonly WebhookTarget[],
  { mode, allowed }: { mode: 'development' | 'production'; allowed: readonly string[] },
): void {
  for (const target of defaults) {
    const fault = findFault(target, mode, allowed)
    if (fault) reader.note(WEBHOOK_SETTINGS.url.name, fault)
  }
  for (const { name, webhooks } of services.values())
    for (const [place, target] of webhooks.entries()) {
      const fault = defaults.includes(target) ? undefined : findFault(target, mode, allowed)
      if (fault) reader.note('SERVICES_FILE', `services.${name}.webhooks.${place}.url: ${fault}`)
    }
}
