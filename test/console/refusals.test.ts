// C73: the Refusals page, and the limits that a person's page lifts: over HTTP, and in a real browser.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PATIENCE_MS } from '../long.ts'
import {
  gravest,
  hasBrowser,
  keepPicture,
  LOOKS,
  type Look,
  openBrowser,
  overflow,
  signIn,
  visit,
} from './browser.ts'
import { formTokenOf, type Visitor } from './visitor.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

const SERVICES = JSON.stringify({ services: { default: {}, bank: { brand_name: 'Bank' } } })
const LIMITED = '+14155554011'
let world: World
let visitor: Visitor
let form_token: string
beforeAll(async () => {
  world = await startWorld({
    ...{ SERVICES, LIMIT_SENDS_PER_NUMBER_BURST: '2/600', ALLOWED_COUNTRIES: 'US' },
  })
  visitor = await signedIn(world)
  form_token = formTokenOf(await visitor.get('/admin/health'))
  for (let n = 0; n < 4; n += 1) await world.start({ to: LIMITED })
  await world.start({ to: '+4930123456' })
  await world.client.post('/verify/start', { subject: 'user-4217', channel: 'totp' })
})
afterAll(() => world.close())

const WAIT = { timeout: PATIENCE_MS }
const find = async (text: string, who = visitor, token = form_token) => {
  const found = await who.post('/admin/refusals/find', { form_token: token, find: text })
  expect(found.status).toBe(303)
  return found.location ?? ''
}

