// Puts SQLite's engine together: every port over one connection.
// It must not hold functions of a caller: it may run in another thread.

import type { Database } from 'better-sqlite3'
import type { WebhookCauses } from '../../webhooks/ports.ts'
import { createStore } from '../create-store.ts'
import type { Engine } from '../engine.ts'
import { lazily } from '../engine-ports.ts'
import type { Store } from '../store.ts'
import { createAdminSessionStore, createApiKeyStore } from './access-store.ts'
import { createAuditStore } from './audit.ts'
import { createApplyChange } from './change.ts'
import { createCounts } from './counts.ts'
import { createEndings } from './ending.ts'
import { createEventWriter } from './event-rows.ts'
import { createEventStore } from './event-store.ts'
import { createRootKeyUse } from './factor-keys.ts'
import { createFactorStore } from './factor-store.ts'
import { createFrontStore, createFrontWriter } from './front.ts'
import { createAnswers } from './idempotency.ts'
import { createListStore } from './lists.ts'
import { createOrm } from './orm.ts'
import { createOutbox } from './outbox.ts'
import { createRetentionStore } from './retention.ts'
import { createShieldStore } from './shield.ts'
import { createStepWriter } from './steps.ts'
import { createSuppressionRows } from './suppressions.ts'
import { createTraceReads, createTraceWriter } from './traces.ts'
import { createTries } from './tries.ts'
import { createVerificationReads } from './verification-reads.ts'
import { createVerificationStore } from './verification-store.ts'
import { createWebhookOutbox } from './webhooks.ts'
import { createWireStore, createWireWriter } from './wires.ts'
import { createWriter, type WriterOptions } from './writer.ts'

/** @param client from `openDatabase` */
export function createSqliteEngine(client: Database, options: WriterOptions = {}): Engine {
  const orm = createOrm(client)
  const writer = createWriter(client, options)
  const appendEvent = createEventWriter(orm)
  const tries = createTries(orm)
  const writeSteps = createStepWriter(orm, appendEvent)
  const applying = createApplyChange(orm, appendEvent, tries, writeSteps)
  const endings = createEndings(orm, applying.apply)
  const keepTrace = createTraceWriter(orm)
  const keepFront = createFrontWriter(orm)
  const keepWire = createWireWriter(orm)
  const writes = { appendEvent, tries, writeSteps, answers: createAnswers(orm) }
  const deps = { orm, writer, applying, endings, keepTrace, keepFront, keepWire, ...writes }
  const events = createEventStore(deps)
  const ping = client.prepare('SELECT seq FROM verifications ORDER BY seq DESC LIMIT 1')
  return {
    verifications: createVerificationStore(deps),
    factors: lazily('factors', () => createFactorStore(deps)),
    rootKeys: lazily('rootKeys', () => createRootKeyUse(deps)),
    outbox: createOutbox(deps),
    events,
    apiKeys: lazily('apiKeys', () => createApiKeyStore(deps)),
    retention: lazily('retention', () => createRetentionStore(deps)),
    verificationReads: lazily('verificationReads', () => createVerificationReads(deps)),
    adminSessions: lazily('adminSessions', () => createAdminSessionStore(deps)),
    webhooks: lazily('webhooks', () => createWebhookOutbox(deps)),
    audit: lazily('audit', () => createAuditStore(deps)),
    shield: lazily('shield', () => createShieldStore(deps)),
    suppressions: lazily('suppressions', () => createSuppressionRows(deps)),
    traces: lazily('traces', () => createTraceReads(deps)),
    front: lazily('front', () => createFrontStore(deps)),
    wires: lazily('wires', () => createWireStore(deps)),
    lists: lazily('lists', () => createListStore(deps)),
    counts: lazily('counts', () => createCounts(deps)),
    newestTime: () => events.newestAt(),
    wallMs: null,
    due: null,
    pace: null,
    ping: () => writer.read(() => void ping.get()),
    async close() {
      await writer.drain()
      client.close()
    },
  }
}

/** The engine in this thread. */
export function createSqliteStore(
  client: Database,
  options?: WriterOptions,
  causes?: WebhookCauses,
): Store {
  return createStore(createSqliteEngine(client, options), causes)
}
