// The sign-in by OpenID Connect with a real provider: in, with each role; out; and with the provider away.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../e2e/service-process.ts'
import { type Steered, startSteered } from '../e2e/steered-service.ts'
import { ADMIN_KEY } from '../http/real.ts'
import { CLIENT, CLIENT_SECRET, type RealProvider, startProvider } from './real-provider.ts'
import { createVisitor, formTokenOf, type Seen } from './visitor.ts'
import { createWalker, type Stop, signInAtProvider, type Walker } from './walker.ts'
import { readable } from './world.ts'

let provider: RealProvider
let world: Steered
let consoleUrl: string

const settings = (port: number, change: Record<string, string> = {}) => ({
  PORT: String(port),
  OIDC_ISSUER: provider.issuer,
  OIDC_CLIENT_ID: CLIENT,
  OIDC_CLIENT_SECRET: CLIENT_SECRET,
  OIDC_ROLES: 'admins=admin, helpdesk=support, staff=viewer, shop-team=admin@shop',
  OIDC_CONSOLE_URL: consoleUrl,
  OIDC_NAME: 'Acme',
  SERVICES: JSON.stringify({ services: { default: {}, shop: {} } }),
  ...change,
})

let port: number
beforeAll(async () => {
  port = await freePort()
  consoleUrl = `http://127.0.0.1:${port}`
  provider = await startProvider(consoleUrl)
  for (const [login, roles] of [
    ['sub-of-ann', ['admins', 'staff']],
    ['sub-of-ben', ['helpdesk']],
    ['sub-of-cleo', 'staff'],
    ['sub-of-dan', ['shop-team', 'staff']],
    ['sub-of-eve', ['strangers']],
    ['sub-of-fay', { helpdesk: true }],
  ] as const)
    provider.people.set(login, { name: `${login} by name`, roles })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await startSteered(settings(port))
})
afterEach(() => world.close())

const asSeen = (stop: Stop): Seen => stop
const cookieOf = (walker: Walker) => walker.jar.get(consoleUrl)?.get('countersign_console')

/** All the way. @returns the walker, and the page that the callback answers */
async function signIn(login: string, walker = createWalker()): Promise<[Walker, Stop]> {
  return [walker, await walker.get(await signInAtProvider(walker, { consoleUrl, login }))]
}

async function eventsOf(type: string) {
  const { body } = await world.admin.get('/admin/api/events?limit=100')
  type Row = { type: string; key_id: string | null; details: Record<string, unknown> }
  return (body.events as Row[]).filter((one) => one.type === type)
}

