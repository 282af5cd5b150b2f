// C76: the overview, /admin/api/summary, countersign stats and /metrics have the same numbers, which are those of the log.
// C77: from the overview alone an admin finds a provider that fails in one country, a failed case, and what to do.

import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fold } from '../../src/counts/fold.ts'
import { createNames } from '../../src/counts/names.ts'
import { type CountedEvent, STAGES, type Tally } from '../../src/counts/ports.ts'
import { DAY_MS, HOUR_MS } from '../../src/kernel/clock.ts'
import { runHere } from '../commands/command-process.ts'
import { PATIENCE_MS } from '../long.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import {
  gravest,
  hasBrowser,
  keepPicture,
  LOOKS,
  openBrowser,
  overflow,
  signIn,
  visit,
} from './browser.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

const PRICES = 'provider,channel,country,price,currency\ntwilio,sms,*,0.0079,USD'
const HOSTILE = `"><img src=x onerror=alert(1)>`
/** Twilio: the account may not send to this country. */
const NOT_THERE = 21408
const FAILED = 24

/** As counted before: rows as a step adds them, without the log behind them. */
async function count({ directory }: World, events: CountedEvent[]): Promise<void> {
  const store = await openStore(join(directory, 'data/countersign.db'))
  for (let isAdded = false; !isAdded; ) {
    const { from } = await store.counts.next(1)
    isAdded = await store.counts.apply({
      ...{ from, to: from, rows: fold(events, { now: Date.now(), from, nameOf: createNames([]) }) },
    })
  }
  await store.close()
}

const eventOf = (change: Partial<CountedEvent>): CountedEvent => ({
  ...{
    sequence: 1,
    priced: [],
    at: 0,
    type: 'delivery.sent',
    service: 'default',
    details: {},
    kind: 'real',
  },
  ...{ country: 'FR', purpose: 'login', channel: 'sms', createdAt: 0 },
  ...{ messageChannel: 'sms', lastProvider: 'twilio', lastChannel: 'sms' },
  ...change,
})

/** Fourteen days on which all went well in this hour and the one before: the next may begin during the test. */
function custom(now: number): CountedEvent[] {
  const hour = now - (now % HOUR_MS)
  const times = Array.from({ length: 14 }, (_, n) => hour - (n + 1) * DAY_MS)
  return times
    .flatMap((at) => [at - 1, at])
    .flatMap((at) =>
      Array.from({ length: 15 }, () => [
        eventOf({ at, details: { provider: 'twilio' } }),
        eventOf({ at, type: 'verification.approved', createdAt: at - 9_000 }),
      ]).flat(),
    )
}

const tallyOf = (row: Record<string, unknown>) =>
  Object.fromEntries(STAGES.map((stage) => [stage, row[stage]])) as Tally

function addUp(rows: readonly Tally[]): Tally {
  const sum = (stage: keyof Tally) => rows.reduce((all, row) => all + row[stage], 0)
  return Object.fromEntries(STAGES.map((stage) => [stage, sum(stage)])) as Tally
}

