// The filters of the page Audit, as its address has them: what, who, from where and when. Nonsense is ignored.
// It must not look for anything but what admins did.

import type { ApiKeyRecord } from '../access/ports.ts'
import type { EventSearch } from '../admin/event-search.ts'
import { ADMIN_EVENTS, type AdminEvent } from '../events/types.ts'
import { parseAddress } from '../limits/client-address.ts'
import { type Query, rangeOf } from './log-query.ts'

type Action = Exclude<AdminEvent, 'audit.head'>
type SubjectOf = { label: string; actions: Readonly<Partial<Record<Action, string>>> }

/** By subject, in the order of the choice. What admins did to one verification is on its own page, too. */
export const SUBJECTS = {
  people: {
    label: 'People',
    actions: {
      'recipient.shown': 'Recipient shown',
      'recipient.exported': 'Person exported',
      'recipient.erased': 'Person erased',
      'recipient.unsuppressed': 'Suppression lifted',
    },
  },
  limits: { label: 'Limits', actions: { 'limit.lifted': 'Limits lifted' } },
  lists: {
    label: 'Lists',
    actions: { 'list.entry_made': 'Entry made', 'list.entry_ended': 'Entry ended' },
  },
  sessions: {
    label: 'Sign-ins',
    actions: {
      'admin.signed_in': 'Signed in',
      'admin.signed_out': 'Signed out',
      'admin.session_ended': 'Signed somebody out',
    },
  },
  keys: { label: 'Keys', actions: { 'key.created': 'Key created', 'key.revoked': 'Key revoked' } },
  webhooks: {
    label: 'Webhooks',
    actions: { 'webhook.switched_on': 'URL switched on', 'webhook.replayed': 'Messages replayed' },
  },
  exports: {
    label: 'Exports',
    actions: { 'export.started': 'Export began', 'export.ended': 'Export ended' },
  },
} as const satisfies Record<string, SubjectOf>
export type Subject = keyof typeof SUBJECTS

export const subjectsOf = Object.keys(SUBJECTS) as Subject[]
const actionsOf = (subject: Subject) => Object.keys(SUBJECTS[subject].actions) as Action[]

/** All the actions by their words, for a choice. */
export const ACTIONS: Readonly<Record<string, string>> = Object.assign(
  {},
  ...Object.values(SUBJECTS).map(({ actions }) => actions),
)

const MAX_WHO = 1024

export type AuditFilter = { subject: Subject | undefined } & Omit<EventSearch, 'cursor' | 'limit'>

/** @param keys that a name may mean. @param about.service of the session; null: all */
export function readAudit(
  query: Query,
  keys: readonly Pick<ApiKeyRecord, 'id' | 'name'>[],
  about: { service: string | null; now: number },
): AuditFilter {
  const subject = subjectsOf.find((one) => one === query.about)
  const type = ADMIN_EVENTS.find((one) => one === query.type && one in ACTIONS)
  const who = query.who?.trim().slice(0, MAX_WHO)
  const ip = query.ip?.trim()
  const named = keys.filter(({ name }) => name === who).map(({ id }) => id)
  return {
    subject,
    service: about.service,
    types: type ? [type] : subject ? actionsOf(subject) : subjectsOf.flatMap(actionsOf),
    keyIds: who ? [who, ...named] : undefined, // mutant: C74.audit-by-name
    clientIp: ip ? (parseAddress(ip) ?? ip) : undefined,
    ...rangeOf(query, about.now),
  }
}
