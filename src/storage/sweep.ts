// The sweeper's step over an engine: what time has ended is read, decided on here, and applied where it is still so.
// It must not hold a rule of its own: verification/transitions.ts decides.

import type { VerificationStore } from '../verification/ports.ts'
import { decideSweep } from '../verification/transitions.ts'
import type { WebhookCauses } from '../webhooks/ports.ts'
import { stampOf, withWebhooks } from './change.ts'
import type { Engine } from './engine.ts'

export function createSweep(
  { pastEnd, sweep }: Pick<Engine['verifications'], 'pastEnd' | 'sweep'>,
  causes: WebhookCauses,
): VerificationStore['sweep'] {
  return async ({ now, graceMs, limit }) => {
    const past = await pastEnd({ now, graceMs, limit })
    const items = past.map(({ record, at }) => {
      const change = withWebhooks(causes, record, decideSweep(record, at, graceMs))
      return { service: record.service, id: record.id, stamp: stampOf(record), change }
    })
    const changed = await sweep({ items, at: past[0]?.at ?? now, now, limit })
    for (const { change } of items) causes.written(change.events)
    return changed
  }
}
