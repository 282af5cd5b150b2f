// countersign lists show, add and end: the entries that stop or let through starts, while the service runs.
// It must not show a recipient in plaintext.

import { LIST_ENTRY_ID } from '../kernel/ids.ts'
import { EFFECTS, ENTRY_KINDS, type ListEntry } from '../shield/ports.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  EXIT,
  flagOption,
  type Given,
  JSON_OPTION,
  type Terminal,
  textOption,
  UsageError,
} from './command.ts'
import { requireService } from './store.ts'
import { readBecause } from './suppressions.ts'
import {
  COUNTRY_OPTION,
  LIMIT_OPTION,
  oneOf,
  readFilter,
  readLimit,
  readTimeAhead,
  SERVICE_OPTION,
} from './verification-options.ts'

const PAGE_SIZE = 100
const MAX_REASON_SHOWN = 60

const timeOf = (at: number) => new Date(at).toISOString()

async function describer({ recipients, clock }: AdminContext) {
  const [{ isOver, shownValue }, { plain }] = await Promise.all([
    import('../admin/lists.ts'),
    import('./table.ts'),
  ])
  return (entry: ListEntry): string[] => {
    const { id, effect, by, endsAt, service, keyId, rule, reason } = entry
    const end = endsAt === null ? 'no end' : timeOf(endsAt)
    const until = isOver(entry, clock.now()) ? `over ${end}` : `until ${end}`
    const what = [by, shownValue(entry, recipients)]
    const maker = rule === null ? (keyId ?? '') : `rule ${rule}`
    const cells = [id, effect, ...what, until, service ?? '(every service)', maker]
    return [...cells, plain(reason, MAX_REASON_SHOWN)]
  }
}

async function show(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const { lists, clock, filterOf, wire } = context
  const { service, budgetIndexes } = filterOf(given)
  const chosen = { effect: oneOf(given, 'effect', EFFECTS), by: oneOf(given, 'by', ENTRY_KINDS) }
  const inForce = !given.flag('all')
  const filter = { service, budgetIndexes, ...chosen, inForce, now: clock.now() }
  const most = readLimit(given)
  const { alignRows } = await import('./table.ts')
  const cellsOf = await describer(context)
  let [cursor, count]: [string | null, number] = [null, 0]
  do {
    const slice = await lists.list(filter, cursor, Math.min(PAGE_SIZE, most - count))
    count += slice.items.length
    cursor = slice.nextCursor
    if (given.flag('json'))
      for (const entry of slice.items) terminal.out(`${JSON.stringify(wire.listEntry(entry))}\n`)
    else terminal.out(alignRows(slice.items.map(cellsOf)))
  } while (cursor !== null && count < most && !terminal.gone?.aborted)
  if (count === 0 && !given.flag('json')) terminal.err('No entries found.\n')
  if (cursor !== null) terminal.err(`There may be more: these are the newest ${count}.\n`)
  return EXIT.ok
}

const showListsCommand: Command = {
  words: 'lists show',
  summary: 'Lists the entries that stop or let through starts; the newest first.',
  options: {
    to: textOption('<recipient>', 'About this number or address, in any format'),
    ...COUNTRY_OPTION,
    effect: textOption('<name>', `One of ${EFFECTS.join(', ')}`),
    by: textOption('<kind>', `One of ${ENTRY_KINDS.join(', ')}`),
    all: flagOption('Include entries that have ended'),
    ...SERVICE_OPTION,
    ...LIMIT_OPTION,
    ...JSON_OPTION,
  },
  notes: `Numbers and addresses are masked. With --json each line is an object, as in the API
(GET /admin/api/list-entries).`,
  async run(given, terminal) {
    readFilter(given, Date.now())
    readLimit(given)
    oneOf(given, 'effect', EFFECTS)
    oneOf(given, 'by', ENTRY_KINDS)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => show(context, given, terminal))
  },
}

/** @throws UsageError */
function required<Name extends string>(given: Given, option: string, names: readonly Name[]): Name {
  const found = oneOf(given, option, names)
  if (found === undefined) throw new UsageError(`--${option} is missing: ${names.join(', ')}`)
  return found
}

