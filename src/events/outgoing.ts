// Rows of the attempt log on their way to a store that may be away: one append at a time.
// It must not wait, nor hold more than a bounded number of rows.

import type { Logger } from '../kernel/logger.ts'
import type { NewEvent } from './types.ts'

/** Rows that wait for a store that is away; what finds no place is counted with the overflow. */
const MAX_UNSENT = 1_000
/** One transaction each: a flush does not hold the database for long. */
const APPEND_BATCH = 200

/** Rows on their way to the store: one append at a time; after a failure only a flush tries again. */
export function createOutgoing(options: {
  append: (events: readonly NewEvent[]) => Promise<void>
  logger: Pick<Logger, 'warn'>
}) {
  let unsent: NewEvent[] = []
  let inFlight = 0
  let away = false
  let draining: Promise<void> | undefined

  const hasRoom = () => unsent.length - inFlight < MAX_UNSENT
  const drain = async () => {
    while (unsent.length > 0 && !away) {
      const batch = unsent.slice(0, APPEND_BATCH)
      inFlight = batch.length
      try {
        await options.append(batch)
        unsent = unsent.slice(batch.length)
      } catch (error) {
        away = true
        options.logger.warn({ err: error, waiting: unsent.length }, 'refusals could not be logged')
      }
      inFlight = 0
    }
  }
  const send = () => {
    draining ??= drain().finally(() => {
      draining = undefined
    })
    return draining
  }
  return {
    hasRoom,
    /** @returns false where there is no room */
    push(event: NewEvent): boolean {
      if (!hasRoom()) return false
      unsent.push(event)
      return true
    },
    /** For what is due now; nothing while the store is known to be away. */
    send,
    async retry() {
      away = false
      await send()
      // What came while the last batch was under way.
      await send()
    },
  }
}
