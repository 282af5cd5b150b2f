// /admin/api/…/export: each list of the log as a whole, as a stream of CSV or JSON Lines.
// It must not name recipients in plaintext for a key that may only read.

import { z } from '@hono/zod-openapi'
import type { ExportSource } from '../../admin/export.ts'
import type { ExportFormat } from '../../admin/export-text.ts'
import { exportText } from '../../admin/export-text.ts'
import { InvalidCursorError } from '../../kernel/errors.ts'
import {
  callingAdmin,
  readIndexes,
  refuseField,
  refuseOtherService,
  serviceOf,
} from '../admin-caller.ts'
import { defineRoute } from '../define-route.ts'
import type { AppContext, AppDeps } from '../deps.ts'
import { answerExport } from '../export-answer.ts'
import { READ } from '../middleware/auth.ts'
import { answerProblem, refusal } from '../problem.ts'
import { refuse } from '../refuse.ts'
import { toFilter } from '../schemas/admin-verification-filters.ts'
import { EventLine, toEventQuery } from '../schemas/events.ts'
import {
  COLUMNS,
  createExports,
  EventsExportBody,
  ExportEnd,
  RefusalLine,
  RefusalsExportBody,
  VerificationLine,
  VerificationsExportBody,
} from '../schemas/exports.ts'
import { toRefusalFilter } from '../schemas/refusals.ts'

type Deps = Pick<
  AppDeps,
  | 'admin'
  | 'authenticator'
  | 'clock'
  | 'closing'
  | 'eventIndexes'
  | 'events'
  | 'exportPlaces'
  | 'logger'
  | 'refusals'
  | 'resolveAddress'
>

const ENDS =
  'Newest first: the rows that were there when it began. Each line has the `cursor` of an export that continues behind it. ' +
  'The last line says whether it is whole: `end`, in CSV a record that begins with `#end`; without it the export was cut off. ' +
  'In CSV a text that a spreadsheet would take for a formula has an apostrophe before it. ' +
  'The log records each export (`export.started`, `export.ended`). A key may have two at once, the keys of one service four; further ones are 503.'

const answers = <const Line extends z.ZodType>(line: Line, columns: readonly string[]) =>
  ({
    200: {
      description: 'A stream; a reader that takes nothing for 30 seconds is cut off.',
      lines: z.union([line, ExportEnd]),
      text: 'text/csv',
      shows: exportText('csv', columns).head(),
    },
  }) as const

/** Plaintext is for those who may reveal. Undefined: it is allowed. */
function refusePlain(c: AppContext, deps: Deps, recipients: 'masked' | 'plaintext') {
  const mayReveal = c.get('caller')?.scopes.has('admin') ?? false
  if (recipients === 'masked' || mayReveal) return undefined // mutant: C35.export-plain-scope
  const detail = 'Recipients in plaintext need a key with the scope admin.'
  return refuse(c, deps, refusal('scope_missing', detail))
}

async function answer(
  c: AppContext,
  deps: Deps,
  source: ExportSource,
  { format, after }: { format: ExportFormat; after?: string | undefined },
): Promise<never> {
  const admin = callingAdmin(c, deps)
  const { keyId, service } = admin
  const given = await answerExport(c, deps, {
    ...{ admin, source, format, after: after ?? null },
    holder: { id: keyId, keyId, service },
    isGood: async () => (await deps.authenticator.standing(keyId)) !== undefined,
  }).catch((error: unknown) => {
    if (!(error instanceof InvalidCursorError)) throw error
    return refuseField(c, deps, 'after', 'must be the cursor of a line of an export')
  })
  const detail = 'Too many exports are running for this key, its service or on this node.'
  return (given ?? answerProblem(c, refusal('overloaded', detail))) as never
}

const verifications = defineRoute(
  {
    method: 'post',
    path: '/admin/api/verifications/export',
    id: 'exportVerifications',
    summary: 'Export the verifications',
    description: `Every row that the filters of the search let through. ${ENDS}`,
    tag: 'Event log',
    needs: READ,
    body: VerificationsExportBody,
    examples: { csv: { format: 'csv' } },
    answers: answers(VerificationLine, COLUMNS.verifications),
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const { to, subject, country, recipients, ...given } = body
    const refused = refuseOtherService(c, deps, given.service) ?? refusePlain(c, deps, recipients)
    if (refused) return refused
    const read = readIndexes(c, deps, { to, subject, country })
    if ('refused' in read) return read.refused
    const filters = read.budgetIndexes ? given : { ...given, country }
    const filter = toFilter(filters, { within: serviceOf(c), ...read })
    const isPlain = recipients === 'plaintext'
    return answer(c, deps, createExports(deps).verifications(filter, isPlain), body)
  },
)

const refusals = defineRoute(
  {
    method: 'post',
    path: '/admin/api/refusals/export',
    id: 'exportRefusals',
    summary: 'Export the refused requests',
    description: `One line for each person and reason of a few hundred rows, as in the list: counts of one person in several lines add up. ${ENDS}`,
    tag: 'Event log',
    needs: READ,
    body: RefusalsExportBody,
    examples: { csv: { format: 'csv' } },
    answers: answers(RefusalLine, COLUMNS.refusals),
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const { to, subject, country, recipients } = body
    const refused = refuseOtherService(c, deps, body.service) ?? refusePlain(c, deps, recipients)
    if (refused) return refused
    const read = readIndexes(c, deps, { to, subject, country })
    if ('refused' in read) return read.refused
    const filter = toRefusalFilter(body, { within: serviceOf(c), ...read })
    return answer(c, deps, createExports(deps).refusals(filter, recipients === 'plaintext'), body)
  },
)

const events = defineRoute(
  {
    method: 'post',
    path: '/admin/api/events/export',
    id: 'exportEvents',
    summary: 'Export the event log',
    description: `No event names a recipient. ${ENDS}`,
    tag: 'Event log',
    needs: READ,
    body: EventsExportBody,
    examples: { csv: { format: 'csv' } },
    answers: answers(EventLine, COLUMNS.events),
    problems: ['overloaded'],
  },
  async (c, { body }, deps: Deps) => {
    const { recipient: to, country, subject, ...filters } = body
    const read = readIndexes(c, deps, { to, subject, country }, 'recipient')
    if ('refused' in read) return read.refused
    const {
      cursor: _,
      limit: __,
      ...query
    } = toEventQuery({ ...filters, limit: 0 }, serviceOf(c), read.budgetIndexes)
    return answer(c, deps, createExports(deps).events(query), body)
  },
)

export const exportRoutes = [verifications, refusals, events]
