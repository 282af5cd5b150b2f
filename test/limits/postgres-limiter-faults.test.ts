import { randomUUID } from 'node:crypto'
import pg from 'pg'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { openPostgresLimiter, type PostgresLimiter } from '../../src/limits/postgres-limiter.ts'
import { prepareDatabase } from '../../src/storage/postgres/open.ts'
import type { Admission } from '../../src/verification/limit-ports.ts'
import { keyOf, remaining } from '../contract/limiter.ts'
import { waitFor } from '../e2e/service-process.ts'
import { createDatabase } from '../postgres/databases.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { quiet } from '../quiet.ts'
import { MIGRATIONS } from '../storage/postgres/fixture.ts'
import { startAdmitting } from './admit-process.ts'
import { silent, useLimitsDatabase } from './postgres-fixture.ts'
import { startProxy } from './proxy.ts'

const limits = useLimitsDatabase()
const query = <Row>(text: string, values?: unknown[]) => limits.database().query<Row>(text, values)

let person = ''
let holder: pg.Client
beforeEach(async () => {
  person = randomUUID()
  holder = new pg.Client({ connectionString: limits.database().url })
  holder.on('error', () => {})
  await holder.connect()
})
afterEach(() => holder.end())

const ip = () => keyOf('sends_per_ip_burst', person, 3)
const number = () => keyOf('sends_per_number_burst', person, 3)

const prefix = () => keyOf('sends_per_prefix_hour', person, 3)

const hold = (name: string, by = holder) =>
  by.query(`begin; update limit_counters set points = points where key = '${name}:${person}'`)
/** Resolves when so many of the limiters' connections to this database, or `by`, wait for a row. */
const waiting = (count: number, by?: pg.Client) =>
  waitFor('somebody to wait for a row', async () => {
    const rows = await query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
       and (pid = $1 or $1 is null and application_name = 'countersign limits')`,
      [by ? (by as unknown as { processID: number }).processID : null],
    )
    return rows.length === count || undefined
  })
const terminate = () =>
  query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'countersign limits'`)

/** An admission as soon as there is one, whatever is refused with StoreUnavailableError before. */
function recovered(limiter: PostgresLimiter): Promise<Admission> {
  return waitFor('the limiter to recover', () =>
    limiter.admit([number()]).catch((error: unknown) => {
      if (error instanceof StoreUnavailableError) return undefined
      throw error
    }),
  )
}

describe('C17: a database that fails', () => {
  it('a row held for long: refuses at the deadline, spends nothing, and others pass meanwhile', async () => {
    const limiter = await limits.open({ deadlineMs: 400 })
    await limiter.admit([ip(), number()])
    await hold('sends_per_number_burst')
    const start = performance.now()
    const stuck = [limiter.admit([ip(), number()]), limiter.admit([number()])]
    const passed = await limiter.admit([keyOf('check_per_ip', person, 3)])
    const answers = await Promise.allSettled(stuck)
    expect(quiet(performance.now() - start)).toBeLessThan(1_000)
    for (const answer of answers)
      expect(answer).toMatchObject({ reason: expect.any(StoreUnavailableError) })
    expect(passed.kind).toBe('admitted')
    await holder.query('rollback')
    expect(remaining(await limiter.admit([ip(), number()]))).toEqual([1, 1])
  })

  it('a row held for a moment: waits and admits', async () => {
    const limiter = await limits.open()
    await limiter.admit([number()])
    await hold('sends_per_number_burst')
    const answer = limiter.admit([number()])
    await waiting(1)
    await holder.query('commit')
    expect(remaining(await answer)).toEqual([1])
  })

  it('a node frozen while counting: the server frees its rows, and takes its counts back', async () => {
    const limiter = await limits.open()
    await limiter.admit([ip(), number()])
    await hold('sends_per_number_burst')
    const frozen = startAdmitting({
      ...{ engine: 'postgres', at: limits.database().url, keys: [ip(), number()], times: 1 },
    })
    onTestFinished(() => void frozen.child.kill('SIGKILL'))
    await frozen.line()
    frozen.go()
    await waiting(1)
    frozen.child.kill('SIGSTOP')
    // It gets the row, and does not go on.
    await holder.query('commit')
    expect(remaining(await limiter.admit([ip(), number()]))).toEqual([1, 1])
    frozen.child.kill('SIGCONT')
    expect(await frozen.line()).toBe('0 admitted, 1 failed')
  })

  it('rows that another program locks in another order: tries again', async () => {
    const { name } = limits.database()
    await (await limits.open()).admit([ip(), number(), prefix()])
    await query(`alter database ${name} set deadlock_timeout = '50ms'`)
    const quick = await limits.open({ deadlineMs: 20_000 })
    await query(`alter database ${name} reset deadlock_timeout`)
    const gate = new pg.Client({ connectionString: limits.database().url })
    await gate.connect()
    onTestFinished(() => gate.end())
    // The limiter closes the circle, and it alone looks for one: whatever the machine does, it is the one that gets the error.
    await holder.query(`set deadlock_timeout = '1h'`)
    await hold('sends_per_prefix_hour')
    await hold('sends_per_number_burst', gate)
    const answer = quick.admit([ip(), number(), prefix()])
    await waiting(1)
    const held = holder.query(
      `update limit_counters set points = points where key = 'sends_per_ip_burst:${person}'`,
    )
    await waiting(1, holder)
    await gate.query('commit')
    await held
    await holder.query('commit')
    expect(remaining(await answer)).toEqual([1, 1, 1])
  })

  it('connections ended while idle: continues with others, every count kept', async () => {
    const limiter = await limits.open()
    await Promise.all([limiter.admit([number()]), limiter.admit([ip()])])
    await terminate()
    expect(remaining(await recovered(limiter))).toEqual([1])
  })

  it('a connection ended while counting: refuses, and its counts are taken back', async () => {
    const limiter = await limits.open()
    await limiter.admit([ip(), number()])
    await hold('sends_per_number_burst')
    const answer = limiter.admit([ip(), number()])
    await waiting(1)
    await Promise.all([expect(answer).rejects.toThrow(StoreUnavailableError), terminate()])
    await holder.query('rollback')
    expect(remaining(await limiter.admit([ip(), number()]))).toEqual([1, 1])
  })

  it('a network that swallows: refuses at the deadline, and again with new connections', async () => {
    const url = new URL(limits.database().url)
    const proxy = await startProxy(Number(url.port))
    url.port = String(proxy.port)
    const limiter = await limits.open({ url: url.href, deadlineMs: 600 })
    await limiter.admit([number()])
    proxy.hold()
    const start = performance.now()
    for (let n = 0; n < 3; n += 1)
      await expect(limiter.admit([number()])).rejects.toThrow(StoreUnavailableError)
    expect(quiet(performance.now() - start)).toBeLessThan(2_400)
    proxy.release()
    expect(remaining(await recovered(limiter))).toEqual([1])
    proxy.close()
  })

  it('read-only: refuses, recovers with every count kept', async () => {
    const { name } = limits.database()
    const limiter = await limits.open()
    await limiter.admit([number()])
    await query(`alter database ${name} set default_transaction_read_only = on`)
    await terminate()
    const readOnly = await limits.open()
    for (let n = 0; n < 3; n += 1)
      await expect(readOnly.admit([number()])).rejects.toThrow(StoreUnavailableError)
    const writer = new pg.Client({ connectionString: limits.database().url })
    await writer.connect()
    await writer.query('set default_transaction_read_only = off')
    await writer.query(`alter database ${name} reset default_transaction_read_only`)
    await writer.end()
    await terminate()
    expect(remaining(await recovered(readOnly))).toEqual([1])
  })

  it('too many callers: the surplus is refused at once', async () => {
    const limiter = await limits.open({ size: 2, maxWaiting: 10 })
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => limiter.admit([keyOf('check_per_ip', `${n}`, 3)])),
    )
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(88)
    expect(refused[0]).toMatchObject({ reason: expect.any(StoreUnavailableError) })
    expect((await limiter.admit([number()])).kind).toBe('admitted')
  })

  it('without the table: fails at the start', async () => {
    const empty = await createDatabase()
    await expect(openPostgresLimiter({ url: empty.url, size: 2, logger: silent })).rejects.toThrow(
      StoreUnavailableError,
    )
    await empty.drop()
  })

  it('closed: refuses', async () => {
    const limiter = await limits.open()
    await limiter.close()
    await expect(limiter.admit([number()])).rejects.toThrow(StoreUnavailableError)
  })
})

