// What an admin's commands work at: the store beside the running service, people by their keys, and the forms of the API.
// It must not be loaded for help: it brings a database driver and the schemas along.

import type { Admin, AttemptDetail } from '../admin/admin.ts'
import type { Reading } from '../admin/diagnosis.ts'
import { createPeople } from '../admin/operations.ts'
import type { AttemptFilter } from '../admin/ports.ts'
import { createRecipients, type Person, type Recipients } from '../admin/recipients.ts'
import { createRefusals, type ListRefusals } from '../admin/refusals.ts'
import type { Config } from '../config/config.ts'
import { toWireAttempt, toWireDiagnosed } from '../http/schemas/attempts.ts'
import { toWireEvent } from '../http/schemas/events.ts'
import { toWireExport } from '../http/schemas/people.ts'
import { toWireRefusal } from '../http/schemas/refusals.ts'
import { type Clock, createClock } from '../kernel/clock.ts'
import { createKeyring, type Keyring } from '../kernel/keyring.ts'
import { composeSearch } from '../service/compose-requests.ts'
import type { Store } from '../storage/store.ts'
import { readFilter, requirePerson } from './attempt-options.ts'
import { type Given, type Terminal, UsageError } from './command.ts'
import { withStore } from './store.ts'

/** As the log names who did something by command: whoever may read the secrets of the service. */
const BY_COMMAND: Admin = { service: null, keyId: 'command', clientIp: null, userAgent: null }

const NOBODY =
  '--to is no e-mail address, and no phone number of a country that the services send to: give it with + and its country code, or give --country'

export type Desk = {
  store: Store
  config: Config
  clock: Clock
  admin: Admin
  recipients: Recipients
  people: ReturnType<typeof createPeople>
  wire: {
    attempt(row: Parameters<typeof toWireAttempt>[0]): object
    detail(detail: Parameters<typeof toWireDiagnosed>[0]): object
    event: typeof toWireEvent
    exported(exported: Parameters<typeof toWireExport>[0]): object
    refusal(line: Parameters<typeof toWireRefusal>[0]): object
  }
  /** As somebody who may do all that the console can. */
  readingOf(detail: AttemptDetail): Reading
  keyring: Keyring
  refusals: ListRefusals
  /** What the options ask for, the person as indexes. @throws UsageError */
  filterOf(given: Given): AttemptFilter
  /** The one person that the options name, canonical. @throws UsageError where it is nobody, or may be several */
  personOf(given: Given): Person
}

async function openDesk(store: Store, config: Config): Promise<Desk> {
  const clock = createClock({
    floorMs: await store.newestTime(),
    ...(store.wallMs && { wallMs: store.wallMs }),
  })
  const keyring = createKeyring(config.secretKeys)
  const search = composeSearch(config, keyring)
  const recipients = createRecipients({ keyring, ...search })
  const { attempts, events, retention, factors } = store
  // The counted refusals are the running service's.
  const refusals = { flush: async () => {} }
  const stores = { attempts, events, retention, factors, refusals }
  const readingOf = ({ attempt }: AttemptDetail): Reading => ({
    channels: config.services.get(attempt.service)?.channels ?? [],
    mayAct: true,
    now: clock.now(),
  })
  const indexesOf = (person: Person, country: string | null) => {
    const indexes = search.eventIndexes({ ...person, country, service: null })
    if (indexes) return indexes
    throw new UsageError(NOBODY)
  }
  return {
    ...{ store, config, clock, recipients, keyring, readingOf, admin: BY_COMMAND },
    refusals: createRefusals({ events, recipients }),
    people: createPeople({ ...stores, services: config.services, recipients, clock }),
    wire: {
      attempt: (row) => toWireAttempt(row, clock.now(), recipients),
      detail: (detail) => toWireDiagnosed(detail, readingOf(detail), recipients),
      event: toWireEvent,
      refusal: (line) => toWireRefusal(line, recipients),
      exported: (exported) => toWireExport(exported, clock.now(), recipients),
    },
    personOf(given) {
      const { person, country } = requirePerson(given)
      if (person.to === null) return person
      const [only, ...others] = recipients.readingsOf(person.to, { service: null, country })
      if (!only) throw new UsageError(NOBODY)
      if (others.length === 0) return only // mutant: C74.command-one-person
      throw new UsageError(
        '--to is a number in several countries: give it with + and its country code, or give --country',
      )
    },
    filterOf(given) {
      const { filter, person, country } = readFilter(given, clock.now())
      const name = filter.service
      if (name !== null && !config.services.has(name))
        throw new UsageError(
          `there is no service "${name}": the settings have ${[...config.services.keys()].join(', ')}`,
        )
      return person ? { ...filter, budgetIndexes: indexesOf(person, country) } : filter
    },
  }
}

/** @returns the exit code of `job`, or of what kept it from running */
export function withDesk(
  terminal: Terminal,
  job: (desk: Desk) => Promise<number>,
): Promise<number> {
  return withStore(terminal, async (store, config) => job(await openDesk(store, config)))
}
