// A log that is written while it is counted, and what a scan of it counts. It must not know the engine.

import { expect } from 'vitest'
import {
  DIMENSIONS,
  EVERY_SERVICE,
  LEVELS,
  type Stage,
  type Tally,
} from '../../src/counts/ports.ts'
import type { EventRecord, EventType } from '../../src/events/types.ts'
import type { Store } from '../../src/storage/store.ts'
import { ACTOR, createInput, MINUTE, newVerification, T0 } from '../contract/rows.ts'

const STAGES: Partial<Record<EventType, Stage>> = {
  'verification.started': 'started',
  'delivery.retrying': 'retried',
  'verification.approved': 'approved',
}

/** A verification, and some events of it. */
export async function writeSome(store: Store, n: number): Promise<void> {
  const kind = n % 5 === 0 ? 'decoy' : 'real'
  const at = T0 + n * 977
  const record = newVerification({ kind, createdAt: at })
  await store.verifications.create(createInput(record))
  const types: EventType[] = ['delivery.retrying', 'check.incorrect', 'verification.approved']
  await store.events.append(
    types.map((type) => {
      return {
        ...ACTOR,
        at: at + MINUTE,
        type,
        verificationId: record.id,
        budgetIndex: null,
        details: {},
      }
    }),
  )
}

async function scan(store: Store): Promise<Partial<Tally>> {
  const events: EventRecord[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Store['events']['list']>> = await store.events.list({
      ...{ service: null, cursor, limit: 500 },
    })
    events.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  const real = new Set(
    events.filter(({ details }) => details.kind === 'real').map((one) => one.verificationId),
  )
  const found: Partial<Tally> = {}
  for (const { type, verificationId } of events) {
    const stage = STAGES[type]
    if (stage && real.has(verificationId)) found[stage] = (found[stage] ?? 0) + 1
  }
  return found
}

/** In the one row of all time, and added up by minutes. */
export async function expectExact(store: Store, written: number): Promise<void> {
  const expected = await scan(store)
  expect(expected.started).toBe(Math.floor((written * 4) / 5))
  const about = { service: EVERY_SERVICE, dimensions: [DIMENSIONS.all] }
  const ever = [{ group: 0, level: LEVELS.ever, at: 0 }]
  const minutes = Array.from({ length: 240 }, (_, n) => {
    return { group: 0, level: LEVELS.minute, at: T0 - (T0 % MINUTE) + n * MINUTE }
  })
  for (const buckets of [ever, minutes])
    expect((await store.counts.tallies({ ...about, buckets }))[0]).toMatchObject(expected)
}
