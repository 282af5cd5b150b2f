// countersign backup as a process of its own: what it leaves where it is stopped.

import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Real, startReal } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import { begin } from './command-process.ts'

let real: Real
beforeAll(async () => {
  real = await startReal({})
  const database = new Sqlite(join(real.directory, 'data/countersign.db'))
  // So much that copying it takes a while.
  database.exec(`create table filler as with recursive n(i) as (select 1 union all select i + 1 from n where i < 40)
    select randomblob(1000000) as bytes from n`)
  database.close()
})
afterAll(() => real.close())

it.each(['SIGTERM', 'SIGINT'] as const)(
  'C72: after %s there is a whole copy or none, and never a part of one',
  async (signal) => {
    const folder = join(real.directory, signal)
    mkdirSync(folder)
    const { child, ended } = begin(real, ['backup', '--to', folder])
    await expect
      .poll(() => readdirSync(folder).length, { timeout: PATIENCE_MS, interval: 1 })
      .toBeGreaterThan(0)
    child.kill(signal)
    const { status, stdout, stderr } = await ended
    const left = readdirSync(folder)
    expect(left.filter((name) => name.includes('.part'))).toEqual([])
    if (status === 0) expect(existsSync(stdout.trim())).toBe(true)
    else expect([status, stderr, left]).toEqual([1, 'Stopped: no copy was made.\n', []])
  },
)
