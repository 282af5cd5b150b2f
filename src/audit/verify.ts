// Holds the log against its chain: no row was changed, removed or put in between, and the heads follow from one another.
// It must not take for an excuse what the log does not show: retention by its days, an erasure by its own line.

import { DAY_MS, MINUTE_MS } from '../kernel/clock.ts'
import {
  type Entry,
  entryOf,
  hasAddresses,
  isReadable,
  NO_HEAD,
  nextHead,
  rootOf,
  unpackEntries,
} from './chain.ts'
import type { Verified, Wrong } from './findings.ts'
import { type Head, readNote, type Verifier } from './note.ts'
import type { AuditStore, LeafRow, Segment } from './ports.ts'
import { hasHead, rowsOf } from './rows.ts'

const SEGMENTS = 50

/** Wrong, unless `time` is past what retention may have removed by the end of the walk. */
type Suspect = { wrong: Wrong; time: number; by: 'recipients' | 'addresses' }

type Walk = {
  head: Uint8Array
  number: number
  last: number | null
  /** The latest that retention may have removed rows, and addresses, up to. */
  horizon: { recipients: number; addresses: number }
  suspects: Suspect[]
  certain: Wrong[]
  erasedNumbers: Set<number>
  events: number
  retired: number
}

export type VerifyDeps = {
  store: Pick<AuditStore, 'segmentsAfter' | 'leavesAfter' | 'place'>
  verifiers: readonly Verifier[]
  days: { addresses: number; recipients: number }
  now: number
  /** A head that was kept elsewhere. */
  kept: Head | null
}

const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

function noteErasure(walk: Walk, { type, details }: LeafRow): void {
  if (type !== 'recipient.erased' || typeof details?.numbers !== 'string') return
  for (const text of details.numbers.split(',')) walk.erasedNumbers.add(Number(text))
}

function compare(walk: Walk, row: LeafRow, entry: Entry, about: Segment): void {
  const { sequence } = row
  const { number: segment, addressSecret } = about
  if (!isReadable(row)) return void walk.certain.push({ kind: 'changed', sequence, segment }) // mutant: I20.unreadable-row
  const now = entryOf(row, addressSecret)
  const isCore = isSame(now.core, entry.core) && now.sinceMinute === entry.sinceMinute
  const [was, is] = [entry.addresses, now.addresses]
  const isForgotten = was !== null && !hasAddresses(row)
  // Without the secret they are past their retention, whatever is there.
  const isAddress =
    addressSecret === null ||
    (was === null ? !hasAddresses(row) : isForgotten || (is !== null && isSame(is, was)))
  if (!isCore || !isAddress) walk.certain.push({ kind: 'changed', sequence, segment })
  else if (isForgotten && row.at >= walk.horizon.addresses)
    walk.suspects.push({
      wrong: { kind: 'changed', sequence, segment },
      time: row.at,
      by: 'addresses',
    })
  else walk.events += 1
}

function missRow(walk: Walk, { sequence, sinceMinute }: Entry, segment: number): void {
  const time = sinceMinute * MINUTE_MS
  if (time < walk.horizon.recipients) walk.retired += 1
  else walk.suspects.push({ wrong: { kind: 'removed', sequence, segment }, time, by: 'recipients' })
}

async function compareRows(
  deps: VerifyDeps,
  walk: Walk,
  segment: Segment,
  entries: readonly Entry[],
) {
  const { number, after, last } = segment
  let place = 0
  for await (const row of rowsOf(deps.store, after, last)) {
    noteErasure(walk, row)
    for (
      let entry = entries[place];
      entry && entry.sequence < row.sequence;
      entry = entries[place]
    ) {
      missRow(walk, entry, number)
      place += 1
    }
    const entry = entries[place]
    if (entry?.sequence === row.sequence) {
      compare(walk, row, entry, segment)
      place += 1
    } else walk.certain.push({ kind: 'inserted', sequence: row.sequence, segment: number })
  }
  for (const entry of entries.slice(place)) missRow(walk, entry, number)
}

/** What is wrong with the segment itself; undefined: nothing, and the walk stands behind it. */
function checkSegment(
  deps: VerifyDeps,
  walk: Walk,
  segment: Segment,
  entries: readonly Entry[] | null,
) {
  const { number, after, last, count, root, note } = segment
  if (number !== walk.number + 1 || (walk.last !== null && after !== walk.last))
    return 'segment_missing' as const
  const isWhole =
    entries === null ||
    (entries.length === count &&
      isSame(rootOf(entries), root) &&
      entries.every(({ sequence }) => sequence > after && sequence <= last))
  const hash = nextHead(walk.head, segment)
  const read = readNote(note, deps.verifiers)
  const isNoted = note.split('\n')[2] === hash.toString('base64')
  if (!isWhole) return 'segment_changed' as const
  if (!isNoted || (read.kind === 'head' && read.head.size !== number))
    return 'head_changed' as const
  if (read.kind === 'bad_signature') return 'signature' as const
  const { kept } = deps
  if (kept?.size === number && !isSame(kept.hash, hash)) return 'kept_head_differs' as const
  Object.assign(walk, { head: hash, number, last })
  const { horizon } = walk
  horizon.recipients = Math.max(horizon.recipients, segment.at - segment.recipientDays * DAY_MS)
  horizon.addresses = Math.max(horizon.addresses, segment.at - segment.addressDays * DAY_MS)
  return undefined
}

