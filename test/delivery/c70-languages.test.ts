// C70: which text is written for which language tag (organicmaps 13197, greasyfork 1223), and how long it says the code lives.

import { describe, expect, it } from 'vitest'
import { pickLocale } from '../../src/delivery/templates/languages.ts'
import { render } from '../../src/delivery/templates/message.ts'
import { LANGUAGES, type Language } from '../../src/delivery/templates/texts.ts'
import { describeValidity } from '../../src/delivery/templates/validity.ts'
import type { Channel } from '../../src/kernel/channel.ts'
import { languageKeys, readLanguageTag } from '../../src/kernel/language-tag.ts'
import { PLAIN_SERVICE } from './messages.ts'

const CODE = '482913'

function pick(wanted: string | null, own: string[] = [], locale = 'fr', channel: Channel = 'sms') {
  const templates = Object.fromEntries(own.map((tag) => [tag, { sms: `${tag} {{code}}` }]))
  return pickLocale({ templates, locale }, channel, [wanted])
}

describe('C70: a tag is read as it is written', () => {
  it.each([
    ['en_US', 'en-US'],
    ['PT-br', 'pt-BR'],
    [' de ', 'de'],
    ['de_DE.UTF-8', 'de-DE'],
    ['de_AT@euro', 'de-AT'],
    ['sr_RS@latin', 'sr-Latn-RS'],
    ['iw-IL', 'he-IL'],
    ['cmn-Hant-TW', 'zh-Hant-TW'],
    ['zh-yue-HK', 'yue-HK'],
    ['zh-cmn-Hans-CN', 'zh-Hans-CN'],
    ['zh-Hant-TW-u-nu-hanidec', 'zh-Hant-TW'],
    ['en-x-private', 'en'],
    ['de-u-broken!', 'de'],
    ['ca-valencia', 'ca-valencia'],
    ['sl-rozaj-biske-1994', 'sl-1994-biske-rozaj'],
    ['de-CH,de;q=0.9,en;q=0.8', 'de-CH'],
    ['es-419', 'es-419'],
    ...[
      ['en-USA', 'en'],
      ['en-GB-oed', 'en-GB'],
      ['de-*', 'de'],
      ['zh-CHT', 'zh-Hant'],
      ['zh_CHS', 'zh-Hans'],
      ['zh-min-nan-TW', 'nan-TW'],
      ['ar-arz', 'arz'],
    ],
  ])('%s is %s', (text, tag) => {
    expect(readLanguageTag(text)).toBe(tag)
  })

  it.each([
    '',
    ' ',
    '*',
    'C',
    'POSIX.',
    'x-private',
    'english please',
    'und',
    'e',
    '123',
    'en--US',
    '-',
    '日本語',
    '__proto__',
    'constructor',
    'a'.repeat(255),
    '\u0000',
  ])('%j is not a language tag, and falls back', (text) => {
    expect(readLanguageTag(text)).toSatisfy((tag) => tag === null || pick(text) === 'fr')
    expect(pick(text)).toBe('fr')
  })

  it('the look-up never leaves the script (RFC 4647 §3.4)', () => {
    expect(languageKeys('zh-Hant-TW')).toEqual(['zh-hant-tw', 'zh-hant'])
    expect(languageKeys('zh-TW')).toEqual(['zh-hant-tw', 'zh-hant'])
    expect(languageKeys('ca-ES-valencia')).toEqual(['ca-latn-es-valencia', 'ca-latn-es', 'ca-latn'])
    expect(languageKeys('de-1996')).toEqual(['de-latn-1996', 'de-latn'])
  })

  it('people who read both find the other one, in their script', () => {
    expect(pick('nb-NO', ['no'])).toBe('no')
    expect(pick('no', ['nb'])).toBe('nb')
    expect(pick('nn', ['no'])).toBe('no')
    expect(pick('yue-HK')).toBe('zh-Hant')
    expect(pick('yue-Hans', ['zh-Hant'])).toBe('zh-Hans')
    expect(pick('no')).toBe('nb')
    expect(pick('nn-NO')).toBe('nb')
  })

  it('stays fast and bounded under tags never seen before', () => {
    for (let i = 0; i < 5000; i += 1) languageKeys(`en-x-${i}`)
    expect(languageKeys('zh-TW')).toEqual(['zh-hant-tw', 'zh-hant'])
  })
})

