// What the health page tells: the shapes.
// It must not hold a secret or anything of a person.

import type { OutboxDepth } from '../delivery/outbox-ports.ts'
import type { ProviderState } from '../delivery/ports.ts'
import type { UnderKey } from '../factors/ports.ts'
import type { Channel } from '../kernel/channel.ts'

export type HealthReport = {
  node: {
    name: string
    version: string
    startedAt: number
    mode: string
    store: string
    limits: string
  }
  at: number
  checks: Readonly<Record<string, boolean>>
  hashing: { running: number; waiting: number; limit: number; concurrency: number }
  mint: { ready: number; capacity: number }
  sending: Readonly<Record<Channel, number>>
  /** Undefined: the store can't be asked now. */
  outbox: readonly OutboxDepth[] | undefined
  /** Deliveries that failed for good within the last hour, on all nodes, counted up to a bound. */
  failed: { count: number; isMore: boolean } | undefined
  providers: readonly ProviderState[]
  /** What lies under root keys that this node lacks, by key and service. Undefined: the store can't be asked now. */
  underMissing: readonly UnderKey[] | undefined
}