const OPTION_OF = {
  ...{ service: '--service', effect: '--effect', reason: '--because', endsAt: '--for' },
  value: '<value>',
}

/** Without it, whoever tries it at once takes it for a command that does nothing. */
const HEEDED = 'Running services heed it within 5 seconds.\n'

async function add(context: AdminContext, given: Given, terminal: Terminal): Promise<number> {
  const { lists, admin, clock, config, wire } = context
  const service = given.text('service') ?? null
  if (service !== null) requireService(config, service)
  const made = await lists.make(admin, {
    service,
    effect: required(given, 'effect', EFFECTS),
    by: required(given, 'by', ENTRY_KINDS),
    value: given.positionals[0] ?? '',
    reason: await readBecause(given),
    endsAt: readTimeAhead(given, 'for', clock.now()) ?? null,
  })
  switch (made.kind) {
    case 'fault':
      throw new UsageError(`${OPTION_OF[made.fault.field]} ${made.fault.detail}`)
    case 'exists':
      terminal.err(`${made.id} has the same effect and value, and is in force: end it first.\n`)
      return EXIT.failed
    case 'full':
    case 'share_full':
      terminal.err(`At most ${made.most} entries may be in force: end some first.\n`)
      return EXIT.failed
    case 'made': {
      const { alignRows } = await import('./table.ts')
      const cellsOf = await describer(context)
      const text = given.flag('json')
        ? `${JSON.stringify(wire.listEntry(made.entry))}\n`
        : alignRows([cellsOf(made.entry)])
      terminal.out(text)
      if (!given.flag('json')) terminal.err(HEEDED)
      return EXIT.ok
    }
  }
}

const addEntryCommand: Command = {
  words: 'lists add',
  summary: 'Makes an entry that refuses or lets through starts.',
  operands: ['value'],
  options: {
    effect: textOption('<name>', `What it does: ${EFFECTS.join(', ')}`),
    by: textOption('<kind>', `What the value is: ${ENTRY_KINDS.join(', ')}`),
    because: textOption('<why>', 'The reason, for admins and the log; it names nobody'),
    for: textOption('<time>', 'How long: 2h, 7d, … (default: until somebody ends it)'),
    service: textOption('<name>', 'Whose starts (default: every service)'),
    ...JSON_OPTION,
  },
  notes: `For example: countersign lists add 22507 --effect refuse --by prefix --for 7d
--because "ticket 4711". Running services heed it within 5 seconds. The log records it
(list.entry_made, by "command").`,
  async run(given, terminal) {
    required(given, 'effect', EFFECTS)
    required(given, 'by', ENTRY_KINDS)
    await readBecause(given)
    readTimeAhead(given, 'for', Date.now())
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, (context) => add(context, given, terminal))
  },
}

const endEntryCommand: Command = {
  words: 'lists end',
  summary: 'Ends an entry early.',
  operands: ['id'],
  options: {
    because: textOption('<why>', 'The reason, for the log; it names nobody'),
    ...JSON_OPTION,
  },
  notes: `Running services heed it within 5 seconds. The log records it (list.entry_ended, by
"command").`,
  async run(given, terminal) {
    const [id = ''] = given.positionals
    if (!LIST_ENTRY_ID.test(id)) throw new UsageError('give the id of an entry (lst_…)')
    const because = await readBecause(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async ({ lists, admin, wire }) => {
      const ended = await lists.end(admin, id, because)
      if (!ended) {
        terminal.err('No entry with this id is in force.\n')
        return EXIT.failed
      }
      terminal.out(given.flag('json') ? `${JSON.stringify(wire.listEntry(ended))}\n` : 'Ended.\n')
      if (!given.flag('json')) terminal.err(HEEDED)
      return EXIT.ok
    })
  },
}

export const LIST_COMMANDS: readonly Command[] = [
  showListsCommand,
  addEntryCommand,
  endEntryCommand,
]
