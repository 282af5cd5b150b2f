// The admin's commands beside a service on PostgreSQL.

import pg from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { begin, run } from './command-process.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let database: Database
let real: Real
beforeAll(async () => {
  database = await createDatabase()
  real = await startReal({
    DATABASE_URL: database.url,
    // A process that starts slowly is waited for with one start a second.
    LIMIT_SENDS_PER_NUMBER_BURST: 'off',
    LIMIT_SENDS_PER_NUMBER_DAY: 'off',
    LIMIT_GUESSES_PER_NUMBER_HOUR: 'off',
    LIMIT_GUESSES_PER_NUMBER_DAY: 'off',
  })
})
afterAll(async () => {
  await real.close()
  await database.drop()
})

const env = () => ({ DATABASE_URL: database.url })

it('verifications, show, export and erase are the same there', async () => {
  const to = 'ann@example.com'
  const { body } = await real.start({ to })
  await real.message(body.id)
  const listed = await run(real, ['verifications', '--to', to, '--since', '1h', '--json'], env())
  expect(listed).toMatchObject({ status: 0, stderr: '' })
  const { verifications } = (await real.admin.get('/admin/api/verifications')).body
  expect(JSON.parse(listed.stdout)).toEqual(verifications[0])
  const shown = await run(real, ['show', body.reference, '--json'], env())
  expect(JSON.parse(shown.stdout)).toEqual(
    (await real.admin.get(`/admin/api/verifications/${body.id}`)).body,
  )
  const exported = await run(real, ['export', '--to', to], env())
  expect(JSON.parse(exported.stdout)).toMatchObject({
    verifications: [{ id: body.id, to }],
    events: [{ type: 'recipient.exported', key_id: 'command' }],
  })
  const erased = await run(real, ['erase', '--to', to, '--yes', '--json'], env())
  expect(JSON.parse(erased.stdout)).toEqual({
    verifications: 1,
    factors: 0,
    suppressions: 0,
    entries: 0,
    events: 1,
  })
  expect(await run(real, ['show', body.id], env())).toMatchObject({ status: 1, stdout: '' })
})

it('tail follows, without a transaction between two polls, and exits with 0', async () => {
  const { child, told, ended } = begin(real, ['tail', '--json'], env())
  let last = ''
  await vi.waitFor(
    async () => {
      last = (await real.start({ to: 'bob@example.com' })).body.id
      expect(told()).not.toBe('')
    },
    { timeout: 30_000, interval: 1_000 },
  )
  await real.client.post(`/verify/${last}/cancel`, {})
  await vi.waitFor(() => expect(told()).toMatch(/verification\.canceled/), 10_000)
  const open = await database.query(
    "select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
  )
  expect(open).toEqual([])
  child.kill('SIGINT')
  const { status, stdout, stderr } = await ended
  expect([status, stderr]).toEqual([0, ''])
  const lines = stdout.trimEnd().split('\n')
  const keys = lines.map((line) => JSON.parse(line).event.sequence)
  expect(new Set(keys).size).toBe(keys.length)
})

it('tail continues once the database is back', async () => {
  const server = new pg.Client({
    connectionString: database.url.replace(database.name, 'postgres'),
  })
  await server.connect()
  const allow = (isAllowed: boolean) =>
    server.query(`alter database ${database.name} allow_connections ${isAllowed}`)
  const tail = begin(real, ['tail', '--json'], env())
  const started = async () => (await real.start({ to: 'eve@example.com' })).body.id
  await vi.waitFor(
    async () => {
      await started()
      expect(tail.told()).not.toBe('')
    },
    { timeout: 30_000, interval: 1_000 },
  )
  try {
    await allow(false)
    await server.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
      [database.name],
    )
    await vi.waitFor(() => expect(tail.complained()).toContain('retrying'), 20_000)
  } finally {
    await allow(true)
    await server.end()
  }
  let id = ''
  await vi.waitFor(
    async () => {
      id ||= (await started()) ?? ''
      expect(id).not.toBe('')
      expect(tail.told()).toContain(id)
    },
    { timeout: 30_000, interval: 500 },
  )
  tail.child.kill('SIGINT')
  const { status, stderr } = await tail.ended
  expect([status, stderr.split('\n').length]).toEqual([0, 2])
})
