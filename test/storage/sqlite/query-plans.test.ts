// Every statement the store prepares must find its rows by an index.
// It must not list statements by hand: it records what is prepared.

import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/storage/sqlite/open.ts'
import { createSqliteEngine } from '../../../src/storage/sqlite/store.ts'
import { MIGRATIONS, makeDirectory } from './fixture.ts'

const directory = makeDirectory()
afterAll(() => directory.remove())

/** Fewer would mean that the recording does not see them. */
const AT_LEAST = 45

/** Reads a whole table, or its newest rows, because that is what was asked. */
const MAY_SCAN: readonly RegExp[] = [
  // All keys of an installation: a console page, some dozens.
  /^select .* from "api_keys" order by/,
  // The newest rows by primary key, with a limit.
  /^select max\(at\) from \(select at from events order by seq desc limit \d+\)$/,
  /^SELECT seq FROM verifications ORDER BY seq DESC LIMIT 1$/,
  /^select "seq"(?:, "at")? from "(verifications|events)" order by "\1"."seq" desc limit 1$/,
  // The oldest rows by primary key, with a limit: what retention looks at.
  /^select .* from "(verifications|events)" order by "\1"."seq" asc limit \+\?$/,
  // The sessions of one console key past its bound: the table holds some dozens.
  /^delete from "admin_sessions" where .* order by "admin_sessions"\."created_at" desc limit -1 offset \?\)$/s,
  // Who is signed in to the console: some dozens.
  /^select .* from "admin_sessions" where .* order by "admin_sessions"\."seen_at" desc limit \+\?$/,
  // What waits for a provider: found by its index, with a limit, then counted.
  /^select count\(\*\), min\(due_at\) from \(select due_at from deliveries where channel = \+\? and provider = .* limit \+\?\)$/s,
  // A stretch of verifications by primary key, with a limit, and their tries.
  /^select .* from \(select "seq" from "verifications" where .* desc limit \+\?\) "newest" inner join /,
  // What decoys are to look like: the newest messages by primary key, with a limit.
  /^select .* from \(select verification_seq, send from deliveries\s+order by verification_seq desc, send desc limit \d+\) n /s,
  // Sums of counts: a list of minutes, hours and days, and a group for each; how each is found is tested below.
  /^select b\.grp as "group".* from \(select value ->> 0 as grp,/s,
  // What waits in one channel, by its index and up to a bound.
  /^select coalesce\(sum\(due_at <= \+\?\), 0\).* where channel = \+\?[^)]* limit \d+\)$/s,
]

function recordStatements(client: Database): string[] {
  const statements: string[] = []
  const prepare = client.prepare.bind(client)
  client.prepare = ((text: string) => {
    statements.push(text)
    return prepare(text)
  }) as typeof client.prepare
  return statements
}

/** Every part of the store, those too that are made at their first use. */
async function makeStore(client: Database): Promise<void> {
  const engine = createSqliteEngine(client)
  await engine.factors.countNotUnder('none')
  await engine.rootKeys.notUnder('none', 0)
  await engine.apiKeys.list(null)
  await engine.retention.purge({ before: 0, limit: 1 })
  await engine.verificationReads.find(null, 'none')
  await engine.adminSessions.find(Buffer.alloc(32))
  await engine.webhooks.dueAt(['none'])
  await engine.counts.next(1)
  await engine.lists.version()
}

function planOf(client: Database, statement: string): string[] {
  const values = Array.from(statement.matchAll(/\?/g), () => null)
  const rows = client.prepare(`EXPLAIN QUERY PLAN ${statement}`).all(...values)
  return (rows as { detail: string }[]).map((row) => row.detail)
}

/** A scan of a table, or of an index without a condition, and a sort that no index spared. */
const isBad = (detail: string) =>
  (/^SCAN /.test(detail) && !/CONSTANT ROW/.test(detail)) || /TEMP B-TREE/.test(detail)

/** A value that is compared in a condition, or a limit, without the plus of drizzle.ts. */
const isPlannedAnew = (statement: string) =>
  /\b(where|limit)\b/i.test(statement) &&
  /(?:[=<>]|\blimit) \(?\?/i.test(statement.slice(statement.search(/\b(where|limit)\b/i)))

const isStatement = (text: string) => /^\s*(select|insert|update|delete)/i.test(text)

describe('query plans', () => {
  it('every statement searches by index and sorts by none', async () => {
    const path = join(directory.path, 'plans.db')
    const client = await openDatabase({ path, migrationsFolder: MIGRATIONS })
    const prepared = recordStatements(client)
    await makeStore(client)
    const statements = [...new Set(prepared.filter(isStatement))]
    expect(statements.length).toBeGreaterThanOrEqual(AT_LEAST)
    const bad = statements
      .filter((text) => !MAY_SCAN.some((pattern) => pattern.test(text)))
      .map((text) => ({ text, plan: planOf(client, text).filter(isBad) }))
      .filter(({ plan }) => plan.length > 0)
    expect(bad).toEqual([])
    const unused = MAY_SCAN.filter((pattern) => !statements.some((text) => pattern.test(text)))
    expect(unused).toEqual([])
    client.close()
  })

  it('no statement is planned again when values are bound', async () => {
    const path = join(directory.path, 'once.db')
    const client = await openDatabase({ path, migrationsFolder: MIGRATIONS })
    const prepared = recordStatements(client)
    await makeStore(client)
    expect(prepared.filter(isStatement).filter(isPlannedAnew)).toEqual([])
    expect(isPlannedAnew('select seq from verifications where id = ?')).toBe(true)
    client.close()
  })

  it('C76: a sum of counts steps to each minute, hour and day by the primary key', async () => {
    const path = join(directory.path, 'counts.db')
    const client = await openDatabase({ path, migrationsFolder: MIGRATIONS })
    const prepared = recordStatements(client)
    await makeStore(client)
    const sums = prepared.filter((text) => text.startsWith('select b.grp'))
    expect(sums).toHaveLength(3)
    for (const text of sums)
      expect(planOf(client, text).join('\n')).toMatch(
        /SEARCH c USING PRIMARY KEY \(level=\? AND at=\? AND service=\? AND dimension=\?\)/,
      )
    client.close()
  })

  it('what is to be emptied of the chain is found by an index, however long the chain is', async () => {
    const path = join(directory.path, 'chain.db')
    const client = await openDatabase({ path, migrationsFolder: MIGRATIONS })
    const engine = createSqliteEngine(client)
    const prepared = recordStatements(client)
    await engine.audit.forget({ entriesBefore: 1, addressesBefore: 1, limit: 1 })
    const updates = prepared.filter((text) => text.startsWith('update "audit_segments"'))
    expect(updates).toHaveLength(2)
    expect(updates.flatMap((text) => planOf(client, text)).filter(isBad)).toEqual([])
    client.close()
  })

  it('sees a scan and a sort where there is one', async () => {
    const path = join(directory.path, 'seen.db')
    const client = await openDatabase({ path, migrationsFolder: MIGRATIONS })
    const scan = 'select id from verifications where client_ip = ?'
    expect(planOf(client, scan).some(isBad)).toBe(true)
    const sort = 'select id from verifications where budget_index = ? order by expires_at'
    expect(planOf(client, sort).some(isBad)).toBe(true)
    client.close()
  })
})
