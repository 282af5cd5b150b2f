// Every provider: one entry each, in a file of its own. A new one is added to the list here.
// It must not read the environment: config/ reads the settings that the entries name.

import { type Channel, INBOX_CHANNELS } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import { createHttpClient, faultOfStatus } from './answers/http-client.ts'
import { rateOf, withRate } from './pace/rate.ts'
import { type Allowance, hearAllowances } from './pace/rate-headers.ts'
import type { Fault, HttpClient, Inbox, Provider } from './ports.ts'
import { splitName, valuesOfAccount } from './provider-account.ts'
import type { ProviderEntry, SettingValues } from './provider-entry.ts'
import { awsSmsEntry } from './providers/aws-sms/aws-sms.ts'
import { httpEntry } from './providers/http/http.ts'
import { createInboxProvider } from './providers/inbox.ts'
import { infobipEntry } from './providers/infobip/infobip.ts'
import { postmarkEntry } from './providers/postmark/postmark.ts'
import { resendEntry } from './providers/resend/resend.ts'
import { sendGridEntry } from './providers/sendgrid/sendgrid.ts'
import { sesEntry } from './providers/ses/ses.ts'
import { smtpEntry } from './providers/smtp/smtp.ts'
import { telegramEntry } from './providers/telegram/telegram.ts'
import { twilioEntry } from './providers/twilio/twilio.ts'
import { twilioVoiceEntry } from './providers/twilio/voice.ts'
import { twilioWhatsAppEntry } from './providers/twilio/whatsapp.ts'
import { vonageVoiceEntry } from './providers/vonage/voice.ts'
import { vonageEntry } from './providers/vonage/vonage.ts'
import { whatsAppCloudEntry } from './providers/whatsapp-cloud/whatsapp-cloud.ts'

/** In the order in which they are tried where no route is set. */
export const PROVIDERS: readonly ProviderEntry[] = [
  smtpEntry,
  sesEntry,
  sendGridEntry,
  postmarkEntry,
  resendEntry,
  twilioEntry,
  vonageEntry,
  infobipEntry,
  awsSmsEntry,
  httpEntry('sms'),
  httpEntry('email'),
  whatsAppCloudEntry,
  telegramEntry,
  twilioVoiceEntry,
  twilioWhatsAppEntry,
  vonageVoiceEntry,
].map(withRate)

/** Whose fault a refusal was that a version without faults stored: `message` where its code does not say, which accuses nobody. */
export function faultOfStored(provider: string, code: string): Fault {
  if (code === 'no_provider') return 'account'
  const [, status] = /^http_(\d{3})$/.exec(code) ?? []
  if (status !== undefined) return faultOfStatus(Number(status))
  const { base } = splitName(provider)
  return PROVIDERS.find(({ name }) => name === base)?.faultOf?.(code) ?? 'message' // mutant: C49.stored-without-fault
}

/** What an answer of a provider said about its own limit, and how many requests to it had no answer then. */
type OnAllowance = (
  provider: { channel: Channel; provider: string },
  allowance: Allowance,
  inFlight: number,
) => void

/** How long a send takes across the internet, and to a relay or gateway on this machine. */
const USUAL_MS = { far: 300, near: 10 }
const NEAR = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** For the first decoys, before any message was sent. */
function usualMsOf(values: SettingValues): number {
  const urls = Object.values(values).filter((value) => URL.canParse(value))
  const isNear = urls.some((url) => NEAR.test(new URL(url).hostname))
  return isNear ? USUAL_MS.near : USUAL_MS.far // mutant: C49.local-provider-latency
}

export type Providers = {
  providers: readonly Provider[]
  /** In development only. */
  inbox: Inbox | null
  /** That of all providers: for whatever else goes out. */
  http: HttpClient
  /** Loads everything that the first messages need. */
  prepare(): Promise<void>
  close(): Promise<void>
}

/**
 * @param configured as config/ read them: name, channels and values of each
 * @param deps.onAllowance it must not throw
 * @param deps.aroundHttp for traces: around the client of all providers
 * @param deps.inbox true in development: it takes the texts that no other provider takes
 * @throws ProviderSettingError; config/ has called every entry's `read` before
 */
export function createProviders(
  configured: readonly { name: string; channels: readonly Channel[]; values: SettingValues }[],
  deps: {
    clock: Clock
    inbox: boolean
    onAllowance?: OnAllowance
    aroundHttp?: ((http: HttpClient) => HttpClient) | undefined
  },
): Providers {
  const bare = createHttpClient(deps)
  const http = deps.aroundHttp?.(bare) ?? bare
  const made = configured.map(({ name, channels, values }) => {
    const { base, account } = splitName(name)
    const entry = PROVIDERS.find((one) => one.name === base && one.channels[0] === channels[0])
    if (!entry) throw new Error(`there is no provider ${name}`)
    const own = account === undefined ? values : valuesOfAccount(entry, account, values)
    const [channel = 'sms'] = channels
    const heard = hearAllowances(http, deps.clock, (...said) =>
      deps.onAllowance?.({ channel, provider: name }, ...said),
    )
    const made = entry.create(own, { http: heard, clock: deps.clock })
    const rate = rateOf(entry, account, own)
    return { usualMs: usualMsOf(own), ...made, name, ...(rate && { rate }) }
  })
  const left = INBOX_CHANNELS.filter(
    (channel) => !made.some((one) => one.channels.includes(channel)),
  )
  const inbox = deps.inbox ? createInboxProvider({ channels: left, clock: deps.clock }) : null
  const providers = inbox ? [...made, inbox] : made
  return {
    providers,
    inbox,
    http,
    async prepare() {
      await Promise.all(providers.map((provider) => provider.prepare?.()))
    },
    async close() {
      await Promise.all(providers.map((provider) => provider.close?.()))
      await http.close()
    },
  }
}
