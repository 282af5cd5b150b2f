// What every ApiKeyStore keeps. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import type { ApiKeyRecord, ApiKeyStore } from '../../src/access/ports.ts'
import { createId } from '../../src/kernel/ids.ts'
import { mac, T0 } from './rows.ts'

const newKey = (change: Partial<ApiKeyRecord> = {}): ApiKeyRecord => ({
  id: createId('key', T0),
  service: 'default',
  name: 'login page',
  scopes: ['verify'],
  secretHash: Buffer.concat([mac(), mac()]),
  createdAt: T0,
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
  ...change,
})

export function describeApiKeys(factory: () => ApiKeyStore): void {
  describe('API keys', () => {
    it('finds, lists by service and overall, and revokes once', async () => {
      const keys = factory()
      const [a, b] = [newKey(), newKey({ service: 'shop', createdAt: T0 + 1 })]
      const admin = newKey({ service: null, scopes: ['admin:read', 'admin'] })
      for (const key of [a, b, admin]) await keys.insert(key)
      expect(await keys.find(admin.id)).toEqual(admin)
      expect(await keys.find('key_unknown')).toBeUndefined()
      expect(await keys.list('shop')).toEqual([b])
      expect(await keys.list(null)).toHaveLength(3)
      expect(await keys.revoke(a.id, T0 + 5)).toBe(true)
      expect(await keys.revoke(a.id, T0 + 9)).toBe(true)
      expect(await keys.revoke('key_unknown', T0)).toBe(false)
      expect(await keys.find(a.id)).toMatchObject({ revokedAt: T0 + 5 })
    })

    it('keeps when a key ends and when it was used, the newest', async () => {
      const keys = factory()
      const key = newKey({ expiresAt: T0 + 90 })
      await keys.insert(key)
      expect(await keys.find(key.id)).toEqual(key)
      for (const at of [T0 + 50, T0 + 40]) await keys.touch(key.id, at)
      await keys.touch('key_unknown', T0)
      expect(await keys.find(key.id)).toEqual({ ...key, lastUsedAt: T0 + 50 })
    })

    it('an id can be used once', async () => {
      const keys = factory()
      const key = newKey()
      await keys.insert(key)
      await expect(keys.insert({ ...key, name: 'another' })).rejects.toThrow()
      expect(await keys.find(key.id)).toEqual(key)
    })
  })
}