describe('C76: the numbers of what happened', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({
      PRICES,
      ALLOWED_COUNTRIES: 'US,FR',
      LIMIT_SENDS_PER_NUMBER_BURST: '1/600',
    })
    for (const [n, to] of ['+14155552671', '+33612345678', '+14155552672'].entries()) {
      const { body } = await world.start({ to, purpose: n === 2 ? 'payment' : 'login' })
      await world.delivered(body.id, 'sent')
      const code = world.texted(to)
      if (n < 2) expect((await world.check({ id: body.id, code })).status).toBe(200)
      else expect((await world.cancel(body.id)).status).toBe(200)
    }
    world.refuseWith(NOT_THERE)
    const { body } = await world.start({ to: '+33612345679' })
    await world.delivered(body.id, 'failed')
    world.refuseWith(null)
    // Twice by a limit, once by a rule.
    for (const to of ['+14155552671', '+33612345678', '+41446681800'])
      expect((await world.start({ to })).status).toBeGreaterThanOrEqual(400)
  })
  afterAll(() => world?.close())

  const EXPECTED = { started: 4, sent: 3, failed: 1, approved: 2, unapproved: 1, refused: 3 }
  const summary = async (query = '') => {
    const { status, body } = await world.admin.get(`/admin/api/summary?span=1h${query}`)
    expect(status).toBe(200)
    return body
  }
  const settled = () =>
    expect.poll(async () => tallyOf((await summary()).now)).toMatchObject(EXPECTED)

  it('are the same in the API, in each breakdown, by command, in the metrics and on the page', async () => {
    await settled()
    for (const by of ['provider', 'country', 'channel', 'purpose', 'service']) {
      const { rows, now, refusals, complete } = await summary(`&by=${by}`)
      expect(complete).toBe(true)
      const sum = addUp(rows.map((row: { now: Tally }) => row.now))
      const isWhole = by === 'service' || by === 'channel' || by === 'country'
      expect(sum).toMatchObject({ ...tallyOf(now), ...(!isWhole && { refused: 0 }) })
      expect(refusals.reduce((all: number, one: { now: number }) => all + one.now, 0)).toBe(3)
    }
    const { now, bins } = await summary()
    expect(addUp(bins)).toEqual(tallyOf(now))
    const { text } = await world.admin.get('/metrics')
    for (const stage of STAGES) {
      const own = [
        ...text.matchAll(
          new RegExp(`^countersign_flow_total\\{.*stage="${stage}"\\} (\\d+)$`, 'gm'),
        ),
      ]
      expect(own.reduce((all, [, n]) => all + Number(n), 0)).toBe(now[stage])
    }
    const command = await runHere(world, ['stats', '--span', '1h', '--json'])
    expect(command.status).toBe(0)
    expect(JSON.parse(command.stdout).now).toEqual(now)
    const words = await runHere(world, ['stats', '--span', '1h', '--by', 'country'])
    expect(words.stdout).toMatch(/approved +2 +0\n/)
    expect(words.stdout).toMatch(
      /FR +2 starts +1 messages +0 delivered +1 not accepted +1 approved/,
    )
    const visitor = await signedIn(world)
    expect(readable(await visitor.get('/admin/health'))).toContain('Log counted up to date')
    const page = readable(await visitor.get('/admin/overview?span=1h'))
    for (const shown of [
      'Starts 4 verifications',
      'Messages 3',
      'Approved 2',
      '67 % of 3 that ended',
    ])
      expect(page).toContain(shown)
  })

  it('cost what the log says', async () => {
    await settled()
    const { body } = await world.admin.get('/admin/api/costs')
    const sum = (name: 'messages' | 'parts') =>
      body.costs.reduce((all: number, row: Record<string, number>) => all + (row[name] ?? 0), 0)
    expect((await summary()).now.costs).toEqual([
      { messages: sum('messages'), parts: sum('parts'), cost: '0.0237', currency: 'USD' },
    ])
  })

  it('are those of one country or provider, where that is asked for, and of one service', async () => {
    await settled()
    const french = await summary('&country=fr&by=provider')
    expect(tallyOf(french.now)).toMatchObject({ started: 2, sent: 1, failed: 1, approved: 1 })
    expect(
      french.rows.find(({ value }: { value: string }) => value === 'twilio').now,
    ).toMatchObject({
      ...{ sent: 1, failed: 1, approved: 1 },
    })
    const key = await world.keyOf('default', ['admin:read'])
    const bound = { authorization: `Bearer ${key}` }
    const own = await world.client.get('/admin/api/summary?span=1h', bound)
    expect(tallyOf(own.body.now)).toMatchObject(EXPECTED)
    const other = await world.client.get('/admin/api/summary?service=another', bound)
    expect(other.status).toBe(400)
  })

  it.each([
    ['span=2h', 'span'],
    ['by=number', 'by'],
    ['country=FR&by=purpose', 'by'],
    ['country=FR&provider=twilio', 'country'],
    ['country=France', 'country'],
  ])('refuse %s by its field', async (query, field) => {
    const { status, body } = await world.admin.get(`/admin/api/summary?${query}`)
    expect(status).toBe(400)
    expect(body.errors[0].field).toBe(field)
    const nonsense = await (await signedIn(world)).get(`/admin/overview?${query}`)
    expect(nonsense.status).toBe(200)
  })

  it.each([
    [['--span', '2h'], '--span must be one of 1h, 24h, 7d, 30d'],
    [['--by', 'number'], '--by must be one of'],
    [['--country', 'FR', '--by', 'purpose'], '--by must be one of channel, provider, country'],
    [['--country', 'FR', '--provider', 'twilio'], 'give one of --channel'],
    [['--service', 'another'], 'there is no service "another"'],
  ])('refuse %j by command', async (words, said) => {
    const ended = await runHere(world, ['stats', ...words])
    expect([ended.status, ended.stdout]).toEqual([2, ''])
    expect(ended.stderr).toContain(said)
  })

  it('C32: show hostile names of services, providers and countries as text', async () => {
    const at = Date.now()
    const named = { service: HOSTILE, country: HOSTILE, purpose: HOSTILE, channel: HOSTILE }
    const details = { provider: HOSTILE, channel: HOSTILE, parts: 1, price: '1', currency: HOSTILE }
    await count(world, [
      eventOf({ at, ...named, details }),
      eventOf({ at, ...named, type: 'verification.started' }),
      eventOf({
        at,
        kind: null,
        type: 'request.refused',
        details: { error: HOSTILE, limit: HOSTILE },
      }),
    ])
    const visitor = await signedIn(world)
    for (const by of ['provider', 'country', 'channel', 'purpose', 'service']) {
      await expect
        .poll(async () => {
          const { text } = await visitor.get(`/admin/overview?by=${by}&span=1h`)
          return [by, text.includes('<img'), text.includes('&lt;img src=x')]
        })
        .toEqual([by, false, true])
    }
  })
})

