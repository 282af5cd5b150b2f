// The settings of the default service (used by services of a SERVICES_FILE for what they leave out), its limits, and the routes of a channel.

import type { ChannelRoutes } from '../delivery/routes/routes.ts'
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
import { parseAudience, parseColour, parseLogo, parseReturnUrls } from './front.ts'
import { parseFrontOrigin } from './front-origins.ts'
import { parseLinkUrl } from './link.ts'
import {
  parseAppHash,
  parseBoolean,
  parseBrand,
  parseCountries,
  parseHost,
  parseLimit,
  parseList,
  parseLocale,
  parseOneOf,
  parseTestRecipients,
  parseVoiceCountries,
} from './parsers.ts'
import { parseRoutes } from './routes.ts'
import { choice, optional, type Setting, wholeNumber, withDefault } from './settings.ts'
import { parseServiceSid } from './twilio-verify.ts'

function ranged(
  name: string,
  range: { min: number; max: number; default: number },
  description: string,
) {
  return wholeNumber(name, range, `${description}, ${range.min}-${range.max}`)
}

export const SERVICE_SETTINGS = {
  brandName: withDefault(
    'BRAND_NAME',
    parseBrand,
    'Countersign',
    'Your name as it appears in messages: 1-40 characters, nothing like a URL',
  ),
  brandColor: optional(
    'BRAND_COLOR',
    parseColour,
    'The colour of the hosted page’s button, `#rrggbb`; its text is black or white, whichever can be read on it',
    // It begins with what elsewhere begins a comment.
    { shown: 'none', free: true },
  ),
  brandLogo: optional(
    'BRAND_LOGO',
    parseLogo,
    'The picture on the hosted page: the path of a PNG or SVG file of at most 64 KiB, read once at start, or a `data:` URL in base64',
    { shown: 'none' },
  ),
  returnUrls: withDefault(
    'RETURN_URLS',
    parseReturnUrls,
    '',
    'Where the hosted page may lead back to: origins and paths, comma-separated, `https://app.example.com/login/back`; https in production. A start names one as `return_url`',
    { shown: 'none' },
  ),
  codeLength: ranged('CODE_LENGTH', CODE_LENGTH, 'Digits of a code (by Telegram at most 8)'),
  ttlSeconds: ranged('TTL_SECONDS', TTL_SECONDS, 'How long a code can be used, in seconds'),
  maxAttempts: ranged('MAX_ATTEMPTS', MAX_ATTEMPTS, 'Guesses that a verification allows'),
  maxSends: ranged(
    'MAX_SENDS',
    MAX_SENDS,
    'Messages that a verification may send, including the first',
  ),
  totpWindow: ranged(
    'TOTP_WINDOW',
    TOTP_WINDOW,
    'How far the clock of an authenticator app may be off, in its time steps of 30 s',
  ),
  locale: withDefault('DEFAULT_LOCALE', parseLocale, 'en', 'The language where none is given'),
  allowedCountries: optional(
    'ALLOWED_COUNTRIES',
    parseCountries,
    'Countries whose numbers may receive messages: `US,CA,DE`, or `*`. Required in production',
    { shown: '`*` in development' },
  ),
  voiceCountries: withDefault(
    'VOICE_COUNTRIES',
    parseVoiceCountries,
    '',
    'Countries whose numbers may be called: `US,CA,DE`, or `*`. By default nobody is called, not even by a step of a chain. Calls cost more than texts, and toll fraud earns more by them: name only the countries that you serve',
    { shown: 'none' },
  ),
  landlines: choice(
    'LANDLINES',
    ['allowed', 'refused'],
    'allowed',
    '`refused`: no texts to numbers that are certain to be landlines (403 `number_type_not_allowed`). Some landlines accept texts, so they are allowed by default, and the console names them',
  ),
  originDomain: optional(
    'ORIGIN_DOMAIN',
    parseHost,
    'The site that may fill in the code automatically (WebOTP, Apple’s mail): a bare host',
  ),
  androidAppHash: optional(
    'ANDROID_APP_HASH',
    parseAppHash,
    'The Android app that may read the code from an SMS (SMS Retriever): its 11 characters, which depend on its signing key',
  ),
  frontOrigins: withDefault(
    'FRONT_ORIGINS',
    parseList(parseFrontOrigin),
    '',
    'Your pages that may ask by a view token from the browser (CORS): origins, comma-separated, such as `https://app.example.com`',
    { shown: 'none' },
  ),
  subjectShowsCode: withDefault(
    'SUBJECT_SHOWS_CODE',
    parseBoolean,
    'false',
    '`true`: the subject of a mail ends with the code. Locked screens show subjects, so it does not by default',
  ),
  linkUrl: optional(
    'LINK_URL',
    parseLinkUrl,
    'Where your login flow takes the links of its mails itself, with `link_binding`: its address, to which `?link=` is added. Without it a mail leads to the page of this service: see docs/front-door.md',
    { shown: 'none' },
  ),
  clientIp: optional(
    'CLIENT_IP',
    parseOneOf(['required', 'off']),
    "`required`: start needs the end user's address; `off`: no limit by address",
    { shown: '`required` in production, `off` in development' },
  ),
  approvalAudience: optional(
    'APPROVAL_AUDIENCE',
    parseAudience,
    'The audience (`aud`) of signed approvals: the name or URL that whoever verifies them expects',
    { shown: 'the name of the service' },
  ),
  twilioServiceSid: optional(
    'TWILIO_VERIFY_SERVICE_SID',
    parseServiceSid,
    'With `TWILIO_VERIFY_COMPAT=on`, the SID (VA…) by which its clients name this service: the one that they use at Twilio',
    { shown: 'one that follows from its name; `GET /v2/Services` shows it' },
  ),
  camaraOtp: withDefault(
    'CAMARA_OTP',
    parseBoolean,
    'false',
    '`true`: clients of CAMARA’s One Time Password SMS may call this service under `/one-time-password-sms/v1`: see docs/move-in/camara.md',
  ),
  twilioPercent: wholeNumber(
    'TWILIO_VERIFY_PERCENT',
    { min: 0, max: 100, default: 0 },
    'With `TWILIO_VERIFY_COMPAT=on`, how many of a hundred starts Twilio itself sends and checks, drawn at each start; the rest is this service’s own',
  ),
  testRecipients: withDefault(
    'TEST_RECIPIENTS',
    parseTestRecipients,
    '',
    'Recipients that are sent nothing, whatever their country and number type; attempts and guesses are limited as usual: `+15005550006=123456@2027-01-31,…`, or `+prefix*=code@date`, whose starts also count toward the limits by address',
    { hidden: true },
  ),
} as const

/** As a setting has it. */
export const showLimit = (limit: Limit | null) =>
  limit ? `${limit.max}/${limit.windowSeconds}` : 'off'

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

const ROUTE_EXAMPLES: Record<Channel, string> = {
  sms: '`twilio, http`, or `IN, BD -> http, twilio; +4478 -> http; default -> twilio*70, http*30`',
  email: '`smtp, http`',
  whatsapp: '`whatsapp_cloud`',
  telegram: '`telegram`',
  voice: '`twilio, vonage`',
}

export const ROUTE_SETTINGS = Object.fromEntries(
  CHANNELS.map((channel) => [
    channel,
    optional(
      `${channel.toUpperCase()}_ROUTES`,
      parseRoutes,
      `Providers for ${channel}, in the order in which they are tried: ${ROUTE_EXAMPLES[channel]}. By the longest prefix, then the country, then the default; with weights the first is drawn by them`,
      { shown: 'what is configured, in the order of this page' },
    ),
  ]),
) as Record<Channel, Setting<ChannelRoutes>>
