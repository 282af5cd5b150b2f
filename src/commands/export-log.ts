// countersign export-log: a whole list of the log, as CSV or JSON Lines, for a file or another program.
// It must not hold more than a page, nor read on while nobody takes what was written.

import { beginExport, type ExportSource } from '../admin/export.ts'
import { EXPORT_FORMATS } from '../admin/export-text.ts'
import { ADMIN_EVENTS, EVENT_TYPES } from '../events/types.ts'
import { InvalidCursorError } from '../kernel/errors.ts'
import { readReference, VERIFICATION_ID } from '../kernel/ids.ts'
import { LIMIT_NAMES } from '../verification/policy.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  flagOption,
  type Given,
  type Options,
  type Terminal,
  textOption,
  UsageError,
  untilInterrupted,
} from './command.ts'
import { FILTER_OPTIONS, oneOf, readFilter, TIME_OPTIONS } from './verification-options.ts'

const LISTS = ['verifications', 'events', 'refusals'] as const
type List = (typeof LISTS)[number]

/** Beside whose, which service and when. */
const OWN_OPTIONS: Readonly<Record<List, readonly string[]>> = {
  verifications: ['status', 'delivery', 'channel', 'provider', 'plaintext', 'reference'],
  events: ['type', 'verification', 'reference', 'key', 'admin'],
  refusals: ['error', 'limit-name', 'plaintext'],
}

const OPTIONS: Options = {
  format: textOption('<format>', `${EXPORT_FORMATS.join(' or ')} (default: jsonl)`),
  after: textOption(
    '<cursor>',
    'Continues an export that was cut off, behind the line that has it',
  ),
  plaintext: flagOption('With recipients; the log records it (verifications, refusals)'),
  ...FILTER_OPTIONS,
  ...TIME_OPTIONS,
  reference: textOption('<reference>', 'Such as K7Q-42M (verifications, events)'),
  type: textOption('<type>', 'Such as verification.approved (events)'),
  verification: textOption('<id>', 'Of this verification (events)'),
  key: textOption('<id>', 'By this key or person, such as ADMIN_KEY (events)'),
  admin: flagOption('What admins did (events)'),
  error: textOption('<error>', 'As the login flow got it (refusals)'),
  'limit-name': textOption('<name>', 'The limit that refused (refusals)'),
}

/** @throws UsageError */
function readList(given: Given): List {
  const [text] = given.positionals
  const list = LISTS.find((one) => one === text)
  if (!list) throw new UsageError(`give one of ${LISTS.join(', ')}`)
  const own = OWN_OPTIONS[list]
  const wrong = Object.values(OWN_OPTIONS)
    .flat()
    .find((name) => !own.includes(name) && (given.text(name) !== undefined || given.flag(name)))
  if (wrong) throw new UsageError(`--${wrong} cannot be used with ${list}`)
  return list
}

/** @throws UsageError */
function readOwn(given: Given) {
  const [verification, reference] = [given.text('verification'), given.text('reference')]
  if (verification !== undefined && !VERIFICATION_ID.test(verification))
    throw new UsageError('--verification must be an id (vrf_…)')
  const read = reference === undefined ? undefined : readReference(reference)
  if (reference !== undefined && !read)
    throw new UsageError('--reference must be a reference, such as K7Q-42M')
  return {
    format: oneOf(given, 'format', EXPORT_FORMATS) ?? 'jsonl',
    type: oneOf(given, 'type', EVENT_TYPES),
    limit: oneOf(given, 'limit-name', LIMIT_NAMES),
    reference: read,
    verification,
  }
}

async function sourceOf(list: List, context: AdminContext, given: Given): Promise<ExportSource> {
  const { createExports } = await import('../http/schemas/exports.ts')
  const { store, clock, recipients, refusals } = context
  const admin = { verifications: store.verificationReads, recipients, refusals }
  const exports = createExports({ admin, events: store.events, clock })
  const filter = context.filterOf(given)
  const { type, limit, reference, verification } = readOwn(given)
  const key = given.text('key')
  const isPlain = given.flag('plaintext')
  if (list === 'verifications') return exports.verifications({ ...filter, reference }, isPlain)
  const { service, budgetIndexes, since, until } = filter
  const whose = { service, budgetIndexes, since, until }
  if (list === 'refusals')
    return exports.refusals({ ...whose, error: given.text('error'), limit }, isPlain)
  return exports.events({
    ...whose,
    reference,
    verificationId: verification,
    types: type ? [type] : given.flag('admin') ? ADMIN_EVENTS : undefined,
    keyIds: key === undefined ? undefined : [key],
  })
}

async function write(
  context: AdminContext,
  given: Given,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<number> {
  const { store, clock, admin } = context
  const closing = AbortSignal.any([stop, terminal.gone ?? stop])
  const source = await sourceOf(readList(given), context, given)
  const { format } = readOwn(given)
  const after = given.text('after') ?? null
  const order = { admin, source, format, after, closing }
  const lines = await beginExport({ events: store.events, clock }, order).catch(
    (error: unknown) => {
      if (!(error instanceof InvalidCursorError)) throw error
      throw new UsageError('--after must be the cursor of a line of an export')
    },
  )
  for await (const text of lines) {
    if (terminal.gone?.aborted) break
    terminal.out(text)
  }
  if (!closing.aborted) return EXIT.ok
  terminal.err('countersign: the export was stopped; its last line says where it continues\n')
  return EXIT.failed
}

export const exportLogCommand: Command = {
  words: 'export-log',
  operands: [LISTS.join('|')],
  summary: 'Writes a whole list as CSV or JSON Lines: verifications, events or refusals.',
  options: OPTIONS,
  notes: `Newest first. Recipients are masked without --plaintext. Each line has the cursor of an
export that continues behind it (--after). The last line says whether it is whole.
In CSV a text that a spreadsheet would take for a formula has an apostrophe before
it. The log records each export (export.started and export.ended, by "command").`,
  async run(given, terminal) {
    readList(given)
    readOwn(given)
    readFilter(given, Date.now())
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) =>
      untilInterrupted((stop) => write(context, given, terminal, stop)),
    )
  },
}
