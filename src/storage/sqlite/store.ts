// Puts the SQLite store together: every port over one connection.
// It must not open the file (open.ts does) nor know who uses the ports.

import type { Database } from 'better-sqlite3'
import type { ApiKeyStore } from '../../access/ports.ts'
import type { Outbox } from '../../delivery/ports.ts'
import type { EventStore } from '../../events/types.ts'
import type { VerificationStore } from '../../verification/ports.ts'
import { createApiKeyStore } from './api-key-store.ts'
import { drizzle } from './drizzle.ts'
import { createEndings } from './ending.ts'
import { createEventWriter } from './event-rows.ts'
import { createEventStore } from './event-store.ts'
import { createOutbox } from './outbox.ts'
import { createVerificationStore } from './verification-store.ts'
import { createWriter, type WriterOptions } from './writer.ts'

export type SqliteStore = {
  verifications: VerificationStore
  outbox: Outbox
  events: EventStore
  apiKeys: ApiKeyStore
  /** Seeds the clock: nothing stored is newer. 0 where nothing is stored. @throws StoreUnavailableError */
  newestTime(): Promise<number>
  /** For readiness: one read of the file. @throws StoreUnavailableError */
  ping(): Promise<void>
  /** Ends what is queued, then the connection. */
  close(): Promise<void>
}

/** @param client from `openDatabase` */
export function createSqliteStore(client: Database, options: WriterOptions = {}): SqliteStore {
  const orm = drizzle(client)
  const writer = createWriter(client, options)
  const appendEvent = createEventWriter(orm)
  const endings = createEndings(orm, appendEvent)
  const deps = { orm, writer, endings, appendEvent }
  const events = createEventStore(deps)
  const ping = client.prepare('SELECT seq FROM verifications ORDER BY seq DESC LIMIT 1')
  return {
    verifications: createVerificationStore(deps),
    outbox: createOutbox(deps),
    events,
    apiKeys: createApiKeyStore(deps),
    newestTime: () => events.newestAt(),
    ping: () => writer.read(() => void ping.get()),
    async close() {
      await writer.drain()
      client.close()
    },
  }
}
