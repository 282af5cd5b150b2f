// C37 over nodes: one PostgreSQL, three nodes whose walls are right, ten minutes ahead and ten minutes behind.
// Expiry, leases, windows and what is told go by the database's clock: nobody can tell the nodes apart.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database } from '../postgres/databases.ts'
import {
  ADMIN_KEY,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

const MINUTE = 60_000
const AHEAD_MS = [0, 10 * MINUTE, -10 * MINUTE]
/** Two processes' reading of one clock, and a second cut off in RFC 3339. */
const NEAR_MS = 2_000

const directory = temporaryDirectory()
let database: Database
let nodes: ServiceProcess[]
beforeAll(async () => {
  database = await createDatabase()
  nodes = await Promise.all(
    AHEAD_MS.map((ms, n) => {
      const file = join(directory.path, `wall-${n}`)
      writeFileSync(file, String(ms))
      const preload = `${pathToFileURL('test/e2e/moved-clock.ts')}?${encodeURIComponent(file)}`
      return startService(directory.path, {
        NODE_OPTIONS: `--import ${preload}`,
        DATABASE_URL: database.url,
        LIMIT_SENDS_PER_NUMBER_BURST: '3/600',
      })
    }),
  )
})
afterAll(async () => {
  for (const node of nodes) node.kill('SIGKILL')
  await Promise.all(nodes.map(({ exited }) => exited))
  await database.drop()
  directory.remove()
})

const node = (n: number) => nodes[n % nodes.length] as ServiceProcess
const pairs = AHEAD_MS.flatMap((_, from) => AHEAD_MS.map((_ms, to) => ({ from, to })))

it.each(pairs)('started on node $from, checked on node $to', async ({ from, to }) => {
  const started = await node(from).post('/verify/start', { to: `clock-${from}-${to}@example.com` })
  expect(started.status).toBe(201)
  const { id, expires_at: expiresAt, created_at: createdAt } = started.body
  expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(NEAR_MS)
  const seen = await node(to).get(`/verify/${id}`)
  expect(seen.body).toMatchObject({ status: 'pending', expires_at: expiresAt })
  expect(seen.body.expires_in).toBeGreaterThan(590)
  const code = await waitFor('the message, from whichever node', async () => {
    for (const one of nodes) {
      const found = await Promise.race([codeFor(one, id), soon()])
      if (found) return found
    }
    return undefined
  })
  const checked = await node(to).post('/verify/check', { id, code })
  expect(checked.body).toMatchObject({ status: 'approved' })
})

const soon = () => new Promise<undefined>((resolve) => setTimeout(resolve, 50, undefined))

it('a code that has expired by the database’s clock is refused everywhere, and one that has not nowhere', async () => {
  const started = await node(0).post('/verify/start', { to: 'expiry@example.com' })
  const { id } = started.body
  const move = (ms: number) =>
    database.query('update verifications set expires_at = expires_at + $1 where id = $2', [ms, id])
  await move(-600_500)
  for (const n of [0, 1, 2])
    expect((await node(n).post('/verify/check', { id, code: '000000' })).status).toBe(410)
  await move(601_500)
  expect((await node(1).post('/verify/check', { id, code: '000000' })).status).toBe(422)
  expect((await node(2).post('/verify/check', { id, code: '000000' })).status).toBe(422)
})

it('C37: the overview of an hour is the same on each node', async () => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` }
  await node(0).post('/verify/start', { to: 'overview@example.com' })
  const hours = await waitFor('figures of one minute', async () => {
    const answers = []
    for (const one of nodes) answers.push(await one.get('/admin/api/summary?span=1h', headers))
    const found = answers.map(({ body }) => ({ until: body.until, started: body.now.started }))
    return new Set(found.map(({ until }) => until)).size === 1 ? found : undefined
  })
  expect(hours[0]?.started).toBeGreaterThan(0)
  for (const hour of hours) expect(hour).toEqual(hours[0])
})

it('a window of a limit ends at one moment for all', async () => {
  const start = (n: number) => node(n).post('/verify/start', { to: 'window@example.com' })
  for (const n of [0, 1, 2]) expect((await start(n)).status).toBe(201)
  for (const n of [0, 1, 2]) {
    const refused = await start(n)
    expect(refused.status).toBe(429)
    expect(refused.body.retry_after_seconds).toBeGreaterThan(580)
    expect(refused.body.retry_after_seconds).toBeLessThanOrEqual(600)
  }
})
