// C59: what every store keeps of suppressed recipients. It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { createId } from '../../src/kernel/ids.ts'
import type { Store } from '../../src/storage/store.ts'
import type { NewSuppression, Suppression } from '../../src/verification/suppression.ts'
import { ACTOR, mac, newSuppression, T0 } from './rows.ts'
import type { Stores } from './stores.ts'

const NO_GUESSES = {
  service: 'default',
  budgetIndexes: [mac()],
  authenticated: false,
  limits: [],
  longestLifetimeMs: 1,
  wanted: 5,
}

export function describeSuppressions(factory: () => Stores & Store): void {
  const add = (row: NewSuppression, now = T0, older: Uint8Array[] = []) =>
    factory().suppressions.add({
      key: { channel: row.channel, addressIndexes: [row.addressIndex, ...older] },
      row,
      now,
      actor: { ...ACTOR, service: '' },
    })
  const startOf = (row: NewSuppression, now: number) =>
    factory().verifications.checkStart(
      { ...NO_GUESSES, now },
      { channel: row.channel, addressIndexes: [mac(), row.addressIndex] },
    )
  const listOf = async (row: NewSuppression) =>
    (
      await factory().suppressions.list(
        { service: null, budgetIndexes: [row.budgetIndex] },
        null,
        10,
      )
    ).items
  const typesOf = async (row: NewSuppression) =>
    (
      await factory().events.list({
        ...{ service: 'default', budgetIndexes: [row.budgetIndex], cursor: null, limit: 10 },
      })
    ).items.map(({ type }) => type)

  describe('suppressions', () => {
    it('C59: stop a start to this recipient, by this channel, until they are over', async () => {
      const row = newSuppression()
      expect(await startOf(row, T0)).toBeUndefined()
      const added = await add(row)
      expect(added).toEqual({ ...row, since: T0, until: T0 + 7 * DAY_MS, times: 1 })
      expect(await listOf(row)).toEqual([added])
      expect(await startOf(row, T0 + 7 * DAY_MS - 1)).toMatchObject({
        kind: 'suppressed',
        suppressed: { reason: 'unknown', until: T0 + 7 * DAY_MS },
      })
      expect(await startOf(row, T0 + 7 * DAY_MS)).toBeUndefined()
      expect(await startOf({ ...row, channel: 'email' }, T0)).toBeUndefined()
      const key = { channel: row.channel, addressIndexes: [row.addressIndex] }
      const { verifications } = factory()
      expect(await verifications.findSuppressed(key, T0 + 1)).toMatchObject({ reason: 'unknown' })
      expect(await verifications.findSuppressed(key, T0 + 7 * DAY_MS)).toBeUndefined()
    })

    it('C59: a report that comes twice, or from two nodes at once, is one; the next is longer', async () => {
      const row = newSuppression()
      const both = await Promise.all([add(row), add({ ...row, id: createId('sup', T0) })])
      expect(both.filter((one) => one !== undefined)).toHaveLength(1)
      expect(await add({ ...row, id: createId('sup', T0) }, T0 + DAY_MS)).toBeUndefined()
      const later = T0 + 8 * DAY_MS
      // Under another root key by now: the row of the older one is the same recipient's.
      const again = { ...newSuppression(), budgetIndex: row.budgetIndex }
      const second = await add(again, later, [row.addressIndex])
      expect(second).toMatchObject({ times: 2, until: later + 14 * DAY_MS })
      expect(await listOf(row)).toEqual([second])
      expect(await typesOf(row)).toEqual(['recipient.suppressed', 'recipient.suppressed'])
    })

    it('C59: a STOP has no end, and is lifted once, with its reason in the log', async () => {
      const row = newSuppression({ reason: 'stop', provider: 'twilio', code: null })
      const added = await add(row)
      expect(added?.until).toBeNull()
      expect(await startOf(row, T0 + 9_999 * DAY_MS)).toMatchObject({ kind: 'suppressed' })
      const lift = (service: string | null) =>
        factory().suppressions.lift({
          ...{ id: row.id, service, now: T0 + 5, actor: { ...ACTOR, service: '*' } },
          details: { lift_reason: 'ticket 7' },
        })
      expect(await lift('another')).toBeUndefined()
      expect(await lift(null)).toEqual(added)
      expect(await lift(null)).toBeUndefined()
      expect(await startOf(row, T0 + 6)).toBeUndefined()
      const { items } = await factory().events.list({
        ...{ service: 'default', budgetIndexes: [row.budgetIndex], cursor: null, limit: 1 },
      })
      expect(items[0]).toMatchObject({
        type: 'recipient.unsuppressed',
        at: T0 + 5,
        keyId: ACTOR.keyId,
        details: { suppression: row.id, channel: 'sms', reason: 'stop', lift_reason: 'ticket 7' },
      })
    })

    it('lists by filter, slice by slice, newest first', async () => {
      const service = createId('sup', T0)
      const rows = [
        newSuppression({ service }),
        newSuppression({ service, reason: 'bounce' }),
        newSuppression({ service }),
      ]
      for (const row of rows) await add(row)
      const idsOf = async (reason?: 'unknown' | 'bounce') => {
        const ids: string[] = []
        let cursor: string | null = null
        do {
          const slice: Awaited<ReturnType<Store['suppressions']['list']>> =
            await factory().suppressions.list({ service, reason }, cursor, 1)
          ids.push(...slice.items.map(({ id }) => id))
          cursor = slice.nextCursor
        } while (cursor !== null)
        return ids
      }
      expect(await idsOf()).toEqual(rows.map(({ id }) => id).reverse())
      expect(await idsOf('bounce')).toEqual([rows[1]?.id])
    })

    it('is moved to another root key where it is as it was read', async () => {
      const row = newSuppression({ keyId: mac().toString('hex') })
      const added = await add(row)
      const { suppressions } = factory()
      const foundOf = async (keyId: string) =>
        (await suppressions.notUnder(keyId, '', 500)).filter(({ id }) => id === row.id)
      expect(await foundOf('another')).toEqual([added])
      expect((await suppressions.keyIds()).filter((id) => id === row.keyId)).toEqual([row.keyId])
      const { addressIndex, budgetIndex, recipientSealed } = newSuppression()
      const after = { addressIndex, budgetIndex, recipientSealed, keyId: 'another' }
      const move = () => suppressions.rewrap({ before: { ...row, ...added } as Suppression, after })
      expect([await move(), await move()]).toEqual([true, false])
      expect(await foundOf('another')).toEqual([])
      expect(await suppressions.keyIds()).not.toContain(row.keyId)
      const key = { channel: row.channel, addressIndexes: [addressIndex] }
      expect(await suppressions.find(key)).toEqual({ ...added, ...after })
    })

    it('is erased with the person, and purged once it has long been over', async () => {
      const [stopped, bounced] = [newSuppression({ reason: 'stop', code: null }), newSuppression()]
      await Promise.all([add(stopped), add(bounced)])
      const erased = await factory().retention.erase({
        ...{ budgetIndexes: [stopped.budgetIndex], now: T0, actor: ACTOR, limit: 50 },
      })
      expect(erased).toEqual({
        verifications: 0,
        factors: 0,
        suppressions: 1,
        entries: 0,
        events: 1,
      })
      expect(await listOf(stopped)).toEqual([])
      const { suppressions } = factory()
      await suppressions.purge({ before: T0 + 7 * DAY_MS, limit: 50 })
      expect(await listOf(bounced)).toHaveLength(1)
      await suppressions.purge({ before: T0 + 7 * DAY_MS + 1, limit: 50 })
      expect(await listOf(bounced)).toEqual([])
    })
  })
}
