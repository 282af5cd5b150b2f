// Server-sent events, as fast as the client reads; and the event log as a stream, while its key or session is valid.
// It must not outlive either, delay the server's shutdown, or buffer without bound what nobody reads.

import { type SSEMessage, streamSSE } from 'hono/streaming'
import type { EventRecord } from '../events/types.ts'
import type { AppContext, AppDeps } from './deps.ts'
import type { StreamHolder } from './stream-places.ts'

/** Below the server's time-out for idle sockets. */
const HEARTBEAT_MS = 20_000
/** For a client that reads slowly; one that is further behind is cut off, reconnects and reads the log again. */
const MAX_UNREAD = 2_000

export type EventSink = {
  send(message: SSEMessage): void
  /** Once everything before it is sent. */
  end(): void
}

/** `ready`: from then on the client counts as connected; `stop` is called once, at the end. */
export type EventSource = { ready?: Promise<unknown>; stop(): void }

/** @param leave gives back the place that the stream takes; called once, at the end */
export function streamEvents(
  c: AppContext,
  closing: AbortSignal,
  begin: (sink: EventSink) => EventSource,
  leave: () => void = () => {},
): Response {
  // HEAD has no body that could end: nothing may be started for it.
  if (c.req.method === 'HEAD') {
    leave()
    return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
  }
  // Without this header nginx would hold events back until its buffer is full.
  c.header('X-Accel-Buffering', 'no')
  return streamSSE(c, async (stream) => {
    const ended = Promise.withResolvers<void>()
    const end = () => ended.resolve()
    let [given, written, before] = [0, 0, 0]
    let writing = Promise.resolve()
    const cut = () => {
      c.env.outgoing.destroy()
      end()
    }
    const write = (run: () => Promise<unknown>) => {
      if (given - written >= MAX_UNREAD) return cut()
      given += 1
      writing = writing.then(run).then(() => {
        written += 1
      })
    }
    const heartbeat = setInterval(() => {
      if (written < given && written === before) return cut()
      before = written
      write(() => stream.write(': still here\n\n'))
    }, HEARTBEAT_MS)
    stream.onAbort(end)
    closing.addEventListener('abort', end)
    const source = begin({
      send: (message) => write(() => stream.writeSSE(message)),
      end: () => void writing.then(end),
    })
    if (closing.aborted) end()
    await Promise.race([source.ready, ended.promise])
    // The first bytes show the client that it is connected.
    write(() => stream.write(': connected\n\n'))
    await ended.promise
    source.stop()
    leave()
    clearInterval(heartbeat)
    closing.removeEventListener('abort', end)
  })
}

/** A stream ends at most this long after its session or key. */
const LOOK_EVERY_MS = 3_000

/** @returns undefined: the holder, its key, its service or this node has as many streams as allowed */
export function streamLog(
  c: AppContext,
  deps: Pick<AppDeps, 'closing' | 'follower' | 'streamPlaces'>,
  stream: {
    /** Its streams are counted together; it receives the events of its service only (null: of all). */
    holder: StreamHolder
    /** It learns only that there are new events; of a service they are read, or it would learn of those of others. */
    isSummary?: boolean
    /** @param events of its service, at least one; of a summary none, perhaps */
    tell(events: readonly EventRecord[], sink: EventSink): void
    isGood(): Promise<boolean>
    /** The last event where the key or session is no longer valid. */
    farewell?: string
  },
): Response | undefined {
  const { farewell, isSummary = false } = stream
  const { service } = stream.holder
  const leave = deps.streamPlaces.take(stream.holder)
  if (!leave) return undefined
  const begin = (sink: EventSink) => {
    const tellOwn = (events: readonly EventRecord[]) => {
      const own = events.filter((event) => service === null || event.service === service) // mutant: C35.live-log-service
      if (own.length > 0) stream.tell(own, sink)
    }
    const { ready, stop } =
      isSummary && service === null // mutant: C35.live-summary-service
        ? deps.follower.notice(() => stream.tell([], sink))
        : deps.follower.listen(tellOwn)
    const look = async () => {
      // An unreachable store ends it, too: the client reconnects.
      const isGood = await stream.isGood().catch(() => null)
      if (isGood) return
      if (isGood === false && farewell) sink.send({ event: farewell, data: '' })
      sink.end()
    }
    const watch = setInterval(() => void look(), LOOK_EVERY_MS)
    return {
      ready,
      stop() {
        clearInterval(watch)
        stop()
      },
    }
  }
  return streamEvents(c, deps.closing, begin, leave)
}
