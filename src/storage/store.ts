// A store as it is composed: the ports over one engine, and what a process needs of it.
// It must not know which engine it is.

import type { AdminSessionStore, ApiKeyStore } from '../access/ports.ts'
import type { VerificationReads } from '../admin/ports.ts'
import type { AuditStore } from '../audit/ports.ts'
import type { CountStore } from '../counts/ports.ts'
import type { CallStore } from '../delivery/calls/ports.ts'
import type { Outbox } from '../delivery/outbox-ports.ts'
import type { SharedPace } from '../delivery/pace/ports.ts'
import type { PollStore } from '../delivery/receipts/poll-ports.ts'
import type { EventStore } from '../events/types.ts'
import type { FactorStore, RootKeyUse } from '../factors/ports.ts'
import type { TraceStore } from '../kernel/tracing.ts'
import type { RetentionStore } from '../retention/ports.ts'
import type { ShieldStore } from '../shield/log-ports.ts'
import type { ListStore } from '../shield/ports.ts'
import type { FrontStore } from '../verification/front-ports.ts'
import type { VerificationStore } from '../verification/ports.ts'
import type { Suppressions } from '../verification/suppression.ts'
import type { WireStore } from '../verification/wire-ports.ts'
import type { WebhookStore } from '../webhooks/ports.ts'

/** Announces to other nodes that something is due, and hears it from them. */
export type DueSignal = {
  /** Of rows that any node may take. Coalesced and outside of any transaction: never waits, never throws. */
  announce(): void
  /** Called for what others announced. */
  onAnnounced(listener: () => void): void
}

export type Store = {
  verifications: VerificationStore
  factors: FactorStore
  rootKeys: RootKeyUse
  outbox: Outbox & PollStore & CallStore
  events: EventStore
  apiKeys: ApiKeyStore
  retention: RetentionStore
  verificationReads: VerificationReads
  adminSessions: AdminSessionStore
  webhooks: WebhookStore
  suppressions: Suppressions
  lists: ListStore
  counts: CountStore
  audit: AuditStore
  /** Of requests that made a message or ended a verification, while traces were on. */
  traces: TraceStore
  shield: ShieldStore
  front: FrontStore
  wires: WireStore
  /** Seeds the clock: nothing stored is newer. 0 where nothing is stored. @throws StoreUnavailableError */
  newestTime(): Promise<number>
  /** The one wall clock of all nodes, where the engine has one; else each process has its own. */
  wallMs: (() => number) | null
  /** Null where one process alone uses the store, or looks for what others did. */
  due: DueSignal | null
  /** Null where one process alone sends: its own memory is enough. */
  pace: SharedPace | null
  /** For readiness: one read. @throws StoreUnavailableError */
  ping(): Promise<void>
  /** Ends what is queued, then the connections. */
  close(): Promise<void>
}