describe('somebody whom the provider knows', () => {
  it('is signed in by subject, led to the page that they wanted, and named in the log', async () => {
    const [walker, back] = await signIn('sub-of-ann')
    expect(back.status).toBe(200)
    // From here, so that the browser sends its SameSite=Strict cookie.
    expect(back.text).toContain('content="0; url=/admin/health"')
    const [session] = back.headers.getSetCookie().filter((one) => one.includes('_console='))
    expect(session).toMatch(
      /^countersign_console=[\w.-]+; Path=\/admin; HttpOnly; SameSite=Strict$/,
    )
    const page = await walker.get(`${consoleUrl}/admin/health`)
    expect([page.status, readable(asSeen(page))]).toEqual([
      200,
      expect.stringContaining('Signed in as sub-of-ann by name all services, full access'),
    ])
    const [signedIn] = await eventsOf('admin.signed_in')
    expect(signedIn).toMatchObject({
      key_id: `oidc:${provider.issuer}#sub-of-ann`,
      details: { by: 'oidc', name: 'sub-of-ann by name', role: 'admin' },
    })
    expect(await eventsOf('request.refused')).toEqual([])
    expect(world.lines.join('')).not.toMatch(/code=|state=|by name|eyJ/)
  })

  it.each([
    ['sub-of-ann', 'all services, full access'],
    ['sub-of-ben', 'all services, support'],
    ['sub-of-cleo', 'all services, read only'],
    ['sub-of-dan', 'all services, read only'],
  ])('%s has the first role of the settings: %s', async (login, shown) => {
    const [walker] = await signIn(login)
    const page = await walker.get(`${consoleUrl}/admin/health`)
    expect(readable(asSeen(page))).toContain(shown)
  })

  it('sees, reveals and changes as the role says, and the log says who did it', async () => {
    const { body } = await world.start()
    await world.message(body.id)
    const path = `${consoleUrl}/admin/verifications/${body.id}`
    const statuses: [string, number, number][] = []
    for (const login of ['sub-of-cleo', 'sub-of-ben', 'sub-of-ann']) {
      const [walker] = await signIn(login)
      const form = { form_token: formTokenOf(asSeen(await walker.get(path))) }
      const reveal = await walker.post(`${path}/reveal`, form)
      const lift = await walker.post(`${consoleUrl}/admin/person/lift`, form)
      statuses.push([login, reveal.status, lift.status])
    }
    expect(statuses).toEqual([
      ['sub-of-cleo', 403, 403],
      ['sub-of-ben', 200, 403],
      ['sub-of-ann', 200, 404],
    ])
    const shown = (await eventsOf('recipient.shown')).map(({ key_id }) => key_id)
    expect(shown.toSorted()).toEqual([
      `oidc:${provider.issuer}#sub-of-ann`,
      `oidc:${provider.issuer}#sub-of-ben`,
    ])
    const [reader] = await signIn('sub-of-cleo')
    expect(readable(asSeen(await reader.get(path)))).toContain('sub-of-ben , by OpenID Connect')
  })

  it('is of one service, where the role is', async () => {
    await world.close()
    world = await startSteered(settings(port, { OIDC_ROLES: 'shop-team=admin@shop, staff=viewer' }))
    const [walker] = await signIn('sub-of-dan')
    expect(readable(asSeen(await walker.get(`${consoleUrl}/admin/health`)))).toContain(
      'shop, full access',
    )
    const { body } = await world.start()
    expect((await walker.get(`${consoleUrl}/admin/verifications/${body.id}`)).status).toBe(404)
  })

  it.each([
    ['sub-of-eve', 'none of your roles may open this console'],
    ['sub-of-fay', 'did not report your roles'],
  ])('%s without a role of ours stays out, and reads what to do', async (login, words) => {
    const [walker, back] = await signIn(login)
    expect([back.status, cookieOf(walker)]).toEqual([403, undefined])
    expect(readable(asSeen(back))).toContain(words)
    expect(await eventsOf('admin.signed_in')).toEqual([])
    const lines = world.lines.filter((line) => line.includes('OpenID Connect refused'))
    expect(lines).toHaveLength(1)
    expect(lines.join('')).not.toMatch(/sub-of|strangers|helpdesk/)
  })
})

