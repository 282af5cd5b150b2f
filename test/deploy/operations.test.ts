// The SQL of docs/operations.md: each statement runs as it stands there, on a database made as it says.
// A server of its own: roles belong to all databases of one.

import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prepareDatabase } from '../../src/storage/postgres/open.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'

const PAGE = readFileSync('docs/operations.md', 'utf8')
const STATEMENTS = [...PAGE.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, text = '']) => text.trim())
/** What the administrator of the server does. */
const isMaking = (text: string) => /^(create|alter) (role|database)/.test(text)

let server: PostgresServer
let own: pg.Client
beforeAll(async () => {
  server = await startPostgres()
  const admin = new pg.Client({ connectionString: server.url() })
  await admin.connect()
  for (const text of STATEMENTS.filter(isMaking)) await admin.query(text)
  await admin.end()
  const url = server.url('countersign').replace('postgres@', 'countersign@')
  await prepareDatabase({ url, migrationsFolder: 'drizzle/postgres' })
  own = new pg.Client({ connectionString: url })
  await own.connect()
})
afterAll(async () => {
  await own?.end()
  await server?.stop()
})

async function insertPending(): Promise<void> {
  await own.query(`
    insert into verifications (id, reference, service, status, channel, purpose, locale, recipient_sealed,
      address_index, budget_index, authenticated, kind, code_length, pepper_key_id, attempts, failed, max_attempts,
      sends, max_sends, last_send_at, metadata, created_at, expires_at)
    select 'vrf_' || n, 'ref', 'default', 'pending', 'sms', 'login', 'en', 'x', 'x', 'x', false, 'real', 6, 'key',
      0, 0, 5, 1, 5, 1, '{}', 1, cs_now_1(null) + 600000 from generate_series(1, 3) n`)
  await own.query("insert into codes select seq, 'hash', 'sealed', expires_at from verifications")
  await own.query(`insert into deliveries (verification_seq, send, channel, status, attempts, ambiguous, due_at, queued_at)
    select seq, 1, 'sms', 'queued', 0, 0, 1, 1 from verifications`)
}

it('every statement runs, for the user that the page creates', async () => {
  expect(STATEMENTS.filter(isMaking).length).toBeGreaterThan(2)
  const others = STATEMENTS.filter((text) => !isMaking(text))
  expect(others.length).toBeGreaterThan(5)
  for (const text of others) await expect(own.query(text), text).resolves.toBeDefined()
})

it('the time-outs it sets hold for that user', async () => {
  const { rows } = await own.query(
    "select name, setting from pg_settings where name in ('lock_timeout', 'statement_timeout', 'search_path') order by name",
  )
  expect(rows.map(({ setting }) => setting)).toEqual(['2000', 'public, pg_temp', '4000'])
})

it('after a restore nothing is left pending: codes erased, messages canceled, each with an event', async () => {
  await insertPending()
  const [cancel = ''] = STATEMENTS.filter((text) => text.includes('cs_end_1('))
  const { rows } = await own.query(cancel)
  expect(Number(rows[0].count)).toBe(3)
  const left = await own.query(`select (select count(*)::text from codes) as codes,
    (select string_agg(distinct status, ' ') from verifications) as verifications,
    (select string_agg(distinct status, ' ') from deliveries) as deliveries,
    (select count(*)::text from events where type = 'verification.canceled') as events`)
  expect(left.rows).toEqual([
    { codes: '0', verifications: 'canceled', deliveries: 'canceled', events: '3' },
  ])
})
