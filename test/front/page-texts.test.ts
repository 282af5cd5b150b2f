// The words of the hosted page: in every language of the messages, plain, bounded, and with the parts that are put in.

import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../src/delivery/templates/texts.ts'
import type { PageTexts } from '../../src/front/pages/page-texts.ts'
import { languagesOf, PAGE_TEXTS, pickWords } from '../../src/front/pages/words.ts'

/** Of a phone's screen in the smallest size: four lines. */
const MAX_CHARACTERS = 120

const placesOf = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
const ENGLISH = PAGE_TEXTS.en as PageTexts

describe('the words of the hosted page', () => {
  it('are there in every language of the messages, and in no other', () => {
    expect(Object.keys(PAGE_TEXTS).sort()).toEqual([...LANGUAGES])
  })

  it.each(Object.entries(PAGE_TEXTS))(
    'in %s are plain and bounded, and name what is put in',
    (tag, texts) => {
      for (const [name, text] of Object.entries(texts)) {
        const where = `${tag}.${name}: ${text}`
        expect(text.length, where).toBeLessThanOrEqual(MAX_CHARACTERS)
        expect(text, where).toBe(text.trim().normalize('NFC'))
        expect(text, where).not.toMatch(/[<>&\n]|https?:|www\./)
        expect(placesOf(text), where).toEqual(placesOf(ENGLISH[name as keyof PageTexts]))
      }
    },
  )

  it.each([
    [['de-AT'], 'de', 'ltr'],
    [['pt-AO'], 'pt', 'ltr'],
    [['zh-TW'], 'zh-Hant', 'ltr'],
    [['sw', 'ar-EG'], 'ar', 'rtl'],
    [['no'], 'nb', 'ltr'],
    [['sw'], 'en', 'ltr'],
    [[], 'en', 'ltr'],
  ])('for %j are %s, %s', (wanted, tag, direction) => {
    expect(pickWords(wanted)).toMatchObject({ tag, direction })
  })

  it('follow the weights of the browser', () => {
    expect(languagesOf('fr;q=0.5, de-CH, *;q=0.1, en;q=0')).toEqual(['de-CH', 'fr'])
    expect(languagesOf(undefined)).toEqual([])
    expect(languagesOf('x'.repeat(100_000))).toHaveLength(1)
  })
})
