// What has happened since the last look: each once, in order, however late it was committed.

import { describe, expect, it } from 'vitest'
import type { AttemptRow } from '../../src/admin/ports.ts'
import { createFollower, isWanted } from '../../src/commands/follow.ts'
import type { EventQuery, EventRecord } from '../../src/events/types.ts'
import { T0 } from '../contract/rows.ts'

/** As the stores do: newest first, page by page. */
function createLog() {
  const events: EventRecord[] = []
  const asked: EventQuery[] = []
  return {
    asked,
    add(sequence: number, at: number) {
      const none = { keyId: null, clientIp: null, userAgent: null, reference: null }
      const rest = { type: 'verification.started', verificationId: 'vrf', details: {} } as const
      events.push({ sequence, at, service: 'default', ...none, ...rest })
    },
    remove: (sequence: number) =>
      void events.splice(
        events.findIndex((one) => one.sequence === sequence),
        1,
      ),
    async list(query: EventQuery) {
      asked.push(query)
      const found = events
        .filter(({ at }) => at >= (query.since ?? 0))
        .sort((a, b) => b.at - a.at || b.sequence - a.sequence)
      const from = Number(query.cursor ?? 0)
      const next = from + query.limit
      return {
        items: found.slice(from, next),
        nextCursor: next < found.length ? String(next) : null,
      }
    },
  }
}

describe('a look', () => {
  it('tells what is new, oldest first, once', async () => {
    const log = createLog()
    log.add(1, T0)
    const follower = createFollower(log, T0)
    expect(await follower.look()).toEqual([])
    log.add(2, T0 + 10)
    log.add(3, T0 + 20)
    expect((await follower.look()).map(({ sequence }) => sequence)).toEqual([2, 3])
    expect(await follower.look()).toEqual([])
  })

  it('tells what was committed after something younger', async () => {
    const log = createLog()
    const follower = createFollower(log, T0)
    await follower.look()
    log.add(2, T0 + 5_000)
    expect(await follower.look()).toHaveLength(1)
    log.add(1, T0)
    expect((await follower.look()).map(({ sequence }) => sequence)).toEqual([1])
  })

  it('tells one that has the number of one that was erased', async () => {
    const log = createLog()
    const follower = createFollower(log, T0)
    await follower.look()
    log.add(1, T0 + 1)
    await follower.look()
    log.remove(1)
    log.add(1, T0 + 2)
    expect(await follower.look()).toHaveLength(1)
  })

  it('goes through every page, and no further back than it must', async () => {
    const log = createLog()
    const follower = createFollower(log, T0)
    await follower.look()
    for (let i = 1; i <= 1_200; i += 1) log.add(i, T0 + i)
    const told = await follower.look()
    expect(told.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 1_200 }, (_, i) => i + 1),
    )
    await follower.look()
    expect(log.asked.at(-1)?.since).toBe(T0 + 1_200 - 6_000)
  })
})

describe('a row is wanted', () => {
  const row: Partial<AttemptRow> = {
    ...{ service: 'default', status: 'pending', channel: 'sms', country: 'US' },
    ...{ deliveryStatus: 'sent', provider: 'acme', budgetIndex: Buffer.from('me') },
  }
  it.each([
    [{}, true],
    [{ service: 'default' }, true],
    [{ service: 'bank' }, false],
    [{ status: 'approved' }, false],
    [{ channel: 'email' }, false],
    [{ country: 'DE' }, false],
    [{ delivery: 'sent', provider: 'acme' }, true],
    [{ delivery: 'failed' }, false],
    [{ provider: 'other' }, false],
    [{ budgetIndexes: [Buffer.from('you'), Buffer.from('me')] }, true],
    [{ budgetIndexes: [Buffer.from('you')] }, false],
    [{ budgetIndexes: [] }, false],
  ] as const)('%j: %s', (filter, wanted) =>
    expect(isWanted(row as AttemptRow, { service: null, ...filter })).toBe(wanted),
  )
})
