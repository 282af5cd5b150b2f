// countersign preview: every text as it would be sent, with its encoding and parts. No message is sent and no store opened.

import type { Config } from '../config/config.ts'
import type { TextPreview } from '../delivery/ports.ts'
import { type Channel, TEXT_CHANNELS } from '../kernel/channel.ts'
import { readLanguageTag } from '../kernel/language-tag.ts'
import {
  type Command,
  countOf,
  EXIT,
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

type Wanted = { locale: string | null; channels: readonly Channel[]; service: string | undefined }

/** @throws UsageError */
function readWanted(given: Given): Wanted {
  const text = given.text('locale') ?? 'all'
  const locale = text === 'all' ? null : readLanguageTag(text)
  if (text !== 'all' && locale === null)
    throw new UsageError('--locale must be all or a language tag such as de or pt-BR')
  const channel = oneOf(given, 'channel', TEXT_CHANNELS)
  return { locale, channels: channel ? [channel] : TEXT_CHANNELS, service: given.text('service') }
}

/** A line for people: what one text costs. */
function heading({ locale, channel, size, isOwn }: TextPreview): string {
  const cost = size ? `, ${size.encoding}, ${size.units} units, ${countOf(size.parts, 'part')}` : ''
  return `${locale}  ${channel}${cost}${isOwn ? ', own text' : ''}`
}

/** Indented; a mark that changes the direction of a line is shown as a terminal should get it. */
function describe(preview: TextPreview): string {
  const { subject, text } = preview
  const whole = subject === null ? text : `${subject}\n\n${text.trimEnd()}`
  const lines = whole.split('\n').map((line) => (line === '' ? '' : `  ${printable(line)}`))
  return `${heading(preview)}\n${lines.join('\n')}\n`
}

/** As the other JSON of this program spells its names. */
function toWire({ isOwn, ...preview }: TextPreview) {
  return { ...preview, own: isOwn }
}

async function preview(wanted: Wanted, config: Config, given: Given, terminal: Terminal) {
  const { previewTexts } = await import('../delivery/templates/preview.ts')
  const name = wanted.service ?? config.defaultService
  requireService(config, name)
  const service = config.services.get(name)
  if (!service) throw new UsageError(`there is no service "${name}": give one with --service`)
  const all = wanted.channels.flatMap((channel) => previewTexts(service, channel, wanted.locale))
  if (given.flag('json')) terminal.out(toJson({ service: name, texts: all.map(toWire) }))
  else terminal.out(all.map(describe).join('\n'))
  return EXIT.ok
}

export const previewCommand: Command = {
  words: 'preview',
  summary: 'Shows the texts of messages as they would be sent, with encoding and parts.',
  options: {
    locale: textOption('<tag>', 'all (the default), or a language such as de or pt-BR'),
    channel: textOption('<channel>', `${TEXT_CHANNELS.join(', ')} (default: all of them)`),
    service: textOption('<name>', 'Whose texts (default: those of the default service)'),
    ...JSON_OPTION,
  },
  notes: `With the service's name, hosts and own texts; the code is of no verification. A language
without a text is shown in the one that would be sent. Marks that isolate right-to-left
text are shown as \ufffd; --json has them as they are. Exit codes: 0, 2 for wrong usage,
78 for invalid settings.`,
  async run(given, terminal) {
    const wanted = readWanted(given)
    return withConfig(terminal, (config) => preview(wanted, config, given, terminal))
  },
}
