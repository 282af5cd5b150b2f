// The settings in groups: the headings of docs/settings.md, and the groups that people are shown.

import type { ProviderDescription } from '../delivery/provider-entry.ts'
import { AUDIT_SETTINGS } from './audit.ts'
import { CHALLENGE_SETTINGS } from './challenge.ts'
import { OIDC_SETTINGS } from './oidc.ts'
import { PRICE_SETTINGS } from './prices.ts'
import { RELAY_SETTINGS } from './relay.ts'
import { LIMIT_SETTINGS, ROUTE_SETTINGS, SERVICE_SETTINGS } from './service-settings.ts'
import { SERVER_SETTINGS, type Setting } from './settings.ts'
import { SHIELD_SETTINGS } from './shield.ts'
import { TRACE_SETTINGS } from './traces.ts'
import { TWILIO_VERIFY_SETTINGS } from './twilio-verify.ts'
import { WEBHOOK_SETTINGS } from './webhooks.ts'

const group = (title: string, settings: Readonly<Record<string, Setting<unknown>>>) => ({
  title,
  rows: Object.values(settings),
})

/** Without the providers: their settings come from the registry. */
export const SETTING_GROUPS = [
  group('The process', SERVER_SETTINGS),
  group('The default service', SERVICE_SETTINGS),
  group('Limits', LIMIT_SETTINGS),
  group('Which provider sends', ROUTE_SETTINGS),
  group('Webhooks of the default service', WEBHOOK_SETTINGS),
  group('Login systems that the default service sends for', RELAY_SETTINGS),
  group('Shield', SHIELD_SETTINGS),
  group('The challenge before a start', CHALLENGE_SETTINGS),
  group('In place of Twilio Verify', TWILIO_VERIFY_SETTINGS),
  group('Audit', AUDIT_SETTINGS),
  group('Traces', TRACE_SETTINGS),
  group('Costs', PRICE_SETTINGS),
  group('Sign-in to the console by OpenID Connect', OIDC_SETTINGS),
] as const

export const providerTitle = ({ name, channels }: Pick<ProviderDescription, 'name' | 'channels'>) =>
  `Provider ${name}: ${channels.join(', ')}`

/** As GitHub and others make the anchor of a heading. */
export const documentationOf = (title: string) =>
  `docs/settings.md#${title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')}`
