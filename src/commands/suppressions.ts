// countersign suppressions and unsuppress: recipients that get no messages, and one that gets them again.
// It must not show a recipient in plaintext.

import { SUPPRESSION_REASONS } from '../kernel/channel.ts'
import { SUPPRESSION_ID } from '../kernel/ids.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  UsageError,
} from './command.ts'
import {
  COUNTRY_OPTION,
  LIMIT_OPTION,
  PERSON_OPTIONS,
  readFilter,
  readLimit,
  SERVICE_OPTION,
} from './verification-options.ts'

const PAGE_SIZE = 100

/** @throws UsageError */
function readReason(given: Given) {
  const text = given.text('reason')
  const found = SUPPRESSION_REASONS.find((one) => one === text)
  if (text !== undefined && !found)
    throw new UsageError(`--reason must be one of ${SUPPRESSION_REASONS.join(', ')}`)
  return found
}

const timeOf = (at: number) => new Date(at).toISOString()

async function list(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const { suppressions, clock, filterOf, recipients, wire } = context
  const { service, budgetIndexes } = filterOf(given)
  const filter = { service, budgetIndexes, reason: readReason(given) }
  const most = readLimit(given)
  const { alignRows } = await import('./table.ts')
  const now = clock.now()
  let [cursor, count]: [string | null, number] = [null, 0]
  do {
    const slice = await suppressions.list(filter, cursor, Math.min(PAGE_SIZE, most - count))
    count += slice.items.length
    cursor = slice.nextCursor
    for (const row of slice.items) {
      if (given.flag('json')) {
        terminal.out(`${JSON.stringify(wire.suppression(row))}\n`)
        continue
      }
      const isOver = row.until !== null && row.until <= now
      const until =
        row.until === null ? 'until lifted' : `${isOver ? 'over' : 'until'} ${timeOf(row.until)}`
      const by = [row.provider ?? 'the person', row.code ?? ''].join(' ').trim()
      const cells = [row.id, recipients.masked(row), row.channel, row.reason, timeOf(row.since)]
      terminal.out(alignRows([[...cells, until, `${row.times} ×`, by, row.service]]))
    }
  } while (cursor !== null && count < most && !terminal.gone?.aborted)
  if (count === 0 && !given.flag('json')) terminal.err('No suppressed recipients found.\n')
  if (cursor !== null) terminal.err(`There may be more: these are the newest ${count}.\n`)
  return EXIT.ok
}

export const suppressionsCommand: Command = {
  words: 'suppressions',
  summary: 'Lists the recipients that get no messages, why and until when; the newest first.',
  options: {
    ...PERSON_OPTIONS,
    ...COUNTRY_OPTION,
    reason: textOption('<name>', `One of ${SUPPRESSION_REASONS.join(', ')}`),
    ...SERVICE_OPTION,
    ...LIMIT_OPTION,
    ...JSON_OPTION,
  },
  notes: `Recipients are masked. With --json each line is an object, as in the API
(GET /admin/api/suppressions). To let one get messages again:
countersign unsuppress <id> --because <why>.`,
  async run(given, terminal) {
    readFilter(given, Date.now())
    readReason(given)
    readLimit(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => list(context, given, terminal))
  },
}

/** @throws UsageError */
export async function readBecause(given: Given): Promise<string> {
  const { MAX_LIFT_REASON } = await import('../admin/suppressions.ts')
  const because = given.text('because')?.trim() ?? ''
  if (because === '' || because.length > MAX_LIFT_REASON || /\p{Cc}/u.test(because))
    throw new UsageError(
      `--because must say why, for the log, in at most ${MAX_LIFT_REASON} characters of one line`,
    )
  return because
}

export const unsuppressCommand: Command = {
  words: 'unsuppress',
  summary: 'Lets a suppressed recipient get messages again.',
  operands: ['id'],
  options: {
    because: textOption('<why>', 'The reason, for the log; it names nobody'),
    ...JSON_OPTION,
  },
  notes: `The log records it (recipient.unsuppressed, by "command"). A STOP that the provider
knows of ends with the person's START there.`,
  async run(given, terminal) {
    const [id = ''] = given.positionals
    if (!SUPPRESSION_ID.test(id)) throw new UsageError('give the id of a suppression (sup_…)')
    const because = await readBecause(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async ({ suppressions, admin, recipients, wire }) => {
      const lifted = await suppressions.lift(admin, id, because)
      if (!lifted) {
        terminal.err('There is no such suppression.\n')
        return EXIT.failed
      }
      const text = `${recipients.masked(lifted)} gets messages by ${lifted.channel} again.\n`
      terminal.out(given.flag('json') ? `${JSON.stringify(wire.suppression(lifted))}\n` : text)
      return EXIT.ok
    })
  },
}
