// The whole walk of the sign-in by OpenID Connect in a real browser, whose rules for cookies and forms decide whether it works:
// the console and the provider are different sites, once by a name that browsers trust and once by plain http in a LAN.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../e2e/service-process.ts'
import { type Real, startReal } from '../http/real.ts'
import {
  gravest,
  hasBrowser,
  keepPicture,
  LOOKS,
  type Look,
  openBrowser,
  overflow,
  visit,
} from './browser.ts'
import { CLIENT, CLIENT_SECRET, type RealProvider, startProvider } from './real-provider.ts'

/** Neither is the provider's 127.0.0.1; to browsers the second one is any machine. */
const NAMES = ['console.localhost', 'console.lan'] as const

describe.skipIf(!hasBrowser).each(NAMES)('the console at http://%s', (name) => {
  let real: Real
  let provider: RealProvider
  let browser: Browser
  let url: string
  beforeAll(async () => {
    const port = await freePort()
    url = `http://${name}:${port}`
    provider = await startProvider(url)
    provider.people.set('ann-1', { name: 'Ann Example', roles: ['helpdesk'] })
    ;[real, browser] = await Promise.all([
      startReal({
        PORT: String(port),
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: CLIENT,
        OIDC_CLIENT_SECRET: CLIENT_SECRET,
        OIDC_ROLES: 'helpdesk=support',
        OIDC_CONSOLE_URL: url,
        OIDC_NAME: 'Acme',
      }),
      openBrowser(['--host-resolver-rules=MAP console.lan 127.0.0.1']),
    ])
  })
  afterAll(async () => {
    await browser?.close()
    await real?.close()
    await provider?.close()
  })

  const within = (look: Look, run: (page: Page) => Promise<void>) => visit(browser, look, run)
  async function expectSound(page: Page): Promise<void> {
    expect(await gravest(page)).toEqual([])
    expect(await overflow(page)).toBe(0)
  }

  it('signs in, reveals a recipient, and signs out here and at the provider', () =>
    within({}, async (page) => {
      // The provider's own pages name a font of another host.
      await page.route(/^https:/, (route) => route.fulfill({ status: 200, body: '' }))
      const { body } = await real.start()
      const path = `${url}/admin/verifications/${body.id}`
      await page.goto(path)
      await page.getByRole('link', { name: 'Sign in with Acme' }).click()
      await page.getByPlaceholder('Enter any login').fill('ann-1')
      await page.getByPlaceholder('and password').fill('x')
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(path)
      expect(await page.textContent('.who')).toContain(
        'Signed in as Ann Example all services, support',
      )
      // A page of another site leads here: the session is there all the same.
      await page.goto(provider.issuer)
      await page.goto(path)
      await page.getByRole('button', { name: /^Show the recipient/ }).click()
      await page.waitForURL(/\/reveal$/)
      expect(await page.textContent('main')).toContain('+14155552671')
      const [session] = (await page.context().cookies(path)).filter(
        ({ path: at }) => at === '/admin',
      )
      expect(session).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: false })
      expect((await page.context().cookies(path)).map((one) => one.name)).toEqual([
        'countersign_console',
      ])

      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL((to) => to.href.startsWith(provider.issuer))
      await page.getByRole('button', { name: /^Yes/ }).click()
      await page.waitForURL(`${url}/admin/sign-in/out`)
      expect(await page.getByRole('status').textContent()).toBe('You are signed out.')
      await page.goto(path)
      await page.waitForURL(/\/admin\/sign-in\?to=/)
      await page.getByRole('link', { name: 'Sign in with Acme' }).click()
      expect(await page.getByPlaceholder('and password').count()).toBe(1)
    }))

  it('says what is less safe where it is, before anybody signs in', () =>
    within({}, async (page) => {
      await page.goto(`${url}/admin/sign-in`)
      const warning = page.getByText('This console is served over plain http.')
      expect(await warning.count()).toBe(name === 'console.lan' ? 1 : 0)
    }))

  it.each(LOOKS)('has a sign-in that looks cared for, $name', ({ name: look, ...size }) =>
    within(size, async (page) => {
      await page.goto(`${url}/admin/sign-in`)
      await expectSound(page)
      await keepPicture(page, `sign-in-${name}-${look}`)
      await page.goto(`${url}/admin/sign-in/oidc/callback?code=x&state=y`)
      await expectSound(page)
      await keepPicture(page, `sign-in-lost-${name}-${look}`)
      await page.goto(`${url}/admin/sign-in`)
      await page.getByText('Sign in with a key').click()
      await expectSound(page)
      await keepPicture(page, `sign-in-key-${name}-${look}`)
    }),
  )
})
