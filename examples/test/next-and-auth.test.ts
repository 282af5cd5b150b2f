// The examples that are functions of a framework: Next.js' server actions, called as it calls them, and Auth.js itself.

import { Auth, type AuthConfig } from '@auth/core'
import { Countersign } from '@countersign/client'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { UNLIMITED, wrong } from '../../test/e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../../test/http/real.ts'
import { countersignProvider, start as startLogin } from '../authjs/provider.ts'
import { check, start } from '../nextjs/actions.ts'
import { jar } from './next-headers.ts'

let real: Real
beforeAll(async () => {
  real = await startReal({ ARGON2_MEMORY_KIB: '64', ...UNLIMITED })
  vi.stubEnv('COUNTERSIGN_URL', real.url)
  vi.stubEnv('COUNTERSIGN_API_KEY', API_KEY)
  vi.stubEnv('SESSION_SECRET', 'a-secret-of-the-application')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await real.close()
})

async function codeTo(to: string): Promise<string> {
  const { body } = await real.client.post('/verify/list', { to })
  return (await real.message(body.verifications[0].id)).code
}
function form(fields: Record<string, string>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

it('C91: a login by server actions of Next.js', async () => {
  const to = 'ann@next.example.com'
  const first = { next: 'recipient' } as const
  expect(await start(first, form({ to: 'nobody' }))).toEqual({
    next: 'recipient',
    reason: 'invalid',
  })
  expect(await check(first, form({ code: '123456' }))).toMatchObject({
    next: 'recipient',
    reason: 'not_found',
  })
  expect(await start(first, form({ to }))).toEqual({ next: 'code' })
  const code = await codeTo(to)
  expect(await check(first, form({ code: wrong(code) }))).toEqual({
    ...{ next: 'code', reason: 'incorrect', attemptsRemaining: 4 },
  })
  expect(await check(first, form({ code }))).toEqual({ next: 'done' })
  expect([...jar.keys()]).toEqual(['user'])
})

it('C91: a login by Auth.js', async () => {
  const to = 'ann@auth.example.com'
  const options = {
    countersign: new Countersign({ url: real.url, apiKey: API_KEY }),
    clientIpOf: () => '203.0.113.7',
  }
  const config: AuthConfig = {
    ...{ secret: 'a-secret-of-the-application', trustHost: true, basePath: '/auth' },
    providers: [countersignProvider(options)],
    logger: { error: () => {} },
  }
  const cookies = new Map<string, string>()
  const ask = async (path: string, fields?: Record<string, string>) => {
    const request = new Request(`http://login.test${path}`, {
      method: fields ? 'POST' : 'GET',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(fields && { body: new URLSearchParams(fields) }),
    })
    const response =
      path === '/start' ? await startLogin(request, options) : await Auth(request, config)
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  const { csrfToken } = (await (await ask('/auth/csrf')).json()) as { csrfToken: string }
  expect((await ask('/start', { to })).status).toBe(200)
  const code = await codeTo(to)
  const signIn = (typed: string) => ask('/auth/callback/countersign', { csrfToken, code: typed })
  expect((await signIn(wrong(code))).headers.get('location')).toContain('error=CredentialsSignin')
  expect(await (await ask('/auth/session')).json()).toBe(null)
  expect((await signIn(code)).headers.get('location')).not.toContain('error=')
  expect(await (await ask('/auth/session')).json()).toMatchObject({ user: { email: to } })
})
