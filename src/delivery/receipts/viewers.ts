// Whoever looks at a verification waits for what becomes of its messages: their providers are asked, at the times that are planned
// for it. It must not be waited for, nor fail a page.

import type { Clock } from '../../kernel/clock.ts'
import type { DeliveryLog, Provider } from '../ports.ts'
import { errorName } from '../try-log.ts'
import type { PollStore } from './poll-ports.ts'

/** Under the shortest time between two questions. */
const AGAIN_AFTER_MS = 4_000
/** Looked at within that time; beyond this the oldest is forgotten, and its next look costs one read more. */
const MAX_KEPT = 1_000

/** Somebody looks. @param service whose verification it has to be; null: any */
export type View = (verificationId: string, service: string | null) => void

export function createView(deps: {
  outbox: Pick<PollStore, 'view'>
  providers: readonly Provider[]
  clock: Pick<Clock, 'now'>
  logger: DeliveryLog
}): View {
  const { outbox, clock, logger } = deps
  const providers = [...new Set(deps.providers.filter(({ ask }) => ask).map(({ name }) => name))]
  const seen = new Map<string, number>()
  const isNew = (id: string, now: number): boolean => {
    const before = seen.get(id)
    if (before !== undefined && now - before < AGAIN_AFTER_MS) return false
    seen.delete(id)
    seen.set(id, now)
    const [oldest] = seen.keys()
    if (seen.size > MAX_KEPT && oldest !== undefined) seen.delete(oldest)
    return true
  }
  return (verificationId, service) => {
    const now = clock.now()
    if (providers.length === 0 || !isNew(verificationId, now)) return
    outbox.view({ verificationId, service, providers, now }).catch((error: unknown) => {
      logger.debug({ error: errorName(error) }, 'a receipt could not be asked for')
    })
  }
}
