// The event log as it grows: one reader for all listeners, and none while there is no listener.
// It must not lose an event because the store was unavailable, nor wait for a listener.

import type { Logger } from '../kernel/logger.ts'
import { createLoop, type Loop } from '../kernel/loop.ts'
import type { EventRecord, EventStore, LogPosition } from './types.ts'

/** People wait for a message: a second more is nothing to them. */
const READ_EVERY_MS = 1_000
/** SQLite is read in the event loop: some 2 ms. */
const BATCH = 500

/** Oldest first. It must neither throw nor wait. */
export type LogListener = (events: readonly EventRecord[]) => void

export type Follower = {
  /** Receives every event that is committed after `ready`, until `stop`. */
  listen(listener: LogListener): { ready: Promise<void>; stop(): void }
}

export function createFollower(options: {
  follow: EventStore['follow']
  logger: Pick<Logger, 'warn'>
  readEveryMs?: number
}): Follower {
  const { follow, logger, readEveryMs = READ_EVERY_MS } = options
  const listeners = new Set<LogListener>()
  let reading: { loop: Loop; ready: Promise<void> } | undefined

  const begin = () => {
    const ready = Promise.withResolvers<void>()
    let position: LogPosition | null = null
    const loop: Loop = createLoop({
      async round() {
        const found = await follow(position, BATCH)
        position = found.position
        ready.resolve()
        if (loop.isRunning() && found.items.length > 0)
          for (const listener of listeners) listener(found.items)
        return found.hasMore ? 0 : readEveryMs
      },
      onFailure(error, failures) {
        if (failures === 1) logger.warn({ err: error }, 'the log cannot be followed')
        return readEveryMs
      },
    })
    loop.start()
    return { loop, ready: ready.promise }
  }

  return {
    listen(listener) {
      listeners.add(listener)
      reading ??= begin()
      return {
        ready: reading.ready,
        stop() {
          listeners.delete(listener)
          if (listeners.size > 0) return
          void reading?.loop.stop()
          reading = undefined
        },
      }
    },
  }
}