describe('a server that disappears and returns', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    await prepareDatabase({ url: server.url(), migrationsFolder: MIGRATIONS })
  })
  afterAll(() => server.stop())

  it.each(['fast', 'immediate'] as const)(
    'C17: %s: refuses while it is down, recovers automatically with every count kept',
    async (mode) => {
      const limiter = await openPostgresLimiter({ url: server.url(), size: 3, logger: silent })
      await limiter.admit([number()])
      let isBack = false
      const restarting = server.restart(mode).then(() => {
        isBack = true
      })
      let refused = 0
      while (!isBack) {
        const answer = await limiter.admit([ip()]).catch((error: unknown) => error)
        if (answer instanceof StoreUnavailableError) refused += 1
        else expect(answer).toMatchObject({ kind: expect.stringMatching(/admitted|refused/) })
      }
      await restarting
      expect(refused).toBeGreaterThan(0)
      expect(remaining(await recovered(limiter))).toEqual([1])
      await limiter.close()
    },
  )
})

describe('what travels', () => {
  it.each([
    ['none', true],
    ['transaction', false],
  ] as const)('with the pooler %s statements have names: %s', async (pooler, isNamed) => {
    const url = new URL(limits.database().url)
    const proxy = await startProxy(Number(url.port))
    url.port = String(proxy.port)
    const limiter = await limits.open({ url: url.href, pooler })
    await limiter.admit([number()])
    expect(proxy.sent().includes('limit_counters:rlflx-upsert')).toBe(isNamed)
    // What a pooler would not take along.
    expect(proxy.sent()).not.toMatch(/\0(statement_timeout|lock_timeout|options)\0/)
    expect(proxy.sent()).toContain('set local idle_in_transaction_session_timeout')
    proxy.close()
  })
})
