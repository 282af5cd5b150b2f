// C62: a receiver was away for days, and 10^6 messages to it wait, an erased person's among them. They go on being sent, the erasure
// is complete and quick, nothing reads the whole table, and the service stays small. (`npm test` takes 20,000.)

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import DatabaseFile from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { LONG } from '../long.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { quiet } from '../quiet.ts'
import {
  ADMIN_KEY,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'

const BACKLOG = LONG ? 1_000_000 : 20_000
/** Of a stranger's verification: the long form is there within two minutes on either engine. */
const OF_EACH = LONG ? 10 : 1
const OF_PERSON = 200
const SENT_MEANWHILE = 300
const ERASED_WITHIN_MS = 2_000
const MAX_RSS_MIB = 300
const PERSON = '+14155550162'
const STRANGER = '+14155550163'
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`
/** Bulk rows are written in one statement. */
const MINUTES = 60_000

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** What the bulk writes by, on either engine. */
type Bulk = {
  columns: readonly string[]
  run(text: string): Promise<unknown>
  /** Of `n.x`, which counts from 1. */
  series(count: number): string
  id(offset: number): string
  randomBytes: string
}

/** As if they had been approved while the receiver was away: each with its messages, `laterMs` after the first one is due. */
async function fill(bulk: Bulk, like: string, messages: number, offset: number, laterMs: number) {
  const isStranger = offset > 0
  const ofEach = isStranger ? OF_EACH : 1
  const count = messages / ofEach
  const columns = bulk.columns.filter((name) => name !== 'seq')
  const values = columns.map((name) => {
    if (name === 'id') return bulk.id(offset)
    return isStranger && /^(address|budget)_index$/.test(name) ? bulk.randomBytes : `v.${name}`
  })
  await bulk.run(`insert into verifications (${columns.join(', ')}) select ${values.join(', ')}
    from verifications v cross join (${bulk.series(count)}) n where v.id = '${like}'`)
  await bulk.run(`insert into webhook_messages (verification_seq, destination, sequence, type, at, details, state, tries, due_at)
    select v.seq, m.destination, s.x, m.type, m.at, m.details, 'queued', 0, m.at + ${laterMs}
    from (${bulk.series(count)}) n join verifications v on v.id = ${bulk.id(offset)}
      cross join (${bulk.series(ofEach)}) s
      cross join (select w.* from webhook_messages w join verifications o on o.seq = w.verification_seq
        where o.id = '${like}' limit 1) m`)
}

function bulkOfFile(path: string): Bulk & { close(): void } {
  const file = new DatabaseFile(path)
  const columns = file.pragma('table_info(verifications)') as { name: string }[]
  return {
    columns: columns.map(({ name }) => name),
    run: async (text) => file.exec(text),
    series: (count) =>
      `with recursive c(x) as (select 1 union all select x + 1 from c where x < ${count}) select x from c`,
    id: (offset) => `'vrf_' || printf('%032d', ${offset} + n.x)`,
    randomBytes: 'randomblob(32)',
    close: () => file.close(),
  }
}

async function bulkOf(database: Database): Promise<Bulk & { close(): void }> {
  const columns = await database.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'verifications'`,
  )
  return {
    columns: columns.map(({ name }) => name),
    run: (text) => database.query(text),
    series: (count) => `select x from generate_series(1, ${count}) x`,
    id: (offset) => `'vrf_' || lpad((${offset} + n.x)::text, 32, '0')`,
    randomBytes: `decode(md5(n.x::text) || md5('b' || n.x), 'hex')`,
    close: () => {},
  }
}

async function approve(service: ServiceProcess, to: string): Promise<string> {
  const { id } = (await service.post('/verify/start', { to })).body
  const checked = await service.post('/verify/check', { id, code: await codeFor(service, id) })
  expect(checked.status).toBe(200)
  return id
}

const idIn = ({ body }: { body: string }) => JSON.parse(body).data.verification_id as string
const rssMib = ({ child: { pid } }: ServiceProcess) => {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return 0
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]) / 1024
}

/** Two approvals whose messages nobody takes; the others are made like them. */
async function prepare(
  env: Record<string, string>,
  path: string,
  open: () => Promise<Bulk & { close(): void }>,
): Promise<FaultServer> {
  const receiver = await startFaultServer((response) => response.writeHead(500).end())
  opened.push(receiver)
  const settings = {
    ...env,
    ...UNLIMITED,
    WEBHOOK_URL: `${receiver.url}/in`,
    WEBHOOK_SECRET: SECRET,
  }
  const service = await startService(path, settings)
  const [person, stranger] = [await approve(service, PERSON), await approve(service, STRANGER)]
  await waitFor('both to be tried', () => receiver.seen.length >= 2 || undefined)
  expect(await service.stop()).toBe(0)
  const bulk = await open()
  const half = BACKLOG / 2
  await fill(bulk, stranger, half, 1_000_000, 0)
  // Due after those: none of them goes out before they are erased.
  await fill(bulk, person, OF_PERSON, 0, MINUTES)
  await bulk.run(`update webhook_messages set due_at = due_at + ${MINUTES} where verification_seq =
    (select seq from verifications where id = '${person}')`)
  await fill(bulk, stranger, half, 5_000_000, 0)
  await bulk.run('analyze')
  bulk.close()
  receiver.seen.splice(0)
  receiver.behave((response) => response.writeHead(204).end())
  return receiver
}

