// countersign attempts and show: the attempt log by command, beside the running service.
// It must not change anything.

import type { AttemptDetail } from '../admin/admin.ts'
import type { AttemptRow } from '../admin/ports.ts'
import { readReference, VERIFICATION_ID } from '../kernel/ids.ts'
import type { Desk } from './admin-context.ts'
import { FILTER_OPTIONS, JSON_OPTION, readFilter, TIME_OPTIONS } from './attempt-options.ts'
import { type Command, EXIT, type Given, type Terminal, UsageError } from './command.ts'

const LIMIT = { default: 50, max: 100_000 } as const
const PAGE_SIZE = 500
/** Of one reference there is hardly ever a second. */
const MAX_SHOWN = 10

export function readLimit(given: Given): number {
  const text = given.text('limit') ?? String(LIMIT.default)
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit < 1 || limit > LIMIT.max)
    throw new UsageError(`--limit is a whole number from 1 to ${LIMIT.max}`)
  return limit
}

/** Page by page: each looks at a bounded number of rows, and between two the file is nobody's. */
async function list(desk: Desk, given: Given, terminal: Terminal): Promise<number> {
  const filter = desk.filterOf(given)
  const rows: AttemptRow[] = []
  const limit = readLimit(given)
  let cursor: string | null = null
  do {
    const page = await desk.store.attempts.list(
      filter,
      cursor,
      Math.min(PAGE_SIZE, limit - rows.length),
    )
    rows.push(...page.items)
    if (given.flag('json'))
      for (const row of page.items) terminal.out(`${JSON.stringify(desk.wire.attempt(row))}\n`)
    cursor = page.nextCursor
  } while (cursor !== null && rows.length < limit && !terminal.gone?.aborted)
  if (given.flag('json')) return EXIT.ok
  if (rows.length === 0) terminal.err('There are none.\n')
  else terminal.out((await import('./attempt-text.ts')).attemptsTable(rows, desk))
  if (cursor !== null) terminal.err(`There may be more: these are the newest ${rows.length}.\n`)
  return EXIT.ok
}

export const attemptsCommand: Command = {
  words: 'attempts',
  summary: 'Lists verifications, newest first: how each went, and what became of its message.',
  options: {
    ...FILTER_OPTIONS,
    ...TIME_OPTIONS,
    limit: {
      type: 'string',
      value: '<number>',
      description: `How many (default: ${LIMIT.default})`,
    },
    ...JSON_OPTION,
  },
  notes: `Recipients are masked. With --json one verification a line, as the API has them
(GET /admin/api/attempts).`,
  async run(given, terminal) {
    // What is wrong with the words is told before a store is looked for.
    readFilter(given, Date.now())
    readLimit(given)
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, (desk) => list(desk, given, terminal))
  },
}

/** Undefined: an id. @throws UsageError */
function readWhich(said: string): string | undefined {
  const reference = readReference(said)
  if (!reference && !VERIFICATION_ID.test(said))
    throw new UsageError('give a reference (K7Q-42M) or an id (vrf_…)')
  return reference ?? undefined
}

async function find(desk: Desk, said: string): Promise<AttemptDetail[]> {
  const reference = readWhich(said)
  const found = reference
    ? (await desk.store.attempts.list({ service: null, reference }, null, MAX_SHOWN)).items
    : [{ id: said }]
  const details = await Promise.all(found.map(({ id }) => desk.people.detail(desk.admin, id)))
  return details.filter((detail) => detail !== undefined)
}

export const showCommand: Command = {
  words: 'show',
  operands: ['reference'],
  summary: 'Shows one verification: why it went wrong, every event, what each provider answered.',
  options: JSON_OPTION,
  notes: 'A reference (K7Q-42M) or an id (vrf_…). The recipient is masked.',
  async run(given, terminal) {
    const [said = ''] = given.positionals
    readWhich(said)
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, async (desk) => {
      const found = await find(desk, said)
      if (found.length === 0) {
        terminal.err(`There is no verification ${said}.\n`)
        return EXIT.failed
      }
      const { describeAttempt } = await import('./attempt-text.ts')
      const texts = given.flag('json')
        ? found.map((detail) => `${JSON.stringify(desk.wire.detail(detail), null, 2)}\n`)
        : found.map((detail) => describeAttempt(detail, desk))
      terminal.out(texts.join('\n'))
      return EXIT.ok
    })
  },
}
