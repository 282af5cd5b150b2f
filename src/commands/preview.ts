// countersign preview: every text as it would be sent, with its encoding, parts and price, and what a messenger's template is
// given. No message is sent and no store opened.

import type { Config } from '../config/config.ts'
import type { SmsSize, TextPreview } from '../delivery/ports.ts'
import { type Channel, TEXT_CHANNELS } from '../kernel/channel.ts'
import { readLanguageTag } from '../kernel/language-tag.ts'
import { formatMicros } from '../kernel/money.ts'
import {
  type Command,
  countOf,
  EXIT,
  flagOption,
  type Given,
  JSON_OPTION,
  printable,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { requireService, withConfig } from './store.ts'
import { oneOf } from './verification-options.ts'

const MESSENGERS = ['whatsapp', 'telegram'] as const satisfies readonly Channel[]
const PREVIEWED = [...TEXT_CHANNELS, ...MESSENGERS]

type Wanted = {
  locale: string | null
  channels: readonly Channel[]
  service: string | undefined
  /** Of the recipient: prices go by it. */
  country: string | null
  /** Of mails. */
  hasLink: boolean
}

/** @throws UsageError */
function readWanted(given: Given): Wanted {
  const text = given.text('locale') ?? 'all'
  const locale = text === 'all' ? null : readLanguageTag(text)
  if (text !== 'all' && locale === null)
    throw new UsageError('--locale must be all or a language tag such as de or pt-BR')
  const channel = oneOf(given, 'channel', PREVIEWED)
  const country = given.text('country')?.toUpperCase() ?? null
  if (country !== null && !/^[A-Z]{2}$/.test(country))
    throw new UsageError('--country must be a country such as DE (ISO 3166-1)')
  const channels = channel ? [channel] : PREVIEWED
  const hasLink = given.flag('link')
  return { locale, channels, service: given.text('service'), country, hasLink }
}

type Price = { provider: string; price: string; currency: string }

/** By each provider that is configured for the channel and has one. */
async function readPrices(config: Config, { country }: Wanted) {
  const { createPrices } = await import('../delivery/prices.ts')
  const priceOf = createPrices(config.prices)
  return (channel: Channel, parts: number, by?: string): Price[] =>
    config.providers
      .filter(({ name, channels }) => channels.includes(channel) && (by ?? name) === name)
      .flatMap(({ name: provider }) => {
        const price = priceOf?.({ provider, channel, country, parts })?.price
        return price
          ? [{ provider, price: formatMicros(price.micros), currency: price.currency }]
          : []
      })
}

const inWords = (prices: readonly Price[]) =>
  prices.map(({ provider, price, currency }) => `, ${price} ${currency} by ${provider}`).join('')

const sizeOf = (size: SmsSize | null) =>
  size ? `, ${size.encoding}, ${size.units} units, ${countOf(size.parts, 'part')}` : ''

/** A text of ours with its prices; a messenger's parts are those of its template. */
type Previewed = TextPreview & { prices: Price[] }

/** Indented; a mark that changes the direction of a line is shown as a terminal should get it. */
function describe({ locale, channel, size, isOwn, prices, subject, text }: Previewed): string {
  const heading = `${locale}  ${channel}${sizeOf(size)}${inWords(prices)}${isOwn ? ', own text' : ''}`
  const whole = subject === null ? text : `${subject}\n\n${text.trimEnd()}`
  const lines = whole.split('\n').map((line) => (line === '' ? '' : `  ${printable(line)}`))
  return `${heading}\n${lines.join('\n')}\n`
}

/** As the other JSON of this program spells its names. */
function toWire({ isOwn, ...preview }: Previewed) {
  return { ...preview, own: isOwn }
}

type Templated = Awaited<ReturnType<typeof previewTemplates>>[number]

/** Once for each language of the template. */
async function previewTemplates(config: Config, wanted: Wanted, codeLength: number) {
  const { PROVIDERS } = await import('../delivery/registry.ts')
  const { splitName, valuesOfAccount } = await import('../delivery/provider-account.ts')
  const { previewCode } = await import('../delivery/templates/preview.ts')
  const { LANGUAGES } = await import('../delivery/templates/texts.ts')
  const code = previewCode(codeLength)
  return config.providers.flatMap(({ name: provider, channels, values }) => {
    const { base, account } = splitName(provider)
    const [channel] = channels
    const entry = PROVIDERS.find((one) => one.name === base && one.channels[0] === channel)
    if (!channel || !entry?.toTemplate || !wanted.channels.includes(channel)) return []
    const own = account === undefined ? values : valuesOfAccount(entry, account, values)
    const locales = wanted.locale === null ? LANGUAGES : [wanted.locale]
    const each = locales.map((locale) => entry.toTemplate?.(own, { locale, code }))
    const templates = new Map(each.map((one) => [one?.language, one]))
    return [...templates.values()].flatMap((one) => (one ? [{ channel, provider, ...one }] : []))
  })
}

function describeTemplate({
  channel,
  provider,
  template,
  language,
  variables,
  prices,
}: Templated & { prices: Price[] }) {
  const lines = Object.entries(variables).map(([name, value]) => `  ${name}: ${value}\n`)
  const of = language === null ? '' : ` in ${language}`
  return `${channel} by ${provider}, template ${template}${of}${inWords(prices)}\n${lines.join('')}`
}

async function preview(wanted: Wanted, config: Config, given: Given, terminal: Terminal) {
  const { previewLink, previewTexts } = await import('../delivery/templates/preview.ts')
  const name = wanted.service ?? config.defaultService
  requireService(config, name)
  const service = config.services.get(name)
  if (!service) throw new UsageError(`there is no service "${name}": give one with --service`)
  const pricesOf = await readPrices(config, wanted)
  const link = wanted.hasLink ? previewLink(service, config.publicUrl) : null
  const texts = TEXT_CHANNELS.filter((channel) => wanted.channels.includes(channel))
    .flatMap((channel) => previewTexts(service, channel, wanted.locale, link))
    .map((one) => ({ ...one, prices: pricesOf(one.channel, one.size?.parts ?? 1) }))
  const templates = (await previewTemplates(config, wanted, service.codeLength)).map((one) => ({
    ...one,
    prices: pricesOf(one.channel, 1, one.provider),
  }))
  if (given.flag('json'))
    terminal.out(toJson({ service: name, texts: texts.map(toWire), templates }))
  else terminal.out([...texts.map(describe), ...templates.map(describeTemplate)].join('\n'))
  const [channel] = wanted.channels
  if (texts.length + templates.length === 0)
    terminal.err(`No provider is configured for ${channel}: it delivers a template of its own.\n`)
  return EXIT.ok
}

export const previewCommand: Command = {
  words: 'preview',
  summary: 'Shows the texts of messages as they would be sent, with encoding, parts and prices.',
  options: {
    locale: textOption('<tag>', 'all (the default), or a language such as de or pt-BR'),
    channel: textOption('<channel>', `${PREVIEWED.join(', ')} (default: all of them)`),
    service: textOption('<name>', 'Whose texts (default: those of the default service)'),
    link: flagOption('Mails with a link beside their code'),
    country: textOption('<country>', 'Prices to it, such as DE (default: those of *)'),
    ...JSON_OPTION,
  },
  notes: `With the service's name, hosts and own texts; the code is of no verification. A language
without a text is shown in the one that would be sent. WhatsApp and Telegram deliver no
text of ours: the template of each configured provider is shown with what it is given.
Prices are those of PRICES_FILE, by each configured provider that has one. Marks that
isolate right-to-left text are shown as \ufffd; --json has them as they are. Exit codes:
0, 2 for wrong usage, 78 for invalid settings.`,
  async run(given, terminal) {
    const wanted = readWanted(given)
    return withConfig(terminal, (config) => preview(wanted, config, given, terminal))
  },
}
