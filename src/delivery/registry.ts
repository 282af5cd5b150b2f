// Every provider, one entry each: its settings as data, and how it is made from their values.
// It must not read the environment: config.ts reads what the entries name.

import type { Channel } from '../kernel/channel.ts'
import { CHANNELS } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import { createHttpClient } from './http-client.ts'
import type { HttpClient, Inbox, Provider } from './ports.ts'
import { httpEntry, twilioEntry } from './provider-settings.ts'
import { createHttpProvider } from './providers/http/http.ts'
import { createInboxProvider } from './providers/inbox.ts'
import { createSmtpProvider } from './providers/smtp/smtp.ts'
import { createTwilioProvider } from './providers/twilio.ts'
import type { SettingValues, Transport } from './setting-values.ts'
import { smtpEntry } from './smtp-settings.ts'

type ProviderDeps = { http: HttpClient; clock: Clock }

type ProviderSetting = {
  name: string
  description: string
  secret?: boolean
  hidden?: boolean
  /** May hold quotes, # and several lines. */
  free?: true
  /** Absent and not `optional`: required as soon as one of the others is given. */
  default?: string
  optional?: boolean
}
export type ProviderEntry = {
  name: string
  channels: readonly Channel[]
  settings: readonly ProviderSetting[]
  /** Checks the values without making anything. @throws ProviderSettingError, or ProviderSettingsError with several */
  read(values: SettingValues): unknown
  /** Of values that `read` takes: right, but worth a thought. */
  warnings?(values: SettingValues): readonly string[]
  /** Of values that `read` takes: what a message goes over. */
  transports(values: SettingValues): readonly Transport[]
  /** @throws ProviderSettingError */
  create(values: SettingValues, deps: ProviderDeps): Provider
}

/** In the order in which they are tried where no route says otherwise. */
export const PROVIDERS: readonly ProviderEntry[] = [
  { ...smtpEntry, create: (values) => createSmtpProvider(smtpEntry.read(values)) },
  {
    ...twilioEntry,
    create: (values, deps) => createTwilioProvider(twilioEntry.read(values), deps),
  },
  ...(['sms', 'email'] as const).map((channel) => {
    const entry = httpEntry(channel)
    return {
      ...entry,
      create: (values: SettingValues, deps: ProviderDeps) =>
        createHttpProvider(entry.read(values), deps),
    }
  }),
]

/** Across the internet, connection and answer; and to a relay or gateway on this machine. */
const USUAL_MS = { far: 300, near: 10 }
const NEAR = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** What the first decoys go by, before any message was sent. */
function usualMsOf(values: SettingValues): number {
  const urls = Object.values(values).filter((value) => value !== undefined && URL.canParse(value))
  const isNear = urls.some((url) => NEAR.test(new URL(url ?? '').hostname))
  return isNear ? USUAL_MS.near : USUAL_MS.far // mutant: C49.local-provider-latency
}

export type Providers = {
  providers: readonly Provider[]
  /** Only where it was asked for. */
  inbox: Inbox | null
  /** Loads what the first messages need. */
  prepare(): Promise<void>
  close(): Promise<void>
}

/**
 * @param configured as config.ts read them: name, channels and values of each
 * @param deps.inbox true in development: it takes the channels that no other provider takes
 * @throws ProviderSettingError; config.ts has asked every entry's `read` before
 */
export function createProviders(
  configured: readonly { name: string; channels: readonly Channel[]; values: SettingValues }[],
  deps: { clock: Clock; inbox: boolean },
): Providers {
  const http = createHttpClient(deps)
  const made = configured.map(({ name, channels, values }) => {
    const entry = PROVIDERS.find((one) => one.name === name && one.channels[0] === channels[0])
    if (!entry) throw new Error(`there is no provider ${name}`)
    return { usualMs: usualMsOf(values), ...entry.create(values, { http, clock: deps.clock }) }
  })
  const left = CHANNELS.filter((channel) => !made.some((one) => one.channels.includes(channel)))
  const inbox = deps.inbox ? createInboxProvider({ channels: left, clock: deps.clock }) : null
  const providers = inbox ? [...made, inbox] : made
  return {
    providers,
    inbox,
    async prepare() {
      await Promise.all(providers.map((provider) => provider.prepare?.()))
    },
    async close() {
      await Promise.all(providers.map((provider) => provider.close?.()))
      await http.close()
    },
  }
}
