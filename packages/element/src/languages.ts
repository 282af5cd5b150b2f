// Which language's texts are used, and loading them. Each is a file of its own, loaded once somebody needs it.

import ENGLISH from './lang/en.ts'
import type { Texts } from './texts.ts'

type Load = () => Promise<{ default: Texts }>

/** Written out, so that every bundler finds the files. */
const LOADS: Readonly<Record<string, Load>> = {
  ar: () => import('./lang/ar.ts'),
  bg: () => import('./lang/bg.ts'),
  bn: () => import('./lang/bn.ts'),
  cs: () => import('./lang/cs.ts'),
  da: () => import('./lang/da.ts'),
  de: () => import('./lang/de.ts'),
  el: () => import('./lang/el.ts'),
  es: () => import('./lang/es.ts'),
  fa: () => import('./lang/fa.ts'),
  fi: () => import('./lang/fi.ts'),
  fr: () => import('./lang/fr.ts'),
  he: () => import('./lang/he.ts'),
  hi: () => import('./lang/hi.ts'),
  hu: () => import('./lang/hu.ts'),
  id: () => import('./lang/id.ts'),
  it: () => import('./lang/it.ts'),
  ja: () => import('./lang/ja.ts'),
  ko: () => import('./lang/ko.ts'),
  nb: () => import('./lang/nb.ts'),
  nl: () => import('./lang/nl.ts'),
  pl: () => import('./lang/pl.ts'),
  pt: () => import('./lang/pt.ts'),
  'pt-BR': () => import('./lang/pt-br.ts'),
  ro: () => import('./lang/ro.ts'),
  ru: () => import('./lang/ru.ts'),
  sv: () => import('./lang/sv.ts'),
  th: () => import('./lang/th.ts'),
  tr: () => import('./lang/tr.ts'),
  uk: () => import('./lang/uk.ts'),
  vi: () => import('./lang/vi.ts'),
  'zh-Hans': () => import('./lang/zh-hans.ts'),
  'zh-Hant': () => import('./lang/zh-hant.ts'),
}

/** Tags of the languages that have texts. */
export const LANGUAGES: readonly string[] = ['en', ...Object.keys(LOADS)]

/** Read by the same people. */
const RELATED: Readonly<Record<string, string>> = { no: 'nb', nn: 'nb' }

/** `pt-AO` finds pt, `zh-TW` zh-Hant; no look-up ends in another script (RFC 4647 §3.4). */
export function findLanguage(tag: string, known: readonly string[]): string | undefined {
  try {
    const locale = new Intl.Locale(tag)
    const language = RELATED[locale.language] ?? locale.language
    const script = locale.maximize().script
    const keys = [locale.baseName, `${language}-${script}`, language]
    return keys.find(
      (key) => known.includes(key) && new Intl.Locale(key).maximize().script === script,
    )
  } catch {
    return undefined // no language tag
  }
}

export type Loaded = { texts: Texts; lang: string }

export const IN_ENGLISH: Loaded = { texts: ENGLISH, lang: 'en' }

/** @returns English where the language has no texts, or they cannot be loaded */
export async function loadTexts(tag: string): Promise<Loaded> {
  const lang = findLanguage(tag, LANGUAGES) ?? ''
  try {
    const load = LOADS[lang]
    if (load) return { texts: (await load()).default, lang }
  } catch {
    // Not served beside this module.
  }
  return IN_ENGLISH
}
