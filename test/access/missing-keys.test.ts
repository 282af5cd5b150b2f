// C69: services that nobody can call are named at start, with the command.

import { expect, it } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import { adviseOnMissingKeys } from '../../src/access/missing-keys.ts'
import type { Scope } from '../../src/access/ports.ts'

type Made = { service: string | null; scopes: readonly Scope[]; isRevoked?: boolean }

const advise = (names: string[], made: Made[] = [], fixed: string[] = []) =>
  adviseOnMissingKeys({
    services: new Map(names.map((name) => [name, {}])),
    fixedKeys: fixed.map((service) => ({ id: 'API_KEY', text: 'x', service, scopes: ['verify'] })),
    store: {
      list: async () =>
        made.map(({ service, scopes, isRevoked }) => ({
          ...createApiKey({ service, name: '', scopes, nowMs: 1 }).record,
          revokedAt: isRevoked ? 2 : null,
        })),
    },
  })

it('C69: no key at all', async () => {
  expect(await advise(['default'])).toContain(
    'countersign keys create --service default --scope verify',
  )
})

it.each([
  ['a revoked key', { service: 'shop', scopes: ['verify'], isRevoked: true }],
  ['an admin key', { service: null, scopes: ['admin'] }],
  ['an admin key of the service', { service: 'shop', scopes: ['admin:read'] }],
  ['a key of another service', { service: 'gone', scopes: ['verify'] }],
] satisfies [string, Made][])('C69: %s lets nobody verify', async (_, made) => {
  expect(await advise(['shop'], [made])).toMatch(/^there is no API key for the service shop:/)
})

it('C69: one of several services, and of very many a few', async () => {
  const key: Made = { service: 'b', scopes: ['verify', 'admin'] }
  expect(await advise(['a', 'b', 'c'], [key], ['a'])).toContain(
    'there is no API key for the service c:',
  )
  const many = Array.from({ length: 900 }, (_, i) => `s${i}`)
  expect(await advise(many)).toContain('s0, s1, s2, s3, s4 and 895 more')
})

it('each service has a key: there is no warning', async () => {
  expect(await advise(['a'], [], ['a'])).toBeUndefined()
  expect(await advise(['a'], [{ service: 'a', scopes: ['verify'] }])).toBeUndefined()
})
