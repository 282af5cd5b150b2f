// The text of a message: the service's own or a built-in one, by the languages that are wanted in turn.

import type { Channel } from '../../kernel/channel.ts'
import { directionOf, languageKeys, readLanguageTag } from '../../kernel/language-tag.ts'
import type { MessageSettings } from '../ports.ts'
import { LANGUAGES, type Language } from './texts.ts'

type Override = MessageSettings['templates'][string]
type Templates = Pick<MessageSettings, 'templates' | 'locale'>

export type Picked = {
  /** BCP 47, of the text. */
  tag: string
  direction: 'ltr' | 'rtl'
  /** Of the built-in texts for the parts that an override leaves out. */
  language: Language
  /** Of the minutes and seconds; null: none that is built in. */
  units: Language | null
  override: Override | undefined
}

const FALLBACK = 'en'
const BUILT_IN: ReadonlyMap<string, Language> = new Map(
  LANGUAGES.map((language) => [languageKeys(language)[0] ?? language, language]),
)

/** An override without a text for the channel does not count: a built-in one may be closer. */
function isFor(channel: Channel, override: Override): boolean {
  // A text that is read aloud is always a built-in one.
  if (channel === 'voice') return false
  return channel === 'email'
    ? override.emailSubject !== undefined || override.emailText !== undefined
    : override.sms !== undefined
}

function ownTexts(templates: Templates['templates'], channel: Channel): Map<string, string> {
  const used = Object.entries(templates).filter(([, override]) => isFor(channel, override)) // mutant: C70.channel-text-required
  return new Map(used.map(([tag]) => [languageKeys(tag)[0] ?? '', tag]))
}

function firstOf<T>(texts: ReadonlyMap<string, T>, keys: readonly string[]): T | undefined {
  const key = keys.find((one) => texts.has(one))
  return key === undefined ? undefined : texts.get(key)
}

/** The first of the wanted ones that has a text (of the service's own before a built-in one, `pt` for pt-BR, too), then the service's language, then English. */
export function pickTexts(
  service: Templates,
  channel: Channel,
  wanted: readonly (string | null)[],
): Picked {
  const own = ownTexts(service.templates, channel)
  for (const candidate of [...wanted, service.locale, FALLBACK]) {
    const keys = candidate === null ? [] : languageKeys(candidate)
    const built = firstOf(BUILT_IN, keys)
    const name = firstOf(own, keys)
    const found = name ?? built // mutant: C70.own-text-first
    if (found === undefined) continue
    const tag = readLanguageTag(found) ?? FALLBACK
    const override = name === undefined ? undefined : service.templates[name]
    const direction = directionOf(tag)
    return { tag, direction, language: built ?? FALLBACK, units: built ?? null, override }
  }
  const none = { language: FALLBACK, units: FALLBACK, override: undefined } as const
  return { tag: FALLBACK, direction: 'ltr', ...none }
}

/** The language of the message, for the answer to a start and for the row. */
export function pickLocale(
  service: Templates,
  channel: Channel,
  wanted: readonly (string | null)[],
): string {
  return pickTexts(service, channel, wanted).tag
}
