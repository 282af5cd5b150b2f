// countersign providers test: one message that is marked as a test, through a configured provider, and the provider's answer.
// It must not send a code, nor show the recipient in full.

import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import {
  type Fault,
  faultOf,
  type OutgoingMessage,
  type Provider,
  type Refusal,
  type SendResult,
} from '../delivery/ports.ts'
import type { ChannelRoutes } from '../delivery/routes.ts'
import { measureSms } from '../delivery/templates/sms-size.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import { createClock } from '../kernel/clock.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { withConfig } from './store.ts'
import { oneOf } from './verification-options.ts'

/** For a gateway's template that needs a code: of no verification. */
const NO_CODE = '000000'
const LIFETIME_MS = 600_000

type Wanted = { to: string; channel: Channel }

async function readWanted(given: Given): Promise<Wanted> {
  const to = given.text('to')
  if (!to) throw new UsageError('--to is missing: your own number or address')
  const { channelFits, defaultChannel, readRecipient } = await import(
    '../verification/recipient.ts'
  )
  const recipient = readRecipient(to, null)
  if (recipient.kind === 'unreadable')
    throw new UsageError(`--to ${recipient.detail}: give it like +14155552671 or ann@example.com`)
  const channel = oneOf(given, 'channel', CHANNELS) ?? defaultChannel(recipient)
  if (!channelFits(channel, recipient))
    throw new UsageError(`--channel ${channel} does not fit the recipient in --to`)
  return { to: recipient.address, channel }
}

/** Marked as a test at its beginning, in whichever part a reader sees first. */
function composeTest({ to, channel }: Wanted, config: Config, now: number): OutgoingMessage {
  const service = config.services.get(config.defaultService)
  const brandName = service?.brandName ?? 'Countersign'
  const text = `TEST from ${brandName}: this message was sent to check that messages arrive. It contains no code, and you do not need to do anything.` // mutant: C71.test-message-codeless
  const id = `test_${randomUUID()}`
  return {
    tryId: id,
    deliveryId: id,
    verificationId: id,
    service: config.defaultService,
    brandName,
    channel,
    to,
    code: NO_CODE,
    locale: service?.locale ?? 'en',
    text,
    subject: channel === 'email' ? `TEST from ${brandName}` : null,
    size: channel === 'sms' ? measureSms(text) : null,
    html: null,
    expiresAt: now + LIFETIME_MS,
    callbackUrl: null,
    returnToken: null,
  }
}

/** Of the default route. */
const firstOf = (routes: ChannelRoutes | undefined) =>
  routes?.find(({ isDefault }) => isDefault)?.providers[0]?.name

function choose(providers: readonly Provider[], config: Config, given: Given, channel: Channel) {
  const able = providers.filter((one) => one.channels.includes(channel))
  const name = given.positionals[0] ?? firstOf(config.routes[channel]) // mutant: C71.test-message-route
  const found = name === undefined ? able[0] : able.find((one) => one.name === name)
  if (found) return found
  const names = able.map((one) => one.name).join(', ') || 'none'
  const what = name === undefined ? 'no provider' : `no provider "${name}"`
  throw new UsageError(`${what} is configured for ${channel} (configured: ${names})`)
}

/** Whose fault a refusal for good is. */
const BLAME = {
  recipient: 'for good, because of the recipient',
  message: 'for good; another provider may take it',
  destination: 'for good, because of the country or the sender there',
  account: 'for good, because of the account or its settings',
} satisfies Record<Fault, string>

function describeRefusal(refusal: Refusal, message: string): string {
  if (refusal.kind === 'temporary') return `did not accept ${message} for now`
  if (refusal.kind === 'ambiguous') return `may have accepted ${message}: there is no clear answer`
  return `refused ${message} ${BLAME[refusal.fault]}`
}

function describe(result: SendResult, advice: string, provider: string, to: string, ms: number) {
  if (result.kind === 'accepted') {
    const id = result.reference === null ? '' : `, id ${result.reference}`
    return `${provider} accepted the test message for ${to} after ${ms} ms${id}. Check that it arrives.\n`
  }
  const { code, message } = result.error
  const outcome = describeRefusal(result, `the test message for ${to}`)
  return `${provider} ${outcome} (${code}: ${message}). ${advice}\n`
}

async function send(wanted: Wanted, config: Config, given: Given, terminal: Terminal) {
  const { createProviders } = await import('../delivery/registry.ts')
  const { withoutQuotes } = await import('../delivery/quoted-answer.ts')
  const { adviseOn } = await import('../admin/advice/advice.ts')
  const { mask } = await import('../admin/recipients.ts')
  const clock = createClock()
  const made = createProviders(config.providers, { clock, inbox: false })
  try {
    const provider = choose(made.providers, config, given, wanted.channel)
    const message = composeTest(wanted, config, clock.now())
    const began = performance.now()
    const signal = AbortSignal.timeout(config.deliveryDeadlineMs)
    const result = withoutQuotes(await provider.send(message, signal), message)
    const tookMs = Math.round(performance.now() - began)
    const error = result.kind === 'accepted' ? null : result.error
    const advice = error && adviseOn({ provider: provider.name, code: error.code }, 'failed')
    const words = advice ? [advice.meaning, advice.action].filter(Boolean).join(' ') : ''
    const to = mask(wanted.to) // mutant: C71.test-answer-masked
    if (given.flag('json')) {
      const reference = result.kind === 'accepted' ? result.reference : null
      const sent = { result: result.kind, provider: provider.name, channel: wanted.channel, to }
      const rest = {
        reference,
        error,
        fault: faultOf(result),
        advice: words || null,
        took_ms: tookMs,
      }
      terminal.out(toJson({ ...sent, ...rest }))
    } else terminal.out(describe(result, words, provider.name, to, tookMs))
    return result.kind === 'accepted' ? EXIT.ok : EXIT.failed // mutant: C71.test-exit-1
  } finally {
    await made.close()
  }
}

export const testProviderCommand: Command = {
  words: 'providers test',
  optional: 'name',
  summary: 'Sends a message that is marked as a test, and shows what the provider answered.',
  options: {
    to: textOption('<recipient>', 'Your own number or address'),
    channel: textOption(
      '<channel>',
      `${CHANNELS.join(', ')} (default: sms to a number, email to an address). A messenger’s message shows the code 000000`,
    ),
    ...JSON_OPTION,
  },
  notes: `The name is that of a configured provider (default: the first one that would carry the
message). One request, without retries; no verification is created, and nothing is stored
or counted. Where a gateway's template needs a code, it gets 000000. Exit codes: 0 if the
provider accepted it, 1 if it did not, 2 for wrong usage, 78 for invalid settings.`,
  async run(given, terminal) {
    const wanted = await readWanted(given)
    return withConfig(terminal, (config) => send(wanted, config, given, terminal))
  },
}