describe('a name that is not one', () => {
  it('is shown as text, on one line and cut off', async () => {
    const name = `<img src=x onerror=alert(1)>\n\u202e"'${'x'.repeat(500)}`
    provider.people.set('sub-of-gus', { name, roles: ['staff'] })
    const [walker] = await signIn('sub-of-gus')
    const { text } = await walker.get(`${consoleUrl}/admin/health`)
    const shown = /<strong>([^<]*)<\/strong>/.exec(text)?.[1] ?? ''
    expect(shown).toMatch(/^&lt;img src=x onerror=alert\(1\)&gt; &quot;&#39;x+$/)
    expect(text).not.toContain('<img src=x')
    expect(text).not.toContain('x'.repeat(80))
  })
})

describe('a session of a person', () => {
  it('ends after half an hour without use, and after twelve hours however busy', async () => {
    const [walker] = await signIn('sub-of-ben')
    const status = async () => (await walker.get(`${consoleUrl}/admin/health`)).status
    for (let used = 0; used < 12 * 3600 - 1200; used += 1200) {
      expect(await status()).toBe(200)
      world.forward(1200)
    }
    world.forward(1200)
    expect(await status()).toBe(303)
    const [another] = await signIn('sub-of-ben')
    world.forward(1801)
    expect((await another.get(`${consoleUrl}/admin/health`)).status).toBe(303)
  })

  it('leaves nothing in the store that opens it or names more than the subject', async () => {
    const [walker] = await signIn('sub-of-ann')
    const { readFileSync, readdirSync } = await import('node:fs')
    const folder = `${world.directory}/data`
    const bytes = readdirSync(folder)
      .filter((name) => name.startsWith('countersign.db'))
      .map((name) => readFileSync(`${folder}/${name}`).toString('latin1'))
      .join('')
    const [id = ''] = (cookieOf(walker) ?? '').split('.')
    const found = ['sub-of-ann', id, CLIENT_SECRET, 'eyJ'].map((text) => bytes.includes(text))
    expect(found).toEqual([true, false, false, false])
  })

  it('ends by sign-out here and, as they confirm, at the provider', async () => {
    const [walker] = await signIn('sub-of-ben')
    const cookie = cookieOf(walker) ?? ''
    const page = await walker.get(`${consoleUrl}/admin/health`)
    const out = await walker.post(`${consoleUrl}/admin/session/end`, {
      form_token: formTokenOf(asSeen(page)),
    })
    expect([out.status, cookieOf(walker)]).toEqual([200, undefined])
    const [, next = ''] = /content="0; url=([^"]+)"/.exec(out.text) ?? []
    const url = new URL(next.replaceAll('&amp;', '&'))
    expect(url.origin).toBe(provider.issuer)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: CLIENT,
      post_logout_redirect_uri: `${consoleUrl}/admin/sign-in/out`,
    })
    const asked = await walker.get(url.href)
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked.text)?.[1] ?? ''
    const action = /action="([^"]+)"/.exec(asked.text)?.[1] ?? ''
    const confirmed = await walker.post(action, { xsrf, logout: 'yes' })
    expect(confirmed.location).toBe(`${consoleUrl}/admin/sign-in/out`)
    const end = await walker.get(confirmed.location ?? '')
    expect(readable(asSeen(end))).toContain('You are signed out.')
    walker.jar.get(consoleUrl)?.set('countersign_console', cookie)
    expect((await walker.get(`${consoleUrl}/admin/health`)).status).toBe(303)
    expect(await eventsOf('admin.signed_out')).toMatchObject([
      { key_id: `oidc:${provider.issuer}#sub-of-ben` },
    ])
    // The provider asks for the login again.
    const again = await walker.follow(
      await walker.get(`${consoleUrl}/admin/sign-in/oidc`),
      (to) => !to.startsWith(consoleUrl),
    )
    expect(again.text).toContain('name="password"')
  })
})

