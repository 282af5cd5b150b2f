// countersign tail: what happens to verifications, as it happens, until it is interrupted.
// It must not end because the store was unavailable for a moment.

import { setTimeout as sleep } from 'node:timers/promises'
import type { ListedVerification, VerificationFilter } from '../admin/ports.ts'
import type { EventRecord, LogPosition } from '../events/types.ts'
import { StoreUnavailableError } from '../kernel/errors.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  untilInterrupted,
} from './command.ts'
import { FILTER_OPTIONS, readFilter } from './verification-options.ts'

const READ_EVERY_MS = 1_000
/** Events a read; where there are more, the next read follows at once. */
const BATCH = 500
/** Of the columns, for lines that come one by one. */
const WIDTHS = [19, 7, 20, 8, 22]

type Line = (event: EventRecord, row: ListedVerification) => string

async function createLine(context: AdminContext, isJson: boolean): Promise<Line> {
  const { wire } = context
  if (isJson)
    return (event, row) =>
      `${JSON.stringify({ event: wire.event(event), verification: wire.verification(row) })}\n`
  const { detailsOf, recipientOf, timeOf } = await import('./verification-text.ts')
  const { alignRows } = await import('./table.ts')
  return (event, row) => {
    const whose = [timeOf(event.at), row.reference, recipientOf(row, context), row.channel]
    return alignRows([[...whose, event.type, detailsOf(event)]], WIDTHS)
  }
}

const fits = (wanted: unknown, value: unknown) =>
  wanted === undefined || wanted === null || wanted === value

/** Whether the filter lets a row through, as the store would decide it for a list. */
export function isWanted(row: ListedVerification, filter: VerificationFilter): boolean {
  const { budgetIndexes } = filter
  return (
    fits(filter.service, row.service) &&
    fits(filter.status, row.status) &&
    fits(filter.delivery, row.deliveryStatus) &&
    fits(filter.channel, row.channel) &&
    fits(filter.provider, row.provider) &&
    fits(filter.country, row.country) &&
    (!budgetIndexes || budgetIndexes.some((index) => Buffer.compare(index, row.budgetIndex) === 0))
  )
}

/** The rows as they are now; those erased in the meantime are left out. */
async function describeNew(
  { store }: AdminContext,
  events: readonly EventRecord[],
  filter: VerificationFilter,
  line: Line,
): Promise<string> {
  const rows = new Map<string, ListedVerification | undefined>()
  let text = ''
  for (const event of events) {
    const id = event.verificationId
    if (id === null) continue
    if (!rows.has(id)) rows.set(id, await store.verificationReads.find(null, id))
    const row = rows.get(id)
    if (row && isWanted(row, filter)) text += line(event, row)
  }
  return text
}

async function follow(context: AdminContext, given: Given, terminal: Terminal, stop: AbortSignal) {
  const filter = context.filterOf(given)
  const line = await createLine(context, given.flag('json'))
  let position: LogPosition | null = null
  let isAway = false
  while (!stop.aborted) {
    let hasMore = false
    try {
      const found = await context.store.events.follow(position, BATCH)
      const text = await describeNew(context, found.items, filter, line)
      // Only now: the store may fail between the events and their rows.
      ;({ position, hasMore } = found)
      if (text !== '') terminal.out(text)
      isAway = false
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      if (!isAway) terminal.err(`countersign: ${error.message}; retrying\n`)
      isAway = true
    }
    await sleep(hasMore ? 0 : READ_EVERY_MS, undefined, { signal: stop }).catch(() => {})
  }
}

export const tailCommand: Command = {
  words: 'tail',
  summary: 'Follows what happens to verifications, until it is interrupted.',
  options: { ...FILTER_OPTIONS, ...JSON_OPTION },
  notes: `One line for each event of a verification that matches the options at that moment.
Recipients are masked. With --json each line is an object with event and verification.`,
  async run(given, terminal) {
    readFilter(given, Date.now())
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async (context) => {
      await untilInterrupted((stop) =>
        follow(context, given, terminal, AbortSignal.any([stop, terminal.gone ?? stop])),
      )
      return EXIT.ok
    })
  },
}
