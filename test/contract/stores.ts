// What the contract suites share: the ports of one store, and the steps that tests begin with.
// It must not know the engine: a suite takes a factory.

import type { CallStore } from '../../src/delivery/calls/ports.ts'
import type { Outbox } from '../../src/delivery/outbox-ports.ts'
import type { PollStore } from '../../src/delivery/receipts/poll-ports.ts'
import type { EventStore } from '../../src/events/types.ts'
import type { FactorStore, RootKeyUse } from '../../src/factors/ports.ts'
import type { IdempotencyWrite } from '../../src/verification/answer-ports.ts'
import type { VerificationStore } from '../../src/verification/ports.ts'
import type { NewVerification, VerificationRecord } from '../../src/verification/state.ts'
import { createInput, HOUR, mac, newVerification, T0 } from './rows.ts'
import type { Steps } from './steps.ts'

export type Stores = {
  verifications: VerificationStore
  steps: Steps
  factors: FactorStore
  rootKeys: RootKeyUse
  outbox: Outbox & PollStore & CallStore
  events: EventStore
}
/** The same empty-to-begin-with store at each call; rows of other tests may be there. */
export type StoresFactory = () => Stores

export const LIMIT = (max: number, windowSeconds = 3600) => ({ max, windowSeconds })

export function idempotency<Effect>(
  change: Partial<IdempotencyWrite<Effect>> = {},
): IdempotencyWrite<Effect> {
  return {
    key: { service: 'default', route: 'start', keyMacs: [mac()] },
    fingerprint: mac(),
    expiresAt: T0 + 24 * HOUR,
    answer: (effect) => Buffer.from(JSON.stringify(effect === null ? null : 'answered')),
    ...change,
  }
}

export async function start(
  { verifications }: Pick<Stores, 'verifications'>,
  change: Partial<NewVerification> = {},
): Promise<VerificationRecord> {
  const outcome = await verifications.create(createInput(newVerification(change)))
  if (outcome.kind !== 'created') throw new Error(outcome.kind)
  return outcome.record
}

export const keyOf = ({ id, service }: VerificationRecord) => ({ id, service })

export async function typesOf({ events }: Stores, id: string): Promise<string[]> {
  const page = await events.list({ service: null, verificationId: id, cursor: null, limit: 500 })
  return page.items.map((event) => event.type).reverse()
}

/** A guess, right or wrong. */
export const guess = (valid: boolean, now = T0 + 2) => ({ valid, now })
