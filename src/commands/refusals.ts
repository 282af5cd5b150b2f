// countersign refusals and lift: who was refused and why, and a person's limits on messages emptied.
// It must not make a file of counters: the service could not use what another user of the machine made.

import { existsSync } from 'node:fs'
import type { Lifted } from '../admin/lift.ts'
import type { RefusalLine } from '../admin/refusals.ts'
import { isLiftable, LIFTABLE, NOT_LIFTABLE } from '../verification/liftable.ts'
import type { LimitName } from '../verification/policy.ts'
import type { Desk } from './admin-context.ts'
import {
  COUNTRY_OPTION,
  JSON_OPTION,
  PERSON_OPTIONS,
  readFilter,
  requirePerson,
  TIME_OPTIONS,
} from './attempt-options.ts'
import { readLimit } from './attempts.ts'
import {
  type Command,
  EXIT,
  type Given,
  type Options,
  type Terminal,
  UsageError,
} from './command.ts'
import { alignRows, plain } from './table.ts'

const PAGE_SIZE = 100

const option = (value: string, description: string): Options[string] => ({
  ...{ type: 'string', value, description },
})

const SERVICE_OPTION: Options = { service: option('<name>', 'Only in this service') }

function describe({ line }: { line: RefusalLine }, desk: Desk): string {
  const who = line.person ? desk.recipients.maskedPerson(line.person) : '–'
  const first = line.count > 1 ? `, first ${new Date(line.firstAt).toISOString()}` : ''
  const reason = [line.limit ?? line.error, line.channel].filter((one) => one !== null).join(' ')
  const head = [
    [
      new Date(line.lastAt).toISOString(),
      line.isOfMany ? 'many, not named' : who,
      `${line.count} ×`,
    ],
  ]
  const why = `  ${plain(line.meaning)}\n  ${plain(line.action)}\n`
  return `${alignRows(head.map((row) => [...row, plain(reason, 60), line.service]))}${why}${first ? `  ${first.slice(2)}\n` : ''}`
}

type Read = { lines: RefusalLine[]; isAll: boolean; backTo: number }

/** The latest `most`, each with all that was read of it: one line may go on from page to page. */
async function read(desk: Desk, given: Given, most: number, terminal: Terminal): Promise<Read> {
  const { service, budgetIndexes, since, until } = desk.filterOf(given)
  const [error, limit] = [given.text('error'), given.text('limit-name')]
  const filter = { service, budgetIndexes, since, until, error, limit }
  const lines = new Map<string, RefusalLine>()
  let cursor: string | null = null
  let backTo = desk.clock.now()
  do {
    const page = await desk.refusals(filter, cursor, PAGE_SIZE)
    for (const line of page.items) {
      const known = lines.get(line.id)
      // mutant: C73.command-page-count
      if (known) Object.assign(known, { count: known.count + line.count, firstAt: line.firstAt })
      else lines.set(line.id, line)
    }
    backTo = page.lookedBackTo ?? Math.min(backTo, ...page.items.map(({ firstAt }) => firstAt))
    cursor = page.nextCursor
  } while (cursor !== null && lines.size < most && !terminal.gone?.aborted)
  const isAll = cursor === null && lines.size <= most
  return { lines: [...lines.values()].slice(0, most), isAll, backTo }
}

async function list(desk: Desk, given: Given, terminal: Terminal): Promise<number> {
  const { lines, isAll, backTo } = await read(desk, given, readLimit(given), terminal)
  for (const line of lines)
    terminal.out(
      given.flag('json')
        ? `${JSON.stringify(desk.wire.refusal(line))}\n`
        : describe({ line }, desk),
    )
  if (lines.length === 0 && !given.flag('json')) terminal.err('There are none.\n')
  if (!isAll)
    terminal.err(
      `There may be more: these are the latest ${lines.length}, counted back to ${new Date(backTo).toISOString()}.\n`,
    )
  return EXIT.ok
}

