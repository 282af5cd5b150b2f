// The settings of the default service (what the services of a file leave out), its limits, and the routes of a channel.
// It must not read the environment: config.ts does.

import { CHANNELS, type Channel } from '../kernel/channel.ts'
import {
  CODE_LENGTH,
  DEFAULT_LIMITS,
  LIMIT_NAMES,
  type Limit,
  type LimitName,
  MAX_ATTEMPTS,
  MAX_SENDS,
  TOTP_WINDOW,
  TTL_SECONDS,
} from '../verification/policy.ts'
import {
  type Parser,
  parseBrand,
  parseCountries,
  parseHost,
  parseInteger,
  parseLimit,
  parseList,
  parseLocale,
  parseOneOf,
  parseTestRecipients,
  parseText,
} from './parsers.ts'
import { optional, type Setting, withDefault } from './settings.ts'

function within(range: { min: number; max: number }): Parser<number> {
  return parseInteger(range.min, range.max)
}

/** The default service, and what the services of a SERVICES_FILE leave out. */
export const SERVICE_SETTINGS = {
  brandName: withDefault(
    'BRAND_NAME',
    parseBrand,
    'Countersign',
    'Your name as it stands in messages: 1-40 characters, nothing like a URL',
  ),
  codeLength: withDefault(
    'CODE_LENGTH',
    within(CODE_LENGTH),
    String(CODE_LENGTH.default),
    `Digits, ${CODE_LENGTH.min}-${CODE_LENGTH.max}`,
  ),
  ttlSeconds: withDefault(
    'TTL_SECONDS',
    within(TTL_SECONDS),
    String(TTL_SECONDS.default),
    `How long a code can be used, ${TTL_SECONDS.min}-${TTL_SECONDS.max}`,
  ),
  maxAttempts: withDefault(
    'MAX_ATTEMPTS',
    within(MAX_ATTEMPTS),
    String(MAX_ATTEMPTS.default),
    `Guesses a verification allows, ${MAX_ATTEMPTS.min}-${MAX_ATTEMPTS.max}`,
  ),
  maxSends: withDefault(
    'MAX_SENDS',
    within(MAX_SENDS),
    String(MAX_SENDS.default),
    `Messages a verification may send, the first included, ${MAX_SENDS.min}-${MAX_SENDS.max}`,
  ),
  totpWindow: withDefault(
    'TOTP_WINDOW',
    within(TOTP_WINDOW),
    String(TOTP_WINDOW.default),
    `How far the clock of an authenticator app may be off, in its time steps of 30 s, ${TOTP_WINDOW.min}-${TOTP_WINDOW.max}`,
  ),
  locale: withDefault('DEFAULT_LOCALE', parseLocale, 'en', 'The language where none is given'),
  allowedCountries: optional(
    'ALLOWED_COUNTRIES',
    parseCountries,
    'Countries whose numbers may get messages: `US,CA,DE`, or `*`. Required in production',
    { shown: '`*` in development' },
  ),
  landlines: withDefault(
    'LANDLINES',
    parseOneOf(['allowed', 'refused']),
    'allowed',
    '`refused`: no texts to numbers that are landlines for certain (403 `number_type_not_allowed`). Some take texts, so they are allowed by default, and the console says so',
  ),
  originDomain: optional(
    'ORIGIN_DOMAIN',
    parseHost,
    'The site that may fill in the code automatically (WebOTP): a bare host',
  ),
  clientIp: optional(
    'CLIENT_IP',
    parseOneOf(['required', 'off']),
    "`required`: start needs the end user's address; `off`: no limit by address",
    { shown: '`required` in production, `off` in development' },
  ),
  testRecipients: withDefault(
    'TEST_RECIPIENTS',
    parseTestRecipients,
    '',
    'Nothing is sent to these, in any country and of any number type; attempts and guesses hold: `+15005550006=123456@2027-01-31,…`, or `+prefix*=code@date`, whose starts the limits by address still count',
    { hidden: true },
  ),
} as const

function showLimit(limit: Limit | null): string {
  return limit ? `${limit.max}/${limit.windowSeconds}` : 'off'
}

export const LIMIT_SETTINGS = Object.fromEntries(
  LIMIT_NAMES.map((name) => [
    name,
    withDefault(
      `LIMIT_${name.toUpperCase()}`,
      parseLimit,
      showLimit(DEFAULT_LIMITS[name]),
      `\`${name}\`: \`5/600\` is 5 in 600 seconds; or \`off\``,
    ),
  ]),
) as Record<LimitName, Setting<Limit | null> & { fallback: string }>

export const ROUTE_SETTINGS = Object.fromEntries(
  CHANNELS.map((channel) => [
    channel,
    optional(
      `${channel.toUpperCase()}_ROUTES`,
      parseList(parseText),
      `Providers for ${channel}: the first sends; names after it have no effect until failover comes`,
      { shown: 'what is configured' },
    ),
  ]),
) as Record<Channel, Setting<string[]>>
