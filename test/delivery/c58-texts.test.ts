// C58: every built-in text in every language, as data and as it is sent.

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import { describe, expect, it } from 'vitest'
import type { MessageSettings } from '../../src/delivery/ports.ts'
import { render } from '../../src/delivery/templates/message.ts'
import { CALL_TEXTS } from '../../src/delivery/templates/texts/calls.ts'
import { LANGUAGES, type Language, TEXTS } from '../../src/delivery/templates/texts.ts'
import { describeValidity } from '../../src/delivery/templates/validity.ts'
import { directionOf, readLanguageTag } from '../../src/kernel/language-tag.ts'
import { PLAIN_SERVICE } from './messages.ts'

const CODE = '482913'
const HASH = 'FA+9qCX9VSu'
/** What the design names, in its order. */
const WANTED =
  'ar bg bn cs da de el en es fa fi fr he hi hu id it ja ko nb nl pl pt pt-BR ro ru sv th tr uk vi zh-Hans zh-Hant'

function sms(locale: string, change: Partial<MessageSettings> = {}, code = CODE, seconds = 600) {
  const settings = { ...PLAIN_SERVICE, ...change }
  const { text, size } = render({ settings, channel: 'sms', code, locale, seconds })
  const [body = '', lines = ''] = text.split(/\n\n(?=[^\n]*(?:\n@[^\n]*)?$)/)
  return { text, size, body, lines }
}

/** All texts of a language, as written. */
function templatesOf(language: Language): string[] {
  const { minute, second, short, sms: bodies, ...mail } = TEXTS[language]
  return [...bodies, ...Object.values(mail), ...Object.values(CALL_TEXTS[language])]
}

const LOOKS_LIKE_URL = /:\/\/|www\.|[\p{L}\p{N}}]\.[\p{L}{]/iu
/** I14: every message of a verification holds the same code, so that none may call it new. */
const NEW =
  /(?<!\p{L})(?:new|neue?[nrsm]?|nouve\p{L}+|nuev\p{L}+|nuov\p{L}+|nov[oaáéýy]\p{L}*|nou[aă]?|nieuwe?|ny(?:e|tt|a)?|uusi\p{L}*|uude\p{L}+|now[yaeą]\p{L}*|új\p{L}*|yeni\p{L}*|mới|baru)(?!\p{L})|нов|νέο|جديد|جدید|חדש|नया|नई|नए|নতুন|ใหม่|新|새로|새 /iu

const ISOLATES = /[\u2066-\u2069]/u
const OTHER_MARKS = /[\u061c\u200e\u200f\u202a-\u202e]/u

/** Every isolate is closed, and none is closed that was not opened. */
function isBalanced(text: string): boolean {
  let depth = 0
  for (const [mark] of text.matchAll(new RegExp(ISOLATES, 'gu'))) {
    depth += mark === '\u2069' ? -1 : 1
    if (depth < 0) return false
  }
  return depth === 0
}

it('C58: there is a text in each language that was promised, under its canonical tag', () => {
  expect(LANGUAGES.map(String)).toEqual(WANTED.split(' ').sort())
  expect(LANGUAGES.map(readLanguageTag)).toEqual(LANGUAGES)
})

it('C58: the page lists each language under the encoding of its texts', () => {
  const page = readFileSync(new URL('../../docs/texts.md', import.meta.url), 'utf8')
  for (const encoding of ['GSM-7', 'UCS-2'] as const) {
    const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(encoding))
    const listed = [...(row ?? '').matchAll(/`([^`]+)`/g)].map(([, tag]) => tag)
    expect(listed).toEqual(LANGUAGES.filter((tag) => sms(tag).size?.encoding === encoding))
  }
})

describe.each(LANGUAGES)('C58: %s', (language) => {
  it('names every placeholder that it uses, says nothing of a new code, and has no link', () => {
    for (const template of templatesOf(language)) {
      expect(template.replaceAll(/\{\{(?:code|brand|validity|short)\}\}/g, '')).not.toMatch(/[{}]/)
      expect(template).not.toMatch(NEW)
      expect(template).not.toMatch(LOOKS_LIKE_URL)
      expect(template).not.toMatch(/[\p{Bidi_Control}\n\r]|^\s|\s$/u)
    }
  })

  it('has the code where it belongs', () => {
    const { sms: bodies, subject, subjectWithCode, intro, validity, warning } = TEXTS[language]
    for (const body of bodies) expect(body).toMatch(/^\{\{code\}\}.*\{\{brand\}\}/)
    expect(bodies[0]).toMatch(/\{\{(?:short|validity)\}\}/)
    expect(subjectWithCode).toMatch(/\{\{code\}\}$/)
    for (const text of [subject, intro, validity, warning]) expect(text).not.toContain('{{code}}')
    for (const text of [subject, intro]) expect(text).toContain('{{brand}}')
    expect(validity).toContain('{{validity}}')
  })

  it('speaks the code after the request for a key, once in each reading, digit by digit', () => {
    const { prompt, code, over } = CALL_TEXTS[language]
    expect([prompt, code, over].map((text) => text.split('{{code}}').length)).toEqual([1, 2, 1])
    expect([prompt, code, over].map((text) => text.split('{{brand}}').length)).toEqual([2, 1, 1])
    const settings = { ...PLAIN_SERVICE, brandName: 'R&D' }
    const spoken = render({
      settings,
      channel: 'voice',
      code: CODE,
      locale: language,
      seconds: 600,
    })
    expect(spoken).toMatchObject({ subject: null, html: null, size: null })
    const [asked = '', first = '', second, ...more] = spoken.text.split('\n')
    expect([second, more]).toEqual([first, []])
    expect(asked).toContain('R&D')
    expect(asked).not.toMatch(/\d/)
    expect(first.match(/\d/g)?.join('')).toBe(CODE)
    expect(first).toContain('4, 8, 2, 9, 1, 3')
    expect(spoken.text).not.toMatch(/\p{Bidi_Control}|[{}]/u)
  })

  it.each<[string, Partial<MessageSettings>]>([
    ['alone', {}],
    ['with the line for browsers', { originDomain: 'login.example.com' }],
    ['with the line for an app', { androidAppHash: HASH }],
    ['with both', { originDomain: 'example.com', androidAppHash: HASH }],
  ])('one part, the code once in it: %s', (_, change) => {
    const { text, size, body, lines } = sms(language, change)
    const reference = new SegmentedMessage(text)
    expect(reference.segmentsCount).toBe(1)
    expect(size).toMatchObject({ encoding: reference.encodingName, parts: 1 })
    expect(body.split(CODE)).toHaveLength(2)
    expect(body).not.toMatch(LOOKS_LIKE_URL)
    expect(isBalanced(body)).toBe(true)
    expect(body.match(OTHER_MARKS)).toBeNull()
    expect(ISOLATES.test(body)).toBe(directionOf(language) === 'rtl')
    const { originDomain, androidAppHash } = { ...PLAIN_SERVICE, ...change }
    expect(lines.split('\n').filter(Boolean)).toEqual([
      ...(androidAppHash ? [androidAppHash] : []),
      ...(originDomain ? [`@${originDomain} #${CODE}`] : []),
    ])
    expect(text.startsWith('<#> ')).toBe(androidAppHash !== undefined && androidAppHash !== null)
  })

  it('says how long the code is valid, in one part', () => {
    for (const seconds of [45, 600, 3540]) {
      const { body, size } = sms(language, { brandName: 'Shop' }, CODE, seconds)
      expect(size?.parts).toBe(1)
      const { short, long } = describeValidity({ units: language, tag: language }, seconds)
      expect([short, long].some((words) => body.includes(words))).toBe(true)
    }
  })
})

