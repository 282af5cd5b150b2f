import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { LIMITS_TABLE } from '../../src/limits/limits-database.ts'
import {
  openSqliteLimiter,
  type SqliteLimiter,
  type SqliteLimiterOptions,
} from '../../src/limits/sqlite-limiter.ts'
import { quiet } from '../quiet.ts'

let directory: string
let path: string
const opened: SqliteLimiter[] = []

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'limits-')), 'data')
  mkdirSync(directory)
  path = join(directory, 'limits.db')
})
afterEach(async () => {
  for (const limiter of opened.splice(0)) await limiter.close()
  rmSync(join(directory, '..'), { recursive: true, force: true })
})

async function open(options: Partial<SqliteLimiterOptions> = {}): Promise<SqliteLimiter> {
  const limiter = await openSqliteLimiter({ path, ...options })
  opened.push(limiter)
  return limiter
}
const key = {
  name: 'sends_per_number_burst',
  key: 'n',
  limit: { max: 3, windowSeconds: 600 },
} as const

describe('C17: a limit store that fails', () => {
  it('locked: refuses at the deadline without holding up the event loop, spends nothing, recovers', async () => {
    const limiter = await open({ deadlineMs: 300 })
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    let longestPause = 0
    let last = performance.now()
    const ticking = setInterval(() => {
      longestPause = Math.max(longestPause, performance.now() - last)
      last = performance.now()
    }, 5)
    const start = performance.now()
    const answers = await Promise.allSettled([limiter.admit([key]), limiter.admit([key])])
    const took = performance.now() - start
    clearInterval(ticking)
    for (const answer of answers)
      expect(answer).toMatchObject({ reason: expect.any(StoreUnavailableError) })
    // Both deadlines count from joining: the second one does not wait for its turn and then again.
    expect(quiet(took)).toBeLessThan(550)
    expect(quiet(longestPause)).toBeLessThan(200)
    other.exec('ROLLBACK')
    other.close()
    expect(await limiter.admit([key])).toMatchObject({ budgets: [{ remaining: 2 }] })
  })

  it('locked for a moment: waits and admits', async () => {
    const limiter = await open()
    const other = new Database(path)
    other.exec('BEGIN IMMEDIATE')
    const answer = limiter.admit([key])
    setTimeout(() => other.exec('COMMIT'), 50)
    expect((await answer).kind).toBe('admitted')
    other.close()
  })

  it.each([
    ['with its log', ['', '-wal', '-shm']],
    ['alone', ['']],
  ])('file removed %s: refuses once, then counts in a new file', async (_what, suffixes) => {
    const limiter = await open()
    await limiter.admit([key])
    for (const suffix of suffixes) rmSync(path + suffix, { force: true })
    await expect(limiter.admit([key])).rejects.toThrow(StoreUnavailableError)
    expect(await limiter.admit([key])).toMatchObject({ budgets: [{ remaining: 2 }] })
    await limiter.close()
    expect(await (await open()).admit([key])).toMatchObject({ budgets: [{ remaining: 1 }] })
  })

  it('directory away: refuses until it is back, with its counters', async () => {
    const limiter = await open()
    await limiter.admit([key])
    renameSync(directory, `${directory}-away`)
    for (let i = 0; i < 3; i += 1)
      await expect(limiter.admit([key])).rejects.toThrow(StoreUnavailableError)
    renameSync(`${directory}-away`, directory)
    expect(await limiter.admit([key])).toMatchObject({ budgets: [{ remaining: 1 }] })
  })

  it('garbage in its place: refuses until it is removed', async () => {
    const limiter = await open()
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    writeFileSync(path, Buffer.alloc(8_192, 'x'))
    for (let i = 0; i < 3; i += 1)
      await expect(limiter.admit([key])).rejects.toThrow(StoreUnavailableError)
    rmSync(path)
    expect((await limiter.admit([key])).kind).toBe('admitted')
  })

  it('table gone: refuses once, then counts from zero', async () => {
    const limiter = await open()
    await limiter.admit([key])
    const other = new Database(path)
    other.exec(`DROP TABLE ${LIMITS_TABLE}`)
    other.close()
    await expect(limiter.admit([key])).rejects.toThrow(StoreUnavailableError)
    expect(await limiter.admit([key])).toMatchObject({ budgets: [{ remaining: 2 }] })
  })

  it('cannot be opened at start: refuses to start', async () => {
    rmSync(directory, { recursive: true })
    await expect(open()).rejects.toThrow(StoreUnavailableError)
  })

  it('too many callers: the surplus is refused at once', async () => {
    const limiter = await open({ maxWaiting: 10 })
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => limiter.admit([{ ...key, key: String(i) }])),
    )
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(89)
    expect(refused[0]).toMatchObject({ reason: expect.any(StoreUnavailableError) })
    expect((await limiter.admit([key])).kind).toBe('admitted')
  })

  it('closed: refuses; what had joined before is answered', async () => {
    const limiter = await open()
    const before = limiter.admit([key])
    const closing = limiter.close()
    await expect(limiter.admit([key])).rejects.toThrow(StoreUnavailableError)
    expect((await before).kind).toBe('admitted')
    await closing
  })
})

const canMount =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' })
    .status === 0

describe.skipIf(!canMount)('C17: a disk that fails (needs `unshare -rm`; skipped without)', () => {
  const run = (fault: string) =>
    JSON.parse(
      execFileSync(
        'unshare',
        ['-rm', process.execPath, join(import.meta.dirname, 'fault-child.ts'), directory, fault],
        { encoding: 'utf8' },
      ),
    )

  it('full: refuses, never open, recovers with every count kept', () => {
    expect(run('full')).toEqual({
      before: 'admitted',
      during: Array(3).fill('StoreUnavailableError'),
      after: ['admitted', 'admitted', 'refused'],
    })
  })

  it('read-only: refuses, recovers with every count kept', () => {
    expect(run('read-only')).toEqual({
      before: 'admitted',
      during: Array(3).fill('StoreUnavailableError'),
      after: ['admitted', 'admitted', 'refused'],
    })
  })
})
