// A stage for the element: its package built from these sources, a real Chromium, a login's pages and a small door.

import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { buildPackage } from '../../../scripts/packages.ts'
import { type Look, openBrowser, openContext } from '../../../test/console/browser.ts'
import { type App, reportedIn, startApp } from './page.ts'
import { type SmallDoor, startDoor, type Verification } from './small-door.ts'

export type Stage = { browser: Browser; door: SmallDoor; app: App }

/** Opened before the tests and closed after them. */
export function openStage(): Stage {
  const stage = {} as Stage
  beforeAll(async () => {
    await buildPackage(join(import.meta.dirname, '..'))
    ;[stage.browser, stage.door] = await Promise.all([openBrowser(), startDoor()])
    stage.app = await startApp(stage.door.url)
  })
  afterAll(async () => {
    await stage.browser?.close()
    await stage.app?.close()
    await stage.door?.close()
  })
  return stage
}

export const field = (page: Page) => page.getByRole('textbox').first()
export const alert = (page: Page) => page.getByRole('alert').first()
export const status = (page: Page) => page.getByRole('status').first()
export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
export const tagOf = ({ door }: Stage, { token }: Pick<Verification, 'token'>, more = '') =>
  `<countersign-code url="${door.url}" token="${token}" ${more}></countersign-code>`
export const inForm = (markup: string) => `<form action="/in" method="post">${markup}</form>`

/** The network's own complaints are part of these tests; anything else that goes wrong in a page fails them. */
export async function looking(
  { browser }: Stage,
  look: Look,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const { context, page, errors } = await openContext(browser, look)
  await run(page)
  expect(errors.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([])
  await context.close()
}

/** A page with that markup; whatever its policy refuses fails the test. */
export function onPage(
  stage: Stage,
  body: string,
  run: (page: Page) => Promise<void>,
  { html, ...look }: Look & { html?: string } = {},
): Promise<void> {
  return looking(stage, look, async (page) => {
    await page.goto(stage.app.add(body, html))
    await run(page)
    expect(await reportedIn(page)).not.toContainEqual(expect.arrayContaining(['refused by policy']))
  })
}

/** As a password manager and a keyboard's suggestion fill a field in: value and events, both twice. */
export const autofill = (page: Page, code: string): Promise<void> =>
  page.evaluate(
    `(() => {
      const input = document.querySelector('input')
      for (const time of [1, 2]) {
        input.value = ${JSON.stringify(code)}
        input.dispatchEvent(new InputEvent('input', { bubbles: true }))
        input.dispatchEvent(new Event('change', { bubbles: true }))
      }
    })()`,
  )
