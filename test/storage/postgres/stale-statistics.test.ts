// How much the hot statements read where the planner's statistics are from a quiet hour, as after a night: none of
// what is open now was there then. (What is open is always younger than the last ANALYZE of a large table.)

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPostgresStore } from '../../../src/storage/postgres/store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { createInput, HOUR, MINUTE, mac, newVerification, T0 } from '../../contract/rows.ts'
import { createSteps } from '../../contract/steps.ts'
import { guess, LIMIT } from '../../contract/stores.ts'
import { type OpenStore, openStore } from './fixture.ts'

const ENDED = 6_000
const OPEN = 3_000
/** Beyond the first five executions a connection may keep one plan for all values. */
const TIMES = 8
/** For each call: the rows it is about, in a few indexes, and what else lies on their pages. */
const MAX_READ = 40

let store: OpenStore
const rows = (status: string, count: number, from: number, expiresAt: number) => `
  insert into verifications (id, reference, service, status, channel, purpose, locale, recipient_sealed,
    address_index, budget_index, session_slot, authenticated, kind, code_length, pepper_key_id, attempts, failed,
    max_attempts, sends, max_sends, last_send_at, metadata, created_at, expires_at)
  select 'vrf_' || i, 'AAA-' || i, 'default', '${status}', 'sms', 'login', 'en', '\\x00', decode(md5('a' || i), 'hex'),
    decode(md5('b' || i), 'hex'), case when '${status}' = 'pending' then decode(md5('s' || i), 'hex') end, false,
    'real', 6, '0a1b2c3d', 0, 0, 5, 5, 5, ${T0}, '{}', ${expiresAt} - 600000, ${expiresAt} + i
  from generate_series(${from + 1}, ${from + count}) i`

beforeAll(async () => {
  store = await openStore()
  const { query } = store.database
  // Its own ANALYZE would come by in the middle.
  for (const table of ['verifications', 'deliveries', 'codes', 'events'])
    await query(`alter table ${table} set (autovacuum_enabled = false)`)
  await query(rows('expired', ENDED, 0, T0 - HOUR))
  await query(`insert into deliveries (verification_seq, send, channel, status, attempts, ambiguous, queued_at)
    select seq, 1, 'sms', 'sent', 1, 0, created_at from verifications`)
  await query(`insert into events (at, type, verification_seq, service, details)
    select created_at + n, 'check.incorrect', seq, 'default', '{}' from verifications, generate_series(1, 5) n`)
  await query('analyze')
  await query(rows('pending', OPEN, ENDED, T0 + 10 * MINUTE))
  await query(
    `insert into codes select seq, 'hash', '\\x00', expires_at from verifications where status = 'pending'`,
  )
  await query(`insert into deliveries (verification_seq, send, channel, status, attempts, ambiguous, queued_at)
    select seq, 1, 'sms', 'sent', 1, 0, created_at from verifications where status = 'pending'`)
})
afterAll(() => store?.close())

const readNow = async () => {
  const [row] = await store.database.query<{ n: number }>(`select
    (select sum(idx_tup_read) from pg_stat_user_indexes where relname <> 'api_keys')::int
    + (select sum(seq_tup_read) from pg_stat_user_tables)::int as n`)
  return row?.n ?? 0
}

const connections = async () => {
  const [row] = await store.database.query<{ n: number }>(`select count(*)::int as n
    from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
  return row?.n ?? 0
}

/** @returns entries of indexes and rows of tables that were read, for each call */
async function readBy(step: (node: Store, n: number) => Promise<unknown>): Promise<number> {
  const { url } = store.database
  const others = await connections()
  const node = await createPostgresStore({ url, clock: 'caller', size: 1 })
  const before = await readNow()
  for (let n = 0; n < TIMES; n += 1) await step(node, n)
  // A connection tells its counts at its end at the latest.
  await node.close()
  await vi.waitFor(async () => expect(await connections()).toBeLessThanOrEqual(others))
  return ((await readNow()) - before) / TIMES
}

let last = ENDED
const nextOpen = () => {
  last += 1
  return { id: `vrf_${last}`, service: 'default' }
}

describe(`with ${OPEN} open verifications that the statistics do not know`, () => {
  it('a look-up and a claim read a few rows', async () => {
    expect(await readBy((node) => node.verifications.find('default', nextOpen().id))).toBeLessThan(
      MAX_READ,
    )
    expect(await readBy((node) => node.outbox.dueLanes())).toBeLessThan(MAX_READ)
  })

  it('a guess reads a few rows, that of check_per_number included', async () => {
    expect(
      await readBy((node) => {
        const numberLimit = { limit: LIMIT(60), budgetIndexes: [mac()], authenticated: false }
        const step = { ...nextOpen(), ...guess(false), numberLimit }
        return createSteps(node.verifications).check(step)
      }),
    ).toBeLessThan(MAX_READ)
  })

  it('a start with a session reads a few rows', async () => {
    expect(
      await readBy((node) => {
        const slot = { slots: [mac(), mac()], authenticated: false, decoy: false }
        return node.verifications.create(createInput(newVerification(), { slot }))
      }),
    ).toBeLessThan(MAX_READ)
  })

  it('an end reads a few rows', async () => {
    expect(
      await readBy((node) => createSteps(node.verifications).cancel({ ...nextOpen(), now: T0 })),
    ).toBeLessThan(MAX_READ)
  })

  it('a sweep reads a few rows for each that it ends', async () => {
    const sweep = { now: T0 + HOUR, graceMs: 0, limit: 10 }
    expect(await readBy((node) => node.verifications.sweep(sweep))).toBeLessThan(10 * MAX_READ)
  })

  it('a sweep reads a few rows for each code that it erases', async () => {
    await store.database.query(
      `update verifications set expires_at = ${T0 + HOUR} where status = 'pending'`,
    )
    const sweep = { now: T0 + 10 * MINUTE, graceMs: 0, limit: 10 }
    expect(await readBy((node) => node.verifications.sweep(sweep))).toBeLessThan(10 * MAX_READ)
  })

  it('the log of a person is not searched for among everybody’s', async () => {
    const { query } = store.database
    const [person] = await query<{ budget: Buffer }>(
      "select budget_index as budget from verifications where id = 'vrf_7'",
    )
    const budgetIndexes = [person?.budget as Buffer]
    const asked = { service: 'default', budgetIndexes, cursor: null, limit: 20 }
    expect(await readBy((node) => node.events.list(asked))).toBeLessThan(MAX_READ)
  })
})
