// countersign tail: what happens to verifications, as it happens, until it is interrupted.
// It must not end because the store was away for a moment, nor because nobody reads any more.

import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptFilter, AttemptRow } from '../admin/ports.ts'
import type { EventRecord, LogPosition } from '../events/types.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import type { Desk } from './admin-context.ts'
import { FILTER_OPTIONS, JSON_OPTION, readFilter } from './attempt-options.ts'
import { type Command, EXIT, type Given, type Terminal } from './command.ts'
import { isWanted } from './row-filter.ts'

const LOOK_EVERY_MS = 1_000
/** Of events at a look; where there are more, the next one comes at once. */
const BATCH = 500
/** Of the columns, for lines that come one by one. */
const WIDTHS = [19, 7, 20, 8, 22]

type Line = (event: EventRecord, row: AttemptRow) => string

async function createLine(desk: Desk, isJson: boolean): Promise<Line> {
  if (isJson)
    return (event, row) =>
      `${JSON.stringify({ event: desk.wire.event(event), attempt: desk.wire.attempt(row) })}\n`
  const { detailsOf, recipientOf, timeOf } = await import('./attempt-text.ts')
  const { alignRows } = await import('./table.ts')
  return (event, row) =>
    alignRows(
      [
        [
          ...[timeOf(event.at), row.reference, recipientOf(row, desk), row.channel, event.type],
          detailsOf(event),
        ],
      ],
      WIDTHS,
    )
}

/** The rows as they are now: what was erased meanwhile is left out. */
async function describeNew(
  desk: Desk,
  events: readonly EventRecord[],
  filter: AttemptFilter,
  line: Line,
): Promise<string> {
  const rows = new Map<string, AttemptRow | undefined>()
  let text = ''
  for (const event of events) {
    const id = event.verificationId
    if (id === null) continue
    if (!rows.has(id)) rows.set(id, await desk.store.attempts.find(null, id))
    const row = rows.get(id)
    if (row && isWanted(row, filter)) text += line(event, row)
  }
  return text
}

async function follow(desk: Desk, given: Given, terminal: Terminal, stop: AbortSignal) {
  const filter = desk.filterOf(given)
  const line = await createLine(desk, given.flag('json'))
  let position: LogPosition | null = null
  let isAway = false
  while (!stop.aborted) {
    let hasMore = false
    try {
      const found = await desk.store.events.follow(position, BATCH)
      const text = await describeNew(desk, found.items, filter, line)
      // Only now: the store may go away between the events and their rows.
      ;({ position, hasMore } = found)
      if (text !== '') terminal.out(text)
      isAway = false
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      if (!isAway) terminal.err(`countersign: ${error.message}; trying again\n`)
      isAway = true
    }
    await sleep(hasMore ? 0 : LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {})
  }
}

export const tailCommand: Command = {
  words: 'tail',
  summary: 'Follows what happens to verifications, until it is interrupted.',
  options: { ...FILTER_OPTIONS, ...JSON_OPTION },
  notes: `A line for each event of a verification that fits the options as it is then.
Recipients are masked. With --json an object a line: event and attempt.`,
  async run(given, terminal) {
    readFilter(given, Date.now())
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, async (desk) => {
      const interrupted = new AbortController()
      const end = () => interrupted.abort()
      process.once('SIGINT', end)
      process.once('SIGTERM', end)
      const signals = [interrupted.signal, ...(terminal.gone ? [terminal.gone] : [])]
      try {
        await follow(desk, given, terminal, AbortSignal.any(signals))
      } finally {
        process.off('SIGINT', end)
        process.off('SIGTERM', end)
      }
      return EXIT.ok
    })
  },
}
