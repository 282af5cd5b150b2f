// What a verification costs in the file.
// It must not count what a retention purge would remove: nothing is removed here.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lanesOf } from '../../contract/outbox-steps.ts'
import { createInput, newVerification, T0 } from '../../contract/rows.ts'
import { makeDirectory, openStore } from './fixture.ts'

/** Enough for the first pages of tables and indexes, and for the upper ones of trees, not to count; few seconds. */
const ROWS = 9_000
const AT_ONCE = 200
/** The requirement: a million verifications in 1.2 GiB. */
const MAX_BYTES = 1.2 * 1024

const directory = makeDirectory()
afterAll(() => directory.remove())

describe('file size', () => {
  it('is under 1.2 KiB a verification with its delivery, try and four events', {
    timeout: 120_000,
  }, async () => {
    const store = await openStore(join(directory.path, 'size.db'))
    const { verifications, outbox } = store
    const once = async (n: number) => {
      const at = T0 + n
      const record = newVerification({ createdAt: at })
      const key = { id: record.id, service: 'default', now: at + 1 }
      await verifications.create(createInput(record))
      return { key, record }
    }
    for (let n = 0; n < ROWS; n += AT_ONCE) {
      const started = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => once(n + i)))
      const now = T0 + n + AT_ONCE
      const claimed = await outbox.claim({
        now,
        lanes: lanesOf('sms', AT_ONCE),
        leaseMs: 30_000,
        minRemainingMs: 20_000,
        plan: () => ({ kind: 'send', provider: 'twilio', prepared: null }),
      })
      expect(claimed).toHaveLength(AT_ONCE)
      const result = { kind: 'sent' as const, reference: 'SM0123456789abcdef0123456789abcdef' }
      await Promise.all(
        claimed.map((claim) => outbox.settle({ claim, now: now + 300, durationMs: 300, result })),
      )
      await Promise.all(started.map(({ key }) => store.steps.check({ ...key, valid: true })))
    }
    const tables = store.client.prepare('SELECT count(*) n FROM events').get() as { n: number }
    expect(tables.n).toBe(4 * ROWS)
    store.client.pragma('wal_checkpoint(TRUNCATE)')
    const bytes = statSync(store.path).size / ROWS
    await store.close()
    expect(bytes).toBeLessThan(MAX_BYTES)
  })
})
