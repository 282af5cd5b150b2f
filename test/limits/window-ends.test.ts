// C9 and C16: bursts around a window's end, with the library's own clock (the wall) steered.
// Windows are fixed: up to twice the limit passes around an end, and never more.

import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSqliteLimiter, type SqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import { temporaryDirectory } from '../e2e/service-process.ts'

const LIMIT = { max: 5, windowSeconds: 600 }
const WINDOW_MS = LIMIT.windowSeconds * 1000
const T0 = Date.UTC(2026, 10, 1)

describe('around the end of a window', () => {
  const directory = temporaryDirectory()
  let files = 0
  let limiter: SqliteLimiter
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: T0 })
    files += 1
    limiter = await openSqliteLimiter({ path: join(directory.path, `limits-${files}.db`) })
  })
  afterEach(async () => {
    await limiter.close()
    vi.useRealTimers()
  })

  const keyOf = (name: 'sends_per_number_burst' | 'sends_per_ip_burst', max = LIMIT.max) => ({
    ...{ name, key: 'one', limit: { ...LIMIT, max } },
  })
  const NUMBER = keyOf('sends_per_number_burst')
  const ADDRESS = keyOf('sends_per_ip_burst', 2)

  async function admitted(keys: Parameters<SqliteLimiter['admit']>[0], times = 20) {
    const answers = await Promise.all(Array.from({ length: times }, () => limiter.admit(keys)))
    return answers.filter(({ kind }) => kind === 'admitted').length
  }

  /** The most that any span of one window's length has let through. */
  function mostInOneWindow(passed: { at: number; count: number }[]): number {
    return Math.max(
      ...passed.map(({ at: end }) =>
        passed
          .filter(({ at }) => at > end - WINDOW_MS && at <= end)
          .reduce((sum, { count }) => sum + count, 0),
      ),
    )
  }

  it.each([
    ['just before and just after each end', [1, WINDOW_MS - 2, 2]],
    ['one early, the rest before the end', [0, WINDOW_MS - 1, 1]],
    ['all the time', Array.from({ length: 13 }, () => WINDOW_MS / 13)],
    ['a little later each time', [WINDOW_MS / 3 + 1]],
    ['in step with the window', [WINDOW_MS]],
  ])(
    'C9: %s: at most twice the limit in a window, and the limit in the long run',
    async (_name, pauses) => {
      const passed: { at: number; count: number }[] = []
      const WINDOWS = 6
      for (let step = 0; Date.now() - T0 < WINDOWS * WINDOW_MS; step += 1) {
        passed.push({ at: Date.now(), count: await admitted([NUMBER]) })
        vi.setSystemTime(Date.now() + (pauses[step % pauses.length] as number))
      }
      expect(mostInOneWindow(passed)).toBeLessThanOrEqual(2 * LIMIT.max)
      const total = passed.reduce((sum, { count }) => sum + count, 0)
      expect(total).toBeLessThanOrEqual(LIMIT.max * WINDOWS)
      expect(total, 'the limit is also let through').toBeGreaterThanOrEqual(LIMIT.max * 2)
    },
  )

  it('C9: refused ones neither end a window early nor postpone its end', async () => {
    expect(await admitted([NUMBER])).toBe(LIMIT.max)
    for (let n = 0; n < 10; n += 1) {
      vi.setSystemTime(Date.now() + WINDOW_MS / 10 - 1)
      expect(await admitted([NUMBER])).toBe(0)
    }
    vi.setSystemTime(T0 + WINDOW_MS + 1)
    expect(await admitted([NUMBER])).toBe(LIMIT.max)
  })

  it('C16: refused by the address until the number’s window has ended: then exactly the limit', async () => {
    expect(await admitted([ADDRESS])).toBe(2)
    vi.setSystemTime(T0 + 1_000)
    expect(await admitted([NUMBER], 1)).toBe(1)
    // Five obeyed refusals before, at and after the end of what the number has counted.
    for (const at of [2_000, WINDOW_MS - 1, WINDOW_MS, WINDOW_MS + 1_000, WINDOW_MS + 1_001]) {
      vi.setSystemTime(T0 + at)
      if (at < WINDOW_MS) expect(await admitted([ADDRESS, NUMBER], 5)).toBe(0)
      else await limiter.admit([keyOf('sends_per_ip_burst', 0), NUMBER])
    }
    expect(await admitted([NUMBER]), 'neither four nor six').toBe(LIMIT.max)
  })
})
