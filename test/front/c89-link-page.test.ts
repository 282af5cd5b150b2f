// C89: the page of a mail's link: what scanners do with it approves nothing and costs nothing; the browser that asked goes on.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRows } from '../e2e/stored.ts'
import { type PageWorld, startPageWorld } from './page-world.ts'

let world: PageWorld
beforeAll(async () => {
  world = await startPageWorld({ PUBLIC_URL: 'http://localhost:8080' })
})
afterAll(() => world.close())

type Seen = { status: number; text: string; location: string | null; headers: Headers }
const OWN = { 'sec-fetch-site': 'same-origin' }

/** Keeps its cookies, each under the name that it came with. */
function createBrowser() {
  const cookies = new Map<string, string>()
  async function send(
    method: string,
    url: string,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const all = { ...(cookie && { cookie }), ...headers }
    const response = await fetch(url, { method, headers: all, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    const { status, headers: answered } = response
    const location = answered.get('location')
    const seen: Seen = { status, text: await response.text(), location, headers: answered }
    // The page, with the cookie that it gave.
    return location?.endsWith('?opened') ? send(method, new URL(location, url).href, headers) : seen
  }
  return { cookies, send }
}

/** A start whose page was opened by the browser that asked, and the link of its mail. */
async function begin(body: object = {}) {
  const to = `${Math.random().toString(36).slice(2)}@example.com`
  const started = await world.begin({ to, link: true, ...body })
  const asking = createBrowser()
  await asking.send('GET', started.url)
  const { link, code } = await world.message(started.id)
  return { ...started, asking, code, link: world.url + new URL(link ?? '').pathname }
}

const attemptsOf = async (id: string) => (await world.look(id)).body.attempts_remaining
const statusOf = async (id: string) => (await world.look(id)).body.status

/** Every row that a request could have changed. */
function everything() {
  const data = join(world.directory, 'data')
  const rows = ['verifications', 'codes', 'deliveries', 'events', 'front_doors', 'idempotency_keys']
  return rows.map((table) => readRows(data, `SELECT * FROM ${table}`))
}

it('C89: a scanner that fetches, asks for the head and sends the form, 100 times, changes no row', async () => {
  const { id, link } = await begin()
  // Its message was sent, and its event counted.
  await expect.poll(() => statusOf(id)).toBe('pending')
  await expect.poll(async () => (await world.look(id)).body.delivery_status).toBe('sent')
  const before = everything()
  for (let n = 0; n < 100; n += 1) {
    const scanner = createBrowser()
    const headers: Record<string, string> = n % 3 ? { accept: 'text/html' } : {}
    const shown = await scanner.send('GET', link, headers)
    expect(shown.status).toBe(200)
    expect(shown.text).toContain('Enter the code from this mail where you began.')
    expect(shown.text).not.toContain('<form')
    const second =
      n % 2 ? await scanner.send('HEAD', link, headers) : await scanner.send('POST', link, OWN)
    expect(second.status).toBe(n % 2 ? 200 : 403)
    expect([...scanner.cookies]).toEqual([])
  }
  expect(everything()).toEqual(before)
  expect(await attemptsOf(id)).toBe(5)
  world.forward(61)
})

describe('C89: the browser that asked', () => {
  it('is shown a button, and is led on with what the login flow exchanges', async () => {
    const { id, link, asking, session } = await begin()
    const shown = await asking.send('GET', link)
    expect(shown.text).toContain(`<form method="post" action="${new URL(link).pathname}">`)
    expect(shown.text).toContain('You began in this browser.')
    expect(await statusOf(id)).toBe('pending')
    const pressed = await asking.send('POST', link, OWN)
    expect(pressed.status).toBe(303)
    const approval = new URL(pressed.location ?? '').searchParams.get('approval') ?? ''
    expect(await world.exchange(approval, session)).toMatchObject({
      ...{ status: 200, body: { id, status: 'approved' } },
    })
    const events = await world.events(id)
    expect(events.find(({ type }) => type === 'verification.approved')?.details).toEqual({
      by: 'link',
    })
    // Pressed again, by the back button.
    const again = await asking.send('POST', link, OWN)
    expect([again.status, again.location]).toEqual([200, null])
    expect(again.text).toContain('Continue where you began.')
  })

  it('without a URL to go to is told that it may close the page', async () => {
    const { link, asking } = await begin({ return_url: undefined })
    const pressed = await asking.send('POST', link, OWN)
    expect([pressed.status, pressed.location]).toEqual([200, null])
    expect(pressed.text).toContain('You can close this page.')
  })

  it('is the only one: not that of another start, nor one to which the mail was forwarded, nor a form of another site', async () => {
    const { id, link, asking } = await begin()
    const other = await begin()
    const [[, foreign = ''] = []] = [...other.asking.cookies]
    const [[name = ''] = []] = [...asking.cookies]
    const renamed = createBrowser()
    renamed.cookies.set(name, foreign)
    for (const browser of [other.asking, renamed, createBrowser()]) {
      const pressed = await browser.send('POST', link, OWN)
      expect(pressed.status).toBe(403)
      expect(pressed.text).toContain('Enter the code from this mail where you began.')
      expect(pressed.location).toBeNull()
    }
    const crossSite = await asking.send('POST', link, { 'sec-fetch-site': 'cross-site' })
    expect(crossSite.status).toBe(403)
    expect([await statusOf(id), await attemptsOf(id)]).toEqual(['pending', 5])
    expect((await asking.send('POST', link, OWN)).status).toBe(303)
  })

  it('I1: presses 20 times while codes are entered, and it is one approval', async () => {
    const { id, link, asking, session, code } = await begin()
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 ? asking.send('POST', link, OWN) : world.check({ id, code, session }),
      ),
    )
    const events = await world.events(id)
    expect(events.filter(({ type }) => type === 'verification.approved')).toHaveLength(1)
  })

  it.each([
    ['canceled', 'This request was canceled.'],
    ['approved', 'Continue where you began.'],
    ['expired', 'The code has expired.'],
  ])('is refused once its verification is %s', async (end, said) => {
    const { id, link, asking, session, code } = await begin()
    if (end === 'canceled') await world.cancel(id)
    if (end === 'approved') await world.check({ id, code, session })
    if (end === 'expired') world.forward(601)
    const other = createBrowser()
    expect((await other.send('GET', link)).text).toContain(said)
    const before = await attemptsOf(id)
    await asking.send('POST', link, OWN)
    expect([await statusOf(id), await attemptsOf(id)]).toEqual([end, before])
    const types = (await world.events(id)).map(({ type }) => type)
    expect(types.filter((type) => type === 'verification.approved').length).toBe(
      end === 'approved' ? 1 : 0,
    )
  })
})

