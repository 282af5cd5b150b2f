// C89: the link of a mail in a real browser: a scanner that renders and runs script in one without the cookie, and the person's own.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  gravest,
  hasBrowser,
  keepPicture,
  LOOKS,
  openBrowser,
  openContext,
  overflow,
  visit,
} from '../console/browser.ts'
import { type PageWorld, startPageWorld } from './page-world.ts'

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32"><rect width="120" height="32" rx="6" fill="#1f4fa3"/></svg>'

let world: PageWorld
let browser: Browser
beforeAll(async () => {
  if (!hasBrowser) return
  const BRAND_LOGO = `data:image/svg+xml;base64,${Buffer.from(LOGO).toString('base64')}`
  const brand = { BRAND_COLOR: '#1f4fa3', BRAND_LOGO }
  world = await startPageWorld({ PUBLIC_URL: 'http://localhost:8080', ...brand })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
})

async function begin(body: object = {}) {
  const to = `${Math.random().toString(36).slice(2)}@example.com`
  const started = await world.begin({ to, link: true, ...body })
  const { link } = await world.message(started.id)
  return { ...started, link: world.url + new URL(link ?? '').pathname }
}

describe.skipIf(!hasBrowser)('in Chromium', () => {
  it('C89: a scanner renders it, runs its script, and sends whatever form it can make', async () => {
    const { id, link } = await begin()
    await visit(browser, {}, async (page) => {
      await page.goto(link)
      expect(await page.locator('form, button, a, script').count()).toBe(0)
      const statuses = await page.evaluate(
        "Promise.all([1, 2, 3].map(() => fetch(location.href, { method: 'POST' }).then(({ status }) => status)))",
      )
      expect(statuses).toEqual([403, 403, 403])
      await page.evaluate(
        "document.body.append(Object.assign(document.createElement('form'), { method: 'post' })); document.forms[0].submit()",
      )
      await page.waitForLoadState()
      await page.getByText('Enter the code from this mail where you began.').waitFor()
    })
    const { body } = await world.look(id)
    expect([body.status, body.attempts_remaining]).toEqual(['pending', 5])
  })

  it('C89: the tab of the mail leads back in the browser that asked, without a script; the tab where it began sees it', async () => {
    const { link, url } = await begin()
    const { context, page, errors } = await openContext(browser, { script: false })
    await page.goto(url)
    const mail = await context.newPage()
    await mail.goto(link)
    await mail.keyboard.press('Tab')
    await mail.keyboard.press('Enter')
    await mail.waitForURL(/login\/back/)
    expect(await mail.title()).toBe('Welcome')
    await page.reload()
    expect(await page.content()).not.toContain('<form')
    expect(errors).toEqual([])
    await context.close()
  })

  it.each(LOOKS)('C89: for everybody to read: $name', async ({ size, scheme, name }) => {
    const { link, url } = await begin({ locale: size === 'small' ? 'ar' : 'en' })
    await visit(browser, { size, scheme }, async (page) => {
      await page.goto(link)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `link-elsewhere-${name}`)
      await page.goto(url)
      await page.goto(link)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      // As on the hosted page: the service's own picture, loaded from here.
      const width = "document.querySelector('main img[alt=Acme]')?.naturalWidth"
      await expect.poll(() => page.evaluate(width)).toBe(120)
      await keepPicture(page, `link-here-${name}`)
    })
  })
})
