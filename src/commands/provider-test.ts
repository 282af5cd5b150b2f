// countersign providers test: one message that is marked as a test, through a configured provider; its answer, what became of
// the message, and for mail what DNS says of the sender.
// It must not send a code, nor show the recipient in full.

import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import { faultOf, type OutgoingMessage, type Provider, type SendResult } from '../delivery/ports.ts'
import type { ChannelRoutes } from '../delivery/routes/routes.ts'
import { measureSms } from '../delivery/templates/sms-size.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import { createClock } from '../kernel/clock.ts'
import {
  type Command,
  EXIT,
  flagOption,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { DNS_OPTIONS, type DnsOptions, readDnsOptions } from './doctor/dns-options.ts'
import { withConfig } from './store.ts'
import type { Followed } from './test-receipt.ts'
import { oneOf } from './verification-options.ts'

/** For a gateway's template that needs a code: of no verification. */
const NO_CODE = '000000'
const LIFETIME_MS = 600_000

const DNS_DEADLINE_MS = 8_000

type Wanted = { to: string; channel: Channel; dns: DnsOptions }

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
  if (channel === 'voice')
    throw new UsageError(
      'a call is not tested here, for its words are fetched from the running service: start a verification with the channel voice',
    )
  return { to: recipient.address, channel, dns: readDnsOptions(given) }
}

/** Marked as a test at its beginning, in whichever part a reader sees first. */
function composeTest(
  { to, channel }: Pick<Wanted, 'to' | 'channel'>,
  config: Config,
  now: number,
): OutgoingMessage {
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
    link: null,
    callUrl: null,
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

/** What to do about a code; '' where that is not known. */
async function adviceOn(provider: string, error: { code: string } | null): Promise<string> {
  const { adviseOn } = await import('../admin/advice/advice.ts')
  const advice = error && adviseOn({ provider, code: error.code }, 'failed')
  return advice ? [advice.meaning, advice.action].filter(Boolean).join(' ') : ''
}

/** Of one that sends from MAIL_FROM; a gateway has a sender of its own. */
async function checkSender(config: Config, { name }: Provider, dns: DnsOptions) {
  const { checkMailDomain, mailDomainOf, ownKeyOf } = await import('./doctor/mail-domain.ts')
  const isSender = config.providers.some((one) => one.name === name && one.values.MAIL_FROM)
  const domain = isSender ? mailDomainOf(config) : undefined
  if (domain === undefined) return []
  // What others send is not signed here.
  const ownKey = name === 'smtp' ? ownKeyOf(config) : null
  return checkMailDomain({ ...dns, domain, ownKey, deadlineMs: DNS_DEADLINE_MS })
}

type Sent = { provider: Provider; result: SendResult; tookMs: number; to: string }

/** Null: it was not accepted, nobody can be asked, or nobody waits. */
async function follow({ provider, result }: Sent, given: Given) {
  const { followReceipt, REAL_TIME } = await import('./test-receipt.ts')
  const reference = result.kind === 'accepted' ? result.reference : null
  if (!provider.ask || reference === null || given.flag('no-wait')) return null
  return followReceipt(provider.ask, reference, REAL_TIME)
}

const toWire = (receipt: Followed | null) => {
  if (receipt === null) return null
  const { afterMs: after_ms, ...rest } = receipt
  return { ...rest, after_ms }
}

/** In words as it comes, or as one object at the end. @returns the exit code */
async function report(
  sent: Sent,
  wanted: Wanted,
  config: Config,
  given: Given,
  terminal: Terminal,
) {
  const { describeAnswer, describeReceipt, whereReceiptIs } = await import('./test-receipt.ts')
  const { alignRows, plain } = await import('./table.ts')
  const { provider, result, tookMs: took_ms, to } = sent
  const isAccepted = result.kind === 'accepted'
  const isJson = given.flag('json')
  const say = (text: string) => (isJson ? undefined : terminal.out(text))
  const [reference, error] = isAccepted ? [result.reference, null] : [null, result.error]
  const advice = await adviceOn(provider.name, error)
  say(describeAnswer(result, advice, provider.name, to, took_ms))
  const sender = await checkSender(config, provider, wanted.dns)
  const rows = sender.map(({ check, status, detail }) => [status, check, plain(detail)])
  if (rows.length > 0) say(alignRows(rows))
  const receipt = await follow(sent, given)
  if (receipt) say(describeReceipt(receipt, await adviceOn(provider.name, receipt.error)))
  else if (isAccepted) say(`${whereReceiptIs(provider, config)}\n`)
  const about = { provider: provider.name, channel: wanted.channel, to, reference, error }
  const rest = {
    fault: faultOf(result),
    advice: advice || null,
    took_ms,
    receipt: toWire(receipt),
    sender,
  }
  if (isJson) terminal.out(toJson({ result: result.kind, ...about, ...rest }))
  return isAccepted && receipt?.state !== 'undelivered' ? EXIT.ok : EXIT.failed // mutant: C71.test-exit-1
}

async function send(wanted: Wanted, config: Config, given: Given, terminal: Terminal) {
  const { createProviders } = await import('../delivery/registry.ts')
  const { withoutQuotes } = await import('../delivery/answers/quoted-answer.ts')
  const { mask } = await import('../kernel/mask.ts')
  const clock = createClock()
  const made = createProviders(config.providers, { clock, inbox: false })
  try {
    const provider = choose(made.providers, config, given, wanted.channel)
    const message = composeTest(wanted, config, clock.now())
    const began = performance.now()
    const signal = AbortSignal.timeout(config.deliveryDeadlineMs)
    const result = withoutQuotes(await provider.send(message, signal), message)
    const tookMs = Math.round(performance.now() - began)
    const to = mask(wanted.to) // mutant: C71.test-answer-masked
    return await report({ provider, result, tookMs, to }, wanted, config, given, terminal)
  } finally {
    await made.close()
  }
}

export const testProviderCommand: Command = {
  words: 'providers test',
  optional: 'name',
  summary:
    'Sends a message that is marked as a test, and shows the provider’s answer and its receipt.',
  options: {
    to: textOption('<recipient>', 'Your own number or address'),
    channel: textOption(
      '<channel>',
      `${CHANNELS.join(', ')} (default: sms to a number, email to an address). A messenger’s message shows the code 000000`,
    ),
    'no-wait': flagOption('Do not ask for a minute what became of it'),
    ...DNS_OPTIONS,
    ...JSON_OPTION,
  },
  notes: `The name is that of a configured provider (default: the first one that would carry the
message). One request, without retries; no verification is created, and nothing is stored
or counted. Where a gateway's template needs a code, it gets 000000. A provider that can
be asked is asked for up to 60 s what became of the message; for the others it says where
that is seen. For mail the SPF, DKIM and DMARC records of MAIL_FROM are checked as by
doctor. Exit codes: 0 if the provider accepted it, 1 if it did not or the message did not
arrive, 2 for wrong usage, 78 for invalid settings.`,
  async run(given, terminal) {
    const wanted = await readWanted(given)
    return withConfig(terminal, (config) => send(wanted, config, given, terminal))
  },
}
