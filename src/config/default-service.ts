// The default service, from the settings: what each service of a SERVICES_FILE leaves out.

import { CHANNELS, type Channel, INBOX_CHANNELS } from '../kernel/channel.ts'
import type { ServicePolicy, WebhookTarget } from '../verification/policy.ts'
import type { ConfiguredProvider } from './providers.ts'
import type { Reader } from './reader.ts'
import { readRelay } from './relay.ts'
import { DEFAULT_SERVICE, NO_COUNTRIES } from './rules.ts'
import { LIMIT_SETTINGS, SERVICE_SETTINGS } from './service-settings.ts'
import { SHIELD_SETTINGS } from './shield.ts'

export function readDefaultService(
  mode: 'development' | 'production',
  reader: Reader,
  providers: readonly ConfiguredProvider[],
  webhooks: readonly WebhookTarget[],
): ServicePolicy {
  const { allowedCountries, clientIp, originDomain, androidAppHash, ...given } =
    reader.read(SERVICE_SETTINGS)
  const { brandColor, brandLogo, approvalAudience, linkUrl, twilioServiceSid, ...rest } = given
  // In development the inbox carries the texts that no provider does.
  const byInbox: readonly Channel[] = mode === 'development' ? INBOX_CHANNELS : []
  const served = CHANNELS.filter(
    (channel) =>
      byInbox.includes(channel) || providers.some((entry) => entry.channels.includes(channel)),
  )
  return {
    ...rest,
    name: DEFAULT_SERVICE,
    channels: served,
    limits: reader.read(LIMIT_SETTINGS),
    shield: reader.read(SHIELD_SETTINGS),
    clientIp: clientIp ?? (mode === 'production' ? 'required' : 'off'),
    allowedCountries: allowedCountries ?? (mode === 'production' ? NO_COUNTRIES : '*'),
    originDomain: originDomain ?? null,
    androidAppHash: androidAppHash ?? null,
    brandColor: brandColor ?? null,
    brandLogo: brandLogo ?? null,
    approvalAudience: approvalAudience ?? DEFAULT_SERVICE,
    linkUrl: linkUrl ?? null,
    twilioServiceSid: twilioServiceSid ?? null,
    templates: {},
    webhooks,
    chain: [],
    relay: readRelay(reader),
  }
}
