// The hosted page by click: another channel, an authenticator app, forced colours, and the zoom of a browser.
// Of hosted-page.test.ts, which has the browser and the service.

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { gravest, keepPicture, overflow } from '../console/browser.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { PATIENCE_MS } from '../long.ts'
import type { PageWorld, Started } from './page-world.ts'

const CHAIN = {
  channels: [{ channel: 'sms', timeout_seconds: 300, blind: true }, 'whatsapp'],
  authenticated: true,
}
const APP = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const
const PATIENCE = { timeout: PATIENCE_MS }

/** Of a second channel: it takes what it is given, and reports nothing. */
export function startWhatsApp(): Promise<FaultServer> {
  return startFaultServer(answer(200, '{"messages":[{"id":"wamid.1"}]}'))
}
export const whatsAppBy = ({ url }: FaultServer) => ({
  DEVELOPMENT_NETWORK: 'open',
  WHATSAPP_CLOUD_ACCESS_TOKEN: 'a-token-of-a-system-user',
  WHATSAPP_CLOUD_PHONE_NUMBER_ID: '123456789012345',
  WHATSAPP_CLOUD_TEMPLATE: 'login_code',
  WHATSAPP_CLOUD_BASE_URL: url,
})

/** @param stage what the tests of the page share */
export function describeWays(stage: () => { world: PageWorld; browser: Browser }): void {
  async function within(
    look: BrowserContextOptions,
    body: object,
    run: (page: Page, started: Started) => Promise<void>,
  ) {
    const { world, browser } = stage()
    const started = await world.begin(body)
    const context = await browser.newContext(look)
    const page = await context.newPage()
    await page.goto(started.url)
    await run(page, started)
    await context.close()
  }
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click()
  const isBack = (page: Page) => page.waitForURL((url) => url.pathname === '/login/back')

  it('another channel is a button: it sends there, and the same code lets in', async () => {
    await within({}, { ...CHAIN, to: '+14155552611' }, async (page, started) => {
      await page.getByText('(SMS)').waitFor()
      await press(page, 'Send it another way: WhatsApp')
      await page.getByText('(WhatsApp)').waitFor()
      expect(await page.getByRole('button', { name: /another way/ }).count()).toBe(0)
      const channels = async () =>
        (await stage().world.look(started.id)).body.deliveries.map(
          (one: { channel: string }) => one.channel,
        )
      await expect.poll(channels, PATIENCE).toEqual(['sms', 'whatsapp'])
      const [{ code } = { code: '' }] = await stage().world.messages(started.id)
      await page.getByLabel('Code').pressSequentially(code)
      await press(page, 'Continue')
      await isBack(page)
      expect(await page.title()).toBe('Welcome')
    })
  })

  it('an authenticator app: its code lets in, and a wrong one is said to be wrong', async () => {
    const { world } = stage()
    const subject = 'user-8e03978e'
    const made = await world.client.post('/factors/totp', { subject, account_name: 'ann' })
    const { id, secret } = made.body
    const codeOf = (steps: number) =>
      createOtp().code(secret, APP, Math.floor(Date.now() / 30_000) + steps)
    const confirmed = await world.client.post(`/factors/${id}/confirm`, { code: codeOf(0) })
    expect(confirmed.status).toBe(200)
    world.forward(60)
    const body = { to: undefined, subject, channel: 'totp' }
    await within({ colorScheme: 'dark' }, body, async (page) => {
      await page.getByText('Enter the code from your authenticator app.').waitFor()
      expect(await page.getByRole('button', { name: 'Send the code again' }).count()).toBe(0)
      await page.getByLabel('Code').pressSequentially(codeOf(9))
      await press(page, 'Continue')
      await page.getByRole('alert').getByText('That is not the code.').waitFor()
      expect(await gravest(page)).toEqual([])
      await keepPicture(page, 'hosted-totp')
      await page.getByLabel('Code').pressSequentially(codeOf(0))
      await press(page, 'Continue')
      await isBack(page)
      expect(await page.title()).toBe('Welcome')
    })
  })

  it('in forced colours each control has an edge, and what is wrong is not told by a colour alone', async () => {
    const look = { forcedColors: 'active', viewport: { width: 360, height: 740 } } as const
    await within(look, { ...CHAIN, to: '+14155552612' }, async (page) => {
      expect(await page.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true)
      await page.getByLabel('Code').pressSequentially('12')
      await press(page, 'Continue')
      await page.getByRole('alert').waitFor()
      const edges =
        await page.evaluate(`[...document.querySelectorAll('main, button, #code, [role=alert]')].map((one) => {
        const { borderInlineStartWidth: width, borderInlineStartStyle: style } = getComputedStyle(one)
        return [one.tagName, parseFloat(width) > 0 && style !== 'none']
      })`)
      expect(edges).toEqual([
        ...[
          ['MAIN', true],
          ['P', true],
          ['INPUT', true],
        ],
        ...Array(3).fill(['BUTTON', true]),
      ])
      await page.getByLabel('Code').focus()
      const outline = 'getComputedStyle(document.activeElement).outlineStyle'
      expect(await page.evaluate(outline)).toBe('solid')
      expect(await gravest(page)).toEqual([])
      await keepPicture(page, 'hosted-forced-colours')
    })
  })

  it.each([
    ['1280 px at 200 %', 640, 400, 2],
    ['1280 px at 400 %', 320, 200, 4],
    ['768 px', 768, 1024, 1],
    ['1920 px', 1920, 1080, 1],
  ])('%s: nothing sticks out, and the button is reached', async (name, width, height, scale) => {
    const look = { viewport: { width, height }, deviceScaleFactor: scale }
    await within(look, { to: '+14155552613' }, async (page) => {
      expect(await overflow(page)).toBe(0)
      const button = page.getByRole('button', { name: 'Continue' })
      await button.scrollIntoViewIfNeeded()
      const box = await button.boundingBox()
      expect(box && box.x >= 0 && box.x + box.width <= width && box.height >= 44).toBe(true)
      await keepPicture(page, `hosted-${name.replaceAll(/\W+/g, '-')}`)
    })
  })
}
