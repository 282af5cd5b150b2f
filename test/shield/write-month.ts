// The rows of a month into a store, in bulk: as the service would have left them. It must not go through the ports: a start takes
// a millisecond there.

import type { Database } from 'better-sqlite3'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { EVENT_CODES } from '../../src/storage/sqlite/event-rows.ts'
import type { Database as Postgres } from '../postgres/databases.ts'
import type { Month, MonthEvent, MonthStart } from './month.ts'

export const ROOT = Buffer.alloc(32, 7)
export const keyring = createKeyring([ROOT])

const COLUMNS =
  `seq, id, reference, service, status, channel, purpose, locale, recipient_sealed, address_index, budget_index,
  country, authenticated, kind, code_length, pepper_key_id, attempts, failed, max_attempts, sends, max_sends, last_send_at,
  client_ip, metadata, created_at, expires_at, ended_at`.split(/,\s*/)
const EVENT_COLUMNS = ['seq', 'at', 'type', 'verification_seq', 'service', 'client_ip', 'details']

const service = 'default'
const LIFETIME_MS = 600_000

function verificationRow(start: MonthStart, n: number): Record<string, unknown> {
  const index = keyring.mac('blind-index', ['budget', service, start.to])
  const isApproved = start.approvedAt !== null
  const attempts = isApproved ? 1 : 0
  return {
    ...{ seq: n + 1, id: start.id, reference: `r${n}`, service, channel: start.channel },
    ...{ status: isApproved ? 'approved' : 'expired', purpose: 'login', locale: 'en' },
    recipient_sealed: keyring.seal(start.to, recipientContext(start.id)),
    ...{ address_index: index, budget_index: index, country: start.country },
    ...{ kind: start.kind, code_length: 6, pepper_key_id: '0a1b2c3d', attempts, failed: 0 },
    ...{ max_attempts: 5, sends: 1, max_sends: 5, last_send_at: start.at, metadata: '{}' },
    ...{ client_ip: start.clientIp, created_at: start.at, expires_at: start.at + LIFETIME_MS },
    ended_at: start.approvedAt ?? start.at + LIFETIME_MS,
  }
}

function eventRow(month: Month, { at, type, start, details }: MonthEvent, n: number) {
  const client_ip = month.starts[start]?.clientIp ?? null
  return { seq: n + 1, at, type, verification_seq: start + 1, service, client_ip, details }
}

export function writeToSqlite(client: Database, month: Month): void {
  const into = (table: string, columns: readonly string[]) =>
    client.prepare(
      `insert into ${table} (${columns.join(', ')}) values (${columns.map((name) => `@${name}`).join(', ')})`,
    )
  const verification = into('verifications', COLUMNS)
  const event = into('events', EVENT_COLUMNS)
  client.transaction(() => {
    for (const [n, start] of month.starts.entries())
      verification.run({ ...verificationRow(start, n), authenticated: 0 })
    for (const [n, one] of month.events.entries())
      event.run({
        ...eventRow(month, one, n),
        ...{ type: EVENT_CODES[one.type], details: JSON.stringify(one.details) },
      })
  })()
}

const hex = (value: unknown) =>
  value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value

export async function writeToPostgres({ query }: Postgres, month: Month): Promise<void> {
  const into = (table: string, columns: readonly string[], rows: Record<string, unknown>[]) =>
    query(
      `insert into ${table} (${columns.join(', ')}) overriding system value select ${columns.join(', ')}
        from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
      [
        JSON.stringify(
          rows.map((row) =>
            Object.fromEntries(Object.entries(row).map(([name, value]) => [name, hex(value)])),
          ),
        ),
      ],
    )
  const verifications = month.starts.map((start, n) => ({
    ...verificationRow(start, n),
    ...{ authenticated: false, metadata: {} },
  }))
  await into('verifications', COLUMNS, verifications)
  await into(
    'events',
    EVENT_COLUMNS,
    month.events.map((one, n) => eventRow(month, one, n)),
  )
}
