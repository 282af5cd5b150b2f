// countersign export, erase and lift: the data and the limits of one person.
// It must not erase without a person's yes, or a program's --yes.

import { existsSync } from 'node:fs'
import type { Lifted } from '../admin/people.ts'
import type { Erased } from '../retention/ports.ts'
import { LIFTABLE, NOT_LIFTABLE } from '../verification/limit-states.ts'
import type { AdminContext } from './admin-context.ts'
import {
  type Command,
  countOf,
  EXIT,
  type Given,
  JSON_OPTION,
  refuseUnconfirmed,
  type Terminal,
  textOption,
  toJson,
  UsageError,
  YES_OPTION,
} from './command.ts'
import { COUNTRY_OPTION, PERSON_OPTIONS, requirePerson } from './verification-options.ts'

export const exportCommand: Command = {
  words: 'export',
  summary: 'Prints everything stored about one person as JSON, with recipients in plaintext.',
  options: { ...PERSON_OPTIONS, ...COUNTRY_OPTION },
  notes: `Every verification with its timeline, in every service. The log records the export
(recipient.exported, by "command").`,
  async run(given, terminal) {
    requirePerson(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async ({ admin, people, personOf, wire }) => {
      const exported = await people.exportOf(admin, personOf(given))
      terminal.out(toJson(wire.exported(exported)))
      if (exported.isComplete) return EXIT.ok
      terminal.err('This is incomplete: there is more than one export can hold.\n')
      return EXIT.failed
    })
  },
}

function describe({ verifications, factors, suppressions, entries, events }: Erased): string {
  const parts = [countOf(verifications, 'verification'), countOf(factors, 'factor')]
  if (suppressions > 0) parts.push(countOf(suppressions, 'suppression'))
  if (entries > 0) parts.push(`${entries} of the lists`)
  return `Removed: ${[...parts, countOf(events, 'other event')].join(', ')}.\n`
}

export const eraseCommand: Command = {
  words: 'erase',
  summary: 'Permanently removes everything stored about one person, in every service.',
  options: { ...PERSON_OPTIONS, ...COUNTRY_OPTION, ...YES_OPTION, ...JSON_OPTION },
  notes: `Removes verifications (open ones are canceled), factors and events. The counts of the
limits on messages stay; the guesses of the last day and check_per_number are
forgotten. The log records that it was done and how much was removed, not whose.`,
  async run(given, terminal) {
    requirePerson(given)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async ({ admin, people, personOf, recipients }) => {
      const person = personOf(given)
      const question = `Permanently remove everything stored about ${recipients.maskedPerson(person)}? Open codes are canceled.`
      const refused = await refuseUnconfirmed(given, terminal, question)
      if (refused !== undefined) return refused
      const removed = await people.erase(admin, person)
      terminal.out(given.flag('json') ? `${JSON.stringify(removed)}\n` : describe(removed))
      return EXIT.ok
    })
  },
}

/** @throws UsageError */
function readLiftable(given: Given) {
  const text = given.text('limit')
  const found = LIFTABLE.find((one) => one === text)
  if (text !== undefined && !found)
    throw new UsageError(`--limit must be one of ${LIFTABLE.join(', ')}. ${NOT_LIFTABLE}`)
  return found ?? null
}

/** In each service of the settings, or the one that is named. */
async function liftBy(context: AdminContext, given: Given, terminal: Terminal): Promise<Lifted[]> {
  const { config, keyring, store, recipients, clock } = context
  const person = context.personOf(given)
  const { service } = context.filterOf(given)
  const nothing = [...config.services.keys()]
    .filter((name) => (service ?? name) === name)
    .map((name) => ({ service: name, limits: [] }))
  // No counts yet. Opening would make the file, and as another user the service could not use it.
  if (config.limits.kind === 'sqlite' && !existsSync(config.limits.path)) return nothing // mutant: C71.no-counter-file
  const { openLimiter } = await import('../limits/open.ts')
  const { createLift } = await import('../admin/people.ts')
  const { addressKey } = await import('../limits/client-address.ts')
  const { liftableKeys } = await import('../verification/limit-states.ts')
  const warn = (_: object, message: string) => terminal.err(`${message}\n`)
  const counters = await openLimiter(config.limits, { warn })
  try {
    const lift = createLift({
      events: store.events,
      recipients,
      clock,
      services: config.services,
      counters,
      liftable: (policy, holder, name) =>
        liftableKeys({ keyring, addressKey }, policy, holder, name),
    })
    return await lift(context.admin, person, { service, name: readLiftable(given) })
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
    limit: textOption('<name>', `${LIFTABLE.join(' or ')} (default: both)`),
    service: textOption('<name>', 'Only in this service'),
    ...JSON_OPTION,
  },
  notes: `The log records it (limit.lifted, by "command"). ${NOT_LIFTABLE}`,
  async run(given, terminal) {
    const { person } = requirePerson(given)
    readLiftable(given)
    if (person.to === null) throw new UsageError(`a subject has no limit to lift. ${NOT_LIFTABLE}`)
    const { withAdmin } = await import('./admin-context.ts')
    return withAdmin(terminal, async (context) => {
      const services = await liftBy(context, given, terminal)
      const lines = services.map(({ service, limits }) => {
        const done = limits.length > 0 ? `lifted ${limits.join(', ')}` : 'nothing to lift'
        return `${service}: ${done}\n`
      })
      terminal.out(given.flag('json') ? `${JSON.stringify({ services })}\n` : lines.join(''))
      return EXIT.ok
    })
  },
}
