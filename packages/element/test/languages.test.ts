// The language of the element's texts, by the tag of its page.

import { expect, it } from 'vitest'
import { findLanguage } from '../src/languages.ts'

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
