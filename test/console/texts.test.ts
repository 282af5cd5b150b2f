// C58: the page of texts, as a program reads it and in a real browser.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../src/delivery/templates/texts.ts'
import { type Real, startReal } from '../http/real.ts'
import {
  gravest,
  hasBrowser,
  keepPicture,
  LOOKS,
  type Look,
  openBrowser,
  overflow,
  signIn,
  visit,
} from './browser.ts'
import { textOf } from './shown.ts'
import { makeKey, signedIn } from './world.ts'

const SERVICES = JSON.stringify({
  services: {
    default: {},
    shop: {
      brand_name: 'Shop <b>',
      origin_domain: `${'a'.repeat(60)}.example.com`,
      templates: { et: { sms: 'Sinu kood: {{code}}' } },
    },
  },
})

let real: Real
beforeAll(async () => {
  real = await startReal({ SERVICES })
})
afterAll(() => real?.close())

describe('C58: the page of texts', () => {
  it('shows each language of the first service in one part', async () => {
    const visitor = await signedIn(real)
    const { status, text: body } = await visitor.get('/admin/texts')
    expect(status).toBe(200)
    const shown = [...body.matchAll(/class="text" lang="([^"]+)" dir="(ltr|rtl)"/g)]
    expect(shown.map(([, tag]) => tag)).toEqual(LANGUAGES)
    expect(shown.filter(([, , dir]) => dir === 'rtl').map(([, tag]) => tag)).toEqual([
      'ar',
      'fa',
      'he',
    ])
    expect(textOf(body)).toContain('each text in one part')
  })

  it('names the languages that take several parts, escapes, and marks a text of one’s own', async () => {
    const visitor = await signedIn(real)
    const { text: body } = await visitor.get('/admin/texts?service=shop&channel=sms')
    expect(textOf(body)).toMatch(/More than one part: ar, /)
    expect(body).toContain('Shop &lt;b&gt;')
    expect(body).not.toContain('Shop <b>')
    expect(body).toMatch(/>et<\/span><span class="stamp ">own text</)
    const mail = await visitor.get('/admin/texts?service=shop&channel=email')
    expect(textOf(mail.text)).toContain('Your Shop')
    expect(mail.text).not.toContain('data-label="Parts"')
  })

  it('C89: shows mails in both of their forms: without a link, and with it beside the code', async () => {
    const visitor = await signedIn(real)
    const without = await visitor.get('/admin/texts?channel=email')
    expect(without.text).not.toContain('lnk_')
    const { text: body } = await visitor.get('/admin/texts?channel=email_link')
    expect(body).toContain('<option value="email_link" selected>Mail with a link</option>')
    const shown = [...body.matchAll(/class="text" lang="([^"]+)"[^>]*>(.*?)<\/span>/gs)]
    expect(shown.map(([, tag]) => tag)).toEqual(LANGUAGES)
    // Of no verification: nothing on this page leads anywhere.
    for (const [, tag, text] of shown) expect(text, tag).toMatch(/\/l\/lnk_0{48}/)
    expect(body).not.toMatch(/href="[^"]*lnk_/)
  })

  it('shows a key of one service the texts of that one', async () => {
    const visitor = await signedIn(real, await makeKey(real, 'shop', ['admin:read']))
    const { text: body } = await visitor.get('/admin/texts?service=default')
    expect(body).toContain('Shop &lt;b&gt;')
    expect(body).not.toContain('Countersign code')
    expect(body).not.toContain('<option value="default"')
  })
})

describe.skipIf(!hasBrowser)('C58: the texts in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())
  const within = (look: Look, run: (page: Page) => Promise<void>) => visit(browser, look, run)

  it.each(LOOKS)('are found, chosen by service and channel, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Texts' }).click()
      await page.waitForURL(`${real.url}/admin/texts`)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `texts-${name}`)
      await page.getByLabel('Service').selectOption('shop')
      await page.getByLabel('Channel').selectOption('email')
      await page.getByRole('button', { name: 'Show' }).click()
      await page.waitForURL(/service=shop&channel=email/)
      expect(await page.locator('.text[lang="he"] strong').textContent()).toContain('Shop <b>')
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `texts-mail-${name}`)
    }),
  )
})
