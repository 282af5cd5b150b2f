// A support person's way through the console in a real browser, from "I didn't get the code" to the erasure; with axe on
// each page, and pictures kept at two sizes, light and dark.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LONG } from '../long.ts'
import {
  gravest,
  hasBrowser,
  keepPicture,
  LOOKS,
  type Look,
  openBrowser,
  overflow,
  SIZES,
  signIn,
  visit,
} from './browser.ts'
import { startWorld, type World } from './world.ts'

const LANDLINE = 21635

describe.skipIf(!hasBrowser)('a journey through the console', () => {
  let world: World
  let browser: Browser
  beforeAll(async () => {
    ;[world, browser] = await Promise.all([
      startWorld({
        LIMIT_SENDS_PER_NUMBER_BURST: '2/600',
        LIMIT_SENDS_PER_NUMBER_DAY: '20/86400',
        LIMIT_GUESSES_PER_NUMBER_HOUR: '40/3600',
      }),
      openBrowser(),
    ])
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  const within = (look: Look, run: (page: Page) => Promise<void>) => visit(browser, look, run)
  async function expectSound(page: Page): Promise<void> {
    expect(await gravest(page)).toEqual([])
    expect(await overflow(page)).toBe(0)
  }
  async function startFailing(to: string): Promise<{ id: string; reference: string }> {
    world.refuseWith(LANDLINE)
    const { body } = await world.start({ to, client_ip: '203.0.113.7', user_agent: 'Mozilla/5.0' })
    await world.delivered(body.id, 'failed')
    world.refuseWith(null)
    return body
  }
  const pathOf = (id: string) => `${world.url}/admin/verifications/${id}`
  const find = async (page: Page, text: string) => {
    await page.goto(`${world.url}/admin/verifications`)
    await page.getByLabel(/^Reference, phone/).fill(text)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\?|\/vrf_/)
    return page.getByRole('rowheader').allTextContents()
  }

  it('finds a failed delivery, reads why, sends again, sees it approved, erases, and leaves', () =>
    within({}, async (page) => {
      const to = '+14155557001'
      const { id, reference } = await startFailing(to)
      await signIn(page, world.url)
      await find(page, reference)
      expect(page.url()).toBe(pathOf(id))
      expect(await find(page, '+1 (415) 555-7001')).toEqual([reference])
      await expectSound(page)
      await page.getByRole('link', { name: reference }).click()
      await page.waitForURL(pathOf(id))
      const why = page.getByRole('heading', { level: 2 }).first()
      expect(await why.textContent()).toContain('This number is a landline')
      expect(await page.textContent('main')).toContain(
        'Ask the user to start over in your login flow with a mobile number',
      )
      await expectSound(page)

      await page.getByRole('button', { name: 'Send again' }).click()
      await page.waitForURL(/done=resent/)
      expect(await page.textContent('main > [role="status"]')).toContain('on its way again')

      await world.delivered(id, 'sent')
      await page.getByRole('button', { name: 'Send again' }).click()
      await page.waitForURL(/refused=resend_too_early/)
      expect(await page.getByRole('alert').textContent()).toMatch(/too early.* Wait \d+ s\./)
      const code = world.texted(to)
      expect((await world.check({ id, code })).status).toBe(200)
      await page.getByRole('heading', { level: 1, name: `${reference} approved` }).waitFor()
      expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0)
      expect(await page.textContent('main')).not.toContain(code)
      await expectSound(page)

      await page.getByRole('button', { name: /^Show the recipient/ }).click()
      await page.waitForURL(/\/reveal$/)
      expect(await page.textContent('main')).toContain(to)
      await expectSound(page)
      await page.getByRole('link', { name: 'Everything about them' }).click()
      await page.waitForURL(/\/admin\/person\?who=/)
      expect(decodeURIComponent(page.url())).not.toContain('4155557001')
      expect(await page.getByRole('link', { name: reference }).count()).toBe(1)
      await expectSound(page)

      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export' }).click(),
      ])
      expect(file.suggestedFilename()).toMatch(/^countersign-person-.*\.json$/)

      await page.getByRole('link', { name: 'Erase…' }).click()
      await page.waitForURL(/\/erase\?/)
      await page.getByLabel('Type ERASE').fill('ERASE')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/erased$/)
      expect(await page.getByRole('status').textContent()).toContain('was removed')
      await expectSound(page)
      await find(page, reference)
      expect(await page.textContent('main')).toContain('No verifications match.')
      const gone = await page.goto(pathOf(id))
      expect(gone?.status()).toBe(404)
      await expectSound(page)

      await page.goto(`${world.url}/admin/health`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(/\/admin\/sign-in/)
      await page.goto(pathOf(id))
      expect(page.url()).toContain('/admin/sign-in?to=')
    }))

  it('can be used by keyboard alone, in the order of the page', () =>
    within({}, async (page) => {
      const { id } = await startFailing('+14155557002')
      await signIn(page, world.url)
      await page.goto(pathOf(id))
      await page.getByRole('link', { name: 'Skip to the content' }).focus()
      await page.keyboard.press('Enter')
      const names: string[] = []
      for (let i = 0; i < 6; i += 1) {
        await page.keyboard.press('Tab')
        names.push(
          (await page.evaluate(
            'document.activeElement.ariaLabel || document.activeElement.textContent',
          )) as string,
        )
      }
      expect(names).toEqual([
        'Verifications',
        'Pause',
        // Another text to a landline helps nobody: its button is not the first one.
        'Cancel',
        'Send again',
        expect.stringMatching(/^Show the recipient/),
        'Everything about them',
      ])
      await page.getByRole('button', { name: 'Cancel' }).focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(/done=canceled/)
    }))

  it.runIf(LONG).each(LOOKS)('looks cared for, $name', ({ name, size, scheme }) =>
    within({ size, scheme }, async (page) => {
      // Two messages, and the limit is full.
      const to = `+1415555${SIZES[size].width + (scheme === 'dark' ? 7001 : 7000)}`
      await world.start({ to })
      const { id } = await startFailing(to)
      await signIn(page, world.url)
      await page.goto(pathOf(id))
      await expectSound(page)
      await keepPicture(page, `verification-${name}`)
      await page.getByRole('link', { name: 'Everything about them' }).click()
      await page.waitForURL(/\/person\?/)
      await expectSound(page)
      await keepPicture(page, `person-${name}`)
      await page.getByRole('link', { name: 'Erase…' }).click()
      await page.waitForURL(/\/erase\?/)
      await expectSound(page)
      await keepPicture(page, `erase-${name}`)
    }),
  )

  it.runIf(LONG)('has room at 1920 px', () =>
    within({}, async (page) => {
      const { id } = await startFailing('+14155557004')
      await page.setViewportSize({ width: 1920, height: 1080 })
      await signIn(page, world.url)
      await page.goto(pathOf(id))
      await expectSound(page)
      await keepPicture(page, 'verification-1920')
    }),
  )
})
