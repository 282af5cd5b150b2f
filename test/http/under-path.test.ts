// C69: the service and its console under a path of a proxy: refused in a sentence, wherever it can be noticed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { type Real, startReal } from './real.ts'

let real: Real
beforeAll(async () => {
  real = await startReal()
})
afterAll(() => real.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(real.url + path, { headers, redirect: 'manual' })

describe('C69: PUBLIC_URL', () => {
  it.each([
    'https://a.example/verify',
    'https://a.example/verify/',
    'http://a.example//x',
    'https://a.example/%2f',
  ])('%s is refused: the console has no path before it', (PUBLIC_URL) => {
    const loaded = loadSettings({ PUBLIC_URL })
    expect(loaded.ok ? '' : loaded.message).toMatch(/PUBLIC_URL: must not contain a path/)
  })
})

describe('C69: a proxy', () => {
  it.each(['/verify', 'auth/codes', '/a, /b'])(
    'that strips %s is reported on each page of the console',
    async (prefix) => {
      for (const path of ['/admin', '/admin/sign-in', '/admin/verifications']) {
        const answer = await get(path, { 'x-forwarded-prefix': prefix })
        expect(answer.status).toBe(400)
        expect(await answer.text()).toContain('The console cannot be served under a path')
      }
    },
  )

  it('that strips nothing is accepted', async () => {
    for (const prefix of ['', '/', ' / '])
      expect((await get('/admin/sign-in', { 'x-forwarded-prefix': prefix })).status).toBe(200)
  })

  it.each([
    '/codes/admin',
    '/codes/admin/sign-in',
    '/a/b/docs',
    '/codes/verify/start',
    '/x/openapi.json',
  ])('that leaves the path in is reported at %s', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toContain('served at the root of its own host name')
  })

  it('any other path that is not there leads to /docs', async () => {
    for (const path of ['/nothing', '/administrator', '/x/docsy', '/admin/nothing/docs'])
      expect(await (await get(path)).text()).toContain('See /docs')
  })
})