describe('the export of a page', () => {
  const exported = (
    path: string,
    form: Record<string, string>,
    who = visitor,
    token = form_token,
  ) => who.post(`${path}/export`, { form_token: token, ...form })

  it('has the filters of the page, as a file that a spreadsheet opens', async () => {
    const path = await find(LIMITED)
    const recipient = new URL(path, 'http://x').searchParams.get('recipient') ?? ''
    await expect.poll(async () => readable(await visitor.get(path)), WAIT).toContain('lift the')
    const form = { format: 'csv', recipient, limit: 'sends_per_number_burst' }
    const { status, headers, text } = await exported('/admin/refusals', form)
    expect(status).toBe(200)
    expect(headers.get('content-disposition')).toMatch(/^attachment; .*refusals-\w+\.csv"$/)
    expect(text).toContain("'+141•••11")
    expect(text.split('\r\n').at(-2)).toMatch(/^#end,1,complete,/)
    const none = await exported('/admin/refusals', { ...form, limit: 'sends_per_ip_day' })
    expect(none.text.split('\r\n').at(-2)).toMatch(/^#end,0,complete,/)
    const bytes = await fetch(`${world.url}/admin/refusals/export`, {
      method: 'POST',
      headers: {
        cookie: visitor.cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ form_token, format: 'csv' }),
    }).then((answer) => answer.arrayBuffer())
    expect(Buffer.from(bytes).subarray(0, 3)).toEqual(Buffer.from('\ufeff'))
  })

  it('C35: has recipients in plaintext for full access alone, and needs the token of the form', async () => {
    const plain = { format: 'jsonl', recipients: 'plaintext' }
    const whole = await exported('/admin/verifications', plain)
    expect(whole.text).toContain(`"to":"${LIMITED}"`)
    expect((await exported('/admin/verifications', { format: 'jsonl' })).text).not.toContain(
      LIMITED,
    )
    const reader = await signedIn(world, await world.keyOf(null, ['admin:read']))
    const page = await reader.get('/admin/verifications')
    expect(page.text).not.toContain('name="recipients"')
    const token = formTokenOf(page)
    expect((await exported('/admin/verifications', plain, reader, token)).status).toBe(403)
    expect((await exported('/admin/verifications', {}, reader, token)).status).toBe(200)
    expect((await exported('/admin/verifications', {}, reader, 'made up')).status).toBe(403)
  })
})

describe('C73: the refusals', () => {
  it('are found by number, address and user id, masked, with what to do, under an address that reveals nothing', async () => {
    for (const [typed, masked, why] of [
      ['+49 30 123456', '+493•••56', 'ALLOWED_COUNTRIES'],
      [LIMITED, '+141•••11', 'lift the limit on their page'],
      ['user-4217', 'user•••17', 'no active authenticator app'],
    ] as const) {
      const path = await find(typed)
      expect(path).toMatch(/^\/admin\/refusals\?recipient=[\w-]+$/)
      await expect.poll(async () => readable(await visitor.get(path)), WAIT).toContain(why)
      const page = await visitor.get(path)
      expect(readable(page)).toContain(masked)
      expect(page.text).not.toContain(typed.replaceAll(/[ +]/g, ''))
    }
    expect(readable(await visitor.get(await find('+14155554099')))).toContain('No refusals match.')
    // A text that can mean nobody is not answered with everybody's refusals as if they were what was looked for.
    const nobody = await find('x'.repeat(5_000))
    expect(nobody).toBe('/admin/refusals?nothing=text')
    expect(readable(await visitor.get(nobody))).toContain('This text names nobody')
  })

  it('of a number that is also somebody’s user id are not confused', async () => {
    await world.start({ to: '+49 30 654321' })
    await world.client.post('/verify/start', { subject: '+4930654321', channel: 'totp' })
    const look = async () => visitor.get(await find('+4930654321'))
    await expect.poll(async () => readable(await look()), WAIT).toContain('The same text also')
    const other = /href="(\/admin\/refusals\?recipient=[\w-]+)">show those/.exec(
      (await look()).text,
    )
    const page = readable(await visitor.get(other?.[1] ?? ''))
    expect(page).toContain('Only the user id +493•••21')
    expect(page).toContain('no active authenticator app')
    expect(page).not.toContain('Numbers of DE')
  })

  it('are reached from the log, where support searches first, even for somebody who was refused each time', async () => {
    const typed = async (text: string) => {
      const form = { form_token, find: text }
      return (await visitor.post('/admin/verifications/find', form)).location ?? ''
    }
    const found = /^\/admin\/verifications\?recipient=[\w-]+$/
    await expect.poll(() => typed('user-4217'), WAIT).toMatch(found)
    const path = await typed('user-4217')
    expect(readable(await visitor.get(path))).toContain('their refused requests')
    // Nobody was begun with it: both who were refused are meant.
    await world.start({ to: '+49 30 654322' })
    await world.client.post('/verify/start', { subject: '+4930654322', channel: 'totp' })
    const both = /\?recipient=[\w-]+&also=[\w-]+$/
    await expect.poll(() => typed('+4930654322'), WAIT).toMatch(both)
    expect(await typed('user-nobody')).toMatch(/&nothing=text$/)
  })

  it('lead to a page that does not deny them where no verification was begun', async () => {
    const who = new URL(await find('+49 30 123456'), 'http://x').searchParams.get('recipient')
    const page = readable(await visitor.get(`/admin/person?who=${who}`))
    expect(page).toContain('The log has no verifications of theirs.')
    expect(page).not.toContain('Nothing is kept')
  })

  it('can be filtered, and are live by a stream of refusals alone', async () => {
    const filtered = await visitor.get('/admin/refusals?error=country_not_allowed')
    expect(readable(filtered)).toContain('+493•••56')
    expect(readable(filtered)).not.toContain('user•••17')
    expect(filtered.text).toContain('data-from="/admin/live?refusals=1"')
    for (const query of ['?recipient=AAAA', '?error=<b>', '?limit=%00', '?service=nobody'])
      expect([query, (await visitor.get(`/admin/refusals${query}`)).status]).toEqual([query, 200])
    expect((await visitor.get('/admin/refusals?cursor=x')).status).toBe(400)
  })

  it('a key of one service sees none of another’s, and a read-only key lifts nothing', async () => {
    const banker = await signedIn(world, await world.keyOf('bank', ['admin']))
    expect(readable(await banker.get('/admin/refusals'))).toContain('No refusals match.')
    const reader = await signedIn(world, await world.keyOf(null, ['admin:read']))
    const token = formTokenOf(await reader.get('/admin/health'))
    const who = new URL(await find(LIMITED, reader, token), 'http://x').searchParams.get(
      'recipient',
    )
    const path = `/admin/person?who=${who}`
    expect((await reader.get(path)).text).not.toContain('/admin/person/lift')
    const refused = await reader.post('/admin/person/lift', { form_token: token, who: who ?? '' })
    expect(refused.status).toBe(403)
    expect((await world.start({ to: LIMITED })).status).toBe(429)
  })

  it('lead to the person, whose limits are lifted with one button, in the log', async () => {
    const to = '+14155554012'
    for (const status of [201, 201, 429]) expect((await world.start({ to })).status).toBe(status)
    const who = new URL(await find(to), 'http://x').searchParams.get('recipient') ?? ''
    const page = await visitor.get(`/admin/person?who=${who}`)
    expect(page.text).toContain('action="/admin/person/lift"')
    expect(readable(page)).toContain('Limits on guesses cannot be lifted')
    const done = await visitor.post('/admin/person/lift', { form_token, who })
    expect(done).toMatchObject({ status: 303, location: `/admin/person?who=${who}&done=lifted` })
    expect(readable(await visitor.get(done.location ?? ''))).toContain('are lifted')
    for (const status of [201, 201]) expect((await world.start({ to })).status).toBe(status)
    // Full again: an address that was kept does not say otherwise.
    const again = readable(await visitor.get(done.location ?? ''))
    expect(again).toContain('FULL'.toLowerCase())
    expect(again).not.toContain('are lifted')
    const search = { recipient: to, type: 'limit.lifted' }
    const { body } = await world.admin.post('/admin/api/events/search', search)
    expect(body.events).toMatchObject([{ key_id: 'ADMIN_KEY', service: 'default' }])
    expect((await visitor.post('/admin/person/lift', { form_token, who: 'AAAA' })).status).toBe(404)
    expect((await visitor.post('/admin/person/lift', { form_token: 'x', who })).status).toBe(403)
  })
})

describe.skipIf(!hasBrowser)('C73: the refusals in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())
  const within = (look: Look, run: (page: Page) => Promise<void>) => visit(browser, look, run)

  it.each(LOOKS)('the list and the person, $name', ({ name, ...look }) =>
    within(look, async (page) => {
      await signIn(page, world.url)
      await page.getByRole('link', { name: 'Refusals' }).click()
      await page.waitForURL(`${world.url}/admin/refusals`)
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `refusals-${name}`)
      await page.getByRole('link', { name: '+141•••11' }).first().click()
      await page.getByRole('button', { name: 'Lift the limits on messages' }).waitFor()
      expect(await gravest(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await keepPicture(page, `person-lift-${name}`)
    }),
  )

  it('a refusal appears automatically', () =>
    within({}, async (page) => {
      await signIn(page, world.url)
      await page.goto(`${world.url}/admin/refusals?error=number_type_not_allowed`)
      await page.getByText('Live', { exact: true }).waitFor()
      await world.start({ to: '+19002345678' })
      await page.getByText('premium rate').waitFor(WAIT)
    }))
})
