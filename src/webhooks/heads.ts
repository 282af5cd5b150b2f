// Heads of the log's chain, to the URLs that ask for `audit.head`: one for each segment, in their order. The chain itself is their
// queue, in which each URL has a place: a crash loses none. It must not send one before its URL has the one before it, or gave it up.

import { createHash } from 'node:crypto'
import type { AuditStore, Segment } from '../audit/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import { drawToken } from '../kernel/ids.ts'
import { createLoop, type Loop } from '../kernel/loop.ts'
import { signedHeaders } from './body.ts'
import type { Destination, Destinations } from './destination.ts'
import { type HeadPayload, PAYLOAD_VERSION } from './payload.ts'
import { headsReader } from './ports.ts'
import type { Answer, Post } from './post.ts'
import { nameOf, type WebhookLog } from './run-try.ts'
import type { Switches } from './switches.ts'
import { decideSettled } from './transitions.ts'

const READ_EVERY_MS = 5_000
/** Another node continues where this one dies. Longer than a request may take. */
const LEASE_MS = 30_000

export type HeadsDeps = {
  chain: Pick<AuditStore, 'claim' | 'move' | 'release' | 'lastSegment' | 'segmentsAfter'>
  destinations: Pick<Destinations, 'all' | 'hears'>
  switches: Pick<Switches, 'isOff'>
  post: Post
  /** Never rejects. */
  onAnswer(destination: Destination, answer: Answer): Promise<void>
  clock: Clock
  logger: WebhookLog
  monotonicMs?: () => number
  /** In [0, 1). */
  random?: () => number
  readEveryMs?: number
}

/** Of a URL on this node: which segment is tried, how often it was, and when it is due again (monotonic). */
type Lane = { number: number; tries: number; dueAt: number }

const HASH_CHARACTERS = 12

/** With a hash of the note: a store that was restored numbers its segments again. */
function headId(destination: string, segment: number, note: string): string {
  const hash = createHash('sha256').update(note).digest('hex').slice(0, HASH_CHARACTERS)
  return `whh_${destination.slice(4)}_${segment}_${hash}`
}

export function headPayload(
  { number, at, note }: Pick<Segment, 'number' | 'at' | 'note'>,
  { id, service }: Pick<Destination, 'id' | 'service'>,
): HeadPayload {
  return {
    version: PAYLOAD_VERSION,
    id: headId(id, number, note),
    type: 'audit.head',
    timestamp: new Date(at).toISOString(),
    sequence: number,
    data: { service, size: number, note },
  }
}

function createRound(deps: HeadsDeps, destination: Destination, holder: string) {
  const { chain, clock, logger, post, monotonicMs = () => performance.now() } = deps
  const { random = Math.random, readEveryMs = READ_EVERY_MS } = deps
  const lane: Lane = { number: 0, tries: 0, dueAt: 0 }
  const reader = { name: headsReader(destination.id), holder }

  /** The segment that it is told of next. A URL that is new begins with the newest head. */
  const next = async (): Promise<Segment | undefined> => {
    const newest = (await chain.lastSegment())?.number ?? 0
    const begin = Math.max(0, newest - 1)
    const place = await chain.claim({ ...reader, now: clock.now(), leaseMs: LEASE_MS, begin })
    // The chain of a store that was restored is shorter, and continues from there.
    if (place !== undefined && place > newest) await chain.move({ ...reader, sequence: newest })
    if (place === undefined || place >= newest) return undefined
    return (await chain.segmentsAfter(place, 1))[0]
  }
  const send = async (segment: Segment): Promise<Answer> => {
    const payload = headPayload(segment, destination)
    const body = JSON.stringify(payload)
    const headers = signedHeaders(payload.id, body, destination.secrets, clock.now())
    return post({ url: destination.url, headers, body })
  }

  return async (): Promise<number> => {
    if (deps.switches.isOff(destination.id)) return readEveryMs
    const segment = await next()
    if (!segment) return readEveryMs
    const { number } = segment
    if (lane.number !== number) Object.assign(lane, { number, tries: 0, dueAt: 0 })
    const leftMs = lane.dueAt - monotonicMs()
    // Looked at in between, so that the lease is kept.
    if (leftMs > 0) return Math.min(leftMs, readEveryMs)
    lane.tries += 1
    const answer = await send(segment)
    await deps.onAnswer(destination, answer)
    const { state, error, dueAfterMs } = decideSettled(lane.tries, answer, random())
    if (error !== null) {
      const fields = { destination: destination.id, size: number, try: lane.tries, state }
      logger.info({ ...fields, reason: error }, 'a webhook did not take a head of the log')
    }
    // mutant: I19.head-retried
    if (state === 'queued') {
      lane.dueAt = monotonicMs() + (dueAfterMs ?? 0)
      return Math.min(dueAfterMs ?? 0, readEveryMs)
    }
    await chain.move({ ...reader, sequence: number }) // mutant: I20.heads-go-on
    return 0
  }
}

export type Heads = {
  start(): void
  /** Resolves once no request is open, or after `withinMs`: what was not stored as taken is sent again, under the same id. */
  stop(withinMs: number): Promise<void>
}

/** A loop for each URL: one that hangs delays no other. */
export function createHeads(deps: HeadsDeps): Heads {
  const { destinations, chain, logger, readEveryMs = READ_EVERY_MS } = deps
  const holder = drawToken()
  const hearing = destinations.all.filter((one) => destinations.hears(one, 'audit.head'))
  const loops = hearing.map(
    (destination): Loop =>
      createLoop({
        round: createRound(deps, destination, holder),
        onFailure(error, failures) {
          const fields = { destination: destination.id, error: nameOf(error) }
          if (failures === 1) logger.warn(fields, 'heads of the log cannot be read for a webhook')
          return readEveryMs
        },
      }),
  )
  return {
    start() {
      for (const loop of loops) loop.start()
    },
    async stop(withinMs) {
      await Promise.all(loops.map((loop) => loop.stop(withinMs)))
      const release = ({ id }: Destination) => chain.release({ name: headsReader(id), holder })
      await Promise.all(hearing.map((one) => release(one).catch(() => {})))
    },
  }
}