/** @returns the last segment; wrong ones end the walk, for nothing behind them can be held against anything */
async function walkSegments(deps: VerifyDeps, walk: Walk): Promise<Segment | undefined> {
  let last: Segment | undefined
  for (;;) {
    const segments = await deps.store.segmentsAfter(walk.number, SEGMENTS)
    for (const segment of segments) {
      const { entries: packed, addressSecret, newest, number } = segment
      const entries = packed && (unpackEntries(packed) ?? [])
      for (const [kept, by] of [
        [packed, 'recipients'],
        [addressSecret, 'addresses'],
      ] as const)
        if (kept === null)
          walk.suspects.push({
            wrong: { kind: 'segment_changed', segment: number },
            time: newest,
            by,
          })
      const kind = checkSegment(deps, walk, segment, entries)
      if (kind) {
        walk.certain.push({ kind, segment: walk.number + 1 })
        return last
      }
      last = segment
      if (entries) await compareRows(deps, walk, segment, entries)
      else walk.retired += segment.count
    }
    if (segments.length < SEGMENTS) return last
  }
}

/** Numbers begin with 1, so what is below was put in by hand; all of it would be found, and the first is enough. */
async function checkBeginning({ store }: VerifyDeps, walk: Walk): Promise<void> {
  const { certain } = walk
  const [row] = await store.leavesAfter(Number.MIN_SAFE_INTEGER, 1)
  const sequence = row?.sequence ?? 1
  if (sequence < 1) certain.push({ kind: 'inserted', sequence, segment: 1 }) // mutant: I20.before-the-first
  const [first] = await store.segmentsAfter(Number.MIN_SAFE_INTEGER, 1)
  const segment = first?.number ?? 1
  if (segment < 1) certain.push({ kind: 'segment_inserted', segment }) // mutant: I20.segment-before-the-first
}

/** @returns how many events are behind the chain */
async function checkEnd(deps: VerifyDeps, walk: Walk, last: Segment | undefined): Promise<number> {
  const { store, kept, verifiers } = deps
  const segment = walk.number
  const place = await store.place('chain')
  if (kept && kept.size > segment) walk.certain.push({ kind: 'kept_head_beyond', segment })
  if (place === undefined) return 0
  if (last) {
    // Those that came in the meantime moved it, too.
    const isOver = (await store.segmentsAfter(segment, 1)).length === 0
    if (place > last.last && isOver) walk.certain.push({ kind: 'end_missing', segment })
    if (readNote(last.note, verifiers).kind === 'unknown_key')
      walk.certain.push({ kind: 'unknown_key', segment })
  } else if (await hasHead(store, place)) walk.certain.push({ kind: 'end_missing', segment })
  let waiting = 0
  for await (const row of rowsOf(store, last?.last ?? place)) {
    noteErasure(walk, row)
    waiting += 1
  }
  return waiting
}

const placeOf = (wrong: Wrong) => ('sequence' in wrong ? wrong.sequence : Number.MAX_SAFE_INTEGER)

/** @throws StoreUnavailableError */
export async function verifyChain(deps: VerifyDeps): Promise<Verified> {
  const { now, days } = deps
  const walk: Walk = {
    ...{ head: NO_HEAD, number: 0, last: null, events: 0, retired: 0 },
    horizon: {
      recipients: now - days.recipients * DAY_MS,
      addresses: now - days.addresses * DAY_MS,
    },
    ...{ suspects: [], certain: [], erasedNumbers: new Set() },
  }
  await checkBeginning(deps, walk)
  const last = await walkSegments(deps, walk)
  const isBroken = walk.certain.some((wrong) => !('sequence' in wrong))
  const waiting = isBroken ? 0 : await checkEnd(deps, walk, last)
  let erased = 0
  for (const { wrong, time, by } of walk.suspects) {
    const isRow = 'sequence' in wrong
    const isRemoved = isRow && wrong.kind === 'removed'
    if (time < walk.horizon[by]) walk.retired += isRemoved ? 1 : 0
    else if (isRemoved && walk.erasedNumbers.has(wrong.sequence)) erased += 1
    else walk.certain.push(wrong)
  }
  const [wrong = null, ...others] = walk.certain.sort((a, b) => placeOf(a) - placeOf(b))
  const { number: segments, events, retired } = walk
  return { wrong, others: others.length, segments, events, retired, erased, waiting, last }
}
