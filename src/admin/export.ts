// An export: a whole list, page by page, as fast as somebody reads it; the log has who asked, and how much left.
// It must not hold more than a page, nor give anything before the log shows who asked.

import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStore, EventType } from '../events/types.ts'
import type { Clock } from '../kernel/clock.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import { createId } from '../kernel/ids.ts'
import { type ExportFormat, type ExportRow, exportText, type Stop } from './export-text.ts'
import { actorOf } from './people.ts'
import type { Admin } from './ports.ts'

/** Rows at once: some 5 ms of the event loop on SQLite, and 100 KiB. */
const EXPORT_PAGE = 200
/** Between two pages: others get as much of the event loop as the export does. */
const PAUSE_MS = 5
/** Ten million rows take about as long; a longer one continues from its cursor. */
const DEADLINE_MS = 3_600_000
/** An export ends at most this long after its key or session. */
const LOOK_EVERY_MS = 3_000

export type ExportPage = { rows: readonly ExportRow[]; next: string | null }

/** A list as an export reads it. */
export type ExportSource = {
  list: 'verifications' | 'events' | 'refusals' | 'keys' | 'settings'
  /** Fields of its rows, in the order of the columns. */
  columns: readonly string[]
  /** Whether its rows name recipients in plaintext. */
  isPlain: boolean
  /** Whom alone it is about, as the log finds them; null: not one person. */
  budgetIndex: Uint8Array | null
  /** Newest first; null: from the newest one. @throws InvalidCursorError, StoreUnavailableError */
  read(after: string | null, limit: number): Promise<ExportPage>
}

export type ExportOrder = {
  admin: Admin
  source: ExportSource
  format: ExportFormat
  after: string | null
  /** Aborted: it ends with the line that says so. */
  closing: AbortSignal
  /** Whether the key or session is still valid; absent: there is none. */
  isGood?: () => Promise<boolean>
  monotonicMs?: () => number
}

export type ExportDeps = { events: Pick<EventStore, 'append'>; clock: Clock }

type State = { rows: number; after: string | null; stopped: Stop | null }

function createLog({ events, clock }: ExportDeps, { admin, source, format }: ExportOrder) {
  const id = createId('exp', clock.now())
  const append = (type: EventType, details: Record<string, string | number | boolean>) =>
    events.append([
      {
        ...actorOf(admin, admin.service),
        at: clock.now(),
        type,
        verificationId: null,
        budgetIndex: source.budgetIndex,
        details: { export: id, ...details },
      },
    ])
  return {
    started: () =>
      append('export.started', {
        list: source.list,
        format,
        recipients: source.isPlain ? 'plaintext' : 'masked',
      }),
    ended: ({ rows }: State, isComplete: boolean) =>
      append('export.ended', { rows, complete: isComplete }),
  }
}

/** Why it has to stop; null: it may continue. */
function createWatch({ closing, isGood, monotonicMs = () => performance.now() }: ExportOrder) {
  const began = monotonicMs()
  let lookAt = began + LOOK_EVERY_MS
  return async (): Promise<Stop | null> => {
    if (closing.aborted) return 'closing'
    const now = monotonicMs()
    if (now - began >= DEADLINE_MS) return 'deadline'
    if (!isGood || now < lookAt) return null
    lookAt = now + LOOK_EVERY_MS
    return (await isGood()) ? null : 'key_ended'
  }
}

async function* pages(
  order: ExportOrder,
  first: ExportPage,
  state: State,
): AsyncGenerator<ExportPage> {
  const { source, closing } = order
  const watch = createWatch(order)
  yield first
  for (let { next } = first; next !== null; ) {
    await sleep(PAUSE_MS, undefined, { signal: closing }).catch(() => {})
    state.stopped = await watch()
    if (state.stopped !== null) return
    const page = await source.read(next, EXPORT_PAGE)
    next = page.next
    // A page without rows that fit still moves on.
    state.after = next ?? state.after
    yield page
  }
}

async function* write(deps: ExportDeps, order: ExportOrder, first: ExportPage) {
  const text = exportText(order.format, order.source.columns)
  const log = createLog(deps, order)
  const state: State = { rows: 0, after: first.next ?? order.after, stopped: null }
  let isComplete = false
  await log.started() // mutant: C30.export-logged
  try {
    yield text.head()
    try {
      for await (const page of pages(order, first, state)) {
        state.rows += page.rows.length
        const lines = page.rows.map(text.row).join('')
        if (lines !== '') yield lines
      }
    } catch (error) {
      state.stopped = error instanceof StoreUnavailableError ? 'store_unavailable' : 'failed'
      yield text.end(state)
      throw error
    }
    isComplete = state.stopped === null
    yield text.end(isComplete ? { ...state, after: null } : state)
  } finally {
    // Also where the reader has gone. Its start is in the log in any case.
    await log.ended(state, isComplete).catch(() => {})
  }
}

/**
 * @returns its text in pieces, each to be asked for; what was not asked for is not read. After an error the last piece
 * says where it stopped, then the error is thrown
 * @throws InvalidCursorError, StoreUnavailableError before anything was given
 */
export async function beginExport(
  deps: ExportDeps,
  order: ExportOrder,
): Promise<AsyncGenerator<string, void>> {
  const first = await order.source.read(order.after, EXPORT_PAGE)
  return write(deps, order, first)
}
