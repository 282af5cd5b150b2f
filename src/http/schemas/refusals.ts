// Refused requests on the wire, for admins: their filters, and one line for each person and reason.
// It must not show a recipient in plaintext.

import { z } from '@hono/zod-openapi'
import type { Recipients } from '../../admin/recipients.ts'
import type { RefusalFilter, RefusalLine, RefusalPage } from '../../admin/refusals.ts'
import { LIMIT_NAMES } from '../../verification/policy.ts'
import { count, timeField, toWireTime } from './answers.ts'
import { limitInBody, limitInQuery, nameField, pageFilters } from './events.ts'
import { BESIDE_OTHER_FAULTS, checkParty, countryField, subjectField, toField } from './fields.ts'

const { since, until, cursor } = pageFilters
const ownFilters = {
  error: z
    .string()
    .regex(/^[a-z_]{1,40}$/, 'must be an error’s name, such as rate_limited')
    .optional()
    .openapi({ description: 'As the login flow got it.', example: 'country_not_allowed' }),
  limit_name: z.enum(LIMIT_NAMES).optional().openapi({ description: 'The limit that refused.' }),
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  since,
  until,
}
const filters = { ...ownFilters, cursor }

/** Of a search, and of an export. */
export const refusalsSearchShape = {
  ...ownFilters,
  to: toField.optional(),
  subject: subjectField.optional(),
  country: countryField.optional().openapi({
    description: 'ISO 3166-1 alpha-2: the country of a national number in `to`.',
  }),
}

export const RefusalsQuery = z.strictObject({ ...filters, limit: limitInQuery })

export const RefusalsSearchBody = z
  .strictObject({ ...refusalsSearchShape, cursor, limit: limitInBody })
  .superRefine(checkParty, BESIDE_OTHER_FAULTS)
  .openapi('RefusalsSearch')

const textOrNull = z.string().nullable()

export const Refused = z
  .object({
    error: z.string().openapi({ example: 'rate_limited' }),
    limit: textOrNull.openapi({ example: 'sends_per_number_burst' }),
    meaning: z.string().openapi({
      description: 'In plain words, for whoever talks to the person.',
      example: 'Too many messages to this person within minutes.',
    }),
    action: z.string().openapi({
      description: 'What to do, and who does it.',
      example: 'The limit ends automatically. If it was really this person who asked, …',
    }),
    service: z.string(),
    to_masked: textOrNull.openapi({
      description: 'Number, address or subject, with its middle hidden; null: nobody was named.',
      example: '+141•••71',
    }),
    overflow: z.boolean().openapi({
      description: 'True: refusals of many people, counted together. Past a bound nobody is named.',
    }),
    count,
    first_at: timeField.openapi({
      description: 'The first is written at once, further ones once a minute in one row.',
    }),
    last_at: timeField,
    route: textOrNull.openapi({ description: 'Of the newest, as all below.', example: 'start' }),
    channel: textOrNull.openapi({ description: 'The channel that was requested.', example: 'sms' }),
    country: textOrNull,
    number_type: textOrNull.openapi({
      description: 'Of a phone number, as libphonenumber has it; null: unknown, or no number.',
      example: 'mobile',
    }),
    entry: textOrNull.openapi({
      description: 'The entry of the lists that refused it; null: something else did.',
      example: 'lst_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
    }),
    client_ip: textOrNull,
    key_id: textOrNull,
    verification_id: textOrNull.openapi({ description: 'Null: none was started.' }),
    reference: textOrNull,
  })
  .openapi('Refusal')

export const RefusalsPage = z
  .object({
    refusals: z.array(Refused).openapi({
      description: 'One for each person, reason and channel, most recent first.',
    }),
    next_cursor: z.string().nullable().openapi({
      description:
        'Null on the last page. A page may hold fewer than `limit`, even none, and still have a next one, where older refusals of the same person appear again.',
    }),
  })
  .openapi('RefusalsPage')

type Given = Omit<z.infer<typeof RefusalsQuery>, 'cursor' | 'limit'>

/** @param about.within the key's service; null: every */
export function toRefusalFilter(
  given: Given,
  about: { within: string | null; budgetIndexes?: readonly Uint8Array[] | undefined },
): RefusalFilter {
  const timeOf = (text: string | undefined) => (text === undefined ? undefined : Date.parse(text))
  return {
    service: about.within ?? given.service ?? null, // mutant: C35.admin-refusals-service
    budgetIndexes: about.budgetIndexes,
    error: given.error,
    limit: given.limit_name,
    since: timeOf(given.since),
    until: timeOf(given.until),
  }
}

export function toWireRefusal(
  line: RefusalLine,
  recipients: Pick<Recipients, 'maskedPerson'>,
): z.infer<typeof Refused> {
  return {
    error: line.error,
    limit: line.limit,
    meaning: line.meaning,
    action: line.action,
    service: line.service,
    to_masked: line.person ? recipients.maskedPerson(line.person) : null, // mutant: C30.masked-refusals
    overflow: line.isOfMany,
    count: line.count,
    first_at: toWireTime(line.firstAt),
    last_at: toWireTime(line.lastAt),
    route: line.route,
    channel: line.channel,
    country: line.country,
    number_type: line.numberType,
    entry: line.entry,
    client_ip: line.clientIp,
    key_id: line.keyId,
    verification_id: line.verificationId,
    reference: line.reference,
  }
}

export function toWireRefusals(
  page: RefusalPage,
  recipients: Pick<Recipients, 'maskedPerson'>,
): z.infer<typeof RefusalsPage> {
  const refusals = page.items.map((line) => toWireRefusal(line, recipients))
  return { refusals, next_cursor: page.nextCursor }
}
