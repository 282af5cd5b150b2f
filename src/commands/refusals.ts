// countersign refusals: the people who were refused, why and how often. Nothing is changed.

import type { RefusalLine } from '../admin/refusals.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
} from './command.ts'
import {
  COUNTRY_OPTION,
  LIMIT_OPTION,
  PERSON_OPTIONS,
  readFilter,
  readLimit,
  SERVICE_OPTION,
  TIME_OPTIONS,
} from './verification-options.ts'

const PAGE_SIZE = 100
const MAX_REASON = 60

const timeOf = (at: number) => new Date(at).toISOString()

type Table = Pick<typeof import('./table.ts'), 'alignRows' | 'plain'>

function describe(line: RefusalLine, { recipients }: AdminContext, { alignRows, plain }: Table) {
  const named = line.person ? recipients.maskedPerson(line.person) : '–'
  const who = line.isOfMany ? 'many people' : named
  const reason = [line.limit ?? line.error, line.channel].filter((one) => one !== null).join(' ')
  const head = [
    timeOf(line.lastAt),
    who,
    `${line.count} ×`,
    plain(reason, MAX_REASON),
    line.service,
  ]
  const first = line.count > 1 ? `  first ${timeOf(line.firstAt)}\n` : ''
  return `${alignRows([head])}  ${plain(line.meaning)}\n  ${plain(line.action)}\n${first}`
}

type Read = { lines: RefusalLine[]; isAll: boolean; backTo: number }

/** The latest `most`, each with all that was read of it: one line may continue from slice to slice. */
async function read(
  { clock, filterOf, refusals }: AdminContext,
  given: Given,
  most: number,
  terminal: Terminal,
): Promise<Read> {
  const { service, budgetIndexes, since, until } = filterOf(given)
  const [error, limit] = [given.text('error'), given.text('limit-name')]
  const filter = { service, budgetIndexes, since, until, error, limit }
  const lines = new Map<string, RefusalLine>()
  let cursor: string | null = null
  let backTo = clock.now()
  do {
    const slice = await refusals(filter, cursor, PAGE_SIZE)
    for (const line of slice.items) {
      const known = lines.get(line.id)
      // mutant: C73.command-page-count
      if (known) Object.assign(known, { count: known.count + line.count, firstAt: line.firstAt })
      else lines.set(line.id, line)
    }
    backTo = slice.lookedBackTo ?? Math.min(backTo, ...slice.items.map(({ firstAt }) => firstAt))
    cursor = slice.nextCursor
  } while (cursor !== null && lines.size < most && !terminal.gone?.aborted)
  const isAll = cursor === null && lines.size <= most
  return { lines: [...lines.values()].slice(0, most), isAll, backTo }
}

async function list(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const { lines, isAll, backTo } = await read(context, given, readLimit(given), terminal)
  const isJson = given.flag('json')
  const table = await import('./table.ts')
  for (const line of lines)
    terminal.out(
      isJson ? `${JSON.stringify(context.wire.refusal(line))}\n` : describe(line, context, table),
    )
  if (lines.length === 0 && !isJson) terminal.err('No refusals found.\n')
  if (!isAll)
    terminal.err(
      `There may be more: these are the latest ${lines.length}, counted back to ${timeOf(backTo)}.\n`,
    )
  return EXIT.ok
}

export const refusalsCommand: Command = {
  words: 'refusals',
  summary: 'Lists the people who were refused, why, how often, and what to do; the latest first.',
  options: {
    ...PERSON_OPTIONS,
    ...COUNTRY_OPTION,
    error: textOption('<name>', 'Such as country_not_allowed'),
    'limit-name': textOption('<name>', 'The limit that refused, such as sends_per_number_burst'),
    ...SERVICE_OPTION,
    ...TIME_OPTIONS,
    ...LIMIT_OPTION,
    ...JSON_OPTION,
  },
  notes: `All refusals of one person for one reason are one line, however many there were. Where
there may be more, the last line says how far back they were counted. Recipients are
masked. With --json each line is an object, as in the API (GET /admin/api/refusals).`,
  async run(given, terminal) {
    // Wrong options are reported before a store is opened.
    readFilter(given, Date.now()) // mutant: C71.words-before-store
    readLimit(given) // mutant: C71.words-before-store.2
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => list(context, given, terminal))
  },
}
