// C87: the hosted page over HTTP, as a browser without a script uses it, and as nobody should.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PageWorld, type Started, startPageWorld } from '../front/page-world.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { wrong } from './steered-service.ts'

const LOGO = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>').toString('base64')}`

let world: PageWorld
beforeAll(async () => {
  const BRAND_NAME = `<b>Acme</b> "&'`
  world = await startPageWorld({ BRAND_NAME, BRAND_LOGO: LOGO, BRAND_COLOR: '#ffd23f' })
})
afterAll(() => world.close())

type Seen = { status: number; text: string; location: string | null; headers: Headers }

/** Keeps its cookies, and sends what browsers send with forms. */
function createPerson(headers: Record<string, string> = {}) {
  const cookies = new Map<string, string>()
  async function send(url: string, init: RequestInit = {}): Promise<Seen> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const all = { cookie, ...headers, ...(init.headers as Record<string, string>) }
    const response = await fetch(url, { ...init, headers: all, redirect: 'manual' })
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    const text = await response.text()
    // With the cookie that this answer gave.
    if (location?.endsWith('?opened')) return send(new URL(location, url).href, init)
    return { status: response.status, text, location, headers: response.headers }
  }
  return {
    cookies,
    get: (url: string, more: Record<string, string> = {}) => send(url, { headers: more }),
    post: (url: string, form: Record<string, string>, more: Record<string, string> = {}) =>
      send(url, {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin', ...more },
        body: new URLSearchParams(form),
      }),
  }
}

type Person = ReturnType<typeof createPerson>
const formOf = ({ text }: Seen) => /name="form" value="([^"]+)"/.exec(text)?.[1] ?? ''
const attemptsOf = async (id: string) => (await world.look(id)).body.attempts_remaining

/** Opens the page and sends its code form. */
async function enter(person: Person, { url }: Started, code: string, form?: string) {
  const id = form ?? formOf(await person.get(url))
  return person.post(url, { do: 'check', form: id, code })
}
const followed = (person: Person, { location }: Seen) =>
  person.get(new URL(location ?? '', world.url).href)

/** As if its service had listed another URL then. */
async function askFor(id: string, returnUrl: string): Promise<void> {
  const store = await openStore(join(world.directory, 'data/countersign.db'))
  const asked = { nonce: null, showsParty: false, link: false, linkBindingMac: null }
  await store.front.renew(id, { ...asked, returnUrl })
  await store.close()
}

