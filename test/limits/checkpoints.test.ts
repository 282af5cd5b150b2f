// The log of the limits' file, which another thread keeps short: real files, no clock.

import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkpointRegularly } from '../../src/limits/limits-database.ts'
import { openSqliteLimiter, type SqliteLimiter } from '../../src/limits/sqlite-limiter.ts'
import { makeDirectory } from '../storage/sqlite/fixture.ts'

/** A checkpoint waits for 1,000 frames; an admission writes two at least. */
const ADMISSIONS = 600

describe('checkpoints of the limits', () => {
  let directory: ReturnType<typeof makeDirectory>
  let path: string
  let limiter: SqliteLimiter
  let keys = 0
  const ends: (() => void)[] = []
  beforeEach(async () => {
    directory = makeDirectory()
    path = join(directory.path, 'limits.db')
    limiter = await openSqliteLimiter({ path, isCheckpointed: true })
  })
  afterEach(async () => {
    for (const end of ends.splice(0)) end()
    await limiter.close()
    directory.remove()
  })

  const admit = () => {
    keys += 1
    const limit = { max: 5, windowSeconds: 3600 }
    return limiter.admit([{ name: 'sends_per_ip_hour', key: `${keys}`.padStart(64, '0'), limit }])
  }
  async function admitMany(): Promise<void> {
    for (let n = 0; n < ADMISSIONS; n += 1) await admit()
  }
  /** What a checkpoint has copied stays in the file, which grows by it. */
  const size = () => statSync(path).size
  async function untilLargerThan(bytes: number): Promise<void> {
    while (size() <= bytes) await new Promise((next) => setTimeout(next, 20))
  }

  it('an admission never waits for one: the log grows until the other thread has copied it', async () => {
    const empty = size()
    await admitMany()
    expect(size()).toBe(empty)
    ends.push(checkpointRegularly(path))
    await untilLargerThan(empty)
  })

  it('C19: a file that was removed is left, and the one that the limiter begins is kept short', async () => {
    const empty = size()
    ends.push(checkpointRegularly(path))
    await admitMany()
    await untilLargerThan(empty)
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    await expect(admit()).rejects.toThrow('removed')
    await admitMany()
    await untilLargerThan(empty)
  })
})
