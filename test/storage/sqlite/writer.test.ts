// Group commit and its failures, on real files, with real locks and a disk that is full.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import Sqlite, { type Database } from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../../src/kernel/errors.ts'
import { createWriter } from '../../../src/storage/sqlite/writer.ts'
import { quiet } from '../../quiet.ts'
import { makeDirectory } from './fixture.ts'

describe('writer', () => {
  let directory: ReturnType<typeof makeDirectory>
  let path: string
  let client: Database
  const count = () => (client.prepare('SELECT count(*) n FROM t').get() as { n: number }).n
  const inserting = (value: unknown) => () =>
    client.prepare('INSERT INTO t (value) VALUES (?)').run(value).lastInsertRowid

  beforeEach(() => {
    directory = makeDirectory()
    path = join(directory.path, 'w.db')
    client = new Sqlite(path, { timeout: 0 })
    client.pragma('journal_mode = WAL')
    client.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, value ANY NOT NULL) STRICT')
  })
  afterEach(() => {
    client.close()
    directory.remove()
  })

  it('runs the waiting jobs of one tick as one transaction, and answers after COMMIT', async () => {
    const statements: string[] = []
    const logged = new Sqlite(path, {
      timeout: 0,
      verbose: (text) => statements.push(String(text)),
    })
    const writer = createWriter(logged)
    const insert = logged.prepare('INSERT INTO t (value) VALUES (1)')
    const seen: number[] = []
    await Promise.all(
      Array.from({ length: 30 }, () =>
        // Another connection sees it as soon as the promise resolves: it is committed.
        writer.write(() => insert.run()).then(() => seen.push(count())),
      ),
    )
    expect(statements.filter((text) => text.startsWith('BEGIN'))).toEqual(['BEGIN IMMEDIATE'])
    expect(statements.filter((text) => text === 'COMMIT')).toHaveLength(1)
    expect(new Set(seen)).toEqual(new Set([30]))
    logged.close()
  })

  it('a job that throws, on its own or by a constraint, fails no other', async () => {
    const writer = createWriter(client)
    const outcomes = await Promise.allSettled([
      writer.write(inserting(1)),
      writer.write(() => {
        inserting(2)()
        throw new TypeError('a bug')
      }),
      writer.write(inserting(null)),
      writer.write(inserting(3)),
    ])
    expect(outcomes.map((o) => o.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(outcomes[1]).toMatchObject({ reason: { message: 'a bug' } })
    expect(outcomes[2]).not.toMatchObject({ reason: { name: 'StoreUnavailableError' } })
    expect(client.prepare('SELECT value FROM t').pluck().all()).toEqual([1, 3])
  })

  it('is bounded: a queue that is full refuses, a batch that is large is cut', async () => {
    const writer = createWriter(client, { maxQueued: 10, maxBatch: 4 })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => writer.write(inserting(n))),
    )
    expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(10)
    expect(outcomes.at(-1)).toMatchObject({ reason: expect.any(StoreUnavailableError) })
    expect(count()).toBe(10)
  })

  it('C42: another process holds the write lock: waits without stopping the loop, then refuses, then recovers', async () => {
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'hold-lock.mjs'), path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const exited = once(holder, 'exit')
    await once(holder.stdout, 'data')
    const writer = createWriter(client)
    let longestGapMs = 0
    let last = performance.now()
    const ticking = setInterval(() => {
      longestGapMs = Math.max(longestGapMs, performance.now() - last)
      last = performance.now()
    }, 5)
    const startedAt = performance.now()
    await expect(writer.write(inserting(1))).rejects.toThrow(StoreUnavailableError)
    const waitedMs = performance.now() - startedAt
    clearInterval(ticking)
    expect(waitedMs).toBeGreaterThan(1_900)
    // Generous for a busy machine; waiting in the driver would be one gap of the whole time.
    expect(quiet(waitedMs)).toBeLessThan(10_000)
    expect(quiet(longestGapMs)).toBeLessThan(1_000)
    expect(await writer.read(count)).toBe(0)
    const waiting = writer.write(inserting(2))
    holder.stdin.end()
    await waiting
    await exited
    expect(count()).toBe(1)
  })

  it('C42: a full disk refuses the whole batch, keeps the file intact, and recovers', async () => {
    const writer = createWriter(client)
    await writer.write(inserting(0))
    const pages = Number(client.pragma('page_count', { simple: true }))
    client.pragma(`max_page_count = ${pages}`)
    const large = 'x'.repeat(100_000)
    const outcomes = await Promise.allSettled([
      writer.write(inserting(1)),
      writer.write(inserting(large)),
      writer.write(inserting(2)),
    ])
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({
        reason: { name: 'StoreUnavailableError', cause: { code: 'SQLITE_FULL' } },
      })
    expect(count()).toBe(1)
    client.pragma(`max_page_count = ${pages * 1000}`)
    await writer.write(inserting(large))
    expect(count()).toBe(2)
    expect(client.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('C42: a database that became read-only refuses writes, answers reads, and recovers', async () => {
    const writer = createWriter(client)
    await writer.write(inserting(0))
    client.pragma('query_only = ON')
    await expect(writer.write(inserting(1))).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      cause: { code: 'SQLITE_READONLY' },
    })
    expect(await writer.read(count)).toBe(1)
    client.pragma('query_only = OFF')
    await writer.write(inserting(1))
    expect(count()).toBe(2)
  })

  it('a job that fails halfway without the engine rolling back is rolled back here', async () => {
    const writer = createWriter(client)
    const outcomes = await Promise.allSettled([
      writer.write(inserting(1)),
      writer.write(() => {
        client.pragma('query_only = ON')
        inserting(2)()
      }),
    ])
    client.pragma('query_only = OFF')
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(client.inTransaction).toBe(false)
    await writer.write(inserting(3))
    expect(client.prepare('SELECT value FROM t').pluck().all()).toEqual([3])
  })

  it('drain waits for queued jobs', async () => {
    const writer = createWriter(client, { maxBatch: 2 })
    const writes = Array.from({ length: 7 }, (_, n) => writer.write(inserting(n)))
    await writer.drain()
    expect(count()).toBe(7)
    await Promise.all(writes)
    await writer.drain()
  })
})
