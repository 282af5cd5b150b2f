// Which verifications an admin asks for, on the wire: by address or, where a recipient is in it, by body.
// It must not take a recipient into an address.

import { z } from '@hono/zod-openapi'
import type { VerificationFilter } from '../../admin/ports.ts'
import { FAULTS } from '../../delivery/ports.ts'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../../kernel/channel.ts'
import { readReference } from '../../kernel/ids.ts'
import { STATUSES } from '../../verification/state.ts'
import { limitInBody, limitInQuery, nameField, pageFilters } from './events.ts'
import { BESIDE_OTHER_FAULTS, checkParty, countryField, subjectField, toField } from './fields.ts'

export const channelField = z.enum([...CHANNELS, ...FACTOR_CHANNELS])

const filters = {
  status: z.enum(STATUSES).optional(),
  delivery: z.enum(DELIVERY_STATUSES).optional().openapi({ description: 'Of the newest message.' }),
  channel: channelField.optional(),
  provider: nameField.optional().openapi({ description: 'Of the newest message.' }),
  fault: z.enum(FAULTS).optional().openapi({
    description: 'Of the newest message’s last answer: whose fault its refusal for good was.',
  }),
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  ...pageFilters,
}

export const AdminVerificationsQuery = z.strictObject({
  ...filters,
  country: countryField
    .optional()
    .openapi({ description: 'ISO 3166-1 alpha-2, of a phone number.' }),
  limit: limitInQuery,
})

const { cursor, ...withoutCursor } = filters
/** Of a search, and of an export. */
export const verificationsSearchShape = {
  ...withoutCursor,
  to: toField.optional(),
  subject: subjectField.optional(),
  country: countryField.optional().openapi({
    description:
      'ISO 3166-1 alpha-2: the country of a national number in `to` (default: the countries of the services that the key sees); without `to`, a filter.',
  }),
}

export const AdminVerificationsSearchBody = z
  .strictObject({ ...verificationsSearchShape, cursor, limit: limitInBody })
  .superRefine(checkParty, BESIDE_OTHER_FAULTS)
  .openapi('AdminVerificationsSearch')

/** @param about.within the key's service; null: every */
export function toFilter(
  given: Omit<z.infer<typeof AdminVerificationsQuery>, 'cursor' | 'limit'>,
  about: { within: string | null; budgetIndexes?: readonly Uint8Array[] | undefined },
): VerificationFilter {
  const { reference, status, delivery, channel, provider, fault, since, until } = given
  return {
    status,
    delivery,
    channel,
    provider,
    fault,
    budgetIndexes: about.budgetIndexes,
    service: about.within ?? given.service ?? null, // mutant: C35.admin-verifications-list
    reference: reference && readReference(reference),
    country: given.country?.toUpperCase(),
    since: since === undefined ? undefined : Date.parse(since),
    until: until === undefined ? undefined : Date.parse(until),
  }
}
