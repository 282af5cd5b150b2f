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
type Listening = { ready: Promise<void>; stop(): void }

export type Follower = {
  /** Receives every event that is committed after `ready`, until `stop`. */
  listen(listener: LogListener): Listening
  /** Is called once there are new events since `ready`, whose ever they are: nobody reads them for it. */
  notice(listener: () => void): Listening
}

/** What one round found: `news` undefined: nothing. */
type Round<News> = { news: News | undefined; hasMore: boolean }

type FollowerOptions = {
  store: Pick<EventStore, 'follow' | 'mark'>
  logger: Pick<Logger, 'warn'>
  readEveryMs?: number
}

/** @param open what reads from now on; the first round only finds out where that is */
function createShared<News>(
  { logger, readEveryMs = READ_EVERY_MS }: FollowerOptions,
  open: () => () => Promise<Round<News>>,
) {
  const listeners = new Set<(news: News) => void>()
  let reading: { loop: Loop; ready: Promise<void> } | undefined

  const begin = () => {
    const ready = Promise.withResolvers<void>()
    const next = open()
    const loop: Loop = createLoop({
      async round() {
        const { news, hasMore } = await next()
        ready.resolve()
        if (loop.isRunning() && news !== undefined) for (const listener of listeners) listener(news)
        return hasMore ? 0 : readEveryMs
      },
      onFailure(error, failures) {
        if (failures === 1) logger.warn({ err: error }, 'the log cannot be followed')
        return readEveryMs
      },
    })
    loop.start()
    return { loop, ready: ready.promise }
  }

  return (listener: (news: News) => void): Listening => {
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
  }
}

export function createFollower(options: FollowerOptions): Follower {
  const { store } = options
  return {
    listen: createShared<readonly EventRecord[]>(options, () => {
      let position: LogPosition | null = null
      return async () => {
        const { items, hasMore, ...found } = await store.follow(position, BATCH)
        position = found.position
        return { news: items.length > 0 ? items : undefined, hasMore }
      }
    }),
    notice: createShared<true>(options, () => {
      let before: string | undefined
      return async () => {
        const mark = await store.mark()
        const isNew = before !== undefined && mark !== before
        before = mark
        return { news: isNew || undefined, hasMore: false }
      }
    }),
  }
}
