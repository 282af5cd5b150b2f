// One service of SERVICES_FILE: what it may say, and the policy that it becomes.
// It must not read the file, nor compare with what is configured: services.ts does.

import { z } from 'zod'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import { RELAY_SYSTEMS, type RelaySystem } from '../kernel/relay-systems.ts'
import { SHIELD_MODES, SHIELD_RULES, type ShieldRule } from '../kernel/shield-rules.ts'
import { MAX_STEPS, STEP_TIMEOUT_SECONDS } from '../kernel/steps.ts'
import {
  CODE_LENGTH,
  LIMIT_NAMES,
  type LimitName,
  MAX_ATTEMPTS,
  MAX_SENDS,
  type ServicePolicy,
  type TestRecipient,
  TOTP_WINDOW,
  TTL_SECONDS,
} from '../verification/policy.ts'
import { MAX_RETURN_URLS, parseAudience, parseColour, parseLogo, parseReturnUrl } from './front.ts'
import { MAX_FRONT_ORIGINS, parseFrontOrigin } from './front-origins.ts'
import { parseLinkUrl } from './link.ts'
import {
  describeTwins,
  type Parser,
  parseAppHash,
  parseBrand,
  parseCountries,
  parseHost,
  parseLimit,
  parseLocale,
  parseTestRecipient,
  parseVoiceCountries,
  SettingError,
} from './parsers.ts'
import { MAX_RELAY_SECRETS, parseRelaySecret } from './relay.ts'
import { parseRoutes } from './routes.ts'
import { templates, toTemplates } from './service-templates.ts'
import { parseServiceSid } from './twilio-verify.ts'
import {
  DEFAULT_WEBHOOK_EVENTS,
  parseWebhookEvent,
  parseWebhookSecret,
  parseWebhookUrl,
} from './webhooks.ts'
import { without } from './without.ts'

/** A text that is parsed as its setting is. */
function parsed<T>(parse: Parser<T>) {
  return z.string().transform((text, context) => {
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof SettingError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  })
}

function within(range: { min: number; max: number }) {
  return z.int().min(range.min).max(range.max)
}

const limit = parsed(parseLimit).optional()
const limits = z.strictObject(
  Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit])) as Record<LimitName, typeof limit>,
)

const mode = z.enum(SHIELD_MODES).optional()
const shield = z.strictObject(
  Object.fromEntries(SHIELD_RULES.map((rule) => [rule, mode])) as Record<ShieldRule, typeof mode>,
)

/** With two codes for one recipient, which of them is valid would be luck. */
function refuseTwins(recipients: readonly TestRecipient[], context: z.core.$RefinementCtx): void {
  const message = describeTwins(recipients) // mutant: C69.services-file-twice
  if (message) context.addIssue({ code: 'custom', message })
}

const route = parsed(parseRoutes).optional()
const routes = z.strictObject(
  Object.fromEntries(CHANNELS.map((channel) => [channel, route])) as Record<Channel, typeof route>,
)

const secretsOf = (system: RelaySystem) =>
  z
    .array(parsed(parseRelaySecret(system)))
    .min(1)
    .max(MAX_RELAY_SECRETS)
    .optional()
const relay = z.strictObject(
  Object.fromEntries(RELAY_SYSTEMS.map((system) => [system, secretsOf(system)])) as Record<
    RelaySystem,
    ReturnType<typeof secretsOf>
  >,
)

const MAX_WEBHOOKS = 10
const MAX_SECRETS = 5
const webhook = z
  .strictObject({
    url: parsed(parseWebhookUrl),
    secrets: z.array(parsed(parseWebhookSecret)).min(1).max(MAX_SECRETS),
    events: z.array(parsed(parseWebhookEvent)).min(1).default(DEFAULT_WEBHOOK_EVENTS),
    include_recipient: z.boolean().default(false),
  })
  .transform(({ include_recipient: includeRecipient, ...rest }) => ({ ...rest, includeRecipient }))

/** Its messages are found by its URL. */
function refuseSameUrl(list: readonly { url: string }[], context: z.core.$RefinementCtx): void {
  const urls = list.map(({ url }) => url)
  const place = urls.findIndex((url, i) => urls.indexOf(url) !== i)
  if (place >= 0)
    context.addIssue({ code: 'custom', path: [place, 'url'], message: 'is listed twice' })
}

const channel = z.enum(CHANNELS)
const step = z.union([
  channel.transform((name) => ({ channel: name, timeoutSeconds: null, blind: false })),
  z
    .strictObject({
      channel,
      timeout_seconds: within(STEP_TIMEOUT_SECONDS).nullable().default(null),
      blind: z.boolean().default(false),
    })
    .transform(({ timeout_seconds: timeoutSeconds, ...rest }) => ({ ...rest, timeoutSeconds })),
])

