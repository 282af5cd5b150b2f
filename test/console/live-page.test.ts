// The verifications in a real browser while things happen: rows that come in, the pause, without a script, after sign-out.

import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { LONG, PATIENCE_MS } from '../long.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { gravest, hasBrowser, type Look, openBrowser, signIn, visit } from './browser.ts'

const SECONDS = { timeout: Math.max(8_000, PATIENCE_MS) }

describe.skipIf(!hasBrowser)('a live page', () => {
  let real: Real
  let browser: Browser
  beforeAll(async () => {
    ;[real, browser] = await Promise.all([
      startReal({
        LIMIT_SENDS_PER_NUMBER_BURST: 'off',
        LIMIT_GUESSES_PER_NUMBER_HOUR: 'off',
        LIMIT_GUESSES_PER_NUMBER_DAY: 'off',
        LIMIT_SENDS_PER_NUMBER_DAY: 'off',
        LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
      }),
      openBrowser(),
    ])
    for (let n = 0; n < 40; n += 1) await real.start()
  })
  afterAll(async () => {
    await browser?.close()
    await real?.close()
  })

  const within = (look: Look, run: (page: Page) => Promise<void>) =>
    visit(browser, look, async (page) => {
      await signIn(page, real.url)
      await page.goto(`${real.url}/admin/verifications`)
      await run(page)
    })

  const first = (page: Page) => page.getByRole('rowheader').first().textContent()
  const state = (page: Page) => page.textContent('[data-live-state]')
  const outcomeOf = (page: Page, id: string) =>
    page.textContent(`tr[data-id="${id}"] td:nth-child(6)`)
  const isLive = (page: Page) => expect.poll(() => state(page), SECONDS).toBe('Live')
  const mark = (page: Page) =>
    page.evaluate("window.kept = document.querySelector('tbody tr'); true")

  it('shows new rows and their outcome, and announces them politely', () =>
    within({}, async (page) => {
      await isLive(page)
      const { body } = await real.start()
      await expect.poll(() => first(page), SECONDS).toBe(body.reference)
      expect(await page.textContent('[role="status"][data-live-said]')).toBe('1 new')
      expect(await outcomeOf(page, body.id)).toContain('open')
      await mark(page)
      await real.client.post(`/verify/${body.id}/cancel`, {})
      await expect.poll(() => outcomeOf(page, body.id), SECONDS).toContain('canceled')
      // The very row of before: what people stand on is not replaced.
      expect(await page.evaluate("window.kept === document.querySelector('tbody tr')")).toBe(true)
      expect(await page.getByRole('row').count()).toBe(42)
      expect(await gravest(page)).toEqual([])
    }))

  it.runIf(LONG)('keeps focus and place while rows come in above', () =>
    within({}, async (page) => {
      await isLive(page)
      const links = page.getByRole('rowheader').getByRole('link')
      const link = links.nth(20)
      const name = await link.textContent()
      await link.focus()
      const top = async () =>
        Math.round((await link.page().locator(':focus').boundingBox())?.y ?? 0)
      const before = await top()
      const { body } = await real.start()
      await expect.poll(() => first(page), SECONDS).toBe(body.reference)
      expect(await page.textContent(':focus')).toBe(name)
      expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1)
    }),
  )

  it('keeps opened and typed content in a region, and replaces the rest', () =>
    within({}, async (page) => {
      let made = 0
      await page.route('**/admin/verifications', async (route) => {
        const answer = await route.fetch()
        made += 1
        const more = `<details><summary>More</summary><p>made ${made}</p></details><input name="typed">`
        const body = (await answer.text()).replace('data-live>', `data-live>${more}`)
        await route.fulfill({ response: answer, body })
      })
      await page.reload()
      await isLive(page)
      await page.getByText('More').click()
      await page.locator('input[name="typed"]').fill('half a word')
      const { body } = await real.start()
      await expect.poll(() => first(page), SECONDS).toBe(body.reference)
      expect(await page.locator('[data-live] details p').isVisible()).toBe(true)
      expect(await page.textContent('[data-live] details p')).toBe(`made ${made}`)
      expect(await page.inputValue('input[name="typed"]')).toBe('half a word')
      expect(await page.evaluate('document.activeElement.name')).toBe('typed')
    }))

  it('C74: does not change under a pressed button: its click is neither lost nor another’s', () =>
    within({}, async (page) => {
      const { body } = await real.start()
      await page.goto(`${real.url}/admin/verifications/${body.id}`)
      await isLive(page)
      const shown = () => page.textContent('[data-live]')
      const before = await shown()
      await page.getByRole('button', { name: 'Cancel', exact: true }).hover()
      await page.mouse.down()
      await real.client.post('/verify/check', { id: body.id, code: '000000' })
      // Fetched every two seconds, as long as it must not be shown.
      const fetched = await page.waitForRequest((request) => 'x-automatic' in request.headers())
      await (await fetched.response())?.finished()
      await page.waitForTimeout(100)
      expect(await shown()).toBe(before)
      await page.mouse.up()
      await page.waitForURL(/done=canceled/)
    }))

  it('does not move while it is paused, by keyboard too, and catches up afterwards', () =>
    within({}, async (page) => {
      await isLive(page)
      const fetched: string[] = []
      page.on('request', (request) => fetched.push(request.url()))
      await page.getByRole('button', { name: 'Pause' }).focus()
      await page.keyboard.press('Enter')
      expect(await state(page)).toBe('Paused')
      const shown = await first(page)
      const { body } = await real.start()
      await page.waitForTimeout(3_500)
      expect(await first(page)).toBe(shown)
      expect(fetched).toEqual([])
      await page.getByRole('button', { name: 'Resume' }).click()
      await expect.poll(() => first(page), SECONDS).toBe(body.reference)
      expect(await state(page)).toBe('Live')
    }))

  it.runIf(LONG)('fetches at most every two seconds, however much happens', () =>
    within({}, async (page) => {
      await isLive(page)
      await page.waitForTimeout(500)
      let fetched = 0
      page.on('request', (request) => {
        if (request.url().endsWith('/admin/verifications')) fetched += 1
      })
      const end = Date.now() + 5_000
      while (Date.now() < end) {
        await real.start()
        await page.waitForTimeout(100)
      }
      expect(fetched).toBeGreaterThanOrEqual(2)
      expect(fetched).toBeLessThanOrEqual(3)
    }),
  )

  it.runIf(LONG)('shows hostile text that came in as text', () =>
    within({}, async (page) => {
      await isLive(page)
      const { body } = await real.start()
      const store = await openStore(join(real.directory, 'data/countersign.db'))
      const hostile = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
      store.client
        .prepare('update deliveries set error_code = ?, provider = ?')
        .run(hostile, hostile)
      await store.close()
      await real.client.post(`/verify/${body.id}/cancel`, {})
      await expect.poll(() => page.textContent('tbody code'), SECONDS).toBe(hostile)
      expect(await page.locator('[data-live] :is(img, script)').count()).toBe(0)
    }),
  )

  it.runIf(LONG)('reports that its session is over, and shows nothing more', () =>
    within({}, async (page) => {
      await isLive(page)
      const other = await page.context().newPage()
      await other.goto(`${real.url}/admin/health`)
      await other.getByRole('button', { name: 'Sign out' }).click()
      await expect.poll(() => state(page), SECONDS).toBe('You are signed out')
      await other.close()
    }),
  )

  it('is a page without a script: it has no bar, and reloads', () =>
    within({ script: false }, async (page) => {
      expect(await page.locator('[data-live-bar]').isVisible()).toBe(false)
      const { body } = await real.start()
      await page.reload()
      expect(await first(page)).toBe(body.reference)
      await page.getByRole('link', { name: '1 hour' }).click()
      await page.waitForURL(/span=hour/)
      await page.getByText('Filters').click()
      await page.getByLabel('Outcome').selectOption('canceled')
      await page.getByRole('button', { name: 'Filter', exact: true }).click()
      await page.waitForURL(`${real.url}/admin/verifications?status=canceled&span=hour`)
      expect(await page.getByRole('rowheader').count()).toBeGreaterThan(0)
    }))
})