describe.skipIf(!hasBrowser)('C77: a provider that fails in one country', () => {
  let world: World
  let browser: Browser
  beforeAll(async () => {
    ;[world, browser] = await Promise.all([
      startWorld({ PRICES, ALLOWED_COUNTRIES: 'US,FR' }),
      openBrowser(),
    ])
    await count(world, custom(Date.now()))
    world.refuseWith(NOT_THERE)
    for (let n = 0; n < FAILED; n += 1) {
      const { body } = await world.start({ to: `+336123456${10 + n}` })
      await world.delivered(body.id, 'failed')
    }
    world.refuseWith(null)
    const { body } = await world.start({ to: '+14155552671' })
    await world.delivered(body.id, 'sent')
    await world.check({ id: body.id, code: world.texted('+14155552671') })
  })
  afterAll(async () => {
    await browser?.close()
    await world?.close()
  })

  it('is found from the first page, with a failed case and what to do', () =>
    visit(browser, {}, async (page) => {
      await signIn(page, world.url)
      await page.goto(`${world.url}/admin`)
      await page.waitForURL(`${world.url}/admin/overview`)
      const change = page.getByRole('listitem').filter({ hasText: 'twilio in France fell to 0 %' })
      await change.getByRole('link', { name: 'Show the attempts' }).first().click()
      await page.waitForURL(/\/admin\/verifications\?/)
      const rows = page.getByRole('table').getByRole('row')
      expect(await rows.count()).toBe(FAILED + 1)
      expect(await rows.nth(1).textContent()).toContain('+336')
      await page.getByRole('rowheader').first().getByRole('link').click()
      await page.getByText('The account may not send to this country.').first().waitFor()
      await page
        .getByText(/allows it in Twilio’s geo permissions/)
        .first()
        .waitFor()
    }))

  it.each(LOOKS)('looks well, $name', ({ name, ...look }) =>
    visit(browser, look, async (page) => {
      await signIn(page, world.url)
      for (const query of ['', '?span=7d&by=country', '?span=1h&country=FR']) {
        await page.goto(`${world.url}/admin/overview${query}`)
        await page.evaluate(
          "document.querySelectorAll('details').forEach((one) => (one.open = true))",
        )
        expect(await gravest(page)).toEqual([])
        expect([query, await overflow(page)]).toEqual([query, 0])
      }
      await page.goto(`${world.url}/admin/overview`)
      await keepPicture(page, `overview-${name}`)
    }),
  )

  it('counts live, and says the same without a script', () =>
    visit(browser, {}, async (page) => {
      await signIn(page, world.url)
      await page.goto(`${world.url}/admin/overview?span=1h`)
      const starts = page.locator('.funnel > div').first().locator('dd').first()
      const before = Number(await starts.textContent())
      await world.start({ to: '+14155552675' })
      await expect
        .poll(async () => Number(await starts.textContent()), { timeout: PATIENCE_MS })
        .toBe(before + 1)
      const text = readable(await (await signedIn(world)).get('/admin/overview?span=1h'))
      expect(text).toContain(`Starts ${before + 1} verifications`)
    }))
})
