// Every page in a real browser: at two sizes, light and dark, with axe, and pictures kept.

import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACTOR, newSuppression } from '../contract/rows.ts'
import { ADMIN_KEY, type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
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

/** Nobody answers there. */
const HOOKED = {
  WEBHOOK_URL: 'http://127.0.0.1:1/hooks/a-long-path-that-has-to-wrap-somewhere',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 'pages').toString('base64')}`,
}

/** As a provider's answer would, of a number that nobody starts with. */
async function suppressOne({ directory }: Real): Promise<void> {
  const store = await openStore(join(directory, 'data/countersign.db'))
  const row = newSuppression()
  const key = { channel: row.channel, addressIndexes: [row.addressIndex] }
  await store.suppressions.add({ key, row, now: Date.now(), actor: ACTOR })
  await store.close()
}

/** Codes to one block of numbers that nobody uses. */
async function pump({ client }: Real): Promise<void> {
  for (let n = 0; n < 6; n += 1) {
    const to = `+1415555300${n}`
    const { body } = await client.post('/verify/start', { to, client_ip: '203.0.113.77' })
    await client.post(`/verify/${body.id}/cancel`, {})
  }
}

describe.skipIf(!hasBrowser)('the console in a browser', () => {
  let real: Real
  let browser: Browser
  beforeAll(async () => {
    ;[real, browser] = await Promise.all([startReal(HOOKED), openBrowser()])
    await suppressOne(real)
    await pump(real)
    for (let i = 0; i < 3; i += 1) await real.message((await real.start()).body.id)
  })
  afterAll(async () => {
    await browser?.close()
    await real?.close()
  })

  const within = (look: Look, run: (page: Page) => Promise<void>) => visit(browser, look, run)

  it.each(LOOKS)('sign-in, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await page.goto(`${real.url}/admin`)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `sign-in-${name}`)
    }),
  )

  it.each(LOOKS)('health, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      expect(await page.title()).toBe('Health · Countersign')
      await keepPicture(page, `health-${name}`)
      await page.evaluate(
        "document.querySelectorAll('details').forEach((one) => (one.open = true))",
      )
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
    }),
  )

  it.each(LOOKS)('verifications, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Verifications' }).click()
      await page.waitForURL(`${real.url}/admin/verifications`)
      expect(await page.getByRole('table').getByRole('row').count()).toBeGreaterThanOrEqual(3)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `verifications-${name}`)
    }),
  )

  it.each(LOOKS)('webhooks, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      const { body } = await real.start()
      await real.client.post(`/verify/${body.id}/cancel`, {})
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Webhooks' }).click()
      await page.waitForURL(`${real.url}/admin/webhooks`)
      expect(await page.getByRole('table').count()).toBe(2)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await page.getByRole('button', { name: 'Replay', exact: true }).first().click()
      await page.waitForURL(/done=/)
      await keepPicture(page, `webhooks-${name}`)
    }),
  )

  it.each(LOOKS)('suppressions, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Suppressions' }).click()
      await page.waitForURL(`${real.url}/admin/suppressions`)
      expect(await page.getByRole('button', { name: 'Lift' }).count()).toBe(1)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `suppressions-${name}`)
    }),
  )

  it.each(LOOKS)('abuse and lists, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Refusals' }).click()
      await page.waitForURL(`${real.url}/admin/refusals`)
      await page.getByRole('link', { name: 'Abuse', exact: true }).click()
      await page.waitForURL(`${real.url}/admin/abuse`)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `abuse-${name}`)
      await page.getByRole('link', { name: 'Shield', exact: true }).click()
      await page.waitForURL(`${real.url}/admin/shield`)
      // Six numbers in a row: noticed within some seconds.
      await expect
        .poll(
          async () => {
            await page.reload()
            return page.getByText('+1415555••••').count()
          },
          { timeout: PATIENCE_MS },
        )
        .toBe(1)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `shield-${name}`)
      await page.goBack()
      await page
        .getByRole('link', { name: /^Block 1415555/ })
        .first()
        .click()
      await page.waitForURL(/admin\/lists\?by=prefix/)
      await page.getByLabel('Why, for admins').fill('ticket 4711: pumping from this range')
      await page.getByRole('button', { name: 'Make the entry' }).click()
      await page.waitForURL(/done=made/)
      await page.getByText('End…').first().click()
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `lists-${name}`)
      await page.getByLabel('Why it ends').first().fill('a test')
      await page
        .getByRole('button', { name: /^End the entry/ })
        .first()
        .click()
      await page.waitForURL(/done=ended/)
    }),
  )

  it.each(LOOKS)('keys, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Keys' }).click()
      await page.waitForURL(`${real.url}/admin/keys`)
      await page.getByLabel('What it is for').fill('the support desk in Lisbon')
      await page.getByLabel('What it may do').selectOption('admin:support')
      await page.getByRole('button', { name: 'Create a key' }).click()
      const key = await page.getByRole('status').getByText(/^cs_/).textContent()
      await page.getByRole('button', { name: 'Copy' }).click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `keys-${name}`)
      await page.getByText('Revoke…').first().click()
      expect(await gravest(page)).toEqual([])
      await page.getByRole('button', { name: /^Revoke for good: the support desk/ }).click()
      await page.waitForURL(/done=revoked/)
      expect(await page.textContent('main')).not.toContain(key)
      expect(await gravest(page)).toEqual([])
    }),
  )

  it.each(LOOKS)('settings, and those of a service, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.waitForURL(`${real.url}/admin/settings`)
      await keepPicture(page, `settings-${name}`)
      expect(await gravest(page)).toEqual([])
      await page.evaluate(
        "document.querySelectorAll('details').forEach((one) => (one.open = true))",
      )
      expect(await overflow(page)).toBe(0)
      await page.getByRole('link', { name: 'default', exact: true }).click()
      await page.waitForURL(/service=default/)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `service-${name}`)
    }),
  )

  it.each(LOOKS)('audit, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('link', { name: 'Audit' }).click()
      await page.waitForURL(`${real.url}/admin/audit`)
      expect(await page.getByRole('table').count()).toBe(2)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `audit-${name}`)
      await page.getByRole('link', { name: 'Sign-ins' }).click()
      await page.waitForURL(/about=sessions/)
      expect(await gravest(page)).toEqual([])
    }),
  )

  it('finds a verification by its reference and by the number, which no address holds', () =>
    within({}, async (page) => {
      const { body } = await real.start({ to: '+14155552672' })
      await signIn(page, real.url)
      await page.goto(`${real.url}/admin/verifications`)
      const find = async (text: string) => {
        await page.getByLabel(/^Reference, phone/).fill(text)
        await page.keyboard.press('Enter')
        await page.waitForURL(/\?|vrf_/)
      }
      await find(body.reference.toLowerCase())
      expect(page.url()).toBe(`${real.url}/admin/verifications/${body.id}`)
      await page.goto(`${real.url}/admin/verifications`)
      await find('+1 415 555 2672')
      expect(await page.getByRole('rowheader').allTextContents()).toEqual([body.reference])
      expect(decodeURIComponent(page.url())).not.toMatch(/415|2672/)
      const text = await page.textContent('main')
      expect(text).toContain('+141•••72')
      expect(text).not.toContain('4155552672')
      await page.goto(`${real.url}/admin/verifications`)
      await find('no such thing')
      expect(await page.getByRole('alert').textContent()).toContain(
        'not a reference (like K7Q-42M)',
      )
    }))

  it('keeps its place in the chosen theme', () =>
    within({ scheme: 'light' }, async (page) => {
      await signIn(page, real.url)
      const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
      const light = await paper()
      await page.getByRole('button', { name: 'Dark' }).click()
      await page.waitForSelector('html[data-theme="dark"]')
      expect(page.url()).toBe(`${real.url}/admin/health`)
      expect(await paper()).not.toBe(light)
      await page.reload()
      expect(await paper()).not.toBe(light)
      await page.getByRole('button', { name: 'Auto' }).click()
      await page.waitForSelector('html:not([data-theme])')
      expect(await paper()).toBe(light)
    }))

  it('makes and revokes a key by keyboard alone, and each stop of it can be seen', () =>
    within({}, async (page) => {
      await signIn(page, real.url)
      await page.goto(`${real.url}/admin/keys`)
      const isSeen = () =>
        page.evaluate(
          "(() => { const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement); return outlineStyle !== 'none' && outlineWidth !== '0px' })()",
        )
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key)
      }
      await press('Tab')
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
      const skip = await page.evaluate('document.activeElement.getBoundingClientRect().top')
      expect(skip).toBeGreaterThanOrEqual(0)
      await press('Enter', 'Tab')
      expect([await page.evaluate('document.activeElement.name'), await isSeen()]).toEqual([
        ...['name', true],
      ])
      await page.keyboard.type('by keyboard')
      await press('Tab', 'ArrowDown', 'ArrowDown', 'Tab', 'Tab', 'Tab')
      expect([await page.evaluate('document.activeElement.name'), await isSeen()]).toEqual([
        ...['until', true],
      ])
      for (let stops = 0; stops < 6; stops += 1) {
        await press('Tab')
        if ((await page.evaluate('document.activeElement.tagName')) === 'BUTTON') break
      }
      expect([await page.evaluate('document.activeElement.textContent'), await isSeen()]).toEqual([
        ...['Create a key', true],
      ])
      await press('Enter')
      await page.getByRole('status').getByText('by keyboard is created').waitFor()
      const row = page.getByRole('row', { name: /^by keyboard/ })
      expect(await row.getByRole('cell').first().textContent()).toBe('admin:read ')
      await row.locator('summary').focus()
      await press('Enter', 'Tab')
      expect([await page.evaluate('document.activeElement.ariaLabel'), await isSeen()]).toEqual([
        ...['Revoke for good: by keyboard', true],
      ])
      await press('Enter')
      await page.waitForURL(/done=revoked/)
    }))

  it('fits a tablet and a wide screen, page by page', () =>
    within({}, async (page) => {
      await signIn(page, real.url)
      const paths = await page.$$eval('.rail nav a', (links) =>
        links.map((one) => String(one.getAttribute('href'))),
      )
      expect(paths.length).toBeGreaterThanOrEqual(10)
      const more = ['abuse', 'lists', 'shield', 'settings?service=default']
      for (const path of [...paths, ...more.map((name) => `/admin/${name}`)]) {
        await page.goto(real.url + path)
        for (const width of [1920, 768]) {
          await page.setViewportSize({ width, height: 900 })
          expect([path, width, await overflow(page)]).toEqual([path, width, 0])
        }
      }
    }))

  it('is left by sign-out, and the way back shows nothing', () =>
    within({}, async (page) => {
      await signIn(page, real.url)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(/\/admin\/sign-in/)
      expect(await page.textContent('[role="status"]')).toBe('You are signed out.')
      await page.goBack()
      await page.waitForURL(/\/admin\/sign-in/)
      expect(await page.getByRole('heading', { name: 'Health' }).count()).toBe(0)
    }))

  it('works without a script, and reports a wrong key', () =>
    within({ script: false }, async (page) => {
      await page.goto(`${real.url}/admin/health`)
      await page.getByLabel('Admin key').fill('no-key-at-all')
      const answered = page.waitForResponse(/\/admin\/session/)
      await page.getByRole('button', { name: 'Sign in' }).click()
      expect((await answered).status()).toBe(403)
      expect(await page.getByRole('alert').textContent()).toContain('cannot open the console')
      await page.getByLabel('Admin key').fill(ADMIN_KEY)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(`${real.url}/admin/health`)
    }))
})
