// What every VerificationReads keeps: filters, pages that look at a bounded number of rows. Run on each implementation.
// It must not share a store: pages begin with the newest row of all.

import { beforeAll, describe, expect, it } from 'vitest'
import type {
  ListedVerification,
  VerificationFilter,
  VerificationReads,
} from '../../src/admin/ports.ts'
import { InvalidCursorError } from '../../src/kernel/errors.ts'
import { claim, ERROR, SENT, settlement } from './outbox-steps.ts'
import { ACTOR, MINUTE, mac, T0 } from './rows.ts'
import { guess, keyOf, type Stores, start } from './stores.ts'

type WithReads = Stores & { verificationReads: VerificationReads }

export function describeAttempts(
  open: () => Promise<{ store: WithReads; fill(count: number): Promise<void> }>,
): void {
  describe('verification reads', () => {
    let store: WithReads
    let fill: (count: number) => Promise<void>
    const person = mac()
    const ids: string[] = []
    beforeAll(async () => {
      ;({ store, fill } = await open())
      for (let n = 0; n < 6; n += 1) {
        const record = await start(store, {
          createdAt: T0 + n * 1_500,
          service: n % 2 ? 'shop' : 'default',
          channel: n < 2 ? 'email' : 'sms',
          country: n === 5 ? 'DE' : 'US',
          ...(n < 3 && { budgetIndex: person }),
        })
        ids.push(record.id)
      }
      const [first, second] = await claim(store, T0 + 100_000, () => ({
        ...{ kind: 'send', provider: 'acme', prepared: null },
      }))
      if (!first || !second) throw new Error('nothing to send')
      await store.outbox.settle(settlement(first, T0 + 100_000, SENT))
      const failed = { kind: 'failed', error: ERROR, fault: 'account', ambiguous: false } as const
      await store.outbox.settle(settlement(second, T0 + 100_001, failed))
      const record = await store.verifications.find('default', ids[4] as string)
      if (!record) throw new Error('gone')
      await store.steps.check({ ...keyOf(record), ...guess(true, T0 + 9_001) })
    })

    const listAll = async (filter: Partial<VerificationFilter>, limit = 2) => {
      const found: ListedVerification[] = []
      let cursor: string | null = null
      do {
        const page: Awaited<ReturnType<VerificationReads['list']>> =
          await store.verificationReads.list({ service: null, ...filter }, cursor, limit)
        found.push(...page.items)
        cursor = page.nextCursor
      } while (cursor !== null)
      return found
    }
    const numbers = async (filter: Partial<VerificationFilter>, limit?: number) =>
      (await listAll(filter, limit)).map(({ id }) => ids.indexOf(id))

    it('are listed newest first, by every filter alone and together', async () => {
      expect(await numbers({})).toEqual([5, 4, 3, 2, 1, 0])
      expect(await numbers({ service: 'shop' })).toEqual([5, 3, 1])
      expect(await numbers({ channel: 'email' })).toEqual([1, 0])
      expect(await numbers({ country: 'DE' })).toEqual([5])
      expect(await numbers({ status: 'approved' })).toEqual([4])
      expect(await numbers({ delivery: 'failed' })).toHaveLength(1)
      expect(await numbers({ delivery: 'sent' })).toHaveLength(1)
      expect((await numbers({ provider: 'acme' })).length).toBeGreaterThanOrEqual(2)
      expect(await numbers({ provider: 'nobody' })).toEqual([])
      expect(await numbers({ fault: 'account' })).toEqual(await numbers({ delivery: 'failed' }))
      expect(await numbers({ fault: 'recipient' })).toEqual([])
      expect(await numbers({ budgetIndexes: [mac(), person] })).toEqual([2, 1, 0])
      expect(await numbers({ budgetIndexes: [person], service: 'shop' })).toEqual([1])
      expect(await numbers({ since: T0 + 1_500, until: T0 + 4_500 })).toEqual([2, 1])
      expect(await numbers({ since: T0 + 1_501, until: T0 + 4_501 })).toEqual([3, 2])
    })

    it('each row has the cursor of a slice that begins after it', async () => {
      for (const filter of [{}, { country: 'US' }, { budgetIndexes: [person] }]) {
        const asked = { service: null, ...filter }
        const { items, cursors } = await store.verificationReads.list(asked, null, 10)
        expect(cursors).toHaveLength(items.length)
        for (const [place, cursor] of cursors.entries()) {
          const rest = await store.verificationReads.list(asked, cursor, 10)
          expect(rest.items).toEqual(items.slice(place + 1))
        }
      }
    })

    it('one is found by reference, and by id within its service', async () => {
      const row = await store.verificationReads.find(null, ids[5] as string)
      expect(row).toMatchObject({
        ...{ id: ids[5], service: 'shop', country: 'DE', status: 'pending', channel: 'sms' },
        ...{ clientIp: ACTOR.clientIp, createdAt: T0 + 7_500, maxAttempts: 5, sends: 1 },
      })
      expect(await numbers({ reference: row?.reference })).toEqual([5])
      expect(await store.verificationReads.find('default', ids[5] as string)).toBeUndefined()
      expect(await store.verificationReads.find('shop', ids[5] as string)).toBeDefined()
    })

    it('one is found by reference for its person only', async () => {
      const reference = (await store.verificationReads.find(null, ids[0] as string))?.reference
      expect(await numbers({ reference, budgetIndexes: [mac(), person] })).toEqual([0])
      expect(await numbers({ reference, budgetIndexes: [mac()] })).toEqual([])
    })

    it('of one person are bounded, too, and none is left out where times are equal', async () => {
      const [number, other] = [mac(), mac()]
      const made: string[] = []
      const one = async (n: number) => {
        const budgetIndex = n % 12 ? number : other
        made.push((await start(store, { budgetIndex, createdAt: T0 - (n % 40) })).id)
      }
      for (let n = 0; n < 2_200; n += 20)
        await Promise.all(Array.from({ length: 20 }, (_, i) => one(n + i)))
      const filter = { service: null, budgetIndexes: [number, other, mac()] }
      const found = await listAll(filter, 70)
      expect(found.map(({ id }) => id).toSorted()).toEqual(made.toSorted())
      const times = found.map(({ createdAt }) => createdAt)
      expect(times).toEqual(times.toSorted((a, b) => b - a))
      const none = await store.verificationReads.list({ ...filter, status: 'expired' }, null, 10)
      expect(none.items).toEqual([])
      expect(times.slice(1_900)).toContain(none.lookedBackTo)
      expect(await listAll({ ...filter, status: 'expired' }, 10)).toEqual([])
      expect(await listAll({ ...filter, since: T0 - 1, until: T0 }, 7)).toHaveLength(55)
      expect(await listAll({ ...filter, since: T0 - 2_000 }, 3_000)).toHaveLength(2_200)
    })

    it('each try of a message is listed with the provider’s answer', async () => {
      const [failed] = await listAll({ delivery: 'failed' })
      expect(failed).toMatchObject({ errorCode: ERROR.code, provider: 'acme' })
      expect(await store.verificationReads.triesOf(failed?.id as string)).toMatchObject([
        {
          send: 1,
          tryNumber: 1,
          provider: 'acme',
          result: 'failed',
          errorCode: ERROR.code,
          fault: 'account',
        },
      ])
    })

    it('a slice reads a bounded number of rows, and the next one continues where it stopped', async () => {
      await fill(2_500)
      const page = await store.verificationReads.list({ service: null, country: 'DE' }, null, 10)
      expect(page.items).toEqual([])
      expect(page.nextCursor).not.toBeNull()
      const whole = await store.verificationReads.list({ service: null }, null, 5_000)
      expect(whole.items).toHaveLength(2_000)
      expect(page.lookedBackTo).toBe(whole.items.at(-1)?.createdAt)
      const all = (await listAll({}, 100)).map(({ id }) => id)
      expect((await listAll({}, 5_000)).map(({ id }) => id)).toEqual(all)
      expect(
        (await store.verificationReads.list({ service: null }, null, 10)).lookedBackTo,
      ).toBeNull()
      expect(await numbers({ country: 'DE' })).toEqual([5])
      expect(await numbers({ country: 'DE', since: T0 + MINUTE })).toEqual([])
    })

    it('refuses a cursor that it did not make', async () => {
      await expect(store.verificationReads.list({ service: null }, 'bm90', 5)).rejects.toThrow(
        InvalidCursorError,
      )
    })
  })
}