describe('C70: the text that is written', () => {
  it.each<[string, string[], string]>([
    ['zh-Hant-TW', [], 'zh-Hant'],
    ['zh-TW', [], 'zh-Hant'],
    ['zh_HK', [], 'zh-Hant'],
    ['zh-Hant-CN', [], 'zh-Hant'],
    ['zh-CN', [], 'zh-Hans'],
    ['zh-Hans-TW', [], 'zh-Hans'],
    ['zh-SG', [], 'zh-Hans'],
    ['zh-Hant-TW', ['zh-Hans'], 'zh-Hant'],
    ['zh-Hant-TW', ['zh'], 'zh-Hant'],
    ['zh-TW', ['zh-Hant'], 'zh-Hant'],
    ['zh', ['zh-Hans'], 'zh-Hans'],
    ['zh-MO', ['zh-TW'], 'zh-Hant'],
    ['sr-Latn-RS', ['sr'], 'fr'],
    ['sr-RS', ['sr'], 'sr'],
    ['sr-RS', ['sr-Latn'], 'fr'],
    ['sr_RS@latin', ['sr', 'sr-Latn'], 'sr-Latn'],
    ['uz-Cyrl', ['uz'], 'fr'],
    ['az-Arab-IR', ['az'], 'fr'],
    // Serbian in Cyrillic is neither Bulgarian nor Russian.
    ['sr-Cyrl', [], 'fr'],
    ['sr-Latn', [], 'fr'],
    ['kk-Arab', [], 'fr'],
    ['pa-PK', ['pa'], 'fr'],
    ['de-AT', ['de-AT', 'de'], 'de-AT'],
    ['de-CH', ['de-AT', 'de'], 'de'],
    ['de-CH', ['de-AT'], 'de'],
    ['de-AT-1996', ['de-AT'], 'de-AT'],
    ['pt-PT', ['pt-BR'], 'pt'],
    // A text of the service's own comes before a built-in one that is closer.
    ['pt-BR', ['pt'], 'pt'],
    ['pt-AO', [], 'pt'],
    ['pt_BR', [], 'pt-BR'],
    ['es-419', [], 'es'],
    ['in-ID', [], 'id'],
    ['mo', [], 'ro'],
    ['en_US', ['en_us'], 'en-US'],
    ['et-EE', ['et'], 'et'],
    ['et-EE', [], 'fr'],
    ['iw', [], 'he'],
  ])('%s with texts in %j: %s', (wanted, own, used) => {
    expect(pick(wanted, own)).toBe(used)
  })

  it('the wanted ones in turn, then the service’s, then English', () => {
    const service = { templates: {}, locale: 'ja' }
    expect(pickLocale(service, 'sms', ['et', 'de-DE'])).toBe('de')
    expect(pickLocale(service, 'sms', [null, null])).toBe('ja')
    expect(pickLocale({ ...service, locale: 'et' }, 'sms', ['xx'])).toBe('en')
  })

  it('a text for another channel does not count', () => {
    expect(pick('et', ['et'], 'de', 'email')).toBe('de')
    expect(pick('de-AT', ['de-AT'], 'fr', 'email')).toBe('de')
    expect(pick('et', ['et'], 'de', 'sms')).toBe('et')
  })

  it('right to left is a matter of the script, in a text of one’s own, too', () => {
    const templates = { ur: { emailText: '{{code}}' }, 'az-Arab': { emailText: '{{code}}' } }
    const htmlIn = (locale: string) =>
      render({
        ...{ settings: { ...PLAIN_SERVICE, templates } },
        ...{ channel: 'email', code: CODE, locale, seconds: 600 },
      }).html
    expect(htmlIn('ur-PK')).toContain('<html lang="ur" dir="rtl">')
    expect(htmlIn('az-Arab-IR')).toContain('<html lang="az-Arab" dir="rtl">')
    expect(htmlIn('az')).toContain('<html lang="en" dir="ltr">')
  })
})

function mailIn(locale: string, seconds: number, emailText?: string): string {
  const templates = emailText === undefined ? {} : { [locale]: { emailText } }
  return render({
    ...{ settings: { ...PLAIN_SERVICE, templates } },
    ...{ channel: 'email', code: CODE, locale, seconds },
  }).text
}