describe('the way back', () => {
  const lost = (stop: Stop) => {
    expect(stop.status).toBe(400)
    expect(readable(asSeen(stop))).toContain('This sign-in was started in another browser')
    expect(stop.headers.getSetCookie().join()).not.toMatch(/countersign_console=\w/)
  }

  it('is gone once, by the browser that began it, within ten minutes', async () => {
    const walker = createWalker()
    const flowOf = () => walker.jar.get(consoleUrl)?.get('countersign_sign_in') ?? ''
    const url = await signInAtProvider(walker, { consoleUrl, login: 'sub-of-ben' })
    const flow = flowOf()
    expect(flow).not.toBe('')
    lost(await createWalker().get(url))
    const other = createWalker()
    await other.get(`${consoleUrl}/admin/sign-in/oidc`)
    lost(await other.get(url))
    for (const forged of [
      '',
      'x',
      `${flow}A`,
      flow.slice(0, -4),
      (flow.startsWith('A') ? 'B' : 'A') + flow.slice(1),
      'A'.repeat(9000),
    ])
      lost(await createWalker().get(url, { cookie: `countersign_sign_in=${forged}` }))
    expect((await walker.get(url)).status).toBe(200)
    expect(flowOf()).toBe('')
    // The same address again, with the cookie and without it.
    lost(await walker.get(url))
    const twice = await walker.get(url, { cookie: `countersign_sign_in=${flow}` })
    expect([400, 403]).toContain(twice.status)
    expect(twice.headers.getSetCookie().join()).not.toMatch(/countersign_console=\w/)
    expect(await eventsOf('admin.signed_in')).toHaveLength(1)
    const late = await signInAtProvider(walker, { consoleUrl, login: 'sub-of-ben' })
    world.forward(601)
    lost(await walker.get(late))
  })

  it('with an error of the provider says that, and does not count as a guess', async () => {
    const walker = createWalker()
    const start = await walker.get(`${consoleUrl}/admin/sign-in/oidc`)
    const state = new URL(start.location ?? '').searchParams.get('state') ?? ''
    const query = new URLSearchParams({ state, iss: provider.issuer, error: 'access_denied' })
    const back = await walker.get(`${consoleUrl}/admin/sign-in/oidc/callback?${query}`)
    expect(back.status).toBe(403)
    expect(readable(asSeen(back))).toContain('Acme did not sign you in')
    expect(await eventsOf('request.refused')).toEqual([])
  })

  it('forged two hundred times is counted, asks the provider for nothing, and keeps no key out', async () => {
    const walker = createWalker()
    await walker.get(`${consoleUrl}/admin/sign-in/oidc`)
    const statuses = new Map<number, number>()
    const guess = async () => {
      const { status } = await createWalker().get(
        `${consoleUrl}/admin/sign-in/oidc/callback?code=x&state=y`,
      )
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    for (let i = 0; i < 200; i += 20) await Promise.all(Array.from({ length: 20 }, guess))
    expect(statuses.get(400)).toBe(20)
    expect(statuses.get(429)).toBe(180)
    const [, blocked] = await signIn('sub-of-ben')
    expect([blocked.status, readable(asSeen(blocked))]).toEqual([
      429,
      expect.stringContaining('sign in with a key'),
    ])
    const visitor = createVisitor(consoleUrl)
    expect((await visitor.post('/admin/session', { key: ADMIN_KEY })).status).toBe(303)
  })
})

describe('the page of the sign-in', () => {
  it('offers the provider first and a key below, and leads into the console only', async () => {
    const page = await createVisitor(consoleUrl).get('/admin/sign-in?to=%2Fadmin%2Ftexts')
    expect(page.text).toContain(`href="${consoleUrl}/admin/sign-in/oidc?to=%2Fadmin%2Ftexts"`)
    expect(readable(page)).toContain('Sign in with Acme Sign in with a key')
    const walker = createWalker()
    const url = await signInAtProvider(walker, {
      consoleUrl,
      login: 'sub-of-ben',
      to: '//evil.example',
    })
    expect((await walker.get(url)).text).toContain('content="0; url=/admin"')
  })

  it('says that the provider is down, within seconds; a key still opens the console', async () => {
    await provider.stop()
    try {
      const page = await createWalker().get(`${consoleUrl}/admin/sign-in/oidc?to=/admin/texts`)
      expect(page.status).toBe(503)
      expect(readable(asSeen(page))).toContain(
        'Acme cannot be reached at the moment, so nobody can sign in with it. Sign in with a key',
      )
      expect(page.text).toContain('<details class="key" open>')
      expect(page.text).toContain('name="to" value="/admin/texts"')
      for (let i = 0; i < 20; i += 1) await createWalker().get(`${consoleUrl}/admin/sign-in/oidc`)
      const lines = world.lines.filter((line) => line.includes('OpenID Connect refused'))
      expect(lines).toHaveLength(1)
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'unreachable' })
      const visitor = createVisitor(consoleUrl)
      expect((await visitor.post('/admin/session', { key: ADMIN_KEY })).status).toBe(303)
      expect((await visitor.get('/admin/health')).status).toBe(200)
    } finally {
      await provider.restart()
    }
    world.forward(6)
    expect((await signIn('sub-of-ben'))[1].status).toBe(200)
  })

  it('survives the provider going away and changing its keys between two sign-ins', async () => {
    const [first] = await signIn('sub-of-ben')
    const walker = createWalker()
    const url = await signInAtProvider(walker, { consoleUrl, login: 'sub-of-ben' })
    await provider.stop()
    const away = await walker.get(url)
    expect([away.status, cookieOf(walker)]).toEqual([503, undefined])
    // Who was signed in stays so.
    expect((await first.get(`${consoleUrl}/admin/health`)).status).toBe(200)
    provider.rotate()
    await provider.restart()
    expect((await signIn('sub-of-ben'))[1].status).toBe(200)
  })
})
