import fc from 'fast-check'
import { SegmentedMessage } from 'sms-segments-calculator'
import { describe, expect, it } from 'vitest'
import type { MessageSettings } from '../../src/delivery/ports.ts'
import { render } from '../../src/delivery/templates/message.ts'
import { measureSms } from '../../src/delivery/templates/sms-size.ts'
import { LANGUAGES, TEXTS } from '../../src/delivery/templates/texts.ts'
import { describeValidity } from '../../src/delivery/templates/validity.ts'
import type { Channel } from '../../src/kernel/channel.ts'
import { directionOf } from '../../src/kernel/language-tag.ts'
import { PLAIN_SERVICE } from './messages.ts'

const CODE = '4711471147'
/** Their texts are spelled with letters that GSM-7 lacks, and so they are in UCS-2. */
const UCS_LANGUAGES = 'ar bg bn cs el fa he hi hu ja ko ru th uk vi zh-Hans zh-Hant'.split(' ')
const GSM_LANGUAGES = LANGUAGES.filter((language) => !UCS_LANGUAGES.includes(language))
function renderIn(locale: string, change: Partial<MessageSettings> = {}, channel: Channel = 'sms') {
  return render({
    settings: { ...PLAIN_SERVICE, ...change },
    channel,
    code: CODE,
    locale,
    seconds: 600,
  })
}
/** Chromium's parser of origin-bound codes, on the last line. */
const WEBOTP = /^@([a-zA-Z0-9.-]+) #([^#\s]+)$/
/** Isolates, embeddings, overrides and marks (UAX #9). */
const BIDI_CONTROLS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/

