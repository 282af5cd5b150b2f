// C76: the counting process is killed at any moment, on either engine, with another beside it or not: the counts stay exact.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createCounter } from '../../src/counts/counter.ts'
import type { Store } from '../../src/storage/store.ts'
import { HOUR, T0 } from '../contract/rows.ts'
import { COMPILE_CACHE } from '../e2e/service-process.ts'
import { LONG } from '../long.ts'
import { openStore as openPostgres } from '../storage/postgres/fixture.ts'
import { makeDirectory, openStore as openSqlite } from '../storage/sqlite/fixture.ts'
import { expectExact, writeSome } from './log.ts'

const SCRIPT = join(import.meta.dirname, 'count-forever.ts')
const LOGGER = { info() {}, warn() {} }
/** Milliseconds after it began: within a read, a transaction, a commit, or between two steps. */
const MOMENTS = [1, 7, 18, 33]

async function beginCounting(where: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [SCRIPT, where], {
    env: { PATH: process.env.PATH, ...COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  expect((await closed)[1]).toBe('SIGKILL')
}

/** Written all the time, until `stop`. @returns how many verifications */
function keepWriting(store: Store) {
  let isOver = false
  let written = 0
  const writing = (async () => {
    while (!isOver) {
      await writeSome(store, written)
      written += 1
    }
  })()
  return async () => {
    isOver = true
    await writing
    return written
  }
}

async function finish(store: Store, written: number) {
  const counter = createCounter({
    store: store.counts,
    clock: { now: () => T0 + HOUR },
    logger: LOGGER,
  })
  while ((await counter.catchUp()).isBehind);
  await expectExact(store, written)
}

/** @param beside how many processes count at once; one of them is killed each time */
async function countUnderKills(store: Store, where: string, beside: number) {
  const children = await Promise.all(Array.from({ length: beside }, () => beginCounting(where)))
  const stop = keepWriting(store)
  for (const moment of MOMENTS) {
    await sleep(moment)
    const [first] = children.splice(0, 1, await beginCounting(where))
    if (first) await kill(first)
  }
  await Promise.all(children.map(kill))
  const written = await stop()
  const rest = (5 - (written % 5)) % 5
  for (let n = 0; n < rest; n += 1) await writeSome(store, written + n)
  expect(written).toBeGreaterThan(20)
  await finish(store, written + rest)
}

describe('C76: counting under kills', () => {
  it('on SQLite', async () => {
    const directory = makeDirectory()
    const path = join(directory.path, 'store.db')
    const store = await openSqlite(path)
    await countUnderKills(store, path, 1)
    await store.close()
    directory.remove()
  })

  it.runIf(LONG)('on PostgreSQL, with two nodes that count', async () => {
    const store = await openPostgres()
    await countUnderKills(store, store.database.url, 2)
    await store.close()
  })
})
