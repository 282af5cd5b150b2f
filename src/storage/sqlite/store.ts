// Puts the SQLite store together: every port over one connection.

import type { Database } from 'better-sqlite3'
import type { Store } from '../store.ts'
import { createAdminSessionStore, createApiKeyStore } from './access-store.ts'
import { createApplyChange } from './change.ts'
import { drizzle } from './drizzle.ts'
import { createEndings } from './ending.ts'
import { createEventWriter } from './event-rows.ts'
import { createEventStore } from './event-store.ts'
import { createRootKeyUse } from './factor-keys.ts'
import { createFactorStore } from './factor-store.ts'
import { createAnswers } from './idempotency.ts'
import { type OpenOptions, openDatabase } from './open.ts'
import { createOutbox } from './outbox.ts'
import { createRetentionStore } from './retention.ts'
import { createVerificationReads } from './verification-reads.ts'
import { createVerificationStore } from './verification-store.ts'
import { createWriter, type WriterOptions } from './writer.ts'

/** Made at its first use: a start does not wait for statements that no sign-in needs. */
function lazily<Part extends object>(make: () => Part): Part {
  let made: Part | undefined
  return new Proxy({} as Part, {
    get(_, name) {
      made ??= make()
      return Reflect.get(made, name)
    },
  })
}

/** @param client from `openDatabase` */
export function createSqliteStore(client: Database, options: WriterOptions = {}): Store {
  const orm = drizzle(client)
  const writer = createWriter(client, options)
  const appendEvent = createEventWriter(orm)
  const applying = createApplyChange(orm, appendEvent)
  const endings = createEndings(orm, applying.apply)
  const deps = { orm, writer, applying, endings, appendEvent, answers: createAnswers(orm) }
  const events = createEventStore(deps)
  const ping = client.prepare('SELECT seq FROM verifications ORDER BY seq DESC LIMIT 1')
  return {
    verifications: createVerificationStore(deps),
    factors: lazily(() => createFactorStore(deps)),
    rootKeys: lazily(() => createRootKeyUse(deps)),
    outbox: createOutbox(deps),
    events,
    apiKeys: lazily(() => createApiKeyStore(deps)),
    retention: lazily(() => createRetentionStore(deps)),
    verificationReads: lazily(() => createVerificationReads(deps)),
    adminSessions: lazily(() => createAdminSessionStore(deps)),
    newestTime: () => events.newestAt(),
    wallMs: null,
    due: null,
    ping: () => writer.read(() => void ping.get()),
    async close() {
      await writer.drain()
      client.close()
    },
  }
}

/** @throws StartupError where the file cannot be used */
export async function openSqlite(options: OpenOptions): Promise<Store> {
  return createSqliteStore(await openDatabase(options))
}
