// C33 and C35: the console without a session, with a forged, old or ended one, from another site, in a frame,
// and its sign-in guessed a thousand times.

import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADMIN_KEY, API_KEY, type Real, startReal } from '../http/real.ts'
import { createVisitor, formTokenOf, type Visitor } from './visitor.ts'
import { makeKey } from './world.ts'

const PAGES = [
  ...['/admin/health', '/admin/verifications', '/admin/person', '/admin/person/erase'],
  '/admin/verifications/vrf_00000000000000000000000000000000',
]
let real: Real
let visitor: Visitor
beforeEach(async () => {
  real = await startReal({ TRUSTED_PROXIES: '127.0.0.1' })
  visitor = createVisitor(real.url)
})
afterEach(() => real.close())

const signIn = (key = ADMIN_KEY, headers: Record<string, string> = {}) =>
  visitor.post('/admin/session', { key, to: '/admin/health' }, headers)

/** With a Host of one's own, which fetch does not let through. */
function postAs(
  host: string,
  headers: Record<string, string>,
): Promise<Headers & { status: number }> {
  const body = new URLSearchParams({ key: ADMIN_KEY }).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const options = { method: 'POST', headers: { host, ...type, ...headers } }
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${real.url}/admin/session`, options, (response) => {
      response.resume()
      const cookies = (response.headers['set-cookie'] ?? []).map((one) => ['set-cookie', one])
      const answer = new Headers(cookies as [string, string][])
      resolve(Object.assign(answer, { status: response.statusCode ?? 0 }))
    })
    sent.on('error', reject).end(body)
  })
}

describe('C33: a session', () => {
  it('is needed for each page, and the sign-in leads back to it', async () => {
    for (const path of PAGES) {
      const { status, location, text } = await visitor.get(`${path}?a=1`)
      expect([path, status, text]).toEqual([path, 303, ''])
      expect(location).toBe(`/admin/sign-in?to=${encodeURIComponent(`${path}?a=1`)}`)
    }
    expect((await visitor.post('/admin/session/end', {})).status).toBe(401)
  })

  it('is stored in a cookie that no script and no other site or path receives', async () => {
    const { status, location, headers } = await signIn()
    expect([status, location]).toEqual([303, '/admin/health'])
    expect(headers.getSetCookie()[0]).toMatch(
      /^countersign_console=[\w.-]+; Path=\/admin; HttpOnly; SameSite=Strict$/,
    )
    expect((await visitor.get('/admin/health')).status).toBe(200)
  })

  it('has a Secure cookie behind https and under any name, and is not begun over http', async () => {
    const site = { 'sec-fetch-site': 'same-origin' }
    const proxied = await postAs('localhost', { ...site, 'x-forwarded-proto': 'https' })
    expect(proxied.get('set-cookie')).toContain('; Secure')
    const named = await postAs('console.example', { ...site, origin: 'https://console.example' })
    expect(named.get('set-cookie')).toContain('; Secure')
    // A proxy on the same machine that asks by its own name for it, and says no more.
    const byLoopback = await postAs('127.0.0.1', { ...site, origin: 'https://console.example' })
    expect(byLoopback.get('set-cookie')).toContain('; Secure')
    const inClear = await postAs('console.example', { origin: 'http://console.example' })
    expect([inClear.status, inClear.get('set-cookie')]).toEqual([400, null])
  })

  it('is not begun by a key that is wrong, of a login flow, endless, or none', async () => {
    for (const key of ['', 'wrong', API_KEY, 'x'.repeat(5_000), `${ADMIN_KEY}\0`]) {
      const { status, headers, text } = await signIn(key)
      expect([status, headers.getSetCookie()]).toEqual([403, []])
      if (key !== '') expect(text).not.toContain(key)
    }
  })

  it('is not forged, nor used after sign-out', async () => {
    await signIn()
    const page = await visitor.get('/admin/health')
    const { cookie } = visitor
    for (const forged of [
      `${cookie}A`,
      cookie.slice(0, -2),
      cookie.replace('=', '=A'),
      'countersign_console=x',
    ]) {
      visitor.cookie = forged
      expect([forged, (await visitor.get('/admin/health')).status]).toEqual([forged, 303])
    }
    visitor.cookie = cookie
    const out = await visitor.post('/admin/session/end', { form_token: formTokenOf(page) })
    expect([out.status, out.location]).toEqual([303, '/admin/sign-in?out'])
    visitor.cookie = cookie
    expect((await visitor.get('/admin/health')).status).toBe(303)
    expect(
      (await visitor.post('/admin/session/end', { form_token: formTokenOf(page) })).status,
    ).toBe(401)
  })

  it('leads nowhere but into the console', async () => {
    for (const to of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/verify',
      '/admin/../verify',
      '/admin/%2e%2e/verify',
      '/admin/session',
      '/admin/a\nb',
    ]) {
      const { location } = await visitor.post('/admin/session', { key: ADMIN_KEY, to })
      const { pathname, host } = new URL(location ?? '', real.url)
      expect([to, host, pathname.startsWith('/admin')]).toEqual([to, new URL(real.url).host, true])
    }
  })
})

describe('C33: another site', () => {
  it('cannot submit a form, whatever it knows', async () => {
    await signIn()
    const form_token = formTokenOf(await visitor.get('/admin/health'))
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ]
    for (const headers of foreign) {
      expect((await visitor.post('/admin/session/end', { form_token }, headers)).status).toBe(403)
      expect((await signIn(ADMIN_KEY, headers)).status).toBe(403)
    }
    const old = { origin: 'https://evil.example' }
    expect((await postAs(new URL(real.url).host, old)).status).toBe(403)
    expect((await postAs(new URL(real.url).host, {})).status).toBe(403)
    expect((await postAs(new URL(real.url).host, { origin: real.url })).status).toBe(303)
    for (const token of ['', 'x', `${form_token}x`])
      expect((await visitor.post('/admin/session/end', { form_token: token })).status).toBe(403)
    expect((await visitor.get('/admin/health')).status).toBe(200)
  })

  it('cannot frame a page, and no page runs foreign scripts', async () => {
    await signIn()
    for (const path of ['/admin/sign-in', ...PAGES]) {
      const { headers, text } = await createVisitor(real.url).get(path, {
        cookie: path === '/admin/sign-in' ? '' : visitor.cookie,
      })
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("form-action 'self'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('cache-control')).toBe('no-store')
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
      for (const tag of text.match(/<(?:script|style)[^>]*>/g) ?? [])
        expect(tag).toContain(`nonce="${nonce}"`)
      expect(text).not.toMatch(/ style="| on\w+="|(?:src|href)="(?:https?:)?\/\//)
    }
  })

  it('may link to a page: the browser reloads it automatically, with its cookie', async () => {
    const led = await visitor.get('/admin/health?a="><script>', { 'sec-fetch-site': 'cross-site' })
    expect(led.status).toBe(200)
    expect(led.text).toContain('content="0; url=/admin/health?a=%22%3E%3Cscript%3E"')
    expect(led.text).not.toContain('form_token')
  })
})

describe('C33: guessing', () => {
  /** First rows only: what is counted after them comes with the next flush. */
  const wrongKeysInLog = async () => {
    type Row = { type: string; client_ip: string; details: Record<string, unknown> }
    const { body } = await real.admin.get('/admin/api/events?limit=100')
    const rows = (body.events as Row[]).filter(({ type }) => type === 'request.refused')
    return rows.map(({ client_ip, details: { route, error, limit } }) => [
      ...[route, error, limit, client_ip],
    ])
  }

  it('a thousand keys from one address: none is in, the log stays short, and the right key gets in', async () => {
    const statuses = new Map<number, number>()
    const guess = async (i: number) => {
      const { status } = await signIn(`guess number ${i}`)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    for (let i = 0; i < 1000; i += 20)
      await Promise.all(Array.from({ length: 20 }, (_, j) => guess(i + j)))
    expect([...statuses].toSorted()).toEqual([
      [403, 20],
      [429, 980],
    ])
    const refused = await signIn('one more')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await signIn()).status).toBe(303)
    expect((await visitor.get('/admin/health')).status).toBe(200)
    expect(await wrongKeysInLog()).toEqual([
      ['admin/session', 'rate_limited', 'sign_in_per_ip', '127.0.0.1'],
      ['admin/session', 'unauthenticated', null, '127.0.0.1'],
    ])
    // Another address has its own: the proxy is trusted to tell, what stands left of its word is not.
    const other = { 'x-forwarded-for': '198.51.100.1, 203.0.113.8' }
    expect((await signIn('guess', other)).status).toBe(403)
  })

  it('created keys get in as well, to read or to act, even from an address at its limit', async () => {
    const made = [
      await makeKey(real, null, ['admin:read']),
      await makeKey(real, 'default', ['admin']),
      await makeKey(real, 'default', ['verify']),
    ] as const
    for (let i = 0; i < 21; i += 1) await signIn(`guess ${i}`)
    expect((await signIn('guess')).status).toBe(429)
    const statuses = []
    for (const key of made) statuses.push((await signIn(key)).status)
    expect(statuses).toEqual([303, 303, 429])
    // Near a key is no nearer: its id with another secret, cut off, or in other letters.
    for (const near of [`${made[0]}x`, made[0].slice(0, -1), made[0].toUpperCase()])
      expect((await signIn(near)).status).toBe(429)
  })

  it('a whole IPv6 site is one address, and all addresses together have a limit', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address })
    for (let i = 0; i < 20; i += 1)
      expect((await signIn('guess', from(`2001:db8:1:2::${i + 1}`))).status).toBe(403)
    expect((await signIn('guess', from('2001:db8:1:2:ffff::1'))).status).toBe(429)
    expect((await signIn('guess', from('2001:db8:1:3::1'))).status).toBe(403)
    expect((await signIn(ADMIN_KEY, from('2001:db8:1:2::9'))).status).toBe(303)
    for (let i = 0; i < 179; i += 1)
      expect((await signIn('guess', from(`203.0.113.${i + 1}`))).status).toBe(403)
    const fresh = from('198.51.100.9')
    const full = await signIn('guess', fresh)
    expect([full.status, Number(full.headers.get('retry-after')) > 0]).toEqual([429, true])
    expect((await signIn(ADMIN_KEY, fresh)).status).toBe(303)
    expect(await wrongKeysInLog()).toContainEqual([
      ...['admin/session', 'rate_limited', 'sign_in_all', '198.51.100.9'],
    ])
    expect(real.lines.filter((line) => line.includes('many wrong keys'))).toHaveLength(1)
  })

  it('at the API, too: wrong bearer keys are counted and never lock a right one out', async () => {
    const ask = async (bearer: string) => {
      const authorization = `Bearer ${bearer}`
      return (await fetch(`${real.url}/admin/api/verifications`, { headers: { authorization } }))
        .status
    }
    for (let i = 0; i < 60; i += 1) expect(await ask(`guess ${i}`)).toBe(401)
    expect(await ask(ADMIN_KEY)).toBe(200)
    expect((await signIn()).status).toBe(303)
    expect(await wrongKeysInLog()).toEqual([
      ['/admin/api/verifications', 'unauthenticated', null, '127.0.0.1'],
    ])
    const authorization = `Bearer ${ADMIN_KEY}`
    const metrics = await fetch(`${real.url}/metrics`, { headers: { authorization } })
    expect(await metrics.text()).toContain('countersign_wrong_keys_total{where="api"} 60')
    expect(real.lines.join('')).not.toContain('guess 5')
  })

  it('is in the log, counted, and so is every sign-in and sign-out', async () => {
    await signIn('a guess', { 'user-agent': 'curl/8' })
    await signIn()
    await visitor.post('/admin/session/end', {
      form_token: formTokenOf(await visitor.get('/admin/health')),
    })
    const { body } = await real.admin.get('/admin/api/events')
    const ours = body.events.map((one: { type: string; key_id: string | null }) => [
      one.type,
      one.key_id,
    ])
    expect(ours).toContainEqual(['admin.signed_in', 'ADMIN_KEY'])
    expect(ours).toContainEqual(['admin.signed_out', 'ADMIN_KEY'])
    expect(ours).toContainEqual(['request.refused', null])
    const { details, client_ip } = body.events.find(
      (one: { type: string }) => one.type === 'request.refused',
    )
    expect([details.error, details.route, client_ip]).toEqual([
      'unauthenticated',
      'admin/session',
      '127.0.0.1',
    ])
    expect(real.lines.join('')).not.toContain(ADMIN_KEY)
    expect(real.lines.join('')).not.toContain('a guess')
  })
})

describe('a form', () => {
  it('is refused where it is not a form, or is endless', async () => {
    const json = { 'content-type': 'application/json' }
    expect((await visitor.post('/admin/session', {}, json)).status).toBe(415)
    expect((await visitor.post('/admin/session', { key: 'x'.repeat(17_000) })).status).toBe(413)
    expect((await visitor.get('/admin/session')).status).toBe(405)
  })
})