describe('C58: right to left', () => {
  it('the code is isolated, the line for browsers is not', () => {
    const { text } = sms('he', { originDomain: 'example.com' })
    expect(text).toMatch(new RegExp(`^\u2066${CODE}\u2069 .*\u2068Example\u2069`))
    expect(text.endsWith(`\n\n@example.com #${CODE}`)).toBe(true)
  })

  it('in a text of one’s own, too; a name in the script of the text needs no isolate', () => {
    const templates = { ur: { sms: 'کوڈ {{code}} {{brand}}' } }
    expect(sms('ur', { templates, brandName: 'مثال' }).text).toBe(`کوڈ \u2066${CODE}\u2069 مثال`)
  })
})

describe('C58: a text that takes several parts', () => {
  it('is the longest of those that take the fewest', () => {
    const host = { originDomain: `${'verification.'.repeat(8)}example.com` }
    const { text, size } = sms('ru', host)
    expect(size?.parts).toBe(3)
    expect(text).toContain('Никому')
  })

  it.each(['en', 'he', 'pl', 'ru', 'zh-Hans'] as const)(
    '%s: the end of a part never cuts the code',
    (language) => {
      const hosts = fc.integer({ min: 1, max: 60 }).map((length) => `${'a'.repeat(length)}.example`)
      const lead = fc.integer({ min: 0, max: 200 })
      const word = fc.constantFrom('', '[', 'G-', '€')
      fc.assert(
        fc.property(hosts, lead, word, (originDomain, length, before) => {
          const own = `${'x '.repeat(length)}${before}{{code}} {{brand}}`
          for (const templates of [{}, { [language]: { sms: own } }]) {
            const { text, lines } = sms(language, { originDomain, templates }, '4829130756')
            const parts = new SegmentedMessage(text).segments.map((segment) =>
              segment.map((one) => ('raw' in one ? one.raw : '') ?? '').join(''),
            )
            expect(parts.join('').split('4829130756')).toHaveLength(3)
            expect(parts.flatMap((part) => part.split('4829130756').slice(1))).toHaveLength(2)
            expect(lines).toBe(`@${originDomain} #4829130756`)
          }
        }),
        { numRuns: 100 },
      )
    },
  )
})
