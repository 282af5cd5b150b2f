// C89: the link of a mail: beside the code, on a line of its own, and in no mail that has none.

import { describe, expect, it } from 'vitest'
import type { MessageSettings } from '../../src/delivery/ports.ts'
import { loginLink } from '../../src/delivery/templates/link-url.ts'
import { render } from '../../src/delivery/templates/message.ts'
import { LANGUAGES, TEXTS } from '../../src/delivery/templates/texts.ts'
import { PLAIN_SERVICE } from './messages.ts'

const CODE = '482913'
const LINK = `https://verify.example.com/l/lnk_${'A'.repeat(48)}`

function mail(locale: string, link: string | null, change: Partial<MessageSettings> = {}) {
  const settings = { ...PLAIN_SERVICE, ...change }
  const mail = render({ settings, channel: 'email', code: CODE, locale, seconds: 600, link })
  return { text: mail.text, html: mail.html ?? '', lines: mail.text.trimEnd().split('\n') }
}
const own = (emailText: string) => ({ templates: { en: { emailText } } })
const hrefs = (html: string) => [...html.matchAll(/<a href="([^"]*)"/g)].map(([, url]) => url)

describe.each(LANGUAGES)('C89: %s', (language) => {
  it('the link has a sentence and a line of its own, after the code; in the HTML it can be clicked', () => {
    const { text, html, lines } = mail(language, LINK, { originDomain: 'example.com' })
    expect(lines.filter((line) => line.includes('lnk_'))).toEqual([LINK])
    expect(lines.slice(-5)).toEqual([
      ...[TEXTS[language].link, '', LINK, '', `@example.com #${CODE}`],
    ])
    expect(text.indexOf(CODE)).toBeLessThan(text.indexOf(LINK))
    expect(hrefs(html)).toEqual([LINK])
    expect(html).toContain(`>${LINK}</a>`)
  })

  it('a mail without one says nothing of it', () => {
    const { text, html } = mail(language, null)
    expect(text).not.toContain(TEXTS[language].link)
    expect(html).not.toContain('<a ')
  })

  it('its sentence ends with a colon', () => {
    expect(TEXTS[language].link).toMatch(/[:：]$/)
  })
})

describe('C89: a text of one’s own', () => {
  const PLACED = 'Your code is {{code}}.\n\nOr come in by {{link}}, if you like.\n\nBye, {{brand}}'

  it('has the link in its place', () => {
    const { text, html } = mail('en', LINK, own(PLACED))
    expect(text).toBe(
      `Your code is ${CODE}.\n\nOr come in by ${LINK}, if you like.\n\nBye, Example`,
    )
    expect(hrefs(html)).toEqual([LINK])
    expect(html).toMatch(/Or come in by <a [^>]*>[^<]*<\/a>, if you like\./)
  })

  it('leaves out the paragraph of its place where there is no link', () => {
    const { text, html } = mail('en', null, own(PLACED))
    expect(text).toBe(`Your code is ${CODE}.\n\nBye, Example`)
    expect(html).not.toContain('come in by')
  })

  it('without a place has it below, under the sentence of its language', () => {
    const templates = { de: { emailText: 'Code: {{code}}' }, ur: { emailText: 'کوڈ {{code}}' } }
    expect(mail('de', LINK, { templates }).text).toBe(
      `Code: ${CODE}\n\n${TEXTS.de.link}\n\n${LINK}`,
    )
    expect(mail('ur', LINK, { templates }).text).toContain(`\n\n${TEXTS.en.link}\n\n${LINK}`)
  })

  it('without a place and without a link stays as it was written', () => {
    expect(mail('en', null, own('A {{code}}\n\n\n \nB')).text).toBe(`A ${CODE}\n\n\n \nB`)
  })

  it('a brand called {{link}} stays a brand', () => {
    const { text } = mail('en', LINK, { ...own('{{code}} of {{brand}}'), brandName: '{{link}}' })
    expect(text).toMatch(new RegExp(`^${CODE} of {{link}}\n`))
  })
})

it('C89: LINK_URL keeps its own query', () => {
  expect(loginLink('https://app.example.com/in?tenant=7', 'lnk_x')).toBe(
    'https://app.example.com/in?tenant=7&link=lnk_x',
  )
})
