// The settings of one service, for people: from its entry in SERVICES_FILE or, where that leaves them out, from the settings.
// It must not hold a secret: no webhook's secret, no query of its URL, no test recipient.

import type { ChannelRoutes } from '../delivery/routes/routes.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import { RELAY_SYSTEMS } from '../kernel/relay-systems.ts'
import { SHIELD_RULES } from '../kernel/shield-rules.ts'
import type { ShownSetting } from '../kernel/shown-setting.ts'
import { LIMIT_NAMES, type ServicePolicy } from '../verification/policy.ts'
import type { Config } from './config.ts'
import { withoutPassword } from './effective-settings.ts'
import { carriersOf } from './providers.ts'
import { RELAY_SETTINGS } from './relay.ts'
import { LIMIT_SETTINGS, ROUTE_SETTINGS, SERVICE_SETTINGS, showLimit } from './service-settings.ts'
import { SHIELD_SETTINGS } from './shield.ts'
import { WEBHOOK_SETTINGS } from './webhooks.ts'

type Row = {
  group: string
  name: string
  /** Of the default service; a text: it has none, and this is the description. */
  setting: { name: string; description: string } | string
  /** Null: not shown. */
  value: string | null
}

const list = (texts: readonly string[] | '*') =>
  texts === '*' ? 'all' : texts.join(', ') || 'none'

function writeRoutes(rules: ChannelRoutes): string {
  const lines = rules.map(({ prefixes, countries, isDefault, providers }) => {
    const places = [...countries, ...prefixes, ...(isDefault ? ['default'] : [])]
    const names = providers.map(({ name, weight }) =>
      weight === null ? name : `${name}*${weight}`,
    )
    return `${places.join(', ')} -> ${names.join(', ')}`
  })
  return lines.join('; ')
}

function codes(policy: ServicePolicy): Omit<Row, 'group'>[] {
  const { brandName, codeLength, ttlSeconds, maxAttempts, maxSends, totpWindow } = SERVICE_SETTINGS
  return [
    { name: 'brand_name', setting: brandName, value: policy.brandName },
    { name: 'code_length', setting: codeLength, value: String(policy.codeLength) },
    { name: 'ttl_seconds', setting: ttlSeconds, value: String(policy.ttlSeconds) },
    { name: 'max_attempts', setting: maxAttempts, value: String(policy.maxAttempts) },
    { name: 'max_sends', setting: maxSends, value: String(policy.maxSends) },
    { name: 'totp_window', setting: totpWindow, value: String(policy.totpWindow) },
  ]
}

function front({ frontOrigins }: ServicePolicy): Omit<Row, 'group'>[] {
  const { frontOrigins: setting } = SERVICE_SETTINGS
  return [{ name: 'front_origins', setting, value: list(frontOrigins) }]
}

function twilioVerify({ twilioServiceSid, twilioPercent }: ServicePolicy): Omit<Row, 'group'>[] {
  const { twilioServiceSid: setting, twilioPercent: percent } = SERVICE_SETTINGS
  return [
    { name: 'twilio_service_sid', setting, value: twilioServiceSid ?? 'by its name' },
    { name: 'twilio_percent', setting: percent, value: String(twilioPercent) },
  ]
}
const RELAYED = 'Login systems whose codes it sends (POST /relay/{system})'

function camara({ camaraOtp }: ServicePolicy): Omit<Row, 'group'>[] {
  const setting = SERVICE_SETTINGS.camaraOtp
  return [{ name: 'camara_otp', setting, value: String(camaraOtp) }]
}

const writeStep = ({ channel, timeoutSeconds, blind }: ServicePolicy['chain'][number]) =>
  `${channel}${timeoutSeconds === null ? '' : ` (${timeoutSeconds} s)`}${blind ? ', blind' : ''}`

function reach(policy: ServicePolicy): Omit<Row, 'group'>[] {
  const { allowedCountries, voiceCountries, landlines, clientIp } = SERVICE_SETTINGS
  return [
    {
      ...{ name: 'channels', value: list(policy.channels) },
      setting: 'Those that a start may name; without an entry all that a provider serves',
    },
    {
      ...{ name: 'chain', value: policy.chain.map(writeStep).join(', then ') || 'none' },
      setting: 'Channels that follow each other, for starts that name none',
    },
    { name: 'allowed_countries', setting: allowedCountries, value: list(policy.allowedCountries) },
    { name: 'voice_countries', setting: voiceCountries, value: list(policy.voiceCountries) },
    { name: 'landlines', setting: landlines, value: policy.landlines },
    { name: 'client_ip', setting: clientIp, value: policy.clientIp },
  ]
}

