// The rules of one service (a named login flow) and every default number, in one place.
// It must not read settings: config.ts fills these shapes.

import type { WebhookEvent } from '../events/types.ts'
import type { Channel } from '../kernel/channel.ts'
import type { RelaySecrets } from '../kernel/relay-systems.ts'
import type { ShieldModes } from '../kernel/shield-rules.ts'

/** `max` in `windowSeconds`, fixed windows. */
export type Limit = { max: number; windowSeconds: number }

export const LIMIT_NAMES = [
  'sends_per_number_burst',
  'sends_per_number_day',
  'sends_per_ip_burst',
  'sends_per_ip_day',
  'sends_per_prefix_hour',
  'sends_per_country_hour',
  'sends_per_service_hour',
  'factor_starts_per_ip',
  'check_per_ip',
  'check_per_number',
  'guesses_per_number_hour',
  'guesses_per_number_day',
] as const
export type LimitName = (typeof LIMIT_NAMES)[number]

/** null is off. */
export type Limits = Record<LimitName, Limit | null>

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const DEFAULT_LIMITS: Limits = {
  // A person who loses a message tries again a few times; a script tries more.
  sends_per_number_burst: { max: 5, windowSeconds: 10 * MINUTE },
  sends_per_number_day: { max: 20, windowSeconds: DAY },
  // An office or a mobile carrier shares an address.
  sends_per_ip_burst: { max: 20, windowSeconds: 10 * MINUTE },
  sends_per_ip_day: { max: 200, windowSeconds: DAY },
  // Toll fraud rents blocks of 10,000 numbers.
  sends_per_prefix_hour: { max: 60, windowSeconds: HOUR },
  sends_per_country_hour: null,
  sends_per_service_hour: null,
  // Nothing is sent, but each start takes from the guesses of a subject: one address must not take everybody's.
  factor_starts_per_ip: { max: 60, windowSeconds: 10 * MINUTE },
  check_per_ip: { max: 60, windowSeconds: 10 * MINUTE },
  check_per_number: { max: 60, windowSeconds: 10 * MINUTE },
  // NIST SP 800-63B-4 §3.2.2: at most 100 wrong ones.
  guesses_per_number_hour: { max: 40, windowSeconds: HOUR },
  guesses_per_number_day: { max: 100, windowSeconds: DAY },
}

/**
 * Wrong keys at the console's sign-in. Past them no guess costs a write, and the log says so; a right key is never
 * asked for them. What makes guessing hopeless is the key's own length.
 */
export const SIGN_IN_LIMITS = {
  // A person who mistypes, and the office that shares their address.
  sign_in_per_ip: { max: 20, windowSeconds: 10 * MINUTE },
  // Ten such addresses: more than that is somebody who guesses.
  sign_in_all: { max: 200, windowSeconds: 10 * MINUTE },
} as const satisfies Record<string, Limit>
export type SignInLimitName = keyof typeof SIGN_IN_LIMITS

export const CODE_LENGTH = { min: 4, max: 10, default: 6 } as const
export const TTL_SECONDS = { min: 60, max: 3600, default: 600 } as const
/** A row charged within a window was created at most this long before it. */
export const LONGEST_LIFETIME_MS = TTL_SECONDS.max * 1000
export const MAX_ATTEMPTS = { min: 1, max: 10, default: 5 } as const
export const MAX_SENDS = { min: 1, max: 10, default: 5 } as const
/** Of a number: what differs within a block of 10,000, which carriers give out and rent. */
export const TAIL_DIGITS = 4
/** Time steps before and after the present one in which an authenticator app's code is right (RFC 6238 §5.2). */
export const TOTP_WINDOW = { min: 0, max: 2, default: 1 } as const

/** A recipient for automatic tests: nothing is sent, the code is the given one, until the date. */
export type TestRecipient = {
  /** E.164 or an address; with `prefix` everything that begins so. */
  to: string
  prefix: boolean
  code: string
  /** Milliseconds since the epoch: the end of the given day (UTC). */
  untilMs: number
}

