// C73: refusals folded into lines: what a line counts does not hang on how many lines were asked for.

import { expect, it } from 'vitest'
import { createRecipients } from '../../src/admin/recipients.ts'
import { createRefusals } from '../../src/admin/refusals.ts'
import type { RefusalRecord } from '../../src/events/types.ts'
import { createKeyring, type Keyring } from '../../src/kernel/keyring.ts'
import { refusalContext, writePartyText } from '../../src/kernel/sealing.ts'

const PERSONS = { ann: Buffer.from('ann'), ben: Buffer.from('ben'), eve: Buffer.from('eve') }
type Name = keyof typeof PERSONS

const nth = (n: number, error = 'rate_limited'): RefusalRecord => ({
  ...{ sequence: 10_000 - n, at: 1_000_000 - n, type: 'request.refused' },
  ...{ service: 'default', keyId: 'key', clientIp: null, userAgent: null },
  ...{ verificationId: null, reference: null, channel: null, recipientSealed: null },
  ...{ budgetIndex: null, cursor: String(n + 1) },
  details: { error, limit: null, count: 2, channel: 'sms' },
})

/** Newest first, as the store gives them; the cursor is the place in the list. */
function listOf(names: readonly Name[], error: (n: number) => string = () => 'rate_limited') {
  const records = names.map((name, n) => ({
    ...nth(n, error(n)),
    budgetIndex: PERSONS[name],
  }))
  let reads = 0
  const list = createRefusals({
    events: {
      async listRefusals({ cursor, limit }) {
        reads += 1
        const begin = Number(cursor ?? 0)
        const items = records.slice(begin, begin + limit)
        const isLast = begin + limit >= records.length
        return { items, nextCursor: isLast ? null : (items.at(-1)?.cursor ?? null) }
      },
    },
    recipients: { ofRefusal: () => undefined, indexesOf: () => undefined },
  })
  return { list, reads: () => reads }
}

const of = (name: Name, times: number) => Array<Name>(times).fill(name)
const ALL = { service: null }

it('C73: one line of three counts as all that lies before the fourth', async () => {
  const { list } = listOf([...of('ann', 250), ...of('ben', 30), 'ann', 'eve', 'ann'])
  const page = await list(ALL, null, 2)
  expect(page.items.map(({ count }) => count)).toEqual([502, 60])
  expect(page).toMatchObject({ nextCursor: '281', lookedBackTo: null })
  const rest = await list(ALL, page.nextCursor, 2)
  expect(rest.items.map(({ count }) => count)).toEqual([2, 2])
  expect(rest).toMatchObject({ nextCursor: null, lookedBackTo: null })
  // The same line again, on another page.
  expect(rest.items.map(({ id }) => id)).toContain(page.items[0]?.id)
})

it('C73: page by page each row is counted once, wherever the pages end', async () => {
  const names = Array.from({ length: 457 }, (_, n) => (['ann', 'ben', 'eve'] as const)[(n * n) % 3])
  const { list } = listOf(names as Name[])
  for (const most of [1, 2, 3, 50]) {
    let cursor: string | null = null
    let count = 0
    do {
      const page = await list(ALL, cursor, most)
      expect(page.items.length).toBeLessThanOrEqual(most)
      count += page.items.reduce((sum, line) => sum + line.count, 0)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect([most, count]).toEqual([most, 914])
  }
})

it('C73: a match may lie far back: a slice reads a bounded number of rows, and reports it', async () => {
  const wanted = 'country_not_allowed'
  const { list, reads } = listOf(of('ann', 5_000), (n) => (n === 2_500 ? wanted : 'rate_limited'))
  const first = await list({ ...ALL, error: wanted }, null, 3)
  expect(first).toEqual({ items: [], nextCursor: '2000', lookedBackTo: 1_000_000 - 1_999 })
  expect(reads()).toBe(20)
  const second = await list({ ...ALL, error: wanted }, first.nextCursor, 3)
  expect(second.items).toMatchObject([{ error: wanted, count: 2 }])
})

it('C73: refusals before and after a rotation of the root key are one line', async () => {
  const [older, newer] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const ring = createKeyring([newer, older])
  const indexOf = (keyring: Keyring, to: string) => keyring.macs('blind-index', [to])[0] as Buffer
  const recordOf = (keyring: Keyring, to: string, n: number): RefusalRecord => {
    const budgetIndex = indexOf(keyring, to)
    const sealed = keyring.seal(writePartyText({ to, subject: null }), refusalContext(budgetIndex))
    return { ...nth(n), budgetIndex, recipientSealed: sealed }
  }
  const before = createKeyring([older])
  const records = [recordOf(ring, '+1', 0), recordOf(before, '+1', 1), recordOf(before, '+2', 2)]
  const listed = async (keyring: Keyring) => {
    const recipients = createRecipients({
      keyring,
      eventIndexes: ({ to }) => keyring.macs('blind-index', [to ?? '']),
      readingsOf: () => [],
    })
    const events = { listRefusals: async () => ({ items: records, nextCursor: null }) }
    return (await createRefusals({ events, recipients })(ALL, null, 10)).items
  }
  expect((await listed(ring)).map(({ count }) => count)).toEqual([4, 2])
  // Without the older key nobody knows whose they are.
  expect((await listed(createKeyring([newer]))).map(({ count }) => count)).toEqual([2, 2, 2])
})
