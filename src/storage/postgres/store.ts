// Puts the PostgreSQL store together: every port over one pool.
// It must not migrate: open.ts does.

import type { WebhookCauses } from '../../webhooks/ports.ts'
import { createStore } from '../create-store.ts'
import type { Engine } from '../engine.ts'
import type { Store } from '../store.ts'
import { createAdminSessionStore, createApiKeyStore } from './access-store.ts'
import { createAuditStore } from './audit.ts'
import { createCounts } from './counts.ts'
import { startDatabaseClock } from './database-clock.ts'
import { sql } from './drizzle.ts'
import { startDueSignal } from './due-signal.ts'
import { createEventStore } from './event-store.ts'
import { createRootKeyUse } from './factor-keys.ts'
import { createFactorStore } from './factor-store.ts'
import { createFrontStore } from './front.ts'
import { createLastLook } from './last-look.ts'
import { createListStore } from './lists.ts'
import { createOutbox } from './outbox.ts'
import { createSharedPace } from './pace.ts'
import { createPool, createQuery, type PoolOptions } from './pool.ts'
import { createRetentionStore } from './retention.ts'
import { createShieldStore } from './shield.ts'
import { createSuppressionRows } from './suppressions.ts'
import { createTraceReads } from './traces.ts'
import { createVerificationReads } from './verification-reads.ts'
import { createVerificationStore } from './verification-store.ts'
import { createWebhookOutbox } from './webhooks.ts'
import { createWireStore } from './wires.ts'

export type PostgresStoreOptions = PoolOptions & {
  /** `database`: its clock decides over expiry and leases. `caller`: the times given do, for tests. */
  clock?: 'database' | 'caller'
  /** Messages to webhooks that go out with what is written. */
  causes?: WebhookCauses | undefined
}

/** @param options.url of a database that `prepareDatabase` has seen */
export async function createPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const pool = createPool(options)
  const query = createQuery(pool, options.pooler)
  const clock = await startDatabaseClock(query)
  // A pooler in transaction mode hands notifications to nobody: workers look once a second there.
  const due = options.pooler === 'transaction' ? null : startDueSignal(options, query)
  const decides = options.clock ?? 'database'
  const context = { query, timeOf: (now: number) => (decides === 'database' ? null : now) } // mutant: I12.pg-database-clock
  const events = createEventStore(query)
  const lastLook = createLastLook()
  due?.onAnnounced(lastLook.forget)
  const engine: Engine = {
    verifications: createVerificationStore(context, lastLook),
    factors: createFactorStore(query),
    rootKeys: createRootKeyUse(query),
    outbox: createOutbox(context, lastLook),
    events,
    apiKeys: createApiKeyStore(query),
    retention: createRetentionStore(query),
    verificationReads: createVerificationReads(query),
    adminSessions: createAdminSessionStore(query),
    webhooks: createWebhookOutbox(context),
    suppressions: createSuppressionRows(query),
    lists: createListStore(query),
    counts: createCounts(query),
    audit: createAuditStore(context),
    traces: createTraceReads(query),
    shield: createShieldStore(query),
    front: createFrontStore(query),
    wires: createWireStore(query),
    newestTime: () => events.newestAt(),
    wallMs: decides === 'database' ? clock.wallMs : null,
    due: due && {
      ...due,
      // What a start claimed for this node's own worker needs no other.
      announce: () => {
        if (lastLook.takeUntold()) due.announce()
      },
    },
    pace: createSharedPace(context),
    async ping() {
      await query(sql`select 1 from verifications limit 1`)
    },
    async close() {
      clock.stop()
      await due?.close()
      await pool.end()
    },
  }
  return createStore(engine, options.causes)
}
