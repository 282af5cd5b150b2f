// countersign verifications and show: verifications listed, and one in detail, beside the running service. Nothing is changed.

import type { ListedVerification, VerificationDetail } from '../admin/ports.ts'
import { readReference, VERIFICATION_ID } from '../kernel/ids.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  toJson,
  UsageError,
} from './command.ts'
import {
  FILTER_OPTIONS,
  LIMIT_OPTION,
  readFilter,
  readLimit,
  TIME_OPTIONS,
} from './verification-options.ts'

const PAGE_SIZE = 500
/** Of one reference there is hardly ever a second. */
const MAX_SHOWN = 10

/** Slice by slice: each reads a bounded number of rows, and between two the file is free. */
async function list(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const filter = context.filterOf(given)
  const rows: ListedVerification[] = []
  const limit = readLimit(given)
  let cursor: string | null = null
  do {
    const most = Math.min(PAGE_SIZE, limit - rows.length)
    const slice = await context.store.verificationReads.list(filter, cursor, most)
    rows.push(...slice.items)
    if (given.flag('json'))
      for (const row of slice.items)
        terminal.out(`${JSON.stringify(context.wire.verification(row))}\n`)
    cursor = slice.nextCursor
  } while (cursor !== null && rows.length < limit && !terminal.gone?.aborted)
  if (given.flag('json')) return EXIT.ok
  if (rows.length === 0) terminal.err('No verifications found.\n')
  else terminal.out((await import('./verification-text.ts')).verificationsTable(rows, context))
  if (cursor !== null)
    terminal.err(`There may be more: these are the newest ${rows.length} (see --limit).\n`)
  return EXIT.ok
}

export const verificationsCommand: Command = {
  words: 'verifications',
  summary: 'Lists verifications, newest first, each with its outcome and the state of its message.',
  options: { ...FILTER_OPTIONS, ...TIME_OPTIONS, ...LIMIT_OPTION, ...JSON_OPTION },
  notes: `Recipients are masked. With --json each line is one verification, as in the API
(GET /admin/api/verifications).`,
  async run(given, terminal) {
    // Wrong options are reported before a store is opened.
    readFilter(given, Date.now())
    readLimit(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => list(context, given, terminal))
  },
}

/** Undefined: an id. @throws UsageError */
function readWhich(text: string): string | undefined {
  const reference = readReference(text)
  if (!reference && !VERIFICATION_ID.test(text))
    throw new UsageError('give a reference (K7Q-42M) or an id (vrf_…)')
  return reference ?? undefined
}

async function find({ store, people, admin }: AdminContext, text: string) {
  const reference = readWhich(text)
  const found = reference
    ? (await store.verificationReads.list({ service: null, reference }, null, MAX_SHOWN)).items
    : [{ id: text }]
  const details = await Promise.all(found.map(({ id }) => people.detail(admin, id)))
  return details.filter((detail): detail is VerificationDetail => detail !== undefined)
}

export const showCommand: Command = {
  words: 'show',
  operands: ['reference'],
  summary: 'Shows one verification: why it failed, every event, and what each provider answered.',
  options: JSON_OPTION,
  notes: 'Takes a reference (K7Q-42M) or an id (vrf_…). The recipient is masked.',
  async run(given, terminal) {
    const [text = ''] = given.positionals
    readWhich(text)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async (context) => {
      const found = await find(context, text)
      if (found.length === 0) {
        terminal.err(`There is no verification ${text}.\n`)
        return EXIT.failed
      }
      const { describeVerification } = await import('./verification-text.ts')
      const texts = given.flag('json')
        ? found.map((detail) => toJson(context.wire.detail(detail)))
        : found.map((detail) => describeVerification(detail, context))
      terminal.out(texts.join('\n'))
      return EXIT.ok
    })
  },
}