describe('C70: how long the code lives', () => {
  it.each([
    [600, '10 minutes'],
    [599, '9 minutes'],
    [179, '2 minutes'],
    [120, '2 minutes'],
    [119, '1 minute'],
    [100, '1 minute'],
    [60, '1 minute'],
    [59, '59 seconds'],
    [2, '2 seconds'],
    [1, '1 second'],
    [3600, '60 minutes'],
  ])('%d s are %s: rounded down, never "1 minutes"', (seconds, words) => {
    expect(mailIn('en', seconds)).toContain(`It is valid for ${words}. `)
  })

  it.each<[Language, number, string]>([
    ['de', 60, '1 Minute'],
    ['de', 45, '45 Sekunden'],
    ['fr', 60, '1 minute'],
    ['fr', 600, '10 minutes'],
    ['pl', 60, '1 minutę'],
    ['pl', 240, '4 minuty'],
    ['pl', 300, '5 minut'],
    ['pl', 720, '12 minut'],
    ['pl', 1320, '22 minuty'],
    ['pl', 42, '42 sekundy'],
    ['ar', 60, 'دقيقة واحدة'],
    ['ar', 120, 'دقيقتين'],
    ['ar', 300, '5 دقائق'],
    ['ar', 660, '11 دقيقة'],
    ['he', 60, 'דקה אחת'],
    ['he', 120, 'שתי דקות'],
    ['he', 600, '10 דקות'],
    ['nl', 60, '1 minuut'],
    ['es', 30, '30 segundos'],
    ['it', 60, '1 minuto'],
    ['pt', 600, '10 minutos'],
    ['tr', 600, '10 dakika'],
    ['bg', 60, '1 минута'],
    ['cs', 60, '1 minutu'],
    ['cs', 180, '3 minuty'],
    ['cs', 300, '5 minut'],
    ['el', 60, '1 λεπτό'],
    ['fi', 60, '1 minuutin'],
    ['fi', 300, '5 minuuttia'],
    ['hu', 600, '10 percig'],
    ['ro', 60, '1 minut'],
    ['ro', 600, '10 minute'],
    ['ro', 1200, '20 de minute'],
    ['ro', 45, '45 de secunde'],
    ['ru', 60, '1 минуту'],
    ['ru', 180, '3 минуты'],
    ['ru', 660, '11 минут'],
    ['ru', 1260, '21 минуту'],
    ['uk', 120, '2 хвилини'],
    ['uk', 600, '10 хвилин'],
    ['fa', 600, '10 دقیقه'],
    ['hi', 600, '10 मिनट'],
    ['bn', 600, '10 মিনিট'],
    ['th', 600, '10 นาที'],
    ['ko', 600, '10분'],
    ['vi', 600, '10 phút'],
    ['id', 600, '10 menit'],
    ['ja', 45, '45秒'],
    ['zh-Hans', 600, '10分钟'],
    ['zh-Hant', 600, '10分鐘'],
  ])('%s: %d s are %s', (language, seconds, words) => {
    // Hungarian appends the sentence's own ending.
    const { long } = describeValidity({ units: language, tag: language }, seconds)
    expect(words.startsWith(long)).toBe(true)
    expect(mailIn(language, seconds)).toContain(words)
  })

  it.each(LANGUAGES)('%s has a form for each category of its numbers', (language) => {
    const rules = new Intl.PluralRules(language)
    const seen = new Set<string>()
    for (let seconds = 1; seconds <= 3600; seconds += seconds < 60 ? 1 : 60) {
      const { long, short } = describeValidity({ units: language, tag: language }, seconds)
      const count = seconds < 60 ? seconds : Math.floor(seconds / 60)
      expect(`${long} ${short}`).not.toMatch(/#|undefined/)
      if (!/^\D+$/.test(long)) expect(long).toMatch(new RegExp(`^${count}\\D`))
      seen.add(`${rules.select(count)} ${seconds < 60} ${long.replace(/\d+/, '')}`)
    }
    // Each category is one form of the unit.
    const forms = new Set([...seen].map((one) => one.split(' ').slice(0, 2).join(' ')))
    expect(seen.size).toBe(forms.size)
  })

  it.each(LANGUAGES)('%s: an SMS of the last seconds still takes its sentence', (language) => {
    const { text } = render({
      ...{ settings: { ...PLAIN_SERVICE, brandName: 'Shop' } },
      ...{ channel: 'sms', code: CODE, locale: language, seconds: 45 },
    })
    const { short, long } = describeValidity({ units: language, tag: language }, 45)
    expect([short, long].some((words) => text.includes(words))).toBe(true)
    expect(text).not.toMatch(/[{}#]/)
  })

  it('in a text of one’s own: {{validity}} in words, {{minutes}} rounded down', () => {
    const text = '{{code}} {{validity}}, {{minutes}} min'
    expect(mailIn('pl', 330, text)).toBe(`${CODE} 5 minut, 5 min`)
    expect(mailIn('en', 119, text)).toBe(`${CODE} 1 minute, 1 min`)
    expect(mailIn('en', 45, text)).toBe(`${CODE} 45 seconds, <1 min`)
  })

  it('in a language that has no built-in texts, in its own words', () => {
    expect(mailIn('et', 600, '{{code}} {{validity}}')).toBe(`${CODE} 10 minutit`)
    expect(mailIn('sk', 120, '{{code}} {{validity}}')).toMatch(/2.minúty$/)
    expect(mailIn('ur', 30, '{{code}} {{validity}}')).toMatch(/30.سیکنڈ$/)
  })
})
