import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSqliteLimiter, type SqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import type { LimitName } from '../../src/verification/policy.ts'
import type { Admission, LimitKey } from '../../src/verification/ports.ts'

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
  const limiter = await openSqliteLimiter({ path })
  opened.push(limiter)
  return limiter
}

function keyOf(name: LimitName, key: string, max: number, windowSeconds = 600): LimitKey {
  return { name, key, limit: { max, windowSeconds } }
}
const ip = (max: number) => keyOf('sends_per_ip_burst', 'address', max)
const number = (max: number) => keyOf('sends_per_number_burst', 'number', max)
const day = (max: number) => keyOf('sends_per_number_day', 'number', max, 86_400)

const admitted = (answers: readonly Admission[]) =>
  answers.filter(({ kind }) => kind === 'admitted').length
const remaining = (answer: Admission) =>
  answer.kind === 'admitted' ? answer.budgets.map((budget) => budget.remaining) : answer

function startChild(times: number, max: number) {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'admit-child.ts'), path, String(times), String(max)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => (await lines.next()).value as string | undefined
  return { child, line, go: () => child.stdin.end('go\n') }
}

describe('the limiter on SQLite', () => {
  it('C15: of 100 parallel admissions at a limit of 5 exactly 5 pass', async () => {
    const limiter = await open()
    const answers = await Promise.all(Array.from({ length: 100 }, () => limiter.admit([number(5)])))
    expect(admitted(answers)).toBe(5)
  })

  it('C15: four processes with 50 each at a limit of 5 admit exactly 5', async () => {
    const children = Array.from({ length: 4 }, () => startChild(50, 5))
    for (const { line } of children) expect(await line()).toBe('open')
    for (const { go } of children) go()
    const counts = await Promise.all(children.map(async ({ line }) => Number(await line())))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5)
  })

  it('opens in six processes at once, where the file does not exist yet', async () => {
    const children = Array.from({ length: 6 }, () => startChild(1, 6))
    expect(await Promise.all(children.map(({ line }) => line()))).toEqual(Array(6).fill('open'))
    for (const { go } of children) go()
    const codes = await Promise.all(children.map(({ child }) => once(child, 'exit')))
    expect(codes.map(([code]) => code)).toEqual(Array(6).fill(0))
  })

  it("C16: a refusal by the address leaves the number's budgets alone, and the other way round", async () => {
    const limiter = await open()
    await limiter.admit([ip(1)])
    for (let i = 0; i < 10; i += 1) {
      expect(await limiter.admit([ip(1), number(5), day(5)])).toMatchObject({
        kind: 'refused',
        name: 'sends_per_ip_burst',
      })
    }
    expect(remaining(await limiter.admit([number(5), day(5)]))).toEqual([4, 4])
    for (let i = 0; i < 4; i += 1) await limiter.admit([number(5)])
    for (let i = 0; i < 10; i += 1)
      expect((await limiter.admit([ip(9), number(5), day(5)])).kind).toBe('refused')
    expect(remaining(await limiter.admit([ip(9), day(5)]))).toEqual([7, 3])
  })

  it('tells what is left and when the window ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 })
    const limiter = await open()
    await limiter.admit([number(3)])
    vi.setSystemTime(1_800_000_000_000 + 100_500)
    expect(await limiter.admit([number(3)])).toEqual({
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

  it('who obeys Retry-After is admitted, and with the full budget of the new window', async () => {
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

  it('limits with the same key, maximum and window do not share a counter', async () => {
    const limiter = await open()
    await limiter.admit([keyOf('sends_per_ip_burst', 'same', 1)])
    const other = await limiter.admit([keyOf('check_per_ip', 'same', 1)])
    expect(other.kind).toBe('admitted')
  })

  it('a limit of 0 admits nothing', async () => {
    expect((await (await open()).admit([number(0)])).kind).toBe('refused')
  })

  it('keeps its counters over a restart', async () => {
    const first = await open()
    for (let i = 0; i < 5; i += 1) await first.admit([number(5)])
    await first.close()
    expect((await (await open()).admit([number(5)])).kind).toBe('refused')
  })
})
