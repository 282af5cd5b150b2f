// Who acts on what, and with which ports: the shapes that operations and export share.
// It must not do anything.

import type { EventRecord, EventStore } from '../events/types.ts'
import type { FactorStore } from '../factors/ports.ts'
import { type Actor, NO_SERVICE } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { RetentionStore } from '../retention/ports.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { AttemptReads, AttemptRow, SendAttempt } from './ports.ts'
import type { Recipients } from './recipients.ts'

/** Who acts: a key of the scope admin, of one service or (null) of all; and from where. */
export type Admin = {
  service: string | null
  keyId: string
  clientIp: string | null
  userAgent: string | null
}

export type AttemptDetail = {
  attempt: AttemptRow
  /** Oldest first. */
  events: EventRecord[]
  sends: SendAttempt[]
}

/** What a command has as well as the service. */
export type PeopleDeps = {
  attempts: AttemptReads
  events: Pick<EventStore, 'append' | 'list'>
  retention: Pick<RetentionStore, 'erase'>
  factors: Pick<FactorStore, 'ofSubject'>
  recipients: Recipients
  refusals: { flush(): Promise<void> }
  services: ReadonlyMap<string, ServicePolicy>
  clock: Clock
}
export function actorOf(admin: Admin, service: string | null): Actor {
  const { keyId, clientIp, userAgent } = admin
  return { service: service ?? NO_SERVICE, keyId, clientIp, userAgent }
}
