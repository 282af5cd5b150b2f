// I21: the block and allow lists, as every store keeps them. It must not know the engine: a suite takes a factory.

import { describe, expect, it } from 'vitest'
import { createId } from '../../src/kernel/ids.ts'
import type { ListEntry } from '../../src/shield/ports.ts'
import type { Store } from '../../src/storage/store.ts'
import { ACTOR, aboutPerson, HOUR, mac, newEntry, newVerification, T0 } from './rows.ts'
import { type Stores, start } from './stores.ts'

/** More than all that the tests of one store make. */
const MOST = 500

export function describeLists(factory: () => Stores & Store): void {
  const make = (entry: ListEntry, most = MOST, share: number | null = null) =>
    factory().lists.make({
      ...{ entry, most, share, actor: { ...ACTOR, service: entry.service ?? '*' } },
      details: { entry: entry.id, effect: entry.effect, by: entry.by, reason: entry.reason },
    })
  const end = (entry: ListEntry, now: number) =>
    factory().lists.end({
      ...{ entry, now, actor: { ...ACTOR, service: entry.service ?? '*' } },
      details: { entry: entry.id, effect: entry.effect, by: entry.by, end_reason: 'a mistake' },
    })
  const isInForce = async ({ id }: ListEntry, now: number) =>
    (await factory().lists.inForce(now, 10_000)).some((one) => one.id === id)

  describe('lists', () => {
    it('I21: an entry is made once, with its event, and each change grows the version', async () => {
      const { lists, events } = factory()
      const before = await lists.version()
      const entry = newEntry({ endsAt: T0 + HOUR })
      expect(await make(entry)).toMatchObject({ kind: 'made' })
      const made = await lists.version()
      expect(made).toBeGreaterThan(before)
      expect(await lists.find(entry.id)).toEqual(entry)
      const same = { ...entry, id: createId('lst', T0) }
      expect(await make(same)).toEqual({ kind: 'exists', id: entry.id })
      expect(await lists.version()).toBe(made)
      const makeOther = (other: Partial<ListEntry>) =>
        make({ ...same, id: createId('lst', T0), ...other })
      // Another effect, another service, each rule of the shield: each has an entry of its own.
      for (const other of [
        { effect: 'allow' } as const,
        { service: 'default' },
        { rule: 'prefix' },
        { rule: 'sequential' },
      ])
        expect(await makeOther(other)).toMatchObject({ kind: 'made' })
      expect(await makeOther({ rule: 'sequential' })).toMatchObject({ kind: 'exists' })
      const { items } = await events.list({
        ...{ service: null, types: ['list.entry_made'], cursor: null, limit: 10 },
      })
      expect(items.find(({ details }) => details.entry === entry.id)).toMatchObject({
        ...{ at: T0, service: '*', keyId: ACTOR.keyId, clientIp: ACTOR.clientIp },
        details: { entry: entry.id, effect: 'refuse', by: 'prefix', reason: 'ticket 4711' },
      })
    })

    it('I21: it ends by itself at its time, or early, once', async () => {
      const entry = newEntry({ endsAt: T0 + HOUR })
      await make(entry)
      expect(await isInForce(entry, T0 + HOUR - 1)).toBe(true)
      expect(await isInForce(entry, T0 + HOUR)).toBe(false)
      const version = await factory().lists.version()
      expect(await end(entry, T0 + 5)).toBe(true)
      expect(await end(entry, T0 + 6)).toBe(false)
      expect(await factory().lists.version()).toBeGreaterThan(version)
      expect(await isInForce(entry, T0 + 5)).toBe(false)
      expect(await factory().lists.find(entry.id)).toEqual({ ...entry, endsAt: T0 + 5 })
      // The same may be made again.
      const again = { ...entry, id: createId('lst', T0), madeAt: T0 + 5 }
      expect(await make(again)).toMatchObject({ kind: 'made' })
    })

    it('I21: no more are in force than may be, however many are made at once', async () => {
      const inForce = (await factory().lists.inForce(T0, 10_000)).length
      const made = await Promise.all(Array.from({ length: 6 }, () => make(newEntry(), inForce + 2)))
      expect(made.filter(({ kind }) => kind === 'made')).toHaveLength(2)
      expect(made.filter(({ kind }) => kind === 'full')).toHaveLength(4)
      const version = await factory().lists.version()
      expect(await make(newEntry(), inForce + 2)).toMatchObject({ kind: 'full' })
      expect(await factory().lists.version()).toBe(version)
      const [one] = await factory().lists.inForce(T0, 1)
      if (one) expect(await end(one, T0 + 1)).toBe(true)
      expect(await make(newEntry({ madeAt: T0 + 1 }), inForce + 2)).toMatchObject({ kind: 'made' })
    })

    it('I21: of a share no more are in force than may be: entries of people, of this service', async () => {
      const service = createId('lst', T0)
      const makeOwn = (given: Partial<ListEntry> = {}) =>
        make(newEntry({ service, ...given }), MOST, 2)
      const made = await Promise.all([makeOwn(), makeOwn(), makeOwn(), makeOwn()])
      expect(made.map(({ kind }) => kind).sort()).toEqual([
        'made',
        'made',
        'share_full',
        'share_full',
      ])
      expect(await make(newEntry({ service }))).toMatchObject({ kind: 'made' })
      // Neither another service's nor a rule's take of it.
      const another = createId('lst', T0)
      for (const rule of ['prefix', 'country']) await makeOwn({ service: another, rule })
      expect(await makeOwn({ service: another })).toMatchObject({ kind: 'made' })
    })

    it('lists by filter, slice by slice, newest first; of one service its own alone', async () => {
      const service = createId('lst', T0)
      const person = aboutPerson()
      const rows = [
        newEntry({ service }),
        newEntry({ service, effect: 'allow' }),
        newEntry({ service, ...person }),
      ]
      for (const row of [...rows, newEntry()]) await make(row)
      const listOf = async (filter: { effect?: 'allow'; by?: 'number'; inForce?: boolean }) => {
        const ids: string[] = []
        let cursor: string | null = null
        do {
          const slice: Awaited<ReturnType<Store['lists']['list']>> = await factory().lists.list(
            { service, now: T0, ...filter },
            cursor,
            1,
          )
          ids.push(...slice.items.map(({ id }) => id))
          cursor = slice.nextCursor
        } while (cursor !== null)
        return ids
      }
      expect(await listOf({})).toEqual(rows.map(({ id }) => id).reverse())
      expect(await listOf({ effect: 'allow' })).toEqual([rows[1]?.id])
      expect(await listOf({ by: 'number' })).toEqual([rows[2]?.id])
      await end(rows[0] as ListEntry, T0)
      expect(await listOf({ inForce: true })).toEqual([rows[2]?.id, rows[1]?.id])
      const { items } = await factory().lists.list(
        { service: null, budgetIndexes: [mac(), person.budgetIndex as Buffer], now: T0 },
        null,
        10,
      )
      expect(items).toEqual([rows[2]])
    })

    it('a person’s is moved to another root key where it is as it was read', async () => {
      const entry = newEntry({ ...aboutPerson(), rootKey: mac().toString('hex') })
      await make(entry)
      const { lists } = factory()
      const foundOf = async (keyId: string) =>
        (await lists.notUnder(keyId, '', 500)).filter(({ id }) => id === entry.id)
      expect(await foundOf('another')).toEqual([entry])
      expect(await lists.keyIds()).toContain(entry.rootKey)
      const { budgetIndex, recipientSealed } = aboutPerson() as ListEntry
      const after = { budgetIndex, recipientSealed, rootKey: 'another' }
      const version = await lists.version()
      const move = () => lists.rewrap({ before: entry, after })
      expect([await move(), await move()]).toEqual([true, false])
      expect(await lists.version()).toBeGreaterThan(version)
      expect(await foundOf('another')).toEqual([])
      expect(await lists.find(entry.id)).toEqual({ ...entry, ...after })
    })

    it('I21: a person’s is erased with them; what is over is purged in the end', async () => {
      const person = newEntry(aboutPerson())
      const ended = newEntry({ endsAt: T0 + HOUR })
      for (const row of [person, ended]) await make(row)
      const { lists, retention } = factory()
      const version = await lists.version()
      const erased = await retention.erase({
        ...{ budgetIndexes: [person.budgetIndex as Buffer], now: T0, actor: ACTOR, limit: 50 },
      })
      expect(erased).toMatchObject({ verifications: 0, entries: 1, events: 1 })
      expect(await lists.find(person.id)).toBeUndefined()
      expect(await lists.version()).toBeGreaterThan(version)
      await lists.purge({ before: T0 + HOUR, limit: 50 })
      expect(await lists.find(ended.id)).toBeDefined()
      await lists.purge({ before: T0 + HOUR + 1, limit: 50 })
      expect(await lists.find(ended.id)).toBeUndefined()
    })

    it('I21: knows who was approved here before', async () => {
      const { verifications } = factory()
      const budgetIndex = mac()
      const known = (service: string) => verifications.isKnown(service, [mac(), budgetIndex])
      const record = newVerification({ budgetIndex })
      await start(factory(), record)
      expect(await known('default')).toBe(false)
      const check = { id: record.id, service: 'default', now: T0 + 1, valid: true }
      await factory().steps.check(check)
      expect(await known('default')).toBe(true)
      expect(await known('another')).toBe(false)
    })
  })
}