/** One message text of a service, in place of the built-in one. `{{code}}`, `{{brand}}`, `{{validity}}`, `{{minutes}}`, in a mail `{{link}}`. */
export type TemplateOverride = { sms?: string; emailSubject?: string; emailText?: string }

/** A URL of the login flow's own that hears of events. */
export type WebhookTarget = {
  /** https in production; no user and no fragment. */
  url: string
  /** Standard Webhooks' `whsec_…`, the current one first: each signs. */
  secrets: readonly string[]
  events: readonly WebhookEvent[]
  includeRecipient: boolean
}

/** A picture that the hosted page shows. */
export type Logo = { type: 'image/png' | 'image/svg+xml'; base64: string }

/** A channel of a chain. */
export type ChainStep = {
  channel: Channel
  /** How long it may take without `delivered` before the next goes out; null: as channels usually do. */
  timeoutSeconds: number | null
  /** It may stand before another even where nobody reports whether its message arrived. */
  blind: boolean
}

export type ServicePolicy = {
  /** Slug; part of every key and index, so what one service made another can't see. */
  name: string
  brandName: string
  /** Of the hosted page's button, #rrggbb; null: none. */
  brandColor: string | null
  /** The hosted page's picture, as the settings name it; null: none. */
  brandLogo: string | null
  /** Where the hosted page may lead back to: origins and paths. */
  returnUrls: readonly string[]
  codeLength: number
  ttlSeconds: number
  maxAttempts: number
  maxSends: number
  totpWindow: number
  /** `aud` of its approvals: whoever verifies them expects it. */
  approvalAudience: string
  /** Those that a provider serves; others are 403 `channel_not_available`. */
  channels: readonly Channel[]
  /** For starts that name no channel; empty: none. */
  chain: readonly ChainStep[]
  limits: Limits
  shield: ShieldModes
  clientIp: 'required' | 'off'
  /** ISO 3166-1 alpha-2, or '*'. */
  allowedCountries: readonly string[] | '*'
  /** ISO 3166-1 alpha-2, or '*': whose numbers may be called. Empty: nobody's. */
  voiceCountries: readonly string[] | '*'
  /** Texts to numbers that are landlines for certain; some do take them. */
  landlines: 'allowed' | 'refused'
  /** BCP 47, the fallback where neither caller nor number says one. */
  locale: string
  /** Host for the last line `@host #code`; null: no such line. */
  originDomain: string | null
  /** Of the Android app that may read its SMS; null: none. */
  androidAppHash: string | null
  subjectShowsCode: boolean
  /** Where the login flow takes the links of mails; null: our own page does. */
  linkUrl: string | null
  /** By locale (BCP 47 language). */
  templates: Readonly<Record<string, TemplateOverride>>
  testRecipients: readonly TestRecipient[]
  webhooks: readonly WebhookTarget[]
  /** Of pages that may ask by a view token: `https://app.example.com`. */
  frontOrigins: readonly string[]
  /** Of Twilio's wire (`VA…`); null: one that follows from the name. */
  twilioServiceSid: string | null
  /** Whether it answers in the form of CAMARA's One Time Password SMS, too. */
  camaraOtp: boolean
  /** Login systems that it sends for. */
  relay: RelaySecrets
  /** Of a hundred starts by it, how many Twilio itself sends and checks. */
  twilioPercent: number
}

/** From an approval on: its token and its one-use code work this long. A redirect and a request take seconds. */
export const APPROVAL_MS = 5 * MINUTE * 1000
/** A hash ends within this time or its check is refused; the sweeper's grace (I3). */
export const HASH_DEADLINE_MS = 10_000
/** Answers under an Idempotency-Key are kept this long. */
export const IDEMPOTENCY_KEEP_MS = DAY * 1000
