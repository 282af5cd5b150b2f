// Language tags (BCP 47) as people and programs write them, and the keys under which texts are looked up.

import { remember } from './remember.ts'

/** RFC 5646 §4.4.1 asks for 35 at least; the rest of a longer text is not read. */
const MAX_TAG_CHARACTERS = 100
/** The same few tags are read at every start, and Intl.Locale took a fiftieth of a login flow; but they come from callers. */
const MAX_KNOWN = 1000
/** glibc's `sr_RS@latin`. */
const SCRIPT_OF_MODIFIER: Readonly<Record<string, string>> = { latin: 'Latn', cyrillic: 'Cyrl' }

/** `zh-yue` is yue (RFC 5646 §2.2.2), which ECMA-402 does not read. `en-USA` is no such tag. */
const EXTENDED = /^(?:ar|kok|lv|ms|sgn|sw|uz|zh)-(?:min-)?(?=[a-z]{3}(?:-|$))/i // mutant: C70.region-not-language
/** What Windows called the two scripts of Chinese. */
const WINDOWS_CHINESE = /^zh-ch([st])(?=-|$)/i
/** Read by the same people, in the same script: looked for last. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  nb: ['no'],
  no: ['nb'],
  nn: ['no', 'nb'],
  yue: ['zh'],
}

function toLocale(text: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(text)
  } catch {
    return undefined
  }
}

/** The longest beginning that is a tag (RFC 4647 §3.4): `en-USA` is en. */
function readBeginning(tag: string): Intl.Locale | undefined {
  const shorter = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
  const isSound = shorter !== '' && !shorter.endsWith('-')
  return toLocale(tag) ?? (isSound ? readBeginning(shorter) : undefined) // mutant: C70.extensions-ignored
}

const readTag = remember(MAX_KNOWN, (text: string): string | null => {
  const [first = ''] = text.trim().split(/[,;\s]/)
  const [, name = '', modifier = ''] = /^([^.@]*)(?:\.[^@]*)?(?:@(.*))?$/.exec(first) ?? []
  const tag = name.replaceAll('_', '-').replace(WINDOWS_CHINESE, 'zh-Han$1').replace(EXTENDED, '') // mutants: C70.underscore-as-hyphen C70.windows-chinese-script
  const locale = readBeginning(tag)
  if (!locale || locale.language === 'und') return null
  const script = locale.script ?? SCRIPT_OF_MODIFIER[modifier.toLowerCase()] // mutant: C70.glibc-script-modifier
  // ECMA-402 keeps `baseName` canonical: iw is he, cmn is zh.
  return script ? new Intl.Locale(locale.baseName, { script }).baseName : locale.baseName
})

/**
 * `pt-br`, `en_US`, `de_DE.UTF-8@euro`, `zh-Hant-TW-u-nu-hanidec`, the first of `de-CH,de;q=0.9`.
 * @returns the canonical tag without extensions; null: it cannot be read
 */
export function readLanguageTag(text: string): string | null {
  return readTag(text.slice(0, MAX_TAG_CHARACTERS))
}

/**
 * The ranges of RFC 4647 §3.4, the longest first. Each has the script, the likely one where none was
 * given (`zh-TW`: zh-hant-tw, zh-hant), so that no look-up ends in another script.
 */
export const languageKeys = remember(MAX_KNOWN, (tag: string): readonly string[] => {
  const read = readLanguageTag(tag)
  const locale = read === null ? undefined : toLocale(read)
  const script = locale?.maximize().script // mutant: C70.likely-script
  if (!locale || !script) return []
  const { language, region } = locale
  const variants = locale.baseName.split('-').filter((part) => /^(?:\w{5,8}|\d\w{3})$/.test(part)) // mutant: C70.variant-first
  const parts = [script, ...(region ? [region] : []), ...variants.filter((one) => one !== language)]
  const keys = parts.map((_, i) => [language, ...parts.slice(0, i + 1)].join('-').toLowerCase()) // mutant: C70.script-in-key
  const related = RELATED[language] ?? [] // mutant: C70.norwegian-forms
  return [...keys.reverse(), ...related.map((one) => `${one}-${script}`.toLowerCase())]
})

/**
 * The message's own where a template is approved in it, in the same script; a relative before the first one.
 * @param languages as Meta writes them: `en_US`, `de`
 */
export function pickLanguage(locale: string, languages: readonly [string, ...string[]]): string {
  const of = (key: string) =>
    languages.find((one) => languageKeys(one)[0] === key) ??
    languages.find((one) => languageKeys(one).includes(key))
  const found = languageKeys(locale).flatMap((key) => of(key) ?? [])
  return found[0] ?? languages[0]
}

const RIGHT_TO_LEFT = new Set(['arab', 'hebr', 'thaa', 'syrc', 'nkoo', 'adlm', 'rohg'])

export function directionOf(tag: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(languageKeys(tag)[0]?.split('-')[1] ?? '') ? 'rtl' : 'ltr'
}
