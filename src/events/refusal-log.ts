// Refusals for the event log: the first of each kind is a row at once, the others are counted.
// It must not throw, wait, or grow with a flood; every refusal is counted once, in some row.

import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import type { NewEvent } from './types.ts'

/** Some 0.5 MiB; a subject that finds no place is counted with the overflow. */
const MAX_SUBJECTS = 1_000
/** First rows in one flush period: a flood from many subjects is not one durable row each. */
const MAX_FIRST_ROWS = 200
/** Of these, for people named from one address: a flood from it must not hide everybody else's refusals. */
const MAX_FIRST_ROWS_OF_SOURCE = 20
const FLUSH_MS = 60_000
/** The limits' bursts are 10 minutes; a subject that continues longer has a first row again. */
const WINDOW_MS = 600_000
/** Rows that wait for an unavailable store; those that find no place are counted with the overflow. */
const MAX_UNSENT = 1_000
/** One transaction each: a flush does not hold the database for long. */
const APPEND_BATCH = 200

export type RefusalEntry = {
  error: string
  limit: string | null
  subject: string
  source: string | null
  route: string
  budgetIndex: Uint8Array | null
  verificationId: string | null
  seal: (() => Uint8Array) | null
  about: Readonly<Record<string, string>>
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

/** The parts that the rows need: no recipient in plaintext waits in memory. */
type Named = Omit<RefusalEntry, 'seal' | 'source' | 'subject'> & {
  recipientSealed: Uint8Array | null
  isOfMany?: boolean
}
type Subject = { first: Named; since: number; count: number }
/** Refusals without a row of their own, of nobody in particular. */
type Overflow = { service: string; error: string; limit: string | null; count: number }

function toEvent(named: Named, at: number, count: number): NewEvent {
  const { error, limit, route, about, isOfMany, actor, ...rest } = named
  const details = { error, limit, route, count, ...about, ...(isOfMany && { overflow: true }) }
  return { ...actor, at, type: 'request.refused', ...rest, details }
}

function toOverflowEvent({ service, error, limit, count }: Overflow, at: number): NewEvent {
  const nobody = { keyId: null, clientIp: null, userAgent: null }
  const details = { error, limit, count, overflow: true }
  const type = 'request.refused'
  return { service, ...nobody, at, type, verificationId: null, budgetIndex: null, details }
}

function toNamed({ seal, source: _, subject: __, ...rest }: RefusalEntry): Named {
  return { ...rest, recipientSealed: seal?.() ?? null }
}

/** An address past its share of rows: the rest of it is one row, of nobody in particular. */
function toNamedSource({ error, limit, route, actor }: RefusalEntry): Named {
  const nobody = { budgetIndex: null, verificationId: null, recipientSealed: null, about: {} }
  return { error, limit, route, actor, ...nobody, isOfMany: true }
}

function keyOf({ actor, error, limit, subject, about }: RefusalEntry): string {
  return JSON.stringify([actor.service, error, limit, subject, about.channel])
}

/** Rows on their way to the store: one append at a time; after a failure only `retry` tries again. */
function createOutgoing({ append, logger }: Pick<RefusalLogOptions, 'append' | 'logger'>) {
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
        await append(batch)
        unsent = unsent.slice(batch.length)
      } catch (error) {
        away = true
        logger.warn({ err: error, waiting: unsent.length }, 'refusals could not be logged')
      }
      inFlight = 0
    }
  }
  /** For what is due now; nothing while the store is known to be unavailable. */
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
    send,
    async retry() {
      away = false
      await send()
      // Rows that arrived during the last batch.
      await send()
    },
  }
}