describe('the way of one person', () => {
  it('C87: leads back with what the server exchanges, once, and the page then rests', async () => {
    const started = await world.begin({ return_url: `${world.returnUrl}?flow=7` })
    const person = createPerson()
    const page = await person.get(started.url)
    expect(page.status).toBe(200)
    const { code } = await world.message(started.id)
    const done = await enter(person, started, `Your code is ${code.slice(0, 3)} ${code.slice(3)}`)
    expect(done.status).toBe(303)
    const to = new URL(done.location ?? '')
    expect(to.origin + to.pathname).toBe(world.returnUrl)
    expect(to.searchParams.get('flow')).toBe('7')
    expect(to.searchParams.get('verification')).toBe(started.id)
    // The way back was lost: the page leads there again, until the code was exchanged.
    expect((await person.get(started.url)).location).toMatch(/approval=apc_/)
    expect((await person.get(`${started.url}?live`)).text).toContain('The code was right.')
    const approval = to.searchParams.get('approval') ?? ''
    expect((await world.exchange(approval, 'another-session-of-a-browser'))?.status).toBe(404)
    expect((await world.exchange(approval, started.session))?.status).toBe(200)
    expect((await world.exchange(approval, started.session))?.status).toBe(404)
    const rests = await person.get(started.url)
    expect([rests.status, rests.location]).toEqual([200, null])
    expect(rests.text).toContain('The code was right.')
    expect(rests.text).not.toContain('apc_')
  })

  it('C87: one form sent twice is one check, and a wrong code typed again in it costs nothing', async () => {
    const started = await world.begin()
    const person = createPerson()
    const { code } = await world.message(started.id)
    const form = formOf(await person.get(started.url))
    const answers = await Promise.all(
      [1, 2, 3].map(() => enter(person, started, wrong(code), form)),
    )
    for (const { location } of answers) expect(location).toMatch(/\?n=wrong$/)
    expect(await attemptsOf(started.id)).toBe(4)
    expect((await enter(person, started, wrong(code))).location).toMatch(/\?n=wrong$/)
    expect(await attemptsOf(started.id)).toBe(3)
    const both = await Promise.all([1, 2].map(() => enter(person, started, code, form)))
    for (const { location } of both) expect(location).toMatch(/approval=apc_/)
    // From another tab, whose form is older.
    expect(
      (await enter(person, started, code, formOf(await person.get(`${started.url}?live`)))).status,
    ).toBe(303)
  })

  it('C87: a first answer that was lost, or overtaken by a second press, takes nobody’s page away', async () => {
    const started = await world.begin()
    for (const purpose of ['', 'prefetch;prerender']) {
      const lost = await fetch(started.url, {
        redirect: 'manual',
        headers: { 'sec-purpose': purpose },
      })
      expect([lost.status, lost.headers.get('location')]).toEqual([
        303,
        `/v/${started.token}?opened`,
      ])
      expect(lost.headers.get('cache-control')).toBe('no-store')
      expect(lost.headers.getSetCookie()).toEqual([
        expect.stringMatching(
          /^cs_\w{8}_[\w-]{4}=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
        ),
      ])
    }
    const person = createPerson()
    expect((await person.get(started.url)).status).toBe(200)
    expect((await createPerson().get(started.url)).status).toBe(403)
    const { code } = await world.message(started.id)
    expect((await enter(person, started, code)).location).toMatch(/approval=apc_/)
  })

  it('C87: tabs that open it at once are one browser, whichever of their cookies was first', async () => {
    const { url } = await world.begin()
    const open = async (cookie: string) => {
      const { status, headers } = await fetch(url, { redirect: 'manual', headers: { cookie } })
      return { status, cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '' }
    }
    const [first, second] = [await open(''), await open('')].map(({ cookie }) => cookie)
    expect((await open(`${first}`)).status).toBe(200)
    const both = [`${first}; ${second}`, `${second}; ${first}`]
    for (const cookies of both) expect(await open(cookies)).toEqual({ status: 200, cookie: '' })
    expect((await open(`${second}`)).status).toBe(403)
  })

  it('says what went wrong, without an attempt where none is due', async () => {
    const started = await world.begin()
    const person = createPerson()
    const short = await followed(person, await enter(person, started, '12'))
    expect(short.text).toContain('The code has <bdi>6</bdi> digits.')
    expect(await attemptsOf(started.id)).toBe(5)
    const early = await person.post(started.url, { do: 'resend', form: formOf(short) })
    expect(early.location).toMatch(/\?n=wait-\d+$/)
    expect((await followed(person, early)).text).toMatch(/Wait <bdi>0:\d\d<\/bdi>, then try again/)
    world.forward(31)
    const again = await person.post(started.url, { do: 'resend', form: formOf(short) })
    expect((await followed(person, again)).text).toContain('The same code was sent again.')
    await world.cancel(started.id)
    const over = await person.get(started.url)
    expect(over.text).toContain('This request was canceled.')
    expect(over.text).toContain(`href="${world.returnUrl}"`)
  })

  it('ends in words: no attempts, expired, gone', async () => {
    const [failed, expired] = [await world.begin(), await world.begin({ to: '+14155552672' })]
    const person = createPerson()
    const { code } = await world.message(failed.id)
    for (let i = 0; i < 5; i += 1) await enter(person, failed, wrong(code))
    expect((await person.get(failed.url)).text).toContain('No attempts are left.')
    await person.get(expired.url)
    world.forward(601)
    expect((await person.get(expired.url)).text).toContain('The code has expired.')
    world.forward(600)
    const gone = await person.get(expired.url, { 'accept-language': 'de' })
    expect([gone.status, gone.text.includes('Diese Seite gibt es nicht mehr.')]).toEqual([
      404,
      true,
    ])
  })
})

