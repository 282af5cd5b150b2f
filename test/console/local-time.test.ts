// C74: times are the reader's own, with UTC in the title; without a script they are UTC and say so.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { refusalsPage } from '../../src/console/refusals.ts'
import { type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { hasBrowser, openBrowser, signIn } from './browser.ts'
import { NOW, pageOf, textOf } from './shown.ts'

/** Three quarters of an hour beside the others, and behind UTC in winter and summer. */
const ZONES = ['Australia/Eucla', 'America/Los_Angeles']

describe.skipIf(!hasBrowser)('C74: times in a browser', () => {
  let real: Real
  let browser: Browser
  let id: string
  beforeAll(async () => {
    ;[real, browser] = await Promise.all([startReal(), openBrowser()])
    id = (await real.start()).body.id
    await real.message(id)
    await real.client.post('/verify/start', { to: '+14155552671', ttl_seconds: 1 })
    const list = async () => (await real.admin.get('/admin/api/refusals')).body.refusals
    await vi.waitFor(async () => expect(await list()).toHaveLength(1), { timeout: PATIENCE_MS })
  })
  afterAll(async () => {
    await browser?.close()
    await real?.close()
  })

  async function within(zone: string, script: boolean, run: (page: Page) => Promise<void>) {
    const context = await browser.newContext({ timezoneId: zone, javaScriptEnabled: script })
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    await signIn(page, real.url)
    await run(page)
    await context.close()
  }
  /** As a clock on the wall there shows it. */
  const clockIn = (zone: string, iso: string) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
      .format(new Date(iso))
      .replace(',', '')
  const shownTimes = (page: Page) =>
    page.$$eval('time.exact', (all) =>
      all.map((one) => [one.getAttribute('datetime'), one.textContent, one.getAttribute('title')]),
    )

  it.each(ZONES)('are those of %s, on each page, with the date and UTC in the title', (zone) =>
    within(zone, true, async (page) => {
      for (const path of ['verifications', 'refusals', `verifications/${id}`, 'health', 'person']) {
        if (path === 'person') {
          await page.goto(`${real.url}/admin/verifications/${id}`)
          await page.goto(await page.$eval('a[href^="/admin/person?"]', (one) => one.href))
        } else await page.goto(`${real.url}/admin/${path}`)
        const times = await shownTimes(page)
        expect(times.length, path).toBeGreaterThan(0)
        for (const [iso, text, title] of times) {
          expect(text).toBe(clockIn(zone, iso ?? ''))
          expect(title).toBe(`${iso?.slice(0, 10)} ${iso?.slice(11, 19)} UTC`)
        }
        if (path !== `verifications/${id}`)
          expect(await page.getByText('your time').first().getAttribute('title')).toBe(zone)
      }
    }),
  )

  it('of rows that come in live, too', () =>
    within('Australia/Eucla', true, async (page) => {
      await page.goto(`${real.url}/admin/verifications`)
      await expect.poll(() => page.textContent('[data-live-state]')).toBe('Live')
      const { body } = await real.start()
      const row = page.locator(`tr[data-id="${body.id}"] time.exact`)
      await row.waitFor()
      expect(await row.textContent()).toBe(
        clockIn('Australia/Eucla', (await row.getAttribute('datetime')) ?? ''),
      )
    }))

  it('are entered in the same zone, and the address keeps UTC for a colleague elsewhere', () =>
    within('Australia/Eucla', true, async (page) => {
      await page.goto(`${real.url}/admin/verifications?from=2026-01-01T00:00`)
      const from = page.getByLabel(/^From/)
      expect(await from.inputValue()).toBe('2026-01-01T08:45')
      await page.getByLabel(/^To/).fill('2026-03-01T12:00')
      await page.getByRole('button', { name: 'Filter' }).click()
      await page.waitForURL(/to=/)
      const { searchParams } = new URL(page.url())
      expect([searchParams.get('from'), searchParams.get('to')]).toEqual([
        '2026-01-01T00:00',
        '2026-03-01T03:15',
      ])
      expect(await from.inputValue()).toBe('2026-01-01T08:45')
    }))

  it('are UTC without a script, and say so', () =>
    within('Australia/Eucla', false, async (page) => {
      await page.goto(`${real.url}/admin/verifications`)
      for (const [iso, text] of await shownTimes(page))
        expect(text).toBe(`${iso?.slice(0, 10)} ${iso?.slice(11, 19)}`)
      expect(await page.getByText('UTC').count()).toBeGreaterThan(0)
      expect(await page.getByText('your time').count()).toBe(0)
    }))
})

it('C74: the end of the searched period states its time zone', async () => {
  const none = { lines: [], nextCursor: null, query: {}, person: undefined, services: [] }
  const page = await refusalsPage(pageOf(false), { ...none, now: NOW, lookedBackTo: NOW })
  expect(textOf(String(page))).toContain('Nothing matches back to 2027-01-15 08:00:00 UTC')
})