async function erase(service: ServiceProcess): Promise<void> {
  const began = performance.now()
  const erased = await service.post(
    '/admin/api/recipients/erase',
    { to: PERSON },
    { authorization: `Bearer ${ADMIN_KEY}` },
  )
  expect(quiet(performance.now() - began)).toBeLessThan(ERASED_WITHIN_MS)
  expect(erased.status).toBe(200)
  expect(erased.body).toMatchObject({ verifications: OF_PERSON + 1 })
}

/** @param countLeft messages of the person */
async function expectGoesOn(
  service: ServiceProcess,
  receiver: FaultServer,
  countLeft: () => Promise<number>,
): Promise<void> {
  await waitFor('the backlog to go out', () => receiver.seen[20])
  await erase(service)
  expect(await countLeft()).toBe(0)
  const sent = receiver.seen.length
  await waitFor('it to go on', () => receiver.seen[sent + SENT_MEANWHILE])
  const started = performance.now()
  expect((await service.post('/verify/start', { to: PERSON })).status).toBe(201)
  expect(quiet(performance.now() - started)).toBeLessThan(1_000)
  const ofPerson = receiver.seen.map(idIn).filter((id) => Number(id.slice(4)) <= OF_PERSON)
  expect(ofPerson).toEqual([])
  expect(new Set(receiver.seen.map(({ headers }) => headers['webhook-id'])).size).toBe(
    receiver.seen.length,
  )
  expect(rssMib(service)).toBeLessThan(MAX_RSS_MIB)
}

const PATIENCE = { timeout: LONG ? 900_000 : 180_000 }

describe(`C62: ${BACKLOG} messages to a webhook wait, an erased person's among them`, () => {
  it('on SQLite', PATIENCE, async () => {
    const { path, remove } = temporaryDirectory()
    opened.push({ close: remove })
    const file = join(path, 'countersign.db')
    const receiver = await prepare({}, path, async () => bulkOfFile(file))
    const settings = { ...UNLIMITED, WEBHOOK_URL: `${receiver.url}/in`, WEBHOOK_SECRET: SECRET }
    const service = await startService(path, settings)
    opened.push({ close: () => service.stop() })
    const reader = new DatabaseFile(file, { readonly: true })
    opened.push({ close: () => reader.close() })
    const countLeft = async () =>
      (
        reader
          .prepare(
            `select count(*) as n from webhook_messages w join verifications v on v.seq = w.verification_seq where v.id <= ?`,
          )
          .get(`vrf_${String(OF_PERSON).padStart(32, '0')}`) as { n: number }
      ).n
    await expectGoesOn(service, receiver, countLeft)
  })

  it.runIf(LONG)(
    'on PostgreSQL, where no table of theirs is read as a whole',
    PATIENCE,
    async () => {
      const { path, remove } = temporaryDirectory()
      const database = await createDatabase()
      opened.push({ close: remove }, { close: database.drop })
      const env = { DATABASE_URL: database.url }
      const receiver = await prepare(env, path, () => bulkOf(database))
      const scans = async () => {
        const [row] = await database.query<{ n: string }>(
          `select sum(seq_tup_read) as n from pg_stat_user_tables where relname in ('webhook_messages', 'verifications', 'events')`,
        )
        return Number(row?.n)
      }
      const settings = {
        ...env,
        ...UNLIMITED,
        WEBHOOK_URL: `${receiver.url}/in`,
        WEBHOOK_SECRET: SECRET,
      }
      const before = await scans()
      const service = await startService(path, settings)
      opened.push({ close: () => service.stop() })
      const countLeft = async () => {
        const [row] = await database.query<{ n: string }>(
          `select count(*) as n from webhook_messages w join verifications v on v.seq = w.verification_seq where v.id <= $1`,
          [`vrf_${String(OF_PERSON).padStart(32, '0')}`],
        )
        return Number(row?.n)
      }
      await expectGoesOn(service, receiver, countLeft)
      // What a connection did is told when it ends.
      expect(await service.stop()).toBe(0)
      const read = (await scans()) - before
      expect(read).toBeLessThan(BACKLOG / OF_EACH / 2)
    },
  )
})
