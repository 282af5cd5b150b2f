// The language of the element's texts, by the tag of its page.

import { expect, it } from 'vitest'
import { PAGE_TEXTS } from '../../../src/front/pages/words.ts'
import { findLanguage, LANGUAGES, loadTexts } from '../src/languages.ts'

const KNOWN = ['de', 'nb', 'pt', 'pt-BR', 'ru', 'sr', 'zh-Hans', 'zh-Hant']

it.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['de-Latn-CH', 'de'],
  ['pt-BR', 'pt-BR'],
  ['pt-br', 'pt-BR'],
  ['pt-AO', 'pt'],
  ['zh', 'zh-Hans'],
  ['zh-CN', 'zh-Hans'],
  ['zh-TW', 'zh-Hant'],
  ['zh-Hant-HK', 'zh-Hant'],
  ['no', 'nb'],
  ['nn', 'nb'],
  ['sr', 'sr'],
  ['sr-Latn', undefined],
  ['kk', undefined],
  ['', undefined],
  ['no language', undefined],
  ['constructor', undefined],
])('C88: %j is read in %s', (tag, found) => {
  expect(findLanguage(tag, KNOWN)).toBe(found)
})

it('C88: every language of the hosted page is loaded, with each of its texts', async () => {
  expect(LANGUAGES.toSorted()).toEqual(Object.keys(PAGE_TEXTS).toSorted())
  const english = (await loadTexts('en')).texts
  const slotsOf = (text: string) => text.match(/\{\{\w+\}\}/g) ?? []
  for (const tag of LANGUAGES) {
    const { texts, lang } = await loadTexts(tag)
    const { dir, ...words } = texts
    expect(lang).toBe(tag)
    expect([tag, dir]).toEqual([tag, ['ar', 'fa', 'he'].includes(tag) ? 'rtl' : undefined])
    expect(Object.keys(words).toSorted()).toEqual(Object.keys(english).toSorted())
    for (const [name, text] of Object.entries(words))
      expect([tag, name, slotsOf(text)]).toEqual([
        ...[tag, name, slotsOf(english[name as keyof typeof words])],
      ])
  }
})

it('C88: a language without texts is read in English', async () => {
  expect((await loadTexts('kk')).lang).toBe('en')
})