describe('C89: its answers', () => {
  it('are kept nowhere, name no other host, and are in the language of the mail', async () => {
    const { link, asking } = await begin({ locale: 'de' })
    const { text, headers } = await asking.send('GET', link, { 'accept-language': 'fr' })
    expect(text).toContain('<html lang="de" dir="ltr">')
    expect(text).toContain('Sie haben in diesem Browser begonnen.')
    expect(text).not.toMatch(/<script|onload|https?:/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-robots-tag')).toBe('noindex, nofollow')
    expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    expect(headers.get('x-frame-options')).toBe('DENY')
  })

  it('a token that nobody wrote, or of a mail without a link, is not known; other methods are refused', async () => {
    const nobody = createBrowser()
    const forged = `${world.url}/l/lnk_${'A'.repeat(48)}`
    for (const path of [forged, `${world.url}/l/x`, `${world.url}/l/${'A'.repeat(4000)}`]) {
      const { status, text } = await nobody.send('GET', path, { 'accept-language': 'es' })
      expect(status).toBe(404)
      expect(text).toContain('<html lang="es"')
    }
    expect((await nobody.send('POST', forged, OWN)).status).toBe(404)
    const put = await nobody.send('PUT', forged)
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST'])
  })

  it('no link is in the log', async () => {
    const { link, asking } = await begin()
    await asking.send('POST', link, OWN)
    const lines = world.lines.join('')
    expect(lines).toContain('/l/{token}')
    expect(lines).not.toContain('lnk_')
  })
})