export const refusalsCommand: Command = {
  words: 'refusals',
  summary: 'Lists the people who were refused, why, how often, and what to do; the latest first.',
  options: {
    ...PERSON_OPTIONS,
    ...COUNTRY_OPTION,
    error: option('<name>', 'Such as country_not_allowed'),
    'limit-name': option('<name>', 'The limit that refused, such as sends_per_number_burst'),
    ...SERVICE_OPTION,
    ...TIME_OPTIONS,
    limit: option('<number>', 'How many (default: 50)'),
    ...JSON_OPTION,
  },
  notes: `Refusals of one person for one reason are one line, however many are asked for. Where there may
be more, the last line says back to when they were counted. Recipients are masked. With
--json one line is one object, as the API has them (GET /admin/api/refusals).`,
  async run(given, terminal) {
    // What is wrong with the words is said before a store is looked for.
    readFilter(given, Date.now()) // mutant: C71.words-before-store
    readLimit(given) // mutant: C71.words-before-store.2
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, (desk) => list(desk, given, terminal))
  },
}

/** @throws UsageError */
function readName(given: Given) {
  const name = given.text('limit')
  if (name === undefined) return null
  if (isLiftable(name as LimitName)) return LIFTABLE.find((one) => one === name) ?? null
  throw new UsageError(`--limit is one of ${LIFTABLE.join(', ')}. ${NOT_LIFTABLE}`)
}

/** In each service of the settings, or the one that is named. */
async function liftBy(desk: Desk, given: Given, terminal: Terminal): Promise<Lifted[]> {
  const { config, keyring } = desk
  const person = desk.personOf(given)
  const service = desk.filterOf(given).service
  const nothing = [...config.services.keys()]
    .filter((name) => (service ?? name) === name)
    .map((name) => ({ service: name, limits: [] }))
  // Its service has counted nothing yet.
  if (config.limits.kind === 'sqlite' && !existsSync(config.limits.path)) return nothing // mutant: C71.no-counter-file
  const { openLimiter } = await import('../limits/open.ts')
  const { createLift } = await import('../admin/lift.ts')
  const { addressKey } = await import('../limits/client-address.ts')
  const { liftableKeys } = await import('../verification/lift-limits.ts')
  const warn = (_: object, message: string) => terminal.err(`${message}\n`)
  const counters = await openLimiter(config.limits, { warn })
  try {
    const lift = createLift({
      ...{ events: desk.store.events, recipients: desk.recipients, clock: desk.clock },
      ...{ services: config.services, counters },
      liftable: (policy, holder, name) =>
        liftableKeys({ keyring, addressKey }, policy, holder, name),
    })
    return await lift(desk.admin, person, { service, name: readName(given) })
  } finally {
    await counters.close()
  }
}

export const liftCommand: Command = {
  words: 'lift',
  summary: 'Lifts the limits on messages to one person, so that they can ask for a code again.',
  options: {
    ...PERSON_OPTIONS,
    ...COUNTRY_OPTION,
    limit: option('<name>', `${LIFTABLE.join(' or ')} (default: both)`),
    ...SERVICE_OPTION,
    ...JSON_OPTION,
  },
  notes: `The log records it (limit.lifted, by "command"). ${NOT_LIFTABLE}`,
  async run(given, terminal) {
    const { person } = requirePerson(given)
    readName(given)
    if (person.to === null) throw new UsageError(`a subject has no limit to lift. ${NOT_LIFTABLE}`)
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, async (desk) => {
      const done = await liftBy(desk, given, terminal)
      if (given.flag('json')) terminal.out(`${JSON.stringify({ services: done })}\n`)
      else
        for (const { service, limits } of done)
          terminal.out(
            `${service}: ${limits.length > 0 ? `lifted ${limits.join(', ')}` : 'nothing was counted'}\n`,
          )
      return EXIT.ok
    })
  },
}
