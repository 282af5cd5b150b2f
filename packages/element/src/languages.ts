// Which language's texts are used, and loading them. Each is a file of its own, loaded once somebody needs it.

import ENGLISH from './lang/en.ts'
import type { Texts } from './texts.ts'

type Load = () => Promise<{ default: Texts }>

/** Written out, so that every bundler finds the files. */
const LOADS: Readonly<Record<string, Load>> = {
  de: () => import('./lang/de.ts'),
}

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
  const lang = findLanguage(tag, Object.keys(LOADS)) ?? ''
  try {
    const load = LOADS[lang]
    if (load) return { texts: (await load()).default, lang }
  } catch {
    // Not served beside this module.
  }
  return IN_ENGLISH
}
