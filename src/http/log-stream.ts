// The attempt log as a stream to one client, as long as its key or session is good.
// It must not outlive that by more than seconds, nor have more streams open than there are places.

import type { EventRecord } from '../events/types.ts'
import type { AppContext, AppDeps } from './deps.ts'
import { type EventSink, streamEvents } from './event-stream.ts'
import type { StreamHolder } from './stream-places.ts'

/** How soon a stream ends after its session or key. */
const LOOK_EVERY_MS = 3_000

/** @returns undefined: the holder, its key, its service or this node has as many streams as there may be */
export function streamLog(
  c: AppContext,
  deps: Pick<AppDeps, 'closing' | 'follower' | 'streamPlaces'>,
  stream: {
    /** Whose streams are counted together; of its service alone it is told (null: of all). */
    holder: StreamHolder
    tell(events: readonly EventRecord[], sink: EventSink): void
    isGood(): Promise<boolean>
    /** Said before the end, where it is no longer good. */
    farewell?: string
  },
): Response | undefined {
  const { farewell } = stream
  const { service } = stream.holder
  const leave = deps.streamPlaces.take(stream.holder)
  if (!leave) return undefined
  const begin = (sink: EventSink) => {
    const { begun, stop } = deps.follower.listen((events) =>
      stream.tell(
        events.filter((event) => service === null || event.service === service), // mutant: C35.live-log-service
        sink,
      ),
    )
    const look = async () => {
      // A store that is away ends it, too: the client comes back.
      const isGood = await stream.isGood().catch(() => null)
      if (isGood) return
      if (isGood === false && farewell) sink.send({ event: farewell, data: '' })
      sink.end()
    }
    const watch = setInterval(() => void look(), LOOK_EVERY_MS)
    return {
      begun,
      stop() {
        clearInterval(watch)
        stop()
      },
    }
  }
  return streamEvents(c, deps.closing, begin, leave)
}