/** All steps of a chain go to the recipient of the start. */
function refuseMixed(chain: readonly { channel: Channel }[], context: z.core.$RefinementCtx): void {
  const names = chain.map((one) => one.channel)
  const place = names.findIndex((name, i) => names.indexOf(name) !== i)
  if (place >= 0) context.addIssue({ code: 'custom', path: [place], message: 'is listed twice' })
  const other = names.findIndex((name) => (name === 'email') !== (names[0] === 'email'))
  const message = `reaches another kind of recipient than ${names[0]}`
  if (other >= 0) context.addIssue({ code: 'custom', path: [other], message })
}

export const serviceEntry = z.strictObject({
  brand_name: parsed(parseBrand).optional(),
  brand_color: parsed(parseColour).nullable().optional(),
  brand_logo: parsed(parseLogo).nullable().optional(),
  return_urls: z.array(parsed(parseReturnUrl)).max(MAX_RETURN_URLS).optional(),
  code_length: within(CODE_LENGTH).optional(),
  ttl_seconds: within(TTL_SECONDS).optional(),
  max_attempts: within(MAX_ATTEMPTS).optional(),
  max_sends: within(MAX_SENDS).optional(),
  totp_window: within(TOTP_WINDOW).optional(),
  channels: z.array(z.enum(CHANNELS)).min(1).optional(),
  chain: z.array(step).max(MAX_STEPS).superRefine(refuseMixed).optional(),
  limits: limits.optional(),
  shield: shield.optional(),
  client_ip: z.enum(['required', 'off']).optional(),
  allowed_countries: z
    .union([z.literal('*'), z.array(z.string()).transform((list) => list.join(','))])
    .pipe(parsed(parseCountries))
    .optional(),
  voice_countries: z
    .union([z.literal('*'), z.array(z.string()).transform((list) => list.join(','))])
    .pipe(parsed(parseVoiceCountries))
    .optional(),
  landlines: z.enum(['allowed', 'refused']).optional(),
  locale: parsed(parseLocale).optional(),
  origin_domain: parsed(parseHost).nullable().optional(),
  android_app_hash: parsed(parseAppHash).nullable().optional(),
  front_origins: z.array(parsed(parseFrontOrigin)).max(MAX_FRONT_ORIGINS).optional(),
  subject_shows_code: z.boolean().optional(),
  approval_audience: parsed(parseAudience).optional(),
  link_url: parsed(parseLinkUrl).nullable().optional(),
  camara_otp: z.boolean().optional(),
  twilio_service_sid: parsed(parseServiceSid).nullable().optional(),
  twilio_percent: within({ min: 0, max: 100 }).optional(),
  templates: templates.optional(),
  routes: routes.optional(),
  test_recipients: z.array(parsed(parseTestRecipient)).superRefine(refuseTwins).optional(),
  webhooks: z.array(webhook).max(MAX_WEBHOOKS).superRefine(refuseSameUrl).optional(),
  relay: relay.optional(),
})

export type ServiceEntry = z.output<typeof serviceEntry>

export function toPolicy(name: string, entry: ServiceEntry, base: ServicePolicy): ServicePolicy {
  return {
    ...base,
    ...without({
      brandName: entry.brand_name,
      brandColor: entry.brand_color,
      brandLogo: entry.brand_logo,
      returnUrls: entry.return_urls,
      codeLength: entry.code_length,
      ttlSeconds: entry.ttl_seconds,
      maxAttempts: entry.max_attempts,
      maxSends: entry.max_sends,
      totpWindow: entry.totp_window,
      channels: entry.channels,
      chain: entry.chain,
      clientIp: entry.client_ip,
      allowedCountries: entry.allowed_countries,
      voiceCountries: entry.voice_countries,
      landlines: entry.landlines,
      locale: entry.locale,
      originDomain: entry.origin_domain,
      androidAppHash: entry.android_app_hash,
      frontOrigins: entry.front_origins,
      subjectShowsCode: entry.subject_shows_code,
      camaraOtp: entry.camara_otp,
      linkUrl: entry.link_url,
      twilioPercent: entry.twilio_percent,
      testRecipients: entry.test_recipients,
      webhooks: entry.webhooks,
    }),
    limits: { ...base.limits, ...without(entry.limits ?? {}) },
    shield: { ...base.shield, ...without(entry.shield ?? {}) },
    // Not inherited: a SID names one service.
    twilioServiceSid:
      entry.twilio_service_sid ?? (name === base.name ? base.twilioServiceSid : null),
    templates: entry.templates ? toTemplates(entry.templates) : base.templates,
    // Not inherited: a secret is one service's.
    relay: entry.relay ? without(entry.relay) : name === base.name ? base.relay : {},
    // Not inherited: one service's approval must not open another's door.
    approvalAudience:
      entry.approval_audience ?? (name === base.name ? base.approvalAudience : name),
    name,
  }
}
