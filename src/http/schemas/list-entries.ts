// Entries of the block and allow lists on the wire, for admins.
// It must not answer with a number or address in plaintext.

import { z } from '@hono/zod-openapi'
import { type EntryGiven, isOver, REASON_RULE, shownValue } from '../../admin/lists.ts'
import type { Recipients } from '../../admin/recipients.ts'
import { LIST_ENTRY_ID } from '../../kernel/ids.ts'
import { MAX_REASON } from '../../shield/lists.ts'
import { EFFECTS, ENTRY_KINDS, type EntryFilter, type ListEntry } from '../../shield/ports.ts'
import { MAX_VALUE } from '../../shield/values.ts'
import { nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { limitInBody, limitInQuery, nameField } from './events.ts'
import { CONTROL, countryField, cursorField, toField } from './fields.ts'

const ENTRY = 'lst_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p'

const effectField = z.enum(EFFECTS).openapi({
  description:
    '`refuse`: a start is refused, `recipient_blocked` or `client_blocked`; `challenge`: it must solve a challenge first; `allow`: it passes every other entry. Limits, suppressions and ALLOWED_COUNTRIES apply in any case.',
  example: 'refuse',
})
const kindField = z.enum(ENTRY_KINDS).openapi({
  description:
    'What `value` is: `number` or `address` of one person, `prefix` of numbers, `country` of numbers, `network` of requests, `domain` of e-mail addresses with its subdomains.',
  example: 'prefix',
})
const reasonField = z
  .string()
  .trim()
  .min(1)
  .max(MAX_REASON)
  .refine((text) => !CONTROL.test(text), REASON_RULE)
  .openapi({
    description: 'Why, for admins and the log. Name nobody: it stays there.',
    example: 'Ticket 4711: pumping from this range.',
  })

const filters = {
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  effect: effectField.optional(),
  by: kindField.optional(),
  cursor: cursorField.optional(),
}

export const ListEntriesQuery = z.strictObject({
  ...filters,
  active: z.enum(['true', 'false']).optional().openapi({
    description: '`true`: only entries that have not ended.',
  }),
  limit: limitInQuery,
})

export const ListEntriesSearchBody = z
  .strictObject({
    ...filters,
    active: z
      .boolean()
      .optional()
      .openapi({ description: 'True: only entries that have not ended.' }),
    to: toField.optional(),
    country: countryField.optional().openapi({
      description: 'ISO 3166-1 alpha-2: the country of a national number in `to`.',
    }),
    limit: limitInBody,
  })
  .openapi('ListEntriesSearch')

export const ListEntryParams = z.object({
  id: z
    .string()
    .regex(LIST_ENTRY_ID, 'must be the id of an entry')
    .openapi({ description: 'The id of the entry.', example: ENTRY }),
})

export const NewListEntryBody = z
  .strictObject({
    service: nameField.optional().openapi({
      description:
        'The service whose starts it is about. Without it: every service or, with a key of one service, that one.',
    }),
    effect: effectField,
    by: kindField,
    value: z.string().min(1).max(MAX_VALUE).openapi({
      description:
        'In any spelling: a number in E.164 form, an address, 4 to 14 digits of a prefix, a country of ISO 3166-1, a network of /8 (IPv6: /32) at the widest, a domain.',
      example: '+22507',
    }),
    reason: reasonField,
    ends_at: timeField.optional().openapi({
      description: 'When it ends automatically. Without it the entry stays until somebody ends it.',
      example: '2027-06-30T00:00:00.000Z',
    }),
  })
  .openapi('NewListEntry')

export const EndListEntryBody = z.strictObject({ reason: reasonField }).openapi('EndListEntry')

export const WireListEntry = z
  .object({
    id: z.string().openapi({ description: 'The id of the entry.', example: ENTRY }),
    service: z.string().nullable().openapi({ description: 'Null: every service.' }),
    effect: effectField,
    by: kindField,
    value: z.string().openapi({
      description: 'In its canonical form; a number or address with its middle hidden.',
      example: '22507',
    }),
    reason: reasonField,
    made_at: timeField,
    made_by: z.string().nullable().openapi({
      description: 'The key or sign-in that made it; null: a rule did.',
      example: 'ADMIN_KEY',
    }),
    rule: z.string().nullable().openapi({
      description: 'The rule that made it; null: a person did.',
      example: 'prefix',
    }),
    ends_at: nullableTime.openapi({ description: 'Null: when somebody ends it.' }),
    active: z.boolean().openapi({
      description: 'False: it has ended. It is kept for as long as recipients are.',
    }),
  })
  .openapi('ListEntry')

export const ListEntriesPage = z
  .object({
    entries: z.array(WireListEntry).openapi({ description: 'Newest first.' }),
    next_cursor: z.string().nullable().openapi({
      description:
        'Null on the last page. A page may hold fewer than `limit` and still have a next one.',
    }),
  })
  .openapi('ListEntriesPage')

/** @param about.within the key's service; null: every */
export function toEntryFilter(
  { service, effect, by }: Pick<z.infer<typeof ListEntriesQuery>, 'service' | 'effect' | 'by'>,
  about: {
    within: string | null
    now: number
    inForce: boolean
    budgetIndexes?: readonly Uint8Array[] | undefined
  },
): EntryFilter {
  const { within, ...rest } = about
  return { service: within ?? service ?? null, effect, by, ...rest }
}

/** @param service of the caller's key */
export function toEntryGiven(
  { ends_at, ...body }: z.infer<typeof NewListEntryBody>,
  service: string | null,
): EntryGiven {
  const endsAt = ends_at === undefined ? null : Date.parse(ends_at)
  return { ...body, endsAt, service: body.service ?? service }
}

export function toWireListEntry(
  entry: ListEntry,
  now: number,
  recipients: Pick<Recipients, 'masked'>,
): z.infer<typeof WireListEntry> {
  const { id, service, effect, by, reason, keyId, rule } = entry
  return {
    ...{ id, service, effect, by, reason, rule },
    value: shownValue(entry, recipients),
    made_at: toWireTime(entry.madeAt),
    made_by: keyId,
    ends_at: toWireTimeOrNull(entry.endsAt),
    active: !isOver(entry, now),
  }
}
