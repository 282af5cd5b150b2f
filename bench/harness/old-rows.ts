// Fills a store with old verifications: copies of one real, finished flow with its events, delivery and try.
// It must leave the indexes as growth does, with rows in the order of time and random MACs: none is dropped and rebuilt.

import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Loader } from './loader.ts'
import { API_KEY, LIGHT_COST, startService } from './server.ts'
import { waitIdle } from './usage.ts'

const MONTH_MS = 30 * 86_400_000
const BATCH = 20_000
const CACHE_KIB = 1_000_000

/** In a data directory. */
export const DATABASE = 'countersign.db'

/** Whatever store `env` names gets one real flow, from the service itself. @returns the file of that store, where it is one */
export async function makeTemplate(
  loader: Loader,
  env: Record<string, string> = {},
): Promise<string> {
  const service = await startService({ ...loader.gatewayEnv, ...LIGHT_COST, ...env })
  await loader.run('closedLoop', {
    ...{ target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY },
    ...{ callers: 1, warmUpSeconds: 0, seconds: 0.05 },
  })
  await waitIdle(service.pid)
  await service.stop()
  return join(service.dataDir, DATABASE)
}

type Columns = Record<string, string>

function columnsOf(db: Database.Database, table: string): string[] {
  const rows = db.pragma(`table_info(${table})`) as { name: string }[]
  return rows.map(({ name }) => name)
}

/** INSERT … SELECT from the template's rows, `n` running over the batch, with some columns computed. */
function copySql(db: Database.Database, table: string, key: string, computed: Columns): string {
  const columns = columnsOf(db, table)
  const values = columns.map((name) => computed[name] ?? `t.${name}`)
  return `WITH RECURSIVE batch(n) AS (SELECT @first UNION ALL SELECT n + 1 FROM batch WHERE n < @last)
    INSERT INTO ${table} (${columns.join(', ')})
    SELECT ${values.join(', ')} FROM batch CROSS JOIN ${table} t WHERE t.${key} = @template ORDER BY n`
}

/** What reads the log behind its writer has read them long ago. */
const READ = `INSERT OR REPLACE INTO count_place (id, sequence, at, version, awaited)
    SELECT 1, max(seq), max(at), 1, '' FROM events;
  UPDATE log_readers SET sequence = (SELECT max(seq) FROM events)`

/** Moves a time column of the template to the copy's own moment, over the month before the template. */
const shift = (name: string, total: number) =>
  `t.${name} - ${MONTH_MS} + CAST(${MONTH_MS} * 0.9 / ${total} * n AS INTEGER)`

/**
 * The file at `path` holds one ended verification (seq 1); afterwards `total` more.
 * @returns bytes of the file for each of them
 */
export function addOldRows(path: string, total: number): number {
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  db.pragma(`cache_size = -${CACHE_KIB}`)
  const pages = () => Number(db.pragma('page_count', { simple: true }))
  const pageSize = Number(db.pragma('page_size', { simple: true }))
  const template = Number(db.prepare('SELECT min(seq) FROM verifications').pluck().get())
  const first = Number(db.prepare('SELECT max(seq) FROM verifications').pluck().get())
  const seq = `${first} + n`
  const at = (name: string) => ({ [name]: shift(name, total) })
  const statements = [
    copySql(db, 'verifications', 'seq', {
      seq,
      id: `'vrf_' || printf('%08x', (${shift('created_at', total)}) / 1000) || lower(hex(randomblob(12)))`,
      reference: `substr(hex(randomblob(4)), 1, 3) || '-' || substr(hex(randomblob(4)), 1, 3)`,
      recipient_sealed: 'randomblob(length(t.recipient_sealed))',
      address_index: 'randomblob(length(t.address_index))',
      budget_index: 'randomblob(length(t.budget_index))',
      ...at('created_at'),
      ...at('expires_at'),
      ...at('ended_at'),
      ...at('last_send_at'),
      ...at('last_attempt_at'),
    }),
    copySql(db, 'deliveries', 'verification_seq', {
      verification_seq: seq,
      ...at('queued_at'),
      ...at('sent_at'),
    }),
    copySql(db, 'send_attempts', 'verification_seq', {
      verification_seq: seq,
      ...at('started_at'),
    }),
    copySql(db, 'events', 'verification_seq', { seq: 'NULL', verification_seq: seq, ...at('at') }),
  ].map((sql) => db.prepare(sql))
  const before = pages()
  for (let done = 0; done < total; done += BATCH) {
    const last = Math.min(total, done + BATCH)
    db.transaction(() => {
      for (const statement of statements) statement.run({ first: done + 1, last, template })
    })()
  }
  const bytes = ((pages() - before) * pageSize) / total
  db.exec(READ)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return bytes
}
