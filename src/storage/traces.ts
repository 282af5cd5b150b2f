// Which message the context of a request is kept for. Written in the transaction of what the request did.
// It must not cost anything where traces are off: nobody gives a context then.

import { ENDING, type KeptTrace } from '../kernel/tracing.ts'
import type { Change } from '../verification/change.ts'
import type { Engine } from './engine.ts'
import { createTogether } from './together.ts'

/** Undefined: nothing will ask for it. An ending is asked for by the webhooks that go out for it, and by nothing else. */
export function keptFor({
  delivery,
  ends,
  events,
}: Pick<Change, 'delivery' | 'ends' | 'events'>): number | undefined {
  if (delivery) return delivery.send
  return ends && events.some(({ webhooks }) => webhooks) ? ENDING : undefined
}

/** Of many verifications at once: a worker that claims many asks for each of them. */
export function createTraceLook({ find }: Engine['traces']) {
  const look = createTogether(async (ids: readonly string[]) => {
    const rows = await find(ids)
    return ids.map((id) => rows.filter(({ verificationId }) => verificationId === id))
  })
  return async (id: string): Promise<readonly KeptTrace[]> => (await look(id)) ?? []
}

/** A start without a message, of a factor, is kept as its first. */
export const FIRST = 1
