// AUDIT_STREAM: each event of the log is handed to a file or a syslog server, from the place in the store where the last
// process stopped. One node does it at a time. It must not delay the service: a receiver that hangs costs nobody else anything.

import { createSettled } from '../events/settled.ts'
import type { EventRecord } from '../events/types.ts'
import type { Clock } from '../kernel/clock.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { drawToken } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import { createLoop } from '../kernel/loop.ts'
import type { AuditStore, StreamStatus } from './ports.ts'
import type { AuditLine, Sink } from './sink.ts'

/** Events a read: some 100 KiB, all that is held of the log. */
const BATCH = 200
const READ_EVERY_MS = 1_000
/** Another node continues after it where this one dies. Longer than a write may take. */
const LEASE_MS = 30_000
const RETRY_MS = { first: 1_000, most: 60_000 } as const

export type AuditStreamDeps = {
  store: Pick<AuditStore, 'claim' | 'move' | 'release' | 'eventsAfter'>
  /** Whether numbers may be missing for a moment. */
  hasGaps: boolean
  sink: Sink
  isWanted(event: EventRecord): boolean
  lineOf(event: EventRecord): AuditLine
  onSent?(sent: number, lost: number): void
  clock: Clock
  logger: Pick<Logger, 'warn' | 'info'>
  monotonicMs?: () => number
}

/** Handed over, and not known to have arrived: a connection that breaks soon after may have lost it. */
type Unconfirmed = { sequence: number; atMs: number; broken: number }

type State = {
  holder: string
  /** Stored; what is behind it is given again. */
  confirmed: number | undefined
  read: number
  unconfirmed: Unconfirmed[]
  status: StreamStatus
}

/** A code of the system, such as ECONNREFUSED, or our own sentence. */
const reasonOf = (error: unknown): string => {
  if (error instanceof StoreUnavailableError) return 'the store is unavailable'
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}

/** Stores what has arrived; what was lost with a connection is read again. */
async function confirm(
  { store, sink, monotonicMs = () => performance.now() }: AuditStreamDeps,
  state: State,
) {
  if (state.unconfirmed.some(({ broken }) => broken !== sink.broken())) {
    state.unconfirmed = []
    state.read = state.confirmed ?? 0
  }
  const now = monotonicMs()
  const arrived = state.unconfirmed.findLast(({ atMs }) => now - atMs >= sink.confirmMs)
  if (!arrived) return
  const { sequence } = arrived
  const isOurs = await store.move({ name: 'stream', holder: state.holder, sequence })
  state.unconfirmed = state.unconfirmed.filter((one) => one.sequence > sequence)
  state.confirmed = isOurs ? sequence : undefined
}

async function claim({ store, clock }: AuditStreamDeps, state: State): Promise<boolean> {
  const asked = { name: 'stream', holder: state.holder, leaseMs: LEASE_MS } as const
  const place = await store.claim({ ...asked, now: clock.now() })
  if (place === undefined) {
    Object.assign(state, { confirmed: undefined, unconfirmed: [] })
    return false
  }
  if (state.confirmed === undefined)
    Object.assign(state, { confirmed: place, read: place, unconfirmed: [] })
  return true
}

/** @returns how long there is nothing to do */
async function round(
  deps: AuditStreamDeps,
  state: State,
  settled: ReturnType<typeof createSettled<EventRecord>>,
): Promise<number> {
  const { sink, clock, monotonicMs = () => performance.now() } = deps
  const { status } = state
  if (!(await claim(deps, state))) {
    Object.assign(status, { failingSince: null, error: null, behindMs: 0 })
    return READ_EVERY_MS * 5
  }
  await confirm(deps, state)
  const events = await settled.read(state.read, BATCH)
  const last = events.at(-1)
  if (!last) {
    status.behindMs = 0
    return READ_EVERY_MS
  }
  status.behindMs = Math.max(0, clock.now() - (events[0]?.at ?? 0))
  const lines = events.filter(deps.isWanted).map(deps.lineOf)
  const lost = lines.length > 0 ? await sink.write(lines) : 0
  const handed = { sequence: last.sequence, atMs: monotonicMs(), broken: sink.broken() }
  state.read = last.sequence
  state.unconfirmed.push(handed)
  status.sent += lines.length - lost
  status.lost += lost
  deps.onSent?.(lines.length - lost, lost)
  await confirm(deps, state)
  return events.length < BATCH ? READ_EVERY_MS : 0
}

function noteSuccess({ logger }: AuditStreamDeps, { status }: State): void {
  if (status.failingSince !== null) logger.info({}, 'AUDIT_STREAM accepts events again')
  Object.assign(status, { failingSince: null, error: null })
}

/** @returns how long to wait */
function noteFailure(deps: AuditStreamDeps, state: State, error: unknown, failures: number) {
  const { clock, logger } = deps
  const { status } = state
  // What of the batch has gone is not known: all of it is given again.
  state.unconfirmed = []
  state.read = state.confirmed ?? 0
  status.error = reasonOf(error)
  if (status.failingSince === null) {
    status.failingSince = clock.now()
    logger.warn({ error: status.error }, 'AUDIT_STREAM accepts nothing; events wait in the store')
  }
  const waitMs = Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** (failures - 1))
  return waitMs * (0.5 + Math.random() / 2)
}

export type AuditStream = ReturnType<typeof createAuditStream>

export function createAuditStream(deps: AuditStreamDeps) {
  const { store, hasGaps, clock, monotonicMs } = deps
  const state: State = {
    ...{ holder: drawToken(), confirmed: undefined, read: 0, unconfirmed: [] },
    status: { failingSince: null, error: null, sent: 0, lost: 0, behindMs: 0 },
  }
  const settled = createSettled<EventRecord>({
    after: store.eventsAfter,
    ...{ hasGaps, now: clock.now },
    ...(monotonicMs && { monotonicMs }),
  })
  const loop = createLoop({
    async round() {
      const waitMs = await round(deps, state, settled)
      noteSuccess(deps, state)
      return waitMs
    },
    onFailure: (error, failures) => noteFailure(deps, state, error, failures),
  })
  return {
    start: loop.start,
    status: (): StreamStatus => ({ ...state.status }),
    /** Resolves once its place is stored, or after `withinMs`: what is not confirmed is given again by the next one. */
    async stop(withinMs: number) {
      await loop.stop(withinMs)
      await deps.sink.close().catch(() => {})
      await store.release({ name: 'stream', holder: state.holder }).catch(() => {})
    },
  }
}
