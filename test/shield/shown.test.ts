// C84: the what-if beside a service that runs: by the command and the API, in the same figures, each key its own service.

import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { runHere } from '../commands/command-process.ts'
import { makeKey, readable, signedIn } from '../console/world.ts'
import { createClient } from '../http/client.ts'
import { type Real, startReal } from '../http/real.ts'
import { BEGIN, makeMonth, PUMPED } from './month.ts'
import { writeToSqlite } from './write-month.ts'

vi.setConfig({ testTimeout: 60_000 })

const SINCE = new Date(BEGIN).toISOString()
const UNTIL = new Date(BEGIN + 30 * DAY_MS).toISOString()
const SPAN = ['--since', SINCE, '--until', UNTIL]
const PATH = `/admin/api/shield/what-if?since=${SINCE}&until=${UNTIL}`

let real: Real
beforeAll(async () => {
  real = await startReal({
    SERVICES: JSON.stringify({ services: { default: {}, other: {} } }),
  })
  const client = new Sqlite(join(real.directory, 'data', 'countersign.db'))
  writeToSqlite(client, makeMonth({ people: 40, seed: 22 }))
  client.close()
})
afterAll(() => real.close())

it('tells the same figures in words, in JSON and by the API', async () => {
  const { status, body } = await real.admin.get(PATH)
  expect(status).toBe(200)
  const printed = await runHere(real, ['shield', ...SPAN, '--json'])
  expect(printed).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(printed.stdout)).toEqual(body)
  const [cost] = body.all.costs
  const told = `${body.all.starts} starts, 3 of them approved, ${cost.cost} EUR`
  const { stdout } = await runHere(real, ['shield', ...SPAN])
  expect(stdout).toContain(`All rules together would have stopped ${told}.`)
  for (const text of [...PUMPED, 'network: nothing', '(stopped 4 ×)'])
    expect(stdout).toContain(text)
})

it('lists each start as evidence, without a number', async () => {
  const { body } = await real.admin.get(`${PATH}&rule=prefix`)
  const { stdout } = await runHere(real, ['shield', ...SPAN, '--rule', 'prefix', '--starts'])
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(body.all.starts)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    verification: expect.stringMatching(/^vrf_/),
    at: expect.any(String),
    service: 'default',
    stopped_by: [{ rule: 'prefix', value: expect.stringMatching(/^371221[012]$/) }],
  })
  expect(stdout).not.toMatch(/371221\d{5}/)
})

it('a key of another service reads nothing of this one, and a wrong word is named', async () => {
  const made = { service: 'other', scopes: ['admin:read'], name: 'ann' }
  const { key } = (await real.admin.post('/admin/api/keys/create', made)).body
  const other = await createClient(real.url, key)
  expect((await other.get(PATH)).body).toMatchObject({ starts: 0, all: { starts: 0 } })
  expect((await other.get(`${PATH}&service=default`)).status).toBe(400)
  const wrong = await runHere(real, ['shield', '--rule', 'moon'])
  expect(wrong.status).toBe(2)
  expect(wrong.stderr).toContain('--rule must be one of prefix, sequential')
})

it('shows what was stopped lately, by rule, in the console and the API alike', async () => {
  const client = new Sqlite(join(real.directory, 'data', 'countersign.db'))
  const since = Date.now() - DAY_MS
  const insert = client.prepare(`insert into shield_stops
    (since, until, service, rule, value, strikes, mode, currency, starts, approved, micros)
    values (${since}, ${since + 900_000}, 'default', 'prefix', '3712210', 1, 'record', ?, ?, ?, ?)`)
  insert.run('', 412, 3, 0)
  insert.run('EUR', 0, 0, 31_200_000)
  client.close()
  const { body } = await real.admin.get('/admin/api/shield?service=default')
  const sums = { starts: 412, approved: 3, costs: [{ cost: '31.20', currency: 'EUR' }] }
  const [prefix] = body.rules
  expect(prefix).toMatchObject({ rule: 'prefix', modes: ['record'], stops: 1, ...sums })
  expect(prefix.newest).toMatchObject([{ value: '3712210', mode: 'record', ...sums }])
  const text = readable(await (await signedIn(real)).get('/admin/shield'))
  expect(text).toContain('Records only 1 412 3 31.20 EUR')
  expect(text).toMatch(/\+3712210•••• prefix .* Records only 412 3 31\.20 EUR default/)
  const shop = await signedIn(real, await makeKey(real, 'other', ['admin:read']))
  expect(readable(await shop.get('/admin/shield'))).toContain('No rule noticed anything.')
})

it('runs one at a time on a node', async () => {
  const both = await Promise.all([real.admin.get(PATH), real.admin.get(PATH)])
  expect(both.map(({ status }) => status).toSorted()).toEqual([200, 503])
})
