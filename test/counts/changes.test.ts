// C77: what left its usual band is reported once, where it is narrowest, and chance is not reported. No store.

import { describe, expect, it } from 'vitest'
import { tellChange } from '../../src/admin/change-words.ts'
import { changeBuckets, changesSince, findChanges } from '../../src/counts/changes.ts'
import { DIMENSIONS, type Tally } from '../../src/counts/ports.ts'
import { EMPTY } from '../../src/counts/rows.ts'
import { DAY_MS, HOUR_MS } from '../../src/kernel/clock.ts'

const HOUR = 1_800_000_000_000 - (1_800_000_000_000 % HOUR_MS)
/** An hour and a half of the two are over. */
const NOW = HOUR + HOUR_MS / 2

type Row = Tally & { group: number; dimension: number; value: string }
type Name = keyof typeof DIMENSIONS
const row = (group: number, name: Name, value: string, tally: Partial<Tally>): Row => {
  return { group, dimension: DIMENSIONS[name], value, ...EMPTY, ...tally }
}
const days = (name: Name, value: string, tally: Partial<Tally>, count = 14) =>
  Array.from({ length: count }, (_, n) => row(n + 1, name, value, tally))
const GOOD = { started: 100, sent: 100, approved: 80, unapproved: 20 }
const EVERYTHING = [...days('all', '', GOOD), row(0, 'all', '', { ...GOOD, started: 75 })]
const found = (rows: Row[], now = NOW) =>
  findChanges(rows, now).map(({ kind, dimension, value }) => [kind, dimension, value])

describe('what changed', () => {
  it('C77: compares the running hour and the one before with the same hours of fourteen days', () => {
    const { running, usual } = changeBuckets(NOW)
    const buckets = [...running, ...usual]
    expect(running.map(({ group }) => group)).toEqual([0, 0])
    expect(usual).toHaveLength(28)
    expect(changesSince(NOW)).toBe(HOUR - HOUR_MS)
    for (const { group, at } of buckets)
      expect([HOUR - HOUR_MS, HOUR]).toContain(at + group * DAY_MS)
  })

  it('C77: reports a share that fell, in a sentence with a way to the attempts', () => {
    const route = 'sms/FR/twilio'
    const rows = [
      ...EVERYTHING,
      ...days('route', route, { sent: 50, approved: 40, unapproved: 10 }),
      row(0, 'route', route, { sent: 2, failed: 48, approved: 2, unapproved: 48 }),
    ]
    const changes = findChanges(rows, NOW)
    expect(changes.map((one) => tellChange(one, 'shop'))).toEqual([
      {
        sentence:
          'Accepted messages by twilio in France fell to 4 %, usually 100 %: providers took 2 of 50 tries.',
        isBad: true,
        filter: {
          ...{ service: 'shop', channel: 'sms', provider: 'twilio', country: 'FR' },
          ...{ delivery: 'failed', from: new Date(HOUR - HOUR_MS).toISOString().slice(0, 16) },
        },
      },
      {
        sentence:
          'Conversion by twilio in France fell to 4 %, usually 80 %: 2 of 50 verifications that ended were approved.',
        isBad: true,
        filter: expect.objectContaining({ delivery: 'failed' }),
      },
    ])
  })

  it('C77: where a route explains it, its provider and country are not reported beside it', () => {
    const bad = { approved: 5, unapproved: 55 }
    const rows = [
      ...EVERYTHING,
      ...days('route', 'sms/FR/twilio', { approved: 48, unapproved: 12 }),
      row(0, 'route', 'sms/FR/twilio', bad),
      ...days('country', 'FR', { approved: 56, unapproved: 14 }),
      row(0, 'country', 'FR', { approved: 13, unapproved: 57 }),
      ...days('country', 'DE', { approved: 56, unapproved: 14 }),
      row(0, 'country', 'DE', { approved: 13, unapproved: 57 }),
    ]
    expect(found(rows)).toEqual([
      ['conversion', 'route', 'sms/FR/twilio'],
      ['conversion', 'country', 'DE'],
    ])
  })

  it.each([
    ['fewer than twenty cases', 14, { approved: 0, unapproved: 19 }],
    ['chance', 14, { approved: 14, unapproved: 7 }],
    ['a few days of custom', 4, { approved: 0, unapproved: 60 }],
  ])('C77: %s is no change', (_, count, now) => {
    const rows = [
      ...EVERYTHING,
      ...days('country', 'FR', { approved: 80, unapproved: 20 }, count),
      row(0, 'country', 'FR', now),
    ]
    expect(found(rows)).toEqual([])
  })

  it('C77: a share that varies from day to day has a wide band', () => {
    const rows = [
      ...EVERYTHING,
      ...Array.from({ length: 14 }, (_, n) =>
        row(
          n + 1,
          'country',
          'FR',
          n % 2 ? { approved: 90, unapproved: 10 } : { approved: 50, unapproved: 50 },
        ),
      ),
    ]
    expect(found([...rows, row(0, 'country', 'FR', { approved: 15, unapproved: 45 })])).toEqual([])
  })

  it('C77: a volume is compared for the time that is over, and a part only where it left the whole', () => {
    const rows = [...days('all', '', GOOD), ...days('country', 'FR', { started: 40 })]
    const now = (whole: number, part: number) =>
      found([
        ...rows,
        row(0, 'all', '', { started: whole }),
        row(0, 'country', 'FR', { started: part }),
      ])
    // Three quarters of the two hours.
    expect(now(45, 18)).toEqual([])
    expect(now(300, 120)).toEqual([['volume', 'all', '']])
    expect(now(75, 0)).toEqual([['volume', 'country', 'FR']])
    expect(now(375, 330)).toContainEqual(['volume', 'country', 'FR'])
  })
})
