// countersign send-test: one message that says it is a test, through a configured provider, and what the provider answered.
// It must not send a code, nor show the recipient in full.

import { randomUUID } from 'node:crypto'
import { type Config, EXIT_CONFIG } from '../config/config.ts'
import { loadSettings } from '../config/load.ts'
import type { OutgoingMessage, Provider, SendResult } from '../delivery/ports.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import { createClock } from '../kernel/clock.ts'
import { type Command, EXIT, type Given, type Terminal, UsageError } from './command.ts'

/** Stands where a gateway's template wants a code: of no verification. */
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
  const said = given.text('channel')
  const channel =
    said === undefined ? defaultChannel(recipient) : CHANNELS.find((one) => one === said)
  if (!channel) throw new UsageError(`--channel is one of ${CHANNELS.join(', ')}`)
  if (!channelFits(channel, recipient))
    throw new UsageError(`--channel ${channel} does not fit what --to gives`)
  return { to: recipient.address, channel }
}

/** Marked where it is read first, and again for who reads all of it. */
function composeTest({ to, channel }: Wanted, config: Config, now: number): OutgoingMessage {
  const service = config.services.get(config.defaultService)
  const brandName = service?.brandName ?? 'Countersign'
  const text = `TEST from ${brandName}: this message was sent to check that messages arrive. It holds no code, and nothing has to be done.` // mutant: C71.test-message-codeless
  const isMail = channel === 'email'
  const id = `test_${randomUUID()}`
  return {
    ...{ attemptId: id, deliveryId: id, verificationId: id, service: config.defaultService },
    ...{ brandName, channel, to, code: NO_CODE, locale: service?.locale ?? 'en', text },
    subject: isMail ? `TEST from ${brandName}` : null,
    html: null,
    expiresAt: now + LIFETIME_MS,
  }
}

function choose(providers: readonly Provider[], config: Config, given: Given, channel: Channel) {
  const able = providers.filter((one) => one.channels.includes(channel))
  const name = given.text('provider') ?? config.routes[channel]?.[0] // mutant: C71.test-message-route
  const found = name === undefined ? able[0] : able.find((one) => one.name === name)
  if (found) return found
  const names = able.map((one) => one.name).join(', ') || 'none'
  const what = name === undefined ? 'no provider' : `"${name}" is no provider that`
  throw new UsageError(`${what} is configured for ${channel} (configured: ${names})`)
}

function describe(result: SendResult, advice: string, provider: string, to: string, ms: number) {
  if (result.kind === 'accepted') {
    const id = result.reference === null ? '' : `, its id ${result.reference}`
    return `${provider} took the test message for ${to} after ${ms} ms${id}. Whether it arrives, its reader knows.\n`
  }
  const { code, message } = result.error
  return `${provider} did not take the test message for ${to} (${result.kind}): ${code}, ${message}. ${advice}\n`
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
      const told = { result: result.kind, provider: provider.name, channel: wanted.channel, to }
      const rest = { reference, error, advice: words || null, took_ms: tookMs }
      terminal.out(`${JSON.stringify({ ...told, ...rest }, null, 2)}\n`)
    } else terminal.out(describe(result, words, provider.name, to, tookMs))
    return result.kind === 'accepted' ? EXIT.ok : EXIT.failed // mutant: C71.test-exit-1
  } finally {
    await made.close()
  }
}

export const sendTestCommand: Command = {
  words: 'send-test',
  summary: 'Sends a message that is marked as a test, and shows what the provider answered.',
  options: {
    to: { type: 'string', value: '<recipient>', description: 'Your own number or address' },
    channel: {
      type: 'string',
      value: '<channel>',
      description: `${CHANNELS.join(', ')} (default: sms to a number, email to an address)`,
    },
    provider: {
      type: 'string',
      value: '<name>',
      description: 'One that is configured (default: the first that would carry it)',
    },
    json: { type: 'boolean', description: 'Answer as JSON' },
  },
  notes: `One request, not repeated; no verification is made, nothing is stored or counted.
Where a gateway's template asks for a code it gets 000000. Exit codes: 0 where the
provider took it, 1 where it did not, 2 for wrong words, 78 for wrong settings.`,
  async run(given, terminal) {
    const wanted = await readWanted(given)
    const loaded = loadSettings(terminal.env, { isCommand: true })
    if (!loaded.ok) {
      terminal.err(`countersign: ${loaded.message}\n`)
      return EXIT_CONFIG
    }
    return send(wanted, loaded.config, given, terminal)
  },
}
