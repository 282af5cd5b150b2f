// Fills a store with messages to a webhook, ten for each of many ended verifications.
// It must leave the indexes as growth does: none is dropped and rebuilt.

import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'
import pg from 'pg'
import { addOldRows } from './old-rows.ts'

const OF_EACH = 10
const EVENT = 'verification.approved'
const DETAILS = '{"status":"approved","channel":"sms"}'
const BATCH = 100_000
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

/** Settings of a service whose messages go to these URLs, and the id under which each one's rows lie. */
export function webhooksTo(...urls: readonly string[]) {
  const webhooks = urls.map((url) => ({ url, secrets: [SECRET], events: [EVENT] }))
  const idOf = (url: string) =>
    `whd_${createHash('sha256').update(`default\n${url}`).digest('hex').slice(0, 12)}`
  return {
    // Production sends webhooks by https alone.
    env: {
      NODE_ENV: 'development',
      SERVICES: JSON.stringify({ services: { default: { webhooks } } }),
    },
    ids: urls.map(idOf),
  }
}

/** What is inserted for every verification of a store: tried once, next due at `dueAt`. */
const insertSql = (destination: string, dueAt: number, series: string, where: string) =>
  `INSERT INTO webhook_messages (verification_seq, destination, sequence, type, at, details, state, tries, due_at)
    SELECT v.seq, '${destination}', s.n, '${EVENT}', v.created_at, '${DETAILS}', 'queued', 1, ${dueAt}
    FROM verifications v CROSS JOIN (${series}) s WHERE ${where} ORDER BY v.seq, s.n`

/** The file at `path` holds one ended verification. */
export function addWebhookRows(
  path: string,
  total: number,
  messages: readonly { destination: string; dueAt: number }[],
): void {
  addOldRows(path, Math.ceil(total / OF_EACH))
  const series = `WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${OF_EACH}) SELECT n FROM c`
  const db = new Database(path)
  db.pragma('synchronous = OFF')
  for (const { destination, dueAt } of messages)
    db.exec(insertSql(destination, dueAt, series, 'true'))
  db.exec('ANALYZE')
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** The database at `url` holds one ended verification. */
export async function addWebhookRowsToPostgres(
  url: string,
  total: number,
  { destination, dueAt }: { destination: string; dueAt: number },
): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'verifications' and column_name <> 'seq'`,
  )
  const names = rows.map(({ name }) => name)
  const values = names.map((name) => {
    if (name === 'id') return `'vrf_' || lpad(n::text, 32, '0')`
    const isIndex = /^(address|budget)_index$/.test(name)
    return isIndex ? `decode(md5(n::text) || md5('b' || n), 'hex')` : `t.${name}`
  })
  const count = Math.ceil(total / OF_EACH)
  await client.query(
    `insert into verifications (${names.join(', ')}) select ${values.join(', ')}
      from generate_series(1, ${count}) n cross join (select * from verifications order by seq limit 1) t`,
  )
  const { rows: last } = await client.query<{ seq: string }>(
    'select max(seq) as seq from verifications',
  )
  const series = `SELECT n FROM generate_series(1, ${OF_EACH}) n`
  for (let to = BATCH / OF_EACH; to < Number(last[0]?.seq) + BATCH; to += BATCH / OF_EACH) {
    const where = `v.seq > ${to - BATCH / OF_EACH} and v.seq <= ${to}`
    await client.query(insertSql(destination, dueAt, series, where))
  }
  await client.query('vacuum analyze')
  await client.end()
}
