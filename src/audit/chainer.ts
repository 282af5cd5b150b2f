// Chains the log behind its writer: reads what is settled, closes a segment, signs its head. One node at a time.
// It must not cost a start or a check anything: nobody waits for it, and it reads a bounded stretch at a time.

import { randomBytes } from 'node:crypto'
import { createSettled } from '../events/settled.ts'
import { type Clock, DAY_MS } from '../kernel/clock.ts'
import { drawToken } from '../kernel/ids.ts'
import type { Logger } from '../kernel/logger.ts'
import { createLoop } from '../kernel/loop.ts'
import { entryOf, hourOf, NO_HEAD, nextHead, packEntries, rootOf } from './chain.ts'
import { readNote, type Signer, signHead } from './note.ts'
import type { AuditStore, LeafRow, Segment } from './ports.ts'

/** Events of a segment: some 30 KiB of hashes. */
const MOST = 1_000
const READ_EVERY_MS = 2_000
/** A segment is closed with its hour, when it is full, or so long after its first event: until then a change is not found. */
const CLOSE_AFTER_MS = 60_000
const LEASE_MS = 30_000
const SECRET_BYTES = 16
/** Beside requests: another segment may follow at once. */
const PAUSE_MS = 25
const FORGET_BATCH = 50
const FORGET_EVERY_MS = 60_000
/** An entry is dropped this long after its retention, when its row has been removed in any case. */
const FORGET_AFTER_DAYS = 2

export type ChainerDeps = {
  store: Pick<
    AuditStore,
    'claim' | 'release' | 'leavesAfter' | 'lastSegment' | 'appendSegment' | 'forget'
  >
  hasGaps: boolean
  signer: Signer
  days: { addresses: number; recipients: number }
  /** The first head of an hour: for the log, and whoever keeps heads elsewhere. */
  onHead(note: string, size: number): Promise<void>
  clock: Clock
  logger: Pick<Logger, 'warn'>
  monotonicMs?: () => number
  closeAfterMs?: number
}

type Place = { number: number; sequence: number; head: Uint8Array }

/** Where the chain ends; the head is that of its last note, whoever signed it. */
async function placeOf(deps: ChainerDeps, sequence: number): Promise<Place> {
  const last = await deps.store.lastSegment()
  if (!last) return { number: 0, sequence, head: NO_HEAD }
  const read = readNote(last.note, [deps.signer.verifier])
  const [, , text = ''] = last.note.split('\n')
  const head = read.kind === 'head' ? read.head.hash : Buffer.from(text, 'base64')
  return { number: last.number, sequence, head }
}

/** The events of one hour at the beginning of these. */
function ofOneHour(rows: readonly LeafRow[]): LeafRow[] {
  const hour = hourOf(rows[0]?.at ?? 0)
  const next = rows.findIndex(({ at }) => hourOf(at) !== hour)
  return rows.slice(0, next === -1 ? rows.length : next)
}

function segmentOf(deps: ChainerDeps, place: Place, rows: readonly LeafRow[]): Segment {
  const addressSecret = randomBytes(SECRET_BYTES)
  const entries = rows.map((row) => entryOf(row, addressSecret))
  const record = {
    number: place.number + 1,
    after: place.sequence,
    last: rows.at(-1)?.sequence ?? place.sequence,
    count: entries.length,
    hour: hourOf(rows[0]?.at ?? 0),
    newest: Math.max(...rows.map(({ at }) => at)),
    at: deps.clock.now(),
    addressDays: deps.days.addresses,
    recipientDays: deps.days.recipients,
    root: rootOf(entries),
  }
  const hash = nextHead(place.head, record)
  const note = signHead({ size: record.number, hash }, deps.signer)
  return { ...record, entries: packEntries(entries), addressSecret, note }
}

type State = {
  holder: string
  waitingSince: number | null
  hour: number
  forgetAt: number
}

/** @returns whether another segment may follow at once */
async function round(
  deps: ChainerDeps,
  state: State,
  settled: ReturnType<typeof createSettled<LeafRow>>,
): Promise<boolean> {
  const { store, clock, monotonicMs = () => performance.now() } = deps
  const asked = { name: 'chain', holder: state.holder, leaseMs: LEASE_MS } as const
  const sequence = await store.claim({ ...asked, now: clock.now() })
  if (sequence === undefined) return false
  await forget(deps, state)
  const read = await settled.read(sequence, MOST)
  const rows = ofOneHour(read)
  const [first] = rows
  if (!first) {
    state.waitingSince = null
    return false
  }
  state.waitingSince ??= monotonicMs()
  const isLate = monotonicMs() - state.waitingSince >= (deps.closeAfterMs ?? CLOSE_AFTER_MS)
  const isOver = rows.length < read.length || rows.length === MOST
  if (!isOver && !isLate && hourOf(clock.now()) === hourOf(first.at)) return false
  const segment = segmentOf(deps, await placeOf(deps, sequence), rows)
  if (!(await store.appendSegment(segment, state.holder))) return false
  state.waitingSince = null
  await announce(deps, state, segment, rows)
  return rows.length < read.length || read.length === MOST
}

/** Once an hour; but a head that is in the log is no reason for another one. */
async function announce(
  deps: ChainerDeps,
  state: State,
  segment: Segment,
  rows: readonly LeafRow[],
) {
  const hour = hourOf(segment.at)
  if (hour === state.hour || rows.every(({ type }) => type === 'audit.head')) return
  await deps.onHead(segment.note, segment.number)
  state.hour = hour
}

/** Of segments that retention has emptied: their records, roots and heads stay. */
async function forget({ store, days, clock }: ChainerDeps, state: State): Promise<void> {
  const now = clock.now()
  if (now < state.forgetAt) return
  await store.forget({
    entriesBefore: now - (days.recipients + FORGET_AFTER_DAYS) * DAY_MS,
    addressesBefore: now - days.addresses * DAY_MS,
    limit: FORGET_BATCH,
  })
  state.forgetAt = now + FORGET_EVERY_MS
}

export function createChainer(deps: ChainerDeps) {
  const { store, hasGaps, clock, logger, monotonicMs } = deps
  const state: State = { holder: drawToken(), waitingSince: null, hour: -1, forgetAt: 0 }
  const settled = createSettled<LeafRow>({
    after: store.leavesAfter,
    ...{ hasGaps, now: clock.now },
    ...(monotonicMs && { monotonicMs }),
  })
  const loop = createLoop({
    round: async () => ((await round(deps, state, settled)) ? PAUSE_MS : READ_EVERY_MS),
    onFailure(error, failures) {
      if (failures === 1)
        logger.warn({ err: error }, 'the log cannot be chained; it will be tried again')
      return READ_EVERY_MS
    },
  })
  return {
    start: loop.start,
    async stop(withinMs: number) {
      await loop.stop(withinMs)
      await store.release({ name: 'chain', holder: state.holder }).catch(() => {})
    },
  }
}
