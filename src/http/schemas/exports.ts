// Exports on the wire: what may be ordered, and the lists as an export reads them, each row as the API has it.
// It must not name a recipient in plaintext unless the order says so.

import { z } from '@hono/zod-openapi'
import { type EventSearch, searchEvents } from '../../admin/event-search.ts'
import type { ExportPage, ExportSource } from '../../admin/export.ts'
import { EXPORT_FORMATS, STOPS } from '../../admin/export-text.ts'
import type { AdminDeps } from '../../admin/operations.ts'
import type { VerificationFilter } from '../../admin/ports.ts'
import type { Person } from '../../admin/recipients.ts'
import type { RefusalFilter } from '../../admin/refusals.ts'
import type { EventStore } from '../../events/types.ts'
import type { Clock } from '../../kernel/clock.ts'
import { verificationsSearchShape } from './admin-verification-filters.ts'
import { AdminVerification, toWireAdminVerification } from './admin-verifications.ts'
import { count } from './answers.ts'
import { checkWhose, EventLine, eventsSearchShape, toEventLine } from './events.ts'
import { BESIDE_OTHER_FAULTS, checkParty, cursorField } from './fields.ts'
import { personShape } from './people.ts'
import { Refused, refusalsSearchShape, toWireRefusal } from './refusals.ts'

const orderShape = {
  format: z.enum(EXPORT_FORMATS).default('jsonl').openapi({
    description: 'JSON Lines have every text as it is; CSV is for spreadsheets.',
  }),
  after: cursorField.optional().openapi({
    example: 'MTgwMDAwMDAwMDAwMC40Mg',
    description:
      'The `cursor` of the last whole line of an export that was cut off, with the same filters: the rows after it follow.',
  }),
}
const recipients = z.enum(['masked', 'plaintext']).default('masked').openapi({
  description:
    'With `plaintext` each row has `to` and `subject` as well. It needs the scope admin, and the log records it.',
})

export const VerificationsExportBody = z
  .strictObject({ ...orderShape, recipients, ...verificationsSearchShape })
  .superRefine(checkParty, BESIDE_OTHER_FAULTS)
  .openapi('VerificationsExport')
export const RefusalsExportBody = z
  .strictObject({ ...orderShape, recipients, ...refusalsSearchShape })
  .superRefine(checkParty, BESIDE_OTHER_FAULTS)
  .openapi('RefusalsExport')
export const EventsExportBody = z
  .strictObject({ ...orderShape, ...eventsSearchShape })
  .superRefine(checkWhose, BESIDE_OTHER_FAULTS)
  .openapi('EventsExport')

const cursor = z.string().nullable().openapi({
  description: '`after` of an export that continues behind this line; null: of one from the start.',
})
const plainShape = { to: personShape.to.optional(), subject: personShape.subject.optional() }

export const ExportEnd = z
  .object({
    end: z
      .object({
        rows: count.openapi({ description: 'How many lines are before this one.', example: 1234 }),
        complete: z
          .boolean()
          .openapi({ description: 'False: it was stopped, and `after` continues it.' }),
        stopped: z.enum(STOPS).nullable().openapi({ description: 'Null where it is complete.' }),
        after: z.string().nullable().openapi({
          example: 'MTgwMDAwMDAwMDAwMC40Mg',
          description: '`after` of an export that continues; null where it is complete.',
        }),
      })
      .openapi({ description: 'Of the last line: whether the export is whole.' }),
  })
  .openapi('ExportEnd')

export const VerificationLine = AdminVerification.extend({ ...plainShape, cursor }).openapi(
  'VerificationLine',
)
export const RefusalLine = Refused.extend({ ...plainShape, cursor }).openapi('RefusalLine')

const columnsOf = (shape: object, ...others: string[]) =>
  [...Object.keys(shape), ...others].flatMap((name) =>
    name === 'cursor' || name in plainShape ? [] : [name],
  )
/** Of CSV, without those of recipients in plaintext. */
export const COLUMNS = {
  verifications: columnsOf(AdminVerification.shape).flatMap((name) =>
    name === 'error' ? ['error.code', 'error.message'] : [name],
  ),
  refusals: columnsOf(Refused.shape),
  events: columnsOf(EventLine.shape),
}
const PLAIN_COLUMNS = Object.keys(plainShape)
const NOBODY = { to: null, subject: null }

/** @param limit of the filters is the export's own */
export function createExports(deps: {
  admin: Pick<AdminDeps, 'verifications' | 'recipients' | 'refusals'>
  events: Pick<EventStore, 'list'>
  clock: Clock
}) {
  const { verifications, recipients: people, refusals } = deps.admin
  const about = (
    isPlain: boolean,
    whose: readonly Uint8Array[] | undefined,
    columns: string[],
  ) => ({
    isPlain,
    budgetIndex: whose?.[0] ?? null,
    columns: isPlain ? [...columns, ...PLAIN_COLUMNS] : columns,
  })
  const plain = (isPlain: boolean, person: () => Person | undefined) =>
    isPlain ? (person() ?? NOBODY) : {} // mutant: C30.export-masked

  return {
    verifications: (filter: VerificationFilter, isPlain: boolean): ExportSource => ({
      list: 'verifications',
      ...about(isPlain, filter.budgetIndexes, COLUMNS.verifications),
      async read(after, limit): Promise<ExportPage> {
        const { items, cursors, nextCursor } = await verifications.list(filter, after, limit)
        const now = deps.clock.now()
        const rows = items.map((row, place) => ({
          fields: {
            ...toWireAdminVerification(row, now, people),
            ...plain(isPlain, () => people.ofRow(row)),
          },
          cursor: cursors[place] ?? null,
        }))
        return { rows, next: nextCursor }
      },
    }),

    events: (query: Omit<EventSearch, 'cursor' | 'limit'>): ExportSource => ({
      list: 'events',
      ...about(false, query.budgetIndexes, COLUMNS.events),
      async read(after, limit): Promise<ExportPage> {
        const found = await searchEvents(deps.events, { ...query, cursor: after, limit })
        const rows = found.items.map((event, place) => ({
          fields: toEventLine(event),
          cursor: found.cursors[place] ?? null,
        }))
        return { rows, next: found.nextCursor }
      },
    }),

    /** Lines are counted over a page: behind the last of them another page begins, where a person may appear again. */
    refusals: (filter: RefusalFilter, isPlain: boolean): ExportSource => ({
      list: 'refusals',
      ...about(isPlain, filter.budgetIndexes, COLUMNS.refusals),
      async read(after, limit): Promise<ExportPage> {
        const { items, nextCursor } = await refusals(filter, after, limit)
        const rows = items.map((line, place) => ({
          fields: { ...toWireRefusal(line, people), ...plain(isPlain, () => line.person) },
          cursor: (place === items.length - 1 ? nextCursor : null) ?? after,
        }))
        return { rows, next: nextCursor }
      },
    }),
  }
}