/** Those that have a row, and what was counted for each since. */
function createSubjects(
  bounds: { windowMs: number; maxSubjects: number; maxFirstRows: number },
  outgoing: ReturnType<typeof createOutgoing>,
) {
  const { windowMs, maxSubjects, maxFirstRows } = bounds
  const subjects = new Map<string, Subject>()
  /** As many counters as there are services and errors. */
  const overflow = new Map<string, Overflow>()
  let firstRows = 0

  const addToOverflow = (
    { actor, error, limit }: Pick<Named, 'actor' | 'error' | 'limit'>,
    count: number,
  ) => {
    const { service } = actor
    const key = JSON.stringify([service, error, limit])
    const counted = (overflow.get(key)?.count ?? 0) + count
    overflow.set(key, { service, error, limit, count: counted })
  }
  const pushCounted = ({ first, count }: Subject, now: number) => {
    if (count > 0 && !outgoing.push(toEvent(first, now, count))) addToOverflow(first, count)
  }

  return {
    addToOverflow,
    /** @returns false where it has no row yet, or its window has passed */
    count(key: string, now: number): boolean {
      const known = subjects.get(key)
      if (!known || now - known.since >= windowMs) return false
      known.count += 1
      return true
    },
    /** @returns false where there is no room for a row at once */
    begin(key: string, named: () => Named, now: number): boolean {
      const known = subjects.get(key)
      if (!known && subjects.size >= maxSubjects) return false
      if (firstRows >= maxFirstRows || !outgoing.hasRoom()) return false // mutant: C51.first-rows-bound
      const first = named()
      outgoing.push(toEvent(first, now, 1))
      firstRows += 1
      // The counts of the last window are for the same person.
      if (known) pushCounted(known, now)
      subjects.set(key, { first, since: now, count: 0 })
      return true
    },
    /** A subject's counted refusals leave as one row; its place goes to others when its window has passed. */
    collect(now: number) {
      const crowded = subjects.size >= maxSubjects
      for (const [key, subject] of subjects) {
        pushCounted(subject, now)
        const isQuiet = subject.count === 0
        subject.count = 0
        if (now - subject.since >= windowMs || (crowded && isQuiet)) subjects.delete(key)
      }
      for (const [key, counter] of overflow)
        if (outgoing.push(toOverflowEvent(counter, now))) overflow.delete(key)
      firstRows = 0
    },
  }
}

/** Structurally the RefusalLog of verification/ports.ts, which this folder may not import. */
export function createRefusalLog(options: RefusalLogOptions): RefusalLog {
  const { clock, windowMs = WINDOW_MS } = options
  const { maxSubjects = MAX_SUBJECTS, maxFirstRows = MAX_FIRST_ROWS } = options
  const outgoing = createOutgoing(options)
  const subjects = createSubjects({ windowMs, maxSubjects, maxFirstRows }, outgoing)
  /** First rows of this period, by the address that they came from: no longer than there are rows. */
  const sources = new Map<string, number>()
  let scheduled: NodeJS.Immediate | undefined

  const flush = async () => {
    subjects.collect(clock.now())
    sources.clear()
    await outgoing.retry()
  }
  const timer = setInterval(() => void flush(), options.flushMs ?? FLUSH_MS)
  timer.unref()

  /** @returns false where it found no row: it is counted with the overflow */
  const find = (entry: RefusalEntry, now: number): boolean => {
    const key = keyOf(entry)
    if (subjects.count(key, now)) return true
    const { source } = entry
    const taken = source === null ? 0 : (sources.get(source) ?? 0)
    // mutant: C73.flooder-log-share
    if (source !== null && taken >= MAX_FIRST_ROWS_OF_SOURCE) {
      const rest = keyOf({ ...entry, subject: source, about: {} })
      return subjects.count(rest, now) || subjects.begin(rest, () => toNamedSource(entry), now)
    }
    const isBegun = subjects.begin(key, () => toNamed(entry), now)
    if (isBegun && source !== null) sources.set(source, taken + 1)
    return isBegun
  }

  return {
    record(entry) {
      if (!find(entry, clock.now())) return subjects.addToOverflow(entry, 1)
      scheduled ??= setImmediate(() => {
        scheduled = undefined
        void outgoing.send()
      })
    },
    flush,
    async stop() {
      clearInterval(timer)
      if (scheduled) clearImmediate(scheduled)
      await flush()
    },
  }
}
