// The event log on the wire: its filters, and its rows.
// It must not show a recipient: a row has none, and a filter takes one in a body only.

import { z } from '@hono/zod-openapi'
import type { EventSearch } from '../../admin/event-search.ts'
import { ADMIN_EVENTS, EVENT_TYPES, type EventRecord } from '../../events/types.ts'
import { readReference } from '../../kernel/ids.ts'
import { parseAddress } from '../../limits/client-address.ts'
import { timeField, toWireTime } from './answers.ts'
import {
  BESIDE_OTHER_FAULTS,
  CONTROL,
  clientIpField,
  countryField,
  cursorField,
  idField,
  subjectField,
  toField,
  wholeNumber,
} from './fields.ts'
import { PAGE_LIMIT } from './requests.ts'

/** Names of the settings: providers (a further account is `twilio:eu`) and services. */
export const nameField = z.string().regex(/^[\w.:-]{1,64}$/, 'must be a name')

/** Of every list for admins. */
export const pageFilters = {
  reference: z
    .string()
    .regex(/^[2-9A-Za-z]{3}-?[2-9A-Za-z]{3}$/, 'must be a reference, such as K7Q-42M')
    .optional()
    .openapi({
      description: 'The reference of a verification, as people read it out.',
      example: 'K7Q-42M',
    }),
  since: timeField.optional().openapi({ description: 'RFC 3339, UTC; included.' }),
  until: timeField.optional().openapi({ description: 'RFC 3339, UTC; excluded.' }),
  cursor: cursorField.optional(),
}

/** `oidc:`, an issuer and 255 characters of a subject. */
const MAX_KEY_ID_LENGTH = 1024

const filters = {
  verification: idField.optional(),
  type: z.enum(EVENT_TYPES).optional(),
  only: z.enum(['admin']).optional().openapi({
    description: '`admin`: what admins did, as in `AUDIT_STREAM_EVENTS=admin`.',
  }),
  key_id: z
    .string()
    .max(MAX_KEY_ID_LENGTH)
    .refine((text) => !CONTROL.test(text), 'must be the id of a key or a person')
    .optional()
    .openapi({
      description:
        'Who did it, as `key_id` of an event has it: `key_…`, `ADMIN_KEY`, `command`, or a person as `oidc:<issuer>#<sub>`. The log has no index for it: a page may have few rows, or none, and still have a `next_cursor`.',
      example: 'ADMIN_KEY',
    }),
  ...pageFilters,
}

const limit = { description: 'How many on a page.', default: PAGE_LIMIT.default }

/** In a query everything is text. */
export const limitInQuery = z.coerce
  .number()
  .int()
  .min(PAGE_LIMIT.min)
  .max(PAGE_LIMIT.max)
  .default(PAGE_LIMIT.default)
  .openapi({ ...limit, type: 'integer', minimum: PAGE_LIMIT.min, maximum: PAGE_LIMIT.max })
export const limitInBody = wholeNumber(PAGE_LIMIT).default(PAGE_LIMIT.default).openapi(limit)

export const EventsQuery = z.strictObject({ ...filters, limit: limitInQuery })

const { cursor: _, ...withoutCursor } = filters
/** Of a search, and of an export. */
export const eventsSearchShape = {
  ...withoutCursor,
  client_ip: clientIpField.optional().openapi({
    description:
      'The IP address that it came from, as `client_ip` of an event has it. The log has no index for it, either.',
  }),
  recipient: toField.optional(),
  country: countryField.optional(),
  subject: subjectField.optional(),
}

export function checkWhose(
  { recipient, subject }: { recipient?: string | undefined; subject?: string | undefined },
  context: z.core.$RefinementCtx,
): void {
  if (recipient === undefined || subject === undefined) return
  const message = 'cannot be combined with recipient: give one of them'
  context.addIssue({ code: 'custom', path: ['subject'], message, input: subject })
}

export const EventsSearchBody = z
  .strictObject({ ...eventsSearchShape, cursor: cursorField.optional(), limit: limitInBody })
  .superRefine(checkWhose, BESIDE_OTHER_FAULTS)
  .openapi('EventsSearch')

const eventShape = {
  sequence: z.int(),
  at: timeField,
  type: z.enum(EVENT_TYPES),
  verification_id: z.string().nullable(),
  reference: z.string().nullable(),
  service: z.string(),
  key_id: z.string().nullable(),
  client_ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
}

export const Event = z.object(eventShape).openapi('Event')

/** Of a line; another number means that a field changed its meaning. */
const EVENT_VERSION = 1

export const EventLine = z
  .object({
    version: z.literal(EVENT_VERSION).openapi({
      description:
        'Of this schema. Fields and types of events are added without a new number; it grows where a field goes or changes its meaning.',
    }),
    ...eventShape,
    cursor: z.string().nullable().optional().openapi({
      description: 'In an export alone: `after` of one that continues behind this line.',
    }),
  })
  .openapi('EventLine')

export const EventsPage = z
  .object({
    events: z.array(Event).openapi({ description: 'Newest first.' }),
    next_cursor: z.string().nullable().openapi({ description: 'Null on the last page.' }),
  })
  .openapi('EventsPage')

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function toEventQuery(
  given: Partial<z.infer<typeof EventsQuery>> & { client_ip?: string | undefined; limit: number },
  service: string | null,
  budgetIndexes: readonly Uint8Array[] | undefined,
): EventSearch {
  const { type, only, client_ip: from } = given
  return {
    service,
    verificationId: given.verification,
    reference: given.reference && readReference(given.reference),
    budgetIndexes,
    types: type ? [type] : only && ADMIN_EVENTS,
    keyIds: given.key_id === undefined ? undefined : [given.key_id],
    clientIp: from === undefined ? undefined : (parseAddress(from) ?? from),
    since: given.since === undefined ? undefined : Date.parse(given.since),
    until: given.until === undefined ? undefined : Date.parse(given.until),
    cursor: given.cursor ?? null,
    limit: given.limit,
  }
}

/** As exports and AUDIT_STREAM have it. */
export const toEventLine = (event: EventRecord): z.infer<typeof EventLine> => ({
  version: EVENT_VERSION,
  ...toWireEvent(event),
})

export function toWireEvent(event: EventRecord): z.infer<typeof Event> {
  return {
    sequence: event.sequence,
    at: toWireTime(event.at),
    type: event.type,
    verification_id: event.verificationId,
    reference: event.reference,
    service: event.service,
    key_id: event.keyId,
    client_ip: event.clientIp,
    user_agent: event.userAgent,
    details: Object.fromEntries(
      Object.entries(event.details).map(([name, value]) => [toSnakeCase(name), value]),
    ),
  }
}
