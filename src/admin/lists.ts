// Entries of the block and allow lists for pages, API and commands: the list, making one, and ending one early.
// It must not reach beyond the service that the admin's key is bound to.

import type { EntryFault, EntryToWrite, Lists, Written } from '../shield/lists.ts'
import { MAX_REASON } from '../shield/lists.ts'
import type { EntryFilter, ListEntry } from '../shield/ports.ts'
import type { Admin } from './ports.ts'
import type { Recipients } from './recipients.ts'

export type EntryGiven = Pick<
  EntryToWrite,
  'service' | 'effect' | 'by' | 'value' | 'reason' | 'endsAt'
>

export type AdminFault = { field: EntryFault['field'] | 'service'; detail: string }
export type AdminWritten =
  | Exclude<Written, { kind: 'fault' }>
  | { kind: 'fault'; fault: AdminFault }

export const REASON_RULE = `must be one line of 1 to ${MAX_REASON} characters`

/** `203.0.113.0/24`; of a person, masked. */
export function shownValue(entry: ListEntry, recipients: Pick<Recipients, 'masked'>): string {
  const { id, value, recipientSealed } = entry
  if (value !== null || recipientSealed === null) return value ?? '–'
  return recipients.masked({ id, channel: 'sms', recipientSealed })
}

export const isOver = ({ endsAt }: Pick<ListEntry, 'endsAt'>, now: number): boolean =>
  endsAt !== null && endsAt <= now

export type ListAdmin = ReturnType<typeof createListAdmin>

/** @throws StoreUnavailableError everywhere */
export function createListAdmin(deps: { lists: Lists; services: { has(name: string): boolean } }) {
  const { lists, services } = deps
  return {
    /** @throws InvalidCursorError */
    list: (filter: EntryFilter, cursor: string | null, limit: number) =>
      lists.list(filter, cursor, limit),

    /** Undefined: the admin sees no such entry. */
    async find({ service }: Pick<Admin, 'service'>, id: string): Promise<ListEntry | undefined> {
      const entry = await lists.find(id)
      return entry && (service === null || entry.service === service) ? entry : undefined
    },

    /** Logged with its reason, which names nobody. */
    async make({ service, ...actor }: Admin, given: EntryGiven): Promise<AdminWritten> {
      const fault = (detail: string): AdminWritten => ({
        kind: 'fault',
        fault: { field: 'service', detail },
      })
      // Theirs is one service's: no entry of theirs may stop another one's people. Whether there is one is not theirs to know.
      if (service !== null && given.service !== service)
        return fault('is not the service of the key')
      if (given.service !== null && !services.has(given.service)) return fault('does not exist')
      return lists.make({ ...given, rule: null, isShared: service !== null, actor })
    },

    /** Logged with its reason. Undefined: it is over already, or the admin sees no such entry. */
    end: ({ service, ...actor }: Admin, id: string, reason: string) =>
      lists.end(id, { service, reason, actor }),
  }
}