describe('C87: nobody else', () => {
  it('opens it: another browser, the cookie of another start, a token that was changed', async () => {
    const [mine, other] = [await world.begin(), await world.begin({ to: '+14155552673' })]
    const [person, stranger] = [createPerson(), createPerson()]
    await person.get(mine.url)
    await stranger.get(other.url)
    const [secret = ''] = stranger.cookies.values()
    const [name = ''] = person.cookies.keys()
    for (const cookie of ['', `${name}=${secret}`]) {
      const seen = await createPerson({ cookie }).get(mine.url)
      expect(seen.status).toBe(403)
      expect(seen.text).toContain('This page is already open in another browser.')
      expect(seen.text).not.toContain('name="code"')
    }
    const { code } = await world.message(mine.id)
    expect((await enter(stranger, mine, code, 'A'.repeat(22))).status).toBe(403)
    expect(
      (await person.get(`${mine.url.slice(0, -1)}${mine.url.endsWith('A') ? 'B' : 'A'}`)).status,
    ).toBe(404)
    expect((await world.look(mine.id)).body.status).toBe('pending')
  })

  it('sends its forms: of another site, of another kind, too large', async () => {
    const started = await world.begin()
    const person = createPerson()
    const form = formOf(await person.get(started.url))
    const { code } = await world.message(started.id)
    const fields = { do: 'check', form, code }
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ])
      expect((await person.post(started.url, fields, headers)).status).toBe(403)
    const kind = { 'content-type': 'text/plain' }
    expect((await person.post(started.url, fields, kind)).status).toBe(415)
    const large = { ...fields, more: 'x'.repeat(9000) }
    expect((await person.post(started.url, large)).status).toBe(413)
    expect((await world.look(started.id)).body.status).toBe('pending')
  })

  it('looks whether it is there: HEAD takes no browser’s place', async () => {
    const started = await world.begin()
    const head = await fetch(started.url, { method: 'HEAD' })
    expect([head.status, head.headers.getSetCookie()]).toEqual([200, []])
    expect((await createPerson().get(started.url)).status).toBe(200)
  })

  it('keeps no cookie: it sees the page once, and is led round in no circle', async () => {
    const { url } = await world.begin()
    const shown = await fetch(url)
    expect([shown.status, shown.redirected]).toEqual([200, true])
    expect((await fetch(url)).status).toBe(403)
  })

  it('says where it leads: to the service’s list, at the start and again when the page leads there', async () => {
    const body = { to: '+14155552671', session: 'a-session-of-a-browser' }
    for (const return_url of ['https://evil.example/login/back', `${world.returnUrl}/x`]) {
      const given = { ...body, return_url }
      const { status, body: refused } = await world.client.post('/verify/start', given)
      expect([status, refused.errors?.[0]?.field]).toEqual([400, 'return_url'])
    }
    const started = await world.begin()
    const person = createPerson()
    const form = formOf(await person.get(started.url))
    await askFor(started.id, 'https://evil.example/login/back')
    const { code } = await world.message(started.id)
    const done = await enter(person, started, code, form)
    expect(done.location).toBe(`/v/${started.token}`)
    const { text, headers } = await followed(person, done)
    expect(text).toContain('You can close this page.')
    expect(text + headers.get('content-security-policy')).not.toContain('evil')
  })
})

describe('C87: what the page holds', () => {
  it('is escaped, and comes from here alone', async () => {
    const purpose = 'pay.javascript_alert'
    const metadata = { note: '<img src=x onerror=alert(1)>' }
    const started = await world.begin({ purpose, metadata })
    const { text, headers } = await createPerson().get(`${started.url}?n=<script>alert(1)</script>`)
    expect(text).toContain('&lt;b&gt;Acme&lt;/b&gt; &quot;&amp;')
    expect(text).toContain('pay javascript alert')
    for (const hostile of ['<b>', 'onerror', 'alert(1)', 'style=', 'https://', 'http://'])
      expect(text).not.toContain(hostile)
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "script-src 'self'",
      "style-src 'sha256-",
    ])
      expect(policy).toContain(part)
    expect(policy).toContain(`form-action 'self' ${new URL(world.returnUrl).origin};`)
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  it('is its script and its picture, of which no script runs', async () => {
    const { text } = await createPerson().get((await world.begin()).url)
    const [script = '', logo = ''] = ['js', 'svg'].map(
      (end) => RegExp(`/v/assets/[\\w-]+\\.${end}`).exec(text)?.[0] ?? '',
    )
    const loaded = await fetch(world.url + script)
    expect(loaded.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(loaded.headers.get('cache-control')).toContain('immutable')
    const picture = await fetch(world.url + logo)
    expect(picture.headers.get('content-type')).toBe('image/svg+xml')
    expect(picture.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; .*; sandbox$/,
    )
    expect(picture.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`${world.url}/v/assets/none.js`)).status).toBe(404)
    expect((await fetch(world.url + script, { method: 'POST' })).status).toBe(405)
  })

  it('reaches no log: no token, no code, no form', async () => {
    const started = await world.begin()
    const person = createPerson()
    const { code } = await world.message(started.id)
    await enter(person, started, code)
    const lines = world.lines.join('')
    const [secret = '?'] = person.cookies.values()
    for (const secretText of [started.token, secret, 'apc_'])
      expect(lines).not.toContain(secretText)
    expect(lines).toContain('"route":"/v/{token}"')
  })
})

describe('a page without a return URL', () => {
  it('only looks, or ends with a sentence where the start allowed actions', async () => {
    const looking = await world.begin({ return_url: undefined })
    const acting = await world.begin({ return_url: undefined, actions: true, to: '+14155552674' })
    const person = createPerson()
    expect((await person.get(looking.url)).text).toContain('Enter the code where you began.')
    const { code } = await world.message(acting.id)
    const done = await enter(person, acting, code)
    expect(done.location).toBe(`/v/${acting.token}`)
    expect((await followed(person, done)).text).toContain('You can close this page.')
    const { code: other } = await world.message(looking.id)
    expect((await enter(person, looking, other, 'A'.repeat(22))).location).toBe(
      `/v/${looking.token}`,
    )
    expect((await world.look(looking.id)).body.status).toBe('pending')
  })
})
