// A real browser for the console's tests: Debian's Chromium, driven by playwright-core, and axe on its pages.
// It must not load anything from another host. Without Chromium the tests say that they were skipped.

import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { ADMIN_KEY } from '../http/real.ts'
import { LONG, LONGEST } from '../long.ts'

const EXECUTABLE = '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const ARTEFACTS = resolve(import.meta.dirname, '../../test-artefacts')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** What axe calls so: people with a disability can't, or can hardly, do it. */
const GRAVE = ['serious', 'critical']

export const SIZES = { small: { width: 360, height: 740 }, large: { width: 1280, height: 800 } }
export const SCHEMES = ['light', 'dark'] as const

export const hasBrowser = existsSync(EXECUTABLE)
if (!hasBrowser) console.warn(`skipped: the console in a browser (there is no ${EXECUTABLE})`)

export function openBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS, ...flags] })
}

export type Look = {
  size?: keyof typeof SIZES
  scheme?: (typeof SCHEMES)[number]
  script?: boolean
}

/** A context of its own: cookies of one test are none of another. What goes wrong in a page fails the test. */
export async function openContext(
  browser: Browser,
  look: Look = {},
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const { size = 'large', scheme = 'light', script = true } = look
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: scheme,
    javaScriptEnabled: script,
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    // A refused form is answered by a page: its status is no error of the page's. Nor is plain http in a LAN.
    const isKnown = /status of 4\d\d|^The Cross-Origin-Opener-Policy header has been ignored/
    if (message.type() === 'error' && !isKnown.test(message.text())) errors.push(message.text())
  })
  return { context, page, errors }
}

const lookOf = (size: keyof typeof SIZES, scheme: (typeof SCHEMES)[number]) => ({
  ...{ size, scheme, name: `${SIZES[size].width}-${scheme}` },
})

/** Each size and each scheme once. */
export const BOTH_LOOKS = [lookOf('small', 'light'), lookOf('large', 'dark')] as const

/** The first one alone, both in CI, all four pairs in the longest form; and what a picture of it is called. */
export const LOOKS = LONGEST
  ? (['small', 'large'] as const).flatMap((size) => SCHEMES.map((scheme) => lookOf(size, scheme)))
  : BOTH_LOOKS.slice(0, LONG ? undefined : 1)

/** In a context of its own; what goes wrong in the page fails the test. */
export async function visit(
  browser: Browser,
  look: Look,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const { context, page, errors } = await openContext(browser, look)
  await run(page)
  expect(errors).toEqual([])
  await context.close()
}

export async function signIn(page: Page, url: string, key = ADMIN_KEY): Promise<void> {
  await page.goto(`${url}/admin/health`)
  await page.getByLabel('Admin key').fill(key)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

/** The serious faults that axe finds, each with where. */
export async function gravest(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = (await page.evaluate('axe.run()')) as {
    violations: {
      id: string
      impact: string
      nodes: { target: string[]; failureSummary: string }[]
    }[]
  }
  return found.violations
    .filter(({ impact }) => GRAVE.includes(impact))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    )
}

/** Nothing sticks out at the side: nobody scrolls a page in two directions (WCAG 1.4.10). */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
}

/** Kept by CI beside the tests' other results, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (!LONG) return
  mkdirSync(ARTEFACTS, { recursive: true })
  await page.screenshot({ path: join(ARTEFACTS, `${name}.png`), fullPage: true })
}
