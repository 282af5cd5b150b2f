// C73: countersign refusals and lift, beside a service that runs.

import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { runHere } from './command-process.ts'

vi.setConfig({ testTimeout: 60_000 })

const TO = '+14155552671'
let real: Real
beforeAll(async () => {
  real = await startReal({
    ALLOWED_COUNTRIES: 'US',
    LIMIT_SENDS_PER_NUMBER_BURST: '2/600',
    LIMIT_SENDS_PER_PREFIX_HOUR: 'off',
  })
})
afterAll(() => real.close())

const start = (to: string) => real.client.post('/verify/start', { to })
const objects = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

it('C73: lists a person’s refusals as in the API, masked, with what to do', async () => {
  for (const status of [201, 201, 429]) expect((await start(TO)).status).toBe(status)
  await start('+4930123456')
  await vi.waitFor(
    async () => {
      const listed = await runHere(real, ['refusals', '--to', '+49 30 123456', '--json'])
      expect(listed).toMatchObject({ status: 0, stderr: '' })
      const { body } = await real.admin.post('/admin/api/refusals/search', { to: '+4930123456' })
      expect(objects(listed.stdout)).toEqual(body.refusals)
      expect(body.refusals).toMatchObject([{ error: 'country_not_allowed', country: 'DE' }])
    },
    { timeout: PATIENCE_MS },
  )
  const all = await runHere(real, ['refusals', '--since', '1h'])
  for (const text of ['+141•••71', '+493•••56', 'sends_per_number_burst sms', 'ALLOWED_COUNTRIES'])
    expect(all.stdout).toContain(text)
  expect(all.stdout).not.toContain('5552671')
  const none = await runHere(real, ['refusals', '--subject', 'nobody', '--error', 'overloaded'])
  expect(none).toMatchObject({ status: 0, stdout: '', stderr: 'No refusals found.\n' })
})

it('C73: lifts a limit, logged as done by command; guesses never', async () => {
  expect((await start(TO)).status).toBe(429)
  const lifted = await runHere(real, ['lift', '--to', TO, '--limit', 'sends_per_number_burst'])
  expect(lifted).toMatchObject({ status: 0, stdout: 'default: lifted sends_per_number_burst\n' })
  expect((await start(TO)).status).toBe(201)
  const search = { recipient: TO, type: 'limit.lifted' }
  const { body } = await real.admin.post('/admin/api/events/search', search)
  expect(body.events).toMatchObject([{ key_id: 'command', service: 'default' }])
  const other = await runHere(real, ['lift', '--to', '+14155550000', '--json'])
  expect(JSON.parse(other.stdout)).toEqual({ services: [{ service: 'default', limits: [] }] })
  for (const words of [
    ['--to', TO, '--limit', 'guesses_per_number_day'],
    ['--to', TO, '--limit', 'sends_per_ip_day'],
    ['--subject', 'user-1'],
  ]) {
    const refused = await runHere(real, ['lift', ...words])
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('guesses cannot')])
  }
  expect(await runHere(real, ['lift'])).toMatchObject({ status: 2 })
})

it('C71: lifting creates no file of counters where the service has none', async () => {
  const file = join(real.directory, 'data/limits.db')
  renameSync(file, `${file}.away`)
  const done = await runHere(real, ['lift', '--to', TO])
  expect(done).toMatchObject({ status: 0, stdout: 'default: nothing to lift\n' })
  expect(existsSync(file)).toBe(false)
  renameSync(`${file}.away`, file)
})

it('C73: however few are requested, each counts everything that was read of it', async () => {
  const { body } = await real.client.post('/verify/start', { to: '+4930987654' })
  expect(body.error).toBe('country_not_allowed')
  const seen = async (...words: string[]) => runHere(real, ['refusals', ...words])
  await vi.waitFor(
    async () => expect((await seen('--to', '+4930987654')).stdout).toContain('+493•••54'),
    { timeout: PATIENCE_MS },
  )
  const database = new Sqlite(join(real.directory, 'data/countersign.db'))
  const repeat = (times: number) =>
    database.exec(
      `insert into events (at, type, service, key_id, budget_index, recipient_sealed, details)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ${times})
       select at - 60000 * i, type, service, key_id, budget_index, recipient_sealed, details
       from n, (select * from events order by seq desc limit 1)`,
    )
  repeat(130)
  for (const words of [['--limit', '1'], ['--limit', '3'], []]) {
    const { stdout, stderr } = await seen('--to', '+4930987654', ...words)
    expect([stdout.match(/\d+ ×/g), stderr]).toEqual([['131 ×'], ''])
  }
  // More than one page looks at.
  repeat(2_000)
  const all = await seen('--to', '+4930987654')
  expect([all.stdout.match(/\d+ ×/g), all.stderr]).toEqual([['2131 ×'], ''])
  const one = await seen('--to', '+4930987654', '--limit', '1')
  expect(one.stdout).toContain('2000 ×')
  expect(one.stderr).toMatch(
    /^There may be more: these are the latest 1, counted back to 20\S+Z\.\n$/,
  )
  database.close()
  const lines = objects((await seen('--json')).stdout)
  expect(lines.filter(({ to_masked }) => to_masked === '+493•••54')).toMatchObject([
    { count: 2131 },
  ])
})

it('C71: wrong arguments are reported before a store is opened', async () => {
  const words = [
    ['--limit', '0'],
    ['--since', 'someday'],
    ['--limit', 'all'],
  ]
  for (const wrong of words) {
    const { status, stderr } = await runHere({ ...real, directory: '/nowhere' }, [
      'refusals',
      ...wrong,
    ])
    expect([wrong, status, stderr]).toEqual([wrong, 2, expect.stringContaining(wrong[0] as string)])
  }
})
