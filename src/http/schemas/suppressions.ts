// Suppressed recipients on the wire, for admins: their filters, their rows, and why one is lifted.
// It must not show a recipient in plaintext.

import { z } from '@hono/zod-openapi'
import type { Recipients } from '../../admin/recipients.ts'
import { MAX_LIFT_REASON } from '../../admin/suppressions.ts'
import { SUPPRESSION_REASONS } from '../../kernel/channel.ts'
import { SUPPRESSION_ID } from '../../kernel/ids.ts'
import {
  isInForce,
  type Suppression,
  type SuppressionFilter,
} from '../../verification/suppression.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { limitInBody, limitInQuery, nameField } from './events.ts'
import { CONTROL, channelField, countryField, cursorField, toField } from './fields.ts'

const SUPPRESSION = 'sup_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p'

const reasonField = z.enum(SUPPRESSION_REASONS).openapi({
  description:
    '`bounce`: the mailbox refused messages for good; `complaint`: the person reported one as unwanted; `unknown`: there is no such number or mailbox; `stop`: the person opted out.',
})

const filters = {
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  channel: channelField.optional(),
  reason: reasonField.optional(),
  cursor: cursorField.optional(),
}

export const SuppressionsQuery = z.strictObject({ ...filters, limit: limitInQuery })

export const SuppressionsSearchBody = z
  .strictObject({
    ...filters,
    to: toField.optional(),
    country: countryField.optional().openapi({
      description: 'ISO 3166-1 alpha-2: the country of a national number in `to`.',
    }),
    limit: limitInBody,
  })
  .openapi('SuppressionsSearch')

export const SuppressionParams = z.object({
  id: z
    .string()
    .regex(SUPPRESSION_ID, 'must be the id of a suppression')
    .openapi({ description: 'The id of the suppression.', example: SUPPRESSION }),
})

export const LiftSuppressionBody = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(MAX_LIFT_REASON)
      .refine((text) => !CONTROL.test(text), 'must be one line without control characters')
      .openapi({
        description: 'Why, for the log. Name nobody: it stays there.',
        example: 'Ticket 4711: the mailbox has room again.',
      }),
  })
  .openapi('LiftSuppression')

export const WireSuppression = z
  .object({
    id: z.string().openapi({ description: 'The id of the suppression.', example: SUPPRESSION }),
    service: z.string(),
    channel: channelField,
    to_masked: z.string().openapi({
      description: 'Number or address, with its middle hidden.',
      example: '+141•••71',
    }),
    reason: reasonField,
    since: timeField,
    until: nullableTime.openapi({ description: 'When it ends; null: once it is lifted.' }),
    active: z.boolean().openapi({
      description:
        'False: it is over. It is kept for as long as recipients are, and the next is longer.',
    }),
    times: count.openapi({ description: 'How often so far.', example: 1 }),
    provider: z.string().nullable().openapi({
      description: 'The provider that reported it; null: a person did.',
      example: 'twilio',
    }),
    code: z.string().nullable().openapi({
      description: 'The provider’s own code; null: it gave none.',
      example: '21610',
    }),
  })
  .openapi('Suppression')

export const SuppressionsPage = z
  .object({
    suppressions: z.array(WireSuppression).openapi({ description: 'Newest first.' }),
    next_cursor: z.string().nullable().openapi({
      description:
        'Null on the last page. A page may hold fewer than `limit` and still have a next one.',
    }),
  })
  .openapi('SuppressionsPage')

/** @param about.within the key's service; null: every */
export function toSuppressionFilter(
  {
    service,
    channel,
    reason,
  }: Pick<z.infer<typeof SuppressionsQuery>, 'service' | 'channel' | 'reason'>,
  about: { within: string | null; budgetIndexes?: readonly Uint8Array[] | undefined },
): SuppressionFilter {
  return {
    service: about.within ?? service ?? null,
    budgetIndexes: about.budgetIndexes,
    channel,
    reason,
  }
}

export function toWireSuppression(
  row: Suppression,
  now: number,
  recipients: Pick<Recipients, 'masked'>,
): z.infer<typeof WireSuppression> {
  return {
    id: row.id,
    service: row.service,
    channel: row.channel,
    to_masked: recipients.masked(row),
    reason: row.reason,
    since: toWireTime(row.since),
    until: toWireTimeOrNull(row.until),
    active: isInForce(row, now),
    times: row.times,
    provider: row.provider,
    code: row.code,
  }
}
