// Refusals for the attempt log: the first of each kind is a row at once, the others are counted.
// It must not throw, wait, or grow with a flood; every refusal is counted once, in some row.

import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { createOutgoing } from './outgoing.ts'
import type { NewEvent } from './types.ts'

/** Some 0.5 MiB; a subject that finds no place is counted with the overflow. */
const MAX_SUBJECTS = 1_000
/** First rows in one flush period: a flood from many subjects is not one durable row each. */
const MAX_FIRST_ROWS = 200
/** Of these, for people named from one address: who floods from it must not hide everybody else's refusals. */
const MAX_FIRST_ROWS_OF_SOURCE = 20
const FLUSH_MS = 60_000
/** The limits' bursts are 10 minutes; a subject that goes on longer has a first row again. */
const WINDOW_MS = 600_000

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

/** What its rows say: no recipient in clear waits in memory. */
type Named = Omit<RefusalEntry, 'seal' | 'source' | 'subject'> & {
  recipientSealed: Uint8Array | null
  isOfMany?: boolean
}
type Subject = { first: Named; since: number; count: number }
type Overflow = { service: string; error: string; limit: string | null; count: number }

function toEvent(named: Named, at: number, count: number): NewEvent {
  const { error, limit, route, about, isOfMany } = named
  return {
    ...named.actor,
    at,
    type: 'request.refused',
    verificationId: named.verificationId,
    budgetIndex: named.budgetIndex,
    recipientSealed: named.recipientSealed,
    details: { error, limit, route, count, ...about, ...(isOfMany && { overflow: true }) },
  }
}

function toNamed({ seal, source: _, subject: __, ...rest }: RefusalEntry): Named {
  return { ...rest, recipientSealed: seal?.() ?? null }
}

/** One address has more to tell of than its share: the rest of it is one row, of nobody in particular. */
function toNamedSource({ error, limit, route, actor }: RefusalEntry): Named {
  const nobody = { budgetIndex: null, verificationId: null, recipientSealed: null, about: {} }
  return { error, limit, route, actor, ...nobody, isOfMany: true }
}

function keyOf({ actor, error, limit, subject, about }: RefusalEntry): string {
  return JSON.stringify([actor.service, error, limit, subject, about.channel])
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

type Outgoing = ReturnType<typeof createOutgoing>

/** What has a row, and what was counted for it since. */
function createSubjects(
  bounds: { windowMs: number; maxSubjects: number; maxFirstRows: number },
  outgoing: Outgoing,
) {
  const { windowMs, maxSubjects, maxFirstRows } = bounds
  const subjects = new Map<string, Subject>()
  const overflow = createOverflow()
  let firstRows = 0

  const addToOverflow = (entry: Pick<Named, 'actor' | 'error' | 'limit'>, count: number) =>
    overflow.add(entry.actor.service, entry.error, entry.limit, count)

  const tellCounted = ({ first, count }: Subject, now: number) => {
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
      // What the last window counted is told of the same person.
      if (known) tellCounted(known, now)
      subjects.set(key, { first, since: now, count: 0 })
      return true
    },
    /** A subject's counted refusals leave as one row; its place goes to others when its window has passed. */
    collect(now: number) {
      const crowded = subjects.size >= maxSubjects
      for (const [key, subject] of subjects) {
        tellCounted(subject, now)
        const isQuiet = subject.count === 0
        subject.count = 0
        if (now - subject.since >= windowMs || (crowded && isQuiet)) subjects.delete(key)
      }
      for (const counter of overflow.takeAll()) {
        if (outgoing.push(toOverflowEvent(counter, now))) continue
        overflow.add(counter.service, counter.error, counter.limit, counter.count)
      }
      firstRows = 0
    },
  }
}

/** Structurally the RefusalLog of verification/ports.ts, which this folder may not import. */
export function createRefusalLog(options: RefusalLogOptions): RefusalLog {
  const { clock, windowMs = WINDOW_MS } = options
  const maxSubjects = options.maxSubjects ?? MAX_SUBJECTS
  const maxFirstRows = options.maxFirstRows ?? MAX_FIRST_ROWS
  const outgoing = createOutgoing(options)
  const subjects = createSubjects({ windowMs, maxSubjects, maxFirstRows }, outgoing)
  /** First rows of this period, by the address that they came from: no longer than there are rows. */
  const sources = new Map<string, number>()
  let scheduled: NodeJS.Immediate | undefined

  const sendSoon = () => {
    scheduled ??= setImmediate(() => {
      scheduled = undefined
      void outgoing.send()
    })
  }

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
      if (find(entry, clock.now())) sendSoon()
      else subjects.addToOverflow(entry, 1)
    },
    flush,
    async stop() {
      clearInterval(timer)
      if (scheduled) clearImmediate(scheduled)
      await flush()
    },
  }
}
