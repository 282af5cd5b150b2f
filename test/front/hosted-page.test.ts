// The hosted page in a real browser: pasted and filled in, by keyboard alone, without a script, small, zoomed and from right to left.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BOTH_LOOKS,
  gravest,
  hasBrowser,
  keepPicture,
  openBrowser,
  openContext,
  overflow,
} from '../console/browser.ts'
import type { FaultServer } from '../delivery/fault-server.ts'
import { wrong } from '../e2e/steered-service.ts'
import { PATIENCE_MS } from '../long.ts'
import { describeWays, startWhatsApp, whatsAppBy } from './hosted-page-ways.ts'
import { type PageWorld, type Started, startPageWorld } from './page-world.ts'

const LOGO = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32"><rect width="120" height="32" rx="6" fill="#0b3d2e"/><circle cx="18" cy="16" r="9" fill="#ffd23f"/></svg>').toString('base64')}`

const SLOW_MS = 200

describe.skipIf(!hasBrowser)('C87: the hosted page in a browser', () => {
  let world: PageWorld
  let browser: Browser
  let whatsApp: FaultServer
  beforeAll(async () => {
    whatsApp = await startWhatsApp()
    const env = { BRAND_LOGO: LOGO, BRAND_COLOR: '#0b3d2e', ...whatsAppBy(whatsApp) }
    ;[world, browser] = await Promise.all([startPageWorld(env), openBrowser()])
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
    await whatsApp?.close()
  })

  type Look = NonNullable<Parameters<typeof openContext>[1]>
  async function within(
    look: Look,
    body: object,
    run: (page: Page, started: Started) => Promise<void>,
  ) {
    const started = await world.begin(body)
    const { context, page, errors } = await openContext(browser, look)
    await page.goto(started.url)
    await run(page, started)
    expect(errors).toEqual([])
    await context.close()
  }
  const codeOf = async ({ id }: Started) => (await world.message(id)).code
  const isBack = (page: Page) => page.waitForURL((url) => url.pathname === '/login/back')
  const attemptsOf = async ({ id }: Started) => (await world.look(id)).body.attempts_remaining
  /** As a browser pastes or fills in: the whole text in one event, as often as there are texts. */
  const insert = (page: Page, ...texts: string[]) =>
    page.evaluate(`for (const text of ${JSON.stringify(texts)}) {
      const field = document.querySelector('#code')
      field.value = text
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }))
    }`)

  it('a pasted message is cut to its code and leaves by itself; the login flow lets in', async () => {
    await within({}, {}, async (page, started) => {
      const code = await codeOf(started)
      await insert(page, `${code} is your Acme code. It is valid for 10 minutes.`)
      await isBack(page)
      expect(await page.title()).toBe('Welcome')
      // The back button: nothing is asked again, and nothing is wrong.
      await page.goBack()
      await page.getByText('The code was right.').waitFor()
    })
  })

  it('what is filled in twice is checked once; whoever types sees the last digit, and needs no mouse', async () => {
    await within({}, {}, async (page, started) => {
      const code = await codeOf(started)
      await insert(page, wrong(code), '', wrong(code))
      await page.getByRole('alert').getByText('That is not the code.').waitFor()
      expect(await attemptsOf(started)).toBe(4)
      expect(await page.getByLabel('Code').getAttribute('aria-invalid')).toBe('true')
      expect(await page.evaluate('document.activeElement?.id')).toBe('code')
      await page.keyboard.type(code)
      expect(page.url()).toBe(`${started.url}?n=wrong`)
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement?.textContent')).toBe('Continue')
      await page.keyboard.press('Enter')
      await isBack(page)
      expect(await page.title()).toBe('Welcome')
    })
  })

  it('without a script and on a slow network: two presses, the time to wait, and the right code', async () => {
    await within({ script: false }, {}, async (page, started) => {
      const code = await codeOf(started)
      await page.route(/\/v\/vt_/, async (route) => {
        await sleep(SLOW_MS)
        await route.continue()
      })
      await page.getByLabel('Code').fill(wrong(code))
      await page.getByRole('button', { name: 'Continue' }).dblclick({ noWaitAfter: true })
      await page.getByText('That is not the code.').waitFor()
      expect(await attemptsOf(started)).toBe(4)
      await page.getByRole('button', { name: 'Send the code again' }).click()
      await page.getByText(/^Wait 0:\d\d, then try again\.$/).waitFor()
      await page.getByLabel('Code').fill(`Your code is ${code.slice(0, 3)} ${code.slice(3)}`)
      await page.keyboard.press('Enter')
      await isBack(page)
      expect(await page.title()).toBe('Welcome')
    })
  })

  it('counts down, and sends again once it may', async () => {
    await within({}, {}, async (page, started) => {
      const again = page.getByRole('button', { name: 'Send the code again' })
      expect(await again.isDisabled()).toBe(true)
      const hint = page.getByText(/^possible in 0:\d\d$/)
      const before = await hint.textContent()
      await expect.poll(() => hint.textContent(), { timeout: PATIENCE_MS }).not.toBe(before)
      world.forward(31)
      await page.reload()
      await again.click()
      await page.getByText('The same code was sent again.').waitFor()
      expect(await world.messages(started.id)).toHaveLength(2)
    })
  })

  it('two tabs: each follows the other and keeps what was typed; one leads back, and the other says so', async () => {
    await within({}, {}, async (page, started) => {
      const code = await codeOf(started)
      const other = await page.context().newPage()
      await other.goto(started.url)
      await page.keyboard.type('12')
      await other.getByLabel('Code').fill(wrong(code))
      await other.keyboard.press('Enter')
      await page.bringToFront()
      await page.getByText('Attempts left: 4').waitFor()
      expect(await page.getByLabel('Code').inputValue()).toBe('12')
      await page.getByLabel('Code').fill(code)
      await page.keyboard.press('Enter')
      await isBack(page)
      await other.getByText('The code was right.').waitFor()
      expect(await gravest(other)).toEqual([])
      expect(world.backs.filter(({ url }) => url.search.includes(started.id))).toHaveLength(1)
    })
  })

  it.each([
    ['ar', 'rtl', BOTH_LOOKS[0]],
    ['de', 'ltr', BOTH_LOOKS[1]],
  ] as const)(
    'can be read as it is, at 320 px, and at twice its size: %s, %s',
    async (locale, direction, look) => {
      const { name, ...seen } = look ?? { name: '' }
      const body = {
        locale,
        purpose: 'a.purpose-that_is-as-long-as-purposes-may-be-0123456789-0123456',
      }
      await within(seen, body, async (page, started) => {
        expect(await page.getAttribute('html', 'dir')).toBe(direction)
        await page.locator('#code').fill(wrong(await codeOf(started)))
        await page.keyboard.press('Enter')
        await page.getByRole('alert').waitFor()
        await keepPicture(page, `hosted-${locale}-${name}`)
        expect(await gravest(page)).toEqual([])
        for (const [width, zoom] of [
          [320, 1],
          [640, 2],
        ] as const) {
          await page.setViewportSize({ width, height: 700 })
          await page.evaluate(`document.documentElement.style.zoom = ${zoom}`)
          expect(await overflow(page)).toBe(0)
          await keepPicture(page, `hosted-${locale}-${width}`)
        }
      })
    },
  )

  it('its ends: approved, and gone', async () => {
    const body = { return_url: undefined, actions: true }
    await within({ size: 'small', scheme: 'dark' }, body, async (page, started) => {
      await page.getByLabel('Code').fill(await codeOf(started))
      await page.keyboard.press('Enter')
      await page.getByText('You can close this page.').waitFor()
      await keepPicture(page, 'hosted-approved')
      await page.goto(`${world.url}/v/vt_gone`)
      await page.getByText('This page is no longer available.').waitFor()
      expect(await gravest(page)).toEqual([])
      await keepPicture(page, 'hosted-gone')
    })
  })

  describeWays(() => ({ world, browser }))
})