describe('SMS', () => {
  it('C29: counts segments as the reference does', () => {
    const alphabet = fc.constantFrom(
      ...'aZ09@ \n€[]{}~^|\\éàçÇ\'"“ñ日א😀\r'.split(''),
      '😀',
      '\r\n',
    )
    const texts = fc.array(alphabet, { maxLength: 400 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(texts, (text) => {
        const reference = new SegmentedMessage(text)
        const mine = measureSms(text)
        expect(mine.encoding).toBe(reference.encodingName)
        expect(mine.parts).toBe(Math.max(1, reference.segmentsCount))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['160 letters', 'a'.repeat(160), 'GSM-7', 1],
    ['161 letters', 'a'.repeat(161), 'GSM-7', 2],
    ['80 euro signs', '€'.repeat(80), 'GSM-7', 1],
    ['81 euro signs', '€'.repeat(81), 'GSM-7', 2],
    ['70 with one emoji', `${'a'.repeat(68)}😀`, 'UCS-2', 1],
    ['71 with one emoji', `${'a'.repeat(69)}😀`, 'UCS-2', 2],
    ['a curly quote', 'it’s', 'UCS-2', 1],
    ['153 euro signs: an escape stays beside its letter', '€'.repeat(153), 'GSM-7', 3],
    ['a pair at the end of a part', `${'日'.repeat(66)}${'😀'.repeat(33)}`, 'UCS-2', 2],
    ['a pair beyond it', `${'日'.repeat(66)}${'😀'.repeat(34)}`, 'UCS-2', 3],
  ])('C29: %s', (_, text, encoding, parts) => {
    expect(measureSms(text)).toMatchObject({ encoding, parts })
    expect(new SegmentedMessage(text).segmentsCount).toBe(parts)
  })

  it.each(LANGUAGES)('C29: %s takes one segment, and the code stands alone in it', (language) => {
    for (const originDomain of [null, 'login.example.com']) {
      const { text, subject, html } = renderIn(language, { originDomain })
      const counted = new SegmentedMessage(text)
      expect(counted.segmentsCount).toBe(1)
      expect(counted.encodingName).toBe(GSM_LANGUAGES.includes(language) ? 'GSM-7' : 'UCS-2')
      expect([subject, html]).toEqual([null, null])
      const isLtr = directionOf(language) === 'ltr'
      expect(text).toMatch(new RegExp(isLtr ? `^${CODE} ` : `^\\u2066${CODE}\\u2069 `))
      expect(text).toContain('Example')
      if (isLtr) expect(text).not.toMatch(BIDI_CONTROLS)
      expect(text).not.toMatch(/[{}]/)
    }
  })

  it.each(GSM_LANGUAGES)('%s: a long name still takes one segment', (language) => {
    const brandName = 'Volkshochschule Musterstadt e.V.'
    const { text } = renderIn(language, { brandName, originDomain: 'login.example.com' })
    expect(new SegmentedMessage(text).segmentsCount).toBe(1)
    expect(text).toContain(brandName)
  })

  it.each(LANGUAGES)('C29: %s ends with the WebOTP line, exactly', (language) => {
    const { text } = renderIn(language, { originDomain: 'example.com' })
    const last = text.split('\n').at(-1) ?? ''
    expect(WEBOTP.exec(last)?.slice(1)).toEqual(['example.com', CODE])
    expect(text).toMatch(/[^\n]\n\n@/)
    expect(renderIn(language).text).not.toContain('@')
  })

  it('gives up the second sentence before it takes a second segment', () => {
    const full = renderIn('ar').text
    const short = renderIn('ar', { originDomain: 'verification.example.com' }).text
    expect(full).toContain('10')
    expect(short.split('\n')[0]).not.toContain(' 10 ')
    expect(new SegmentedMessage(short).segmentsCount).toBe(1)
  })

  it('C29: one emoji in the brand turns it into UCS-2, and the code stays whole', () => {
    const { text } = renderIn('en', { brandName: 'Exämple 😀' })
    expect(new SegmentedMessage(text)).toMatchObject({ encodingName: 'UCS-2', segmentsCount: 1 })
    expect(text).toContain(`${CODE} `)
  })
})

describe('the language', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE_ch', 'de'],
    ['pt-BR', 'pt-BR'],
    ['pt-MZ', 'pt'],
    ['no', 'nb'],
    ['zh', 'zh-Hans'],
    ['zh-Hans-HK', 'zh-Hans'],
    ['zh-TW', 'zh-Hant'],
    ['zh-Hant', 'zh-Hant'],
    ['iw', 'he'],
    ['xx', 'fr'],
    ['', 'fr'],
    ['constructor', 'fr'],
    // Its first tag; nothing of the rest reaches the message.
    ['de\r\nX: y', 'de'],
  ] as const)('%s is written in %s (the service’s is French)', (locale, language) => {
    const isRtl = directionOf(language) === 'rtl'
    const expected = TEXTS[language].sms[0]
      .replace('{{code}}', isRtl ? `\u2066${CODE}\u2069` : CODE)
      .replace('{{brand}}', isRtl ? '\u2068Example\u2069' : 'Example')
      .replace('{{short}}', describeValidity({ units: language, tag: language }, 600).short)
    expect(renderIn(locale, { locale: 'fr' }).text).toBe(expected)
  })

  it('falls back to English where the service’s language has no text', () => {
    expect(renderIn('xx', { locale: 'yy' }).text).toMatch(/ is your Example code\./)
  })
})

describe('a text of the service’s own', () => {
  const templates = {
    en: { sms: 'Your {{brand}} PIN is {{ code }} ({{minutes}} min) {{unknown}}' },
    et: { emailSubject: 'Kood {{code}}', emailText: 'Sinu kood: {{code}}\n\n{{brand}} <b>' },
    'de-AT': { sms: 'Servus {{code}}' },
  }
  it('replaces the built-in one of its language', () => {
    expect(renderIn('en-GB', { templates }).text).toBe(
      `Your Example PIN is ${CODE} (10 min) {{unknown}}`,
    )
    expect(renderIn('de-at', { templates }).text).toBe(`Servus ${CODE}`)
    expect(renderIn('de-DE', { templates }).text).toContain('ist der Code')
  })
  it('and keeps the WebOTP line', () => {
    const { text } = renderIn('de-AT', { templates, originDomain: 'example.com' })
    expect(text).toBe(`Servus ${CODE}\n\n@example.com #${CODE}`)
  })
  it('in mail, escaped in HTML; parts that it leaves out are built in', () => {
    const mail = renderIn('et', { templates }, 'email')
    expect(mail.subject).toBe(`Kood ${CODE}`)
    expect(mail.text).toBe(`Sinu kood: ${CODE}\n\nExample <b>`)
    expect(mail.html).toContain('Example &lt;b&gt;')
    expect(
      renderIn('et', { templates }).text,
      'no SMS in Estonian: as the service’s own',
    ).toContain('PIN')
  })
})

describe('what a caller chooses', () => {
  it('C45: nothing of it reaches a message: neither text, nor link, nor line', () => {
    // Of the values of a start only the locale gets here; it only chooses between texts.
    const evil = 'en https://evil.example/\nClick'
    for (const channel of ['sms', 'email'] as const)
      expect(renderIn(evil, {}, channel)).toEqual(renderIn('en', {}, channel))
  })
})

describe('mail', () => {
  it.each(LANGUAGES)('%s: the code is on its own in text and HTML, and in the preheader', (l) => {
    const { subject, text, html, size } = renderIn(l, {}, 'email')
    expect(size).toBeNull()
    expect(subject).toContain('Example')
    expect(subject).not.toContain(CODE)
    expect(text.split('\n').indexOf(CODE)).toBe(2)
    expect(html).toContain(`<bdi dir="ltr">${CODE}</bdi>`)
    expect(html).toContain(`<html lang="${l}" dir="${directionOf(l)}">`)
    expect(html).toMatch(new RegExp(`<div style="display:none[^>]*>\u2066?${CODE}`))
    expect(html?.split(CODE)).toHaveLength(3)
    expect(html).not.toMatch(/<img|<a |href|src=|url\(|http/i)
    for (const part of [subject, text, html]) expect(part).not.toMatch(/\{\{|undefined/)
  })

  it.each(LANGUAGES)('C58: %s: the subject ends with the code only if it is asked for', (l) => {
    const { subject } = renderIn(l, { subjectShowsCode: true }, 'email')
    expect(subject).toMatch(new RegExp(`[^0-9]${CODE}\u2069?$`))
  })

  it('C58: ends with the line that Apple’s mail reads, in a text of one’s own, too', () => {
    const bound = `@example.com #${CODE}`
    const templates = { de: { emailText: 'Code: {{code}}' } }
    for (const locale of ['en', 'ar', 'de']) {
      const mail = renderIn(locale, { originDomain: 'example.com', templates }, 'email')
      expect(mail.text.trimEnd().split('\n').at(-1)).toBe(bound)
      expect(mail.html).toContain(
        `<p dir="ltr" style="margin:24px 0 0;font-size:13px">${bound}</p>`,
      )
      expect(renderIn(locale, { templates }, 'email').text).not.toContain('@')
    }
  })

  it('is dark where its reader’s screen is', () => {
    const { html } = renderIn('en', {}, 'email')
    expect(html).toContain('@media (prefers-color-scheme:dark){body{background:#1a1a1a!important')
    expect(html).toContain('<meta name="color-scheme" content="light dark">')
  })

  it('C29: right to left, name and code are isolated; a code on its own line is not touched', () => {
    const { subject, text } = renderIn('ar', { subjectShowsCode: true }, 'email')
    expect(subject).toContain('\u2068Example\u2069')
    expect(subject).toMatch(new RegExp(`\u2066${CODE}\u2069$`))
    expect(text).toContain(`\n${CODE}\n`)
    expect(renderIn('ar', { brandName: 'مثال' }, 'email').subject).not.toMatch(BIDI_CONTROLS)
    expect(renderIn('en', {}, 'email').subject).not.toMatch(BIDI_CONTROLS)
  })

  it('C28: every value is escaped in HTML', () => {
    const brandName = `<script>alert("1")</script>&'x`
    const { html } = renderIn('en', { brandName }, 'email')
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;x')
  })

  it('C28: control characters and line breaks in the brand stay on one line', () => {
    const brandName = 'Ex\r\nBcc: evil@example.com\u2028\u0000am\u001bple'
    const mail = renderIn('en', { brandName }, 'email')
    expect(mail.subject).toBe('Your Ex Bcc: evil@example.com am ple code')
    expect(renderIn('en', { brandName }).text).not.toMatch(/[\p{Cc}\u2028]/u)
  })

  it('a brand that looks like a placeholder stays a brand', () => {
    expect(renderIn('en', { brandName: '{{code}}$&' }).text).toContain('your {{code}}$& code')
  })
})
