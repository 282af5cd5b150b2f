// countersign export and erase: all that is known of one person, told or removed.
// It must not erase without a person's yes, or a program's --yes.

import type { Erased } from '../retention/ports.ts'
import { COUNTRY_OPTION, JSON_OPTION, PERSON_OPTIONS, requirePerson } from './attempt-options.ts'
import { type Command, EXIT, type Terminal } from './command.ts'

export const exportCommand: Command = {
  words: 'export',
  summary: 'Writes all that is known of one person as JSON, recipients in clear.',
  options: { ...PERSON_OPTIONS, ...COUNTRY_OPTION },
  notes: `Every verification with its timeline, in every service. The log records that it
was done (recipient.exported, by "command").`,
  async run(given, terminal) {
    requirePerson(given)
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, async (desk) => {
      const person = desk.personOf(given)
      const exported = await desk.people.exportOf(desk.admin, person)
      terminal.out(`${JSON.stringify(desk.wire.exported(exported), null, 2)}\n`)
      if (exported.isComplete) return EXIT.ok
      terminal.err('This is not everything: there is more than an export holds.\n')
      return EXIT.failed
    })
  },
}

const countOf = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

function describe({ verifications, factors, events }: Erased): string {
  const parts = [
    countOf(verifications, 'verification'),
    countOf(factors, 'factor'),
    countOf(events, 'other event'),
  ]
  return `Removed: ${parts.join(', ')}.\n`
}

/** @param who masked */
async function isConfirmed(terminal: Terminal, who: string): Promise<boolean> {
  const question = `Remove all that is known of ${who}, for good? Open codes are canceled. Type yes: `
  return (await terminal.ask?.(question))?.trim().toLowerCase() === 'yes'
}

export const eraseCommand: Command = {
  words: 'erase',
  summary: 'Removes all that is known of one person, in every service, for good.',
  options: {
    ...PERSON_OPTIONS,
    ...COUNTRY_OPTION,
    yes: { type: 'boolean', description: 'Do not ask; needed where nobody can be asked' },
    ...JSON_OPTION,
  },
  notes: `Verifications (open ones are canceled), factors and events. What the limits on messages
have counted stays; guesses of the last day and check_per_number are forgotten. The log records that it was done and how many, not of whom.`,
  async run(given, terminal) {
    requirePerson(given)
    const { withDesk } = await import('./admin-context.ts')
    return withDesk(terminal, async (desk) => {
      const person = desk.personOf(given)
      const who = desk.recipients.maskedPerson(person)
      if (!given.flag('yes') && !(await isConfirmed(terminal, who))) {
        terminal.err(terminal.ask ? 'Nothing was removed.\n' : 'Nothing was removed: give --yes.\n')
        return terminal.ask ? EXIT.failed : EXIT.usage
      }
      const removed = await desk.people.erase(desk.admin, person)
      terminal.out(given.flag('json') ? `${JSON.stringify(removed)}\n` : describe(removed))
      return EXIT.ok
    })
  },
}
