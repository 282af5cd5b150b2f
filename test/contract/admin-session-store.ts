// What every AdminSessionStore keeps. Run on each implementation.
// It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import {
  type AdminSession,
  type AdminSessionStore,
  MAX_SESSIONS_OF_KEY,
} from '../../src/access/ports.ts'
import { HOUR, mac, T0 } from './rows.ts'

const newSession = (change: Partial<AdminSession> = {}): AdminSession => ({
  idHash: Buffer.concat([mac(), mac()]),
  keyId: 'ADMIN_KEY',
  identitySealed: null,
  createdAt: T0,
  seenAt: T0,
  expiresAt: T0 + 12 * HOUR,
  ...change,
})

export function describeAdminSessions(factory: () => AdminSessionStore): void {
  describe('admin sessions', () => {
    it('finds one by its hash, moves when it was seen forwards only, and ends it once', async () => {
      const sessions = factory()
      const session = newSession()
      expect(await sessions.insert(session)).toBe(true)
      expect(await sessions.find(session.idHash)).toEqual(session)
      await sessions.touch(session.idHash, T0 + 60_000)
      await sessions.touch(session.idHash, T0 + 30_000)
      expect(await sessions.find(session.idHash)).toEqual({ ...session, seenAt: T0 + 60_000 })
      expect(await sessions.remove(session.idHash)).toBe(true)
      expect(await sessions.remove(session.idHash)).toBe(false)
      expect(await sessions.find(session.idHash)).toBeUndefined()
      await sessions.touch(session.idHash, T0 + 90_000)
      expect(await sessions.find(session.idHash)).toBeUndefined()
    })

    it('keeps who a person is, sealed, and takes an id once', async () => {
      const sessions = factory()
      const session = newSession({ keyId: 'oidc:https://a.example#ann', identitySealed: mac() })
      expect(await sessions.insert(session)).toBe(true)
      const another = newSession({ idHash: session.idHash, keyId: 'oidc:https://a.example#ben' })
      expect(await sessions.insert(another)).toBe(false)
      expect(await sessions.find(session.idHash)).toEqual(session)
    })

    it('lists those that are open, the last one seen first, up to a limit', async () => {
      const sessions = factory()
      const [idle, over, first, last] = [
        newSession({ seenAt: T0 - HOUR, createdAt: T0 - HOUR }),
        newSession({ expiresAt: T0 + 5, seenAt: T0 + 1 }),
        newSession({ seenAt: T0 + 2 }),
        newSession({ seenAt: T0 + 3 }),
      ]
      for (const session of [idle, over, first, last]) await sessions.insert(session)
      const list = (limit: number) => sessions.list({ seenSince: T0 - HOUR, now: T0 + 5, limit })
      const ours = [first.idHash, last.idHash].map(String)
      const listed = (await list(500)).filter(({ idHash }) => ours.includes(String(idHash)))
      expect(listed).toEqual([last, first])
      const ids = (await list(500)).map(({ idHash }) => String(idHash))
      expect(ids).not.toContain(String(idle.idHash))
      expect(ids).not.toContain(String(over.idHash))
      expect(await list(1)).toHaveLength(1)
    })

    it('removes expired ones when another one begins, and nothing else', async () => {
      const sessions = factory()
      const [old, open] = [newSession({ expiresAt: T0 + 1 }), newSession()]
      for (const session of [old, open]) await sessions.insert(session)
      await sessions.insert(newSession({ createdAt: T0 + 2 }))
      expect(await sessions.find(old.idHash)).toBeUndefined()
      expect(await sessions.find(open.idHash)).toEqual(open)
    })

    it('C33: keeps the newest of a key: its holder cannot fill the store, nor end others', async () => {
      const sessions = factory()
      const other = newSession({ keyId: 'key_of_another', createdAt: T0 - HOUR })
      await sessions.insert(other)
      const all = Array.from({ length: MAX_SESSIONS_OF_KEY + 2 }, (_, i) =>
        newSession({ keyId: 'key_of_a_crowd', createdAt: T0 + i }),
      )
      for (const session of all) await sessions.insert(session)
      const kept = await Promise.all(all.map(({ idHash }) => sessions.find(idHash)))
      expect(kept.map((session) => session !== undefined)).toEqual(all.map((_, i) => i >= 2))
      expect(await sessions.find(other.idHash)).toEqual(other)
    })
  })
}
