// C74: what a support person sees at the first look: many verifications without scrolling, words that say what they mean,
// numbers that lead to what they count, and no green but where the user is in.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PATIENCE_MS } from '../long.ts'
import { gravest, hasBrowser, openBrowser, overflow, SIZES, signIn } from './browser.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

const FAILED = 3
let world: World
beforeAll(async () => {
  world = await startWorld()
  world.refuseWith(21614)
  for (let i = 0; i < FAILED; i += 1) {
    const { body } = await world.start({ to: `+1415555${4000 + i}` })
    await vi.waitFor(
      async () => {
        expect((await world.look(body.id)).body.delivery_status).toBe('failed')
      },
      { timeout: PATIENCE_MS },
    )
  }
  world.refuseWith(null)
  for (let i = 0; i < 20; i += 1) await world.start({ to: `+1415555${3000 + i}` })
  const { body } = await world.start({ to: 'ann@example.com' })
  const { code } = await world.message(body.id)
  expect((await world.check({ id: body.id, code })).status).toBe(200)
})
afterAll(() => world?.close())

describe('C74: Health', () => {
  it('has numbers that link to what they count, and no link to nothing', async () => {
    const visitor = await signedIn(world)
    const page = await visitor.get('/admin/health')
    const links = [
      ...page.text.matchAll(/<a href="(\/admin\/verifications\?[^"]+)">(\w+)<\/a>/g),
    ].map(([, path = '', text]) => [path.replaceAll('&amp;', '&'), text] as const)
    expect(links).toContainEqual(['/admin/verifications?delivery=failed&span=hour', String(FAILED)])
    expect(links).toContainEqual([
      '/admin/verifications?provider=twilio&delivery=failed',
      String(FAILED),
    ])
    for (const [path, text] of links) {
      const led = await visitor.get(path)
      const rows = [...led.text.matchAll(/role="rowheader"/g)].length
      expect([path, led.status, rows > 0, text]).toEqual([
        path,
        200,
        true,
        expect.not.stringMatching(/^0$/),
      ])
      if (path.includes('failed')) expect(rows).toBe(FAILED)
    }
  })

  it('explains itself to a reader who does not run the service', async () => {
    const text = readable(await (await signedIn(world)).get('/admin/health'))
    expect(text).toContain('starts and checks waiting for the processor')
    expect(text).toContain('Sending on this node')
    expect(text).toMatch(/Database : works Sending : works Checking codes : works/)
    expect(text).not.toMatch(/Hashes that wait|Oldest waits|Sending here|cannot/)
  })
})

describe.skipIf(!hasBrowser)('C74: the first screen', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  async function within(size: keyof typeof SIZES, run: (page: Page) => Promise<void>) {
    const context = await browser.newContext({ viewport: SIZES[size] })
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    await signIn(page, world.url)
    await page.goto(`${world.url}/admin/verifications`)
    await run(page)
    await context.close()
  }

  it.each([
    ['large', 15],
    ['small', 4],
  ] as const)('%s holds %i verifications', (size, least) =>
    within(size, async (page) => {
      const ends = await page.$$eval('tbody tr', (rows) =>
        rows.map((row) => row.getBoundingClientRect().bottom),
      )
      const { height } = SIZES[size]
      expect(ends.filter((end) => end <= height).length).toBeGreaterThanOrEqual(least)
      expect(await overflow(page)).toBe(0)
      expect(await gravest(page)).toEqual([])
    }),
  )

  it('has no green but APPROVED: a message that was sent is not yet what the user wanted', () =>
    within('large', async (page) => {
      const colourOf = (name: string) =>
        page.evaluate(
          `getComputedStyle([...document.querySelectorAll('tbody .stamp')].find((one) => one.textContent === '${name}')).color`,
        )
      const [sent, approved, body] = [
        await colourOf('sent'),
        await colourOf('approved'),
        await page.evaluate('getComputedStyle(document.body).color'),
      ]
      expect(sent).toBe(body)
      expect(approved).not.toBe(sent)
    }))

  it.each(['small', 'large'] as const)('C43: the API reference fits, %s', (size) =>
    within(size, async (page) => {
      await page.goto(`${world.url}/docs`)
      expect(await overflow(page)).toBe(0)
      const cut = await page.$$eval('.wide', (tables) =>
        tables.flatMap((one) =>
          one.scrollWidth > one.clientWidth ? [`${one.closest('section')?.id}`] : [],
        ),
      )
      expect(cut).toEqual([])
    }),
  )
})
