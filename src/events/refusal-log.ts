// Refusals for the attempt log: the first of each kind is a row at once, the others are counted.
// It must not throw, wait, or grow with a flood; every refusal is counted once, in some row.

import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { NewEvent } from './types.ts'

/** Some 0.5 MiB; a subject that finds no place is counted with the overflow. */
const MAX_SUBJECTS = 1_000
/** First rows in one flush period: a flood from many subjects is not one durable row each. */
const MAX_FIRST_ROWS = 200
/** Rows that wait for a store that is away; what finds no place is counted with the overflow. */
const MAX_UNSENT = 1_000
/** One transaction each: a flush does not hold the database for long. */
const APPEND_BATCH = 200
const FLUSH_MS = 60_000
/** The limits' bursts are 10 minutes; a subject that goes on longer has a first row again. */
const WINDOW_MS = 600_000

export type RefusalEntry = {
  error: string
  limit: string | null
  subject: string
  route: string
  budgetIndex: Uint8Array | null
  verificationId: string | null
  actor: Actor
}

export type RefusalLogOptions = {
  append: (events: readonly NewEvent[]) => Promise<void>
  clock: Clock
  logger: Pick<Logger, 'warn'>
  flushMs?: number
  windowMs?: number
  maxSubjects?: number
  maxFirstRows?: number
}

export type RefusalLog = {
  record(refusal: RefusalEntry): void
  /** Writes what was counted since; never rejects. */
  flush(): Promise<void>
  /** Ends the timer and flushes. */
  stop(): Promise<void>
}

type Subject = { first: RefusalEntry; since: number; count: number }
type Overflow = { service: string; error: string; limit: string | null; count: number }

function toEvent(entry: RefusalEntry, at: number, count: number): NewEvent {
  const { error, limit, route } = entry
  return {
    ...entry.actor,
    at,
    type: 'request.refused',
    verificationId: entry.verificationId,
    budgetIndex: entry.budgetIndex,
    details: { error, limit, route, count },
  }
}

/** A row for many subjects: nobody in particular. */
function toOverflowEvent({ service, error, limit, count }: Overflow, at: number): NewEvent {
  return {
    service,
    keyId: null,
    clientIp: null,
    userAgent: null,
    at,
    type: 'request.refused',
    verificationId: null,
    budgetIndex: null,
    details: { error, limit, count, overflow: true },
  }
}

/** Refusals that have no row of their own; as many counters as there are services and errors. */
function createOverflow() {
  let counters = new Map<string, Overflow>()
  return {
    add(service: string, error: string, limit: string | null, count: number) {
      const key = JSON.stringify([service, error, limit])
      const counter = counters.get(key)
      if (counter) counter.count += count
      else counters.set(key, { service, error, limit, count })
    },
    takeAll(): Overflow[] {
      const all = [...counters.values()]
      counters = new Map()
      return all
    },
  }
}

/** Rows on their way to the store: one append at a time; after a failure only a flush tries again. */
function createOutgoing(options: RefusalLogOptions) {
  let unsent: NewEvent[] = []
  let inFlight = 0
  let away = false
  let draining: Promise<void> | undefined

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
    /** @returns false where there is no room */
    push(event: NewEvent): boolean {
      if (unsent.length - inFlight >= MAX_UNSENT) return false
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

/** Structurally the RefusalLog of verification/ports.ts, which this folder may not import. */
export function createRefusalLog(options: RefusalLogOptions): RefusalLog {
  const { clock, windowMs = WINDOW_MS } = options
  const maxSubjects = options.maxSubjects ?? MAX_SUBJECTS
  const maxFirstRows = options.maxFirstRows ?? MAX_FIRST_ROWS
  const subjects = new Map<string, Subject>()
  const overflow = createOverflow()
  const outgoing = createOutgoing(options)
  let firstRows = 0
  let scheduled: NodeJS.Immediate | undefined

  const addToOverflow = (entry: RefusalEntry, count: number) =>
    overflow.add(entry.actor.service, entry.error, entry.limit, count)

  const sendSoon = () => {
    scheduled ??= setImmediate(() => {
      scheduled = undefined
      void outgoing.send()
    })
  }

  /** A subject's counted refusals leave as one row; its place goes to others when its window has passed. */
  const collect = (now: number) => {
    const crowded = subjects.size >= maxSubjects
    for (const [key, subject] of subjects) {
      const { count } = subject
      if (count > 0) {
        if (!outgoing.push(toEvent(subject.first, now, count))) addToOverflow(subject.first, count)
        subject.count = 0
      }
      if (now - subject.since >= windowMs || (crowded && count === 0)) subjects.delete(key)
    }
    for (const counter of overflow.takeAll()) {
      if (outgoing.push(toOverflowEvent(counter, now))) continue
      overflow.add(counter.service, counter.error, counter.limit, counter.count)
    }
    firstRows = 0
  }

  const flush = async () => {
    collect(clock.now())
    await outgoing.retry()
  }
  const timer = setInterval(() => void flush(), options.flushMs ?? FLUSH_MS)
  timer.unref()

  return {
    record(entry) {
      const now = clock.now()
      const key = JSON.stringify([entry.actor.service, entry.error, entry.limit, entry.subject])
      const known = subjects.get(key)
      if (known && now - known.since < windowMs) {
        known.count += 1
        return
      }
      if (known || subjects.size < maxSubjects) {
        if (firstRows < maxFirstRows && outgoing.push(toEvent(entry, now, 1))) {
          firstRows += 1
          // The window's counted refusals keep the row they belong to.
          if (known && known.count > 0) addToOverflow(known.first, known.count)
          subjects.set(key, { first: entry, since: now, count: 0 })
          sendSoon()
          return
        }
      }
      addToOverflow(entry, 1)
    },
    flush,
    async stop() {
      clearInterval(timer)
      if (scheduled) clearImmediate(scheduled)
      await flush()
    },
  }
}
