// C73: refusals of one person for one reason are one line that counts them, whoever was refused in between; each reason
// has words of its own, and something to do.

import { describe, expect, it } from 'vitest'
import { adviseOnRefusal } from '../../src/admin/advice/refusals.ts'
import { createRefusals, type RefusalLine } from '../../src/admin/refusals.ts'
import type { EventDetails, RefusalRecord } from '../../src/events/types.ts'
import { ERRORS } from '../../src/kernel/errors.ts'
import { LIMIT_NAMES } from '../../src/verification/policy.ts'
import { eventOf, NOW } from '../console/shown.ts'

const LIMITED = { error: 'rate_limited', limit: 'sends_per_number_burst', channel: 'sms' }
const ANN = new Uint8Array([1])
const BOB = new Uint8Array([2])

let age = 0
function refused(
  budgetIndex: Uint8Array | null,
  details: EventDetails = {},
  change: Partial<RefusalRecord> = {},
): RefusalRecord {
  age += 1
  return {
    ...eventOf('request.refused', NOW - age * 1000),
    ...{
      verificationId: null,
      reference: null,
      recipientSealed: null,
      channel: null,
      budgetIndex,
      cursor: '',
    },
    details: { ...LIMITED, ...details },
    ...change,
  }
}

/** @param rows newest first, in pages of two */
async function linesOf(rows: readonly RefusalRecord[]): Promise<RefusalLine[]> {
  const list = createRefusals({
    events: {
      async listRefusals({ cursor }) {
        const from = Number(cursor ?? 0)
        const isMore = from + 2 < rows.length
        return { items: rows.slice(from, from + 2), nextCursor: isMore ? String(from + 2) : null }
      },
    },
    recipients: { ofRefusal: () => undefined, indexesOf: () => undefined },
  })
  return (await list({ service: null }, null, 50)).items
}
const countsOf = async (rows: readonly RefusalRecord[]) =>
  (await linesOf(rows)).map(({ count }) => count)

describe('C73: refusals', () => {
  it('of one person for one reason are one line: how many, the first and the last of them', async () => {
    const rows = [
      refused(ANN, { count: 7 }),
      refused(BOB),
      refused(ANN),
      refused(ANN, { count: 2 }),
    ]
    const lines = await linesOf(rows)
    expect(lines).toMatchObject([
      { count: 10, lastAt: rows[0]?.at, firstAt: rows[3]?.at },
      { count: 1, lastAt: rows[1]?.at, firstAt: rows[1]?.at },
    ])
  })

  it.each<[string, RefusalRecord]>([
    ['another person', refused(BOB)],
    ['another limit', refused(ANN, { limit: 'sends_per_number_day' })],
    ['another error', refused(ANN, { error: 'country_not_allowed', limit: null })],
    ['another channel', refused(ANN, { channel: 'email' })],
    ['another service', refused(ANN, {}, { service: 'bank' })],
    ['many people together', refused(null, { overflow: true, count: 900 })],
  ])('of %s are another line', async (_, other) => {
    expect((await countsOf([refused(ANN), other, refused(ANN)]))[0]).toBe(2)
  })

  it('without a person are distinguished by verification, address or key', async () => {
    const id = `vrf_${'1'.repeat(32)}`
    const rows = [
      refused(null, {}, { verificationId: id, clientIp: '203.0.113.1' }),
      refused(null, {}, { clientIp: '203.0.113.1' }),
      refused(null, {}, { clientIp: '203.0.113.2' }),
      refused(null, {}, { keyId: 'key_1' }),
      refused(null, {}, { keyId: 'key_2' }),
    ]
    expect(await countsOf([...rows, ...rows])).toEqual([2, 2, 2, 2, 2])
  })
})

describe('C73: what to do about a refusal', () => {
  const about = { channel: 'sms', country: 'DE', numberType: null }
  it.each(LIMIT_NAMES)('of %s has words of its own, and no number of a setting', (limit) => {
    const { meaning, action } = adviseOnRefusal({ ...about, error: 'rate_limited', limit })
    expect(`${meaning} ${action}`).not.toContain(ERRORS.rate_limited.title)
    expect(action).toMatch(/^The limit ends automatically.*\.$/)
    expect(`${meaning} ${action}`.replace('10,000 numbers', '')).not.toMatch(/\d/)
  })

  it('offers to lift only limits that can be lifted, and says that guesses cannot', () => {
    for (const limit of LIMIT_NAMES) {
      const { action } = adviseOnRefusal({ ...about, error: 'rate_limited', limit })
      expect([limit, /lift the limit on their page/.test(action)]).toEqual([
        limit,
        limit.startsWith('sends_per_number_'),
      ])
      const isGuess = /^guesses_|^check_per_number$/.test(limit)
      expect([limit, /nobody can lift it/i.test(action)]).toEqual([limit, isGuess])
    }
  })

  it.each(Object.keys(ERRORS))('%s has a meaning and something to do', (error) => {
    for (const known of [about, { channel: null, country: null, numberType: null }]) {
      const { meaning, action } = adviseOnRefusal({ ...known, error, limit: null })
      expect(meaning).toMatch(/^[A-Z].*\.$/)
      expect(action).toMatch(/^[A-Z].*\.$/)
      expect(`${meaning} ${action}`).not.toMatch(/null|undefined/)
    }
  })

  it.each(['constructor', '__proto__', 'an_error_of_a_later_version'])(
    '%s is not a fault',
    (name) => {
      expect(adviseOnRefusal({ ...about, error: name, limit: name })).toMatchObject({
        meaning: name,
      })
    },
  )
})
