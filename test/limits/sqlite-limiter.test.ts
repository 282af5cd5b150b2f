import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSqliteLimiter, type SqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import { describeLimiter, keyOf, remaining } from '../contract/limiter.ts'
import { PATIENCE_MS } from '../long.ts'
import { type AdmitTask, admitTogether, startAdmitting } from './admit-process.ts'

let directory: string
let path: string
const opened: SqliteLimiter[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'limits-'))
  path = join(directory, 'limits.db')
})
afterEach(async () => {
  vi.useRealTimers()
  for (const limiter of opened.splice(0)) await limiter.close()
  rmSync(directory, { recursive: true, force: true })
})

async function open(): Promise<SqliteLimiter> {
  const limiter = await openSqliteLimiter({ path, deadlineMs: PATIENCE_MS })
  opened.push(limiter)
  return limiter
}

const number = (max: number) => keyOf('sends_per_number_burst', 'number', max)
const day = (max: number) => keyOf('sends_per_number_day', 'number', max, 86_400)

const task = (times: number, max: number): AdmitTask => ({
  ...{ engine: 'sqlite', at: path, times, keys: [number(max)] },
})

describeLimiter('SQLite', open)

describe('the limiter on SQLite', () => {
  it("keeps its files for the service's own user", async () => {
    const limiter = await open()
    await limiter.admit([number(5)])
    const files = readdirSync(directory)
    expect(files.toSorted()).toEqual(['limits.db', 'limits.db-shm', 'limits.db-wal'])
    for (const file of files) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600)
  })

  it('C16: parallel admissions that are refused leave the other budget exactly as it was', async () => {
    const limiter = await open()
    const ip = keyOf('sends_per_ip_burst', 'address', 100)
    await Promise.all(Array.from({ length: 50 }, () => limiter.admit([ip, number(5)])))
    expect(remaining(await limiter.admit([ip]))).toEqual([94])
  })

  it('C15: four processes with 50 each at a limit of 5 admit exactly 5', async () => {
    expect(await admitTogether(Array.from({ length: 4 }, () => task(50, 5)))).toBe(5)
  })

  it('opens in six processes at once, where the file does not exist yet', async () => {
    const children = Array.from({ length: 6 }, () => startAdmitting(task(1, 6)))
    expect(await Promise.all(children.map(({ line }) => line()))).toEqual(Array(6).fill('open'))
    for (const { go } of children) go()
    const codes = await Promise.all(children.map(({ child }) => once(child, 'exit')))
    expect(codes.map(([code]) => code)).toEqual(Array(6).fill(0))
  })

  it('reports what is left and when the window ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const limiter = await open()
    await limiter.admit([number(3)])
    vi.setSystemTime(1_800_000_000_000 + 100_500)
    expect(await limiter.admit([number(3)])).toMatchObject({
      kind: 'admitted',
      budgets: [
        {
          name: 'sends_per_number_burst',
          limit: { max: 3, windowSeconds: 600 },
          remaining: 1,
          resetSeconds: 500,
        },
      ],
    })
  })

  it('names the refusal with the longest wait, rounded up', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const limiter = await open()
    await limiter.admit([number(1), day(1)])
    vi.setSystemTime(1_800_000_000_000 + 1)
    for (const keys of [
      [number(1), day(1)],
      [day(1), number(1)],
    ]) {
      expect(await limiter.admit(keys)).toEqual({
        kind: 'refused',
        name: 'sends_per_number_day',
        limit: { max: 1, windowSeconds: 86_400 },
        retryAfterSeconds: 86_400,
      })
    }
  })

  it('a caller that obeys Retry-After is admitted, with the full budget of the new window', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const limiter = await open()
    await limiter.admit([number(2)])
    await limiter.admit([number(2)])
    vi.setSystemTime(1_800_000_000_000 + 599_999)
    const refused = await limiter.admit([number(2)])
    expect(refused).toMatchObject({ kind: 'refused', retryAfterSeconds: 1 })
    vi.setSystemTime(1_800_000_000_000 + 600_999)
    expect(remaining(await limiter.admit([number(2)]))).toEqual([1])
  })
})
