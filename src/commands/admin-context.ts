// The parts that an admin's commands work with: the store beside the running service, people by their keys, and the API's forms.
// It must not be loaded for help: it brings a database driver and the schemas along.

import type { ApiKeyRecord } from '../access/ports.ts'
import type { Reading } from '../admin/diagnosis.ts'
import { createKeyAdmin } from '../admin/keys.ts'
import { createListAdmin } from '../admin/lists.ts'
import { createPeople, type Exported } from '../admin/people.ts'
import type {
  Admin,
  ListedVerification,
  VerificationDetail,
  VerificationFilter,
} from '../admin/ports.ts'
import { createRecipients, type Person, type Recipients } from '../admin/recipients.ts'
import { createRefusals, type RefusalLine } from '../admin/refusals.ts'
import { createSuppressionAdmin } from '../admin/suppressions.ts'
import { createWebhookOperations } from '../admin/webhooks.ts'
import type { Config } from '../config/config.ts'
import { toWireAdminVerification, toWireDiagnosed } from '../http/schemas/admin-verifications.ts'
import { toWireEvent } from '../http/schemas/events.ts'
import { toWireKey } from '../http/schemas/keys.ts'
import { toWireListEntry } from '../http/schemas/list-entries.ts'
import { toWireExport } from '../http/schemas/people.ts'
import { toWireRefusal } from '../http/schemas/refusals.ts'
import { toWireSuppression } from '../http/schemas/suppressions.ts'
import type { Clock } from '../kernel/clock.ts'
import { createKeyring } from '../kernel/keyring.ts'
import { composeSearch } from '../service/compose-requests.ts'
import { createLists } from '../shield/lists.ts'
import type { ListEntry } from '../shield/ports.ts'
import type { Store } from '../storage/store.ts'
import type { Suppression } from '../verification/suppression.ts'
import { createDestinations } from '../webhooks/destination.ts'
import { type Given, type Terminal, UsageError } from './command.ts'
import { clockOf, requireService, withStore } from './store.ts'
import { readFilter, requirePerson } from './verification-options.ts'

/** As the log names a command's actor: somebody who can read the secrets of the service. */
const BY_COMMAND: Admin = { service: null, keyId: 'command', clientIp: null, userAgent: null }

const UNREADABLE =
  '--to is neither an e-mail address nor a phone number of a country that the services send to: give it with + and its country code, or add --country'
const SEVERAL =
  '--to is a valid number in several countries: give it with + and its country code, or add --country'

function webhooksOf(store: Store, services: Config['services'], clock: Clock) {
  return createWebhookOperations({
    chain: store.audit,
    store: store.webhooks,
    destinations: createDestinations(services.values()),
    events: store.events,
    // The service looks every few seconds.
    wake: () => {},
    clock,
  })
}

/** As the API answers it. */
const wireOf = (
  clock: Clock,
  recipients: Recipients,
  readingOf: (detail: VerificationDetail) => Reading,
) => ({
  verification: (row: ListedVerification) => toWireAdminVerification(row, clock.now(), recipients),
  detail: (detail: VerificationDetail) => toWireDiagnosed(detail, readingOf(detail), recipients),
  event: toWireEvent,
  refusal: (line: RefusalLine) => toWireRefusal(line, recipients),
  key: (record: ApiKeyRecord) => toWireKey(record, clock.now()),
  suppression: (row: Suppression) => toWireSuppression(row, clock.now(), recipients),
  listEntry: (entry: ListEntry) => toWireListEntry(entry, clock.now(), recipients),
  exported: (exported: Exported) => toWireExport(exported, clock.now(), recipients),
})

export type AdminContext = Awaited<ReturnType<typeof openContext>>

async function openContext(store: Store, config: Config) {
  const clock = await clockOf(store)
  const keyring = createKeyring(config.secretKeys)
  const search = composeSearch(config, keyring)
  const recipients = createRecipients({ keyring, ...search })
  const { verificationReads: verifications, events, retention, factors } = store
  // The refusals that are still being counted are the running service's.
  const refusals = { flush: async () => {} }
  const { services } = config
  /** As somebody who may do all that the console can. */
  const readingOf = ({ verification }: VerificationDetail): Reading => ({
    channels: services.get(verification.service)?.channels ?? [],
    mayAct: true,
    now: clock.now(),
  })
  return {
    store,
    config,
    clock,
    recipients,
    keyring,
    readingOf,
    admin: BY_COMMAND,
    refusals: createRefusals({ events, recipients }),
    keys: createKeyAdmin({ store: store.apiKeys, events, services, clock }),
    suppressions: createSuppressionAdmin({ suppressions: store.suppressions, clock }),
    // The running service looks every few seconds.
    lists: createListAdmin({
      lists: createLists({ store: store.lists, book: { refresh: async () => {} }, keyring, clock }),
      services,
    }),
    people: createPeople({
      verifications,
      events,
      retention,
      factors,
      suppressions: store.suppressions,
      lists: store.lists,
      refusals,
      services,
      recipients,
      clock,
    }),
    webhooks: webhooksOf(store, services, clock),
    wire: wireOf(clock, recipients, readingOf),
    /** The one person that the options name, canonical. @throws UsageError where it is nobody, or may be several */
    personOf(given: Given): Person {
      const { person, country } = requirePerson(given)
      if (person.to === null) return person
      const [only, ...others] = recipients.readingsOf(person.to, { service: null, country })
      if (!only) throw new UsageError(UNREADABLE)
      if (others.length === 0) return only // mutant: C74.command-one-person
      throw new UsageError(SEVERAL)
    },
    /** The options as a filter, the person as indexes. @throws UsageError */
    filterOf(given: Given): VerificationFilter {
      const { filter, person, country } = readFilter(given, clock.now())
      if (filter.service !== null) requireService(config, filter.service)
      if (!person) return filter
      const budgetIndexes = search.eventIndexes({ ...person, country, service: null })
      if (!budgetIndexes) throw new UsageError(UNREADABLE)
      return { ...filter, budgetIndexes }
    },
  }
}

/** @returns the exit code of `job`, or of what kept it from running */
export function withAdmin(
  terminal: Terminal,
  job: (context: AdminContext) => Promise<number>,
): Promise<number> {
  return withStore(terminal, async (store, config) => job(await openContext(store, config)))
}