function texts(policy: ServicePolicy): Omit<Row, 'group'>[] {
  const { locale, originDomain, androidAppHash, subjectShowsCode, linkUrl } = SERVICE_SETTINGS
  return [
    { name: 'locale', setting: locale, value: policy.locale },
    { name: 'origin_domain', setting: originDomain, value: policy.originDomain ?? 'none' },
    { name: 'android_app_hash', setting: androidAppHash, value: policy.androidAppHash ?? 'none' },
    {
      ...{ name: 'subject_shows_code', setting: subjectShowsCode },
      value: String(policy.subjectShowsCode),
    },
    { name: 'link_url', setting: linkUrl, value: policy.linkUrl ?? 'none' },
    {
      ...{ name: 'templates', value: list(Object.keys(policy.templates)) },
      setting: 'The languages with texts of its own; the page Texts shows them',
    },
  ]
}

const MAX_SHOWN_CHARACTERS = 80
/** A picture in a setting is a line of thousands of characters. */
const shorten = (text: string) =>
  text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text

function hostedPage(policy: ServicePolicy): Omit<Row, 'group'>[] {
  const { brandColor, brandLogo, returnUrls } = SERVICE_SETTINGS
  return [
    { name: 'return_urls', setting: returnUrls, value: list(policy.returnUrls) },
    { name: 'brand_color', setting: brandColor, value: policy.brandColor ?? 'none' },
    { name: 'brand_logo', setting: brandLogo, value: shorten(policy.brandLogo ?? 'none') },
  ]
}

function approvals({ approvalAudience }: ServicePolicy): Omit<Row, 'group'>[] {
  const setting = SERVICE_SETTINGS.approvalAudience
  return [{ name: 'approval_audience', setting, value: approvalAudience }]
}

function routesOf(policy: ServicePolicy, config: Config): Omit<Row, 'group'>[] {
  const own = config.serviceRoutes.get(policy.name)
  const carriers = carriersOf(config.providers)
  const configured = (channel: Channel) =>
    carriers[channel].join(', ') || (config.mode === 'development' ? 'inbox' : 'none')
  return CHANNELS.filter((channel) => policy.channels.includes(channel)).map((channel) => {
    const rules = own?.[channel] ?? config.routes[channel]
    const value = rules ? writeRoutes(rules) : configured(channel)
    return { name: `routes.${channel}`, setting: ROUTE_SETTINGS[channel], value }
  })
}

const writeWebhook = ({ url, events, includeRecipient }: ServicePolicy['webhooks'][number]) =>
  `${withoutPassword(url)}: ${events.join(', ')}${includeRecipient ? ', with the recipient' : ''}`

/** By name; their secrets are not shown. */
function relays({ relay }: ServicePolicy): Omit<Row, 'group'>[] {
  const open = RELAY_SYSTEMS.filter((system) => relay[system])
  const setting = RELAY_SETTINGS[open[0] ?? 'supabase']
  return [{ name: 'relay', setting: { ...setting, description: RELAYED }, value: list(open) }]
}

function rowsOf(policy: ServicePolicy, config: Config): Row[] {
  const limits = LIMIT_NAMES.map((name) => ({
    ...{ name: `limits.${name}`, setting: LIMIT_SETTINGS[name] },
    value: showLimit(policy.limits[name]),
  }))
  const shield = SHIELD_RULES.map((rule) => ({
    ...{ name: `shield.${rule}`, setting: SHIELD_SETTINGS[rule], value: policy.shield[rule] },
  }))
  const webhooks = policy.webhooks.map(writeWebhook).join('; ')
  const groups: [group: string, rows: Omit<Row, 'group'>[]][] = [
    ['Codes', codes(policy)],
    ['Channels and countries', [...reach(policy), ...routesOf(policy, config)]],
    ['Limits', limits],
    ['Shield', shield],
    ['Texts', texts(policy)],
    ['Hosted page', hostedPage(policy)],
    ['Approvals', approvals(policy)],
    ['Front door', front(policy)],
    ['In place of Twilio Verify', twilioVerify(policy)],
    ['In place of an operator’s API', camara(policy)],
    ['Login systems that it sends for', relays(policy)],
    ['Webhooks', [{ name: 'webhooks', setting: WEBHOOK_SETTINGS.url, value: webhooks || 'none' }]],
    [
      'Tests',
      [
        {
          ...{ name: 'test_recipients', setting: SERVICE_SETTINGS.testRecipients },
          value: policy.testRecipients.length === 0 ? 'none' : null,
        },
      ],
    ],
  ]
  return groups.flatMap(([group, rows]) => rows.map((row) => ({ group, ...row })))
}

/** Undefined: there is no such service. */
export function showService(config: Config, name: string): ShownSetting[] | undefined {
  const policy = config.services.get(name)
  if (!policy) return undefined
  const given = config.givenByServices.get(name)
  const originOf = new Map(config.inForce.map((one) => [one.name, one.origin]))
  return rowsOf(policy, config).map(({ group, name: path, setting, value }) => {
    const isText = typeof setting === 'string'
    const base = isText ? 'default' : (originOf.get(setting.name) ?? 'default')
    return {
      ...{ group, name: path, value, documentation: 'docs/services.md' },
      origin: given?.has(path) ? 'services' : base === 'unset' ? 'default' : base,
      description: isText ? setting : setting.description,
    }
  })
}
