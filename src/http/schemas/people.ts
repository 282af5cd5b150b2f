// One person on the wire, for admins: who it is, limits, everything that is known, and its erasure.
// It must not be used for a list: a recipient is in plaintext here, for whoever asked for this one.

import { z } from '@hono/zod-openapi'
import type { PersonLimits } from '../../admin/operations.ts'
import type { Exported } from '../../admin/people.ts'
import type { Recipients } from '../../admin/recipients.ts'
import { LIFTABLE, NOT_LIFTABLE } from '../../verification/limit-states.ts'
import { LIMIT_NAMES } from '../../verification/policy.ts'
import { detailShape, toWireDetail } from './admin-verifications.ts'
import { count, nullableTime, toWireTimeOrNull } from './answers.ts'
import { Event, nameField, toWireEvent } from './events.ts'
import { factorShape, toWireFactor } from './factors.ts'
import {
  BESIDE_OTHER_FAULTS,
  countryField,
  ONE_PARTY,
  requireParty,
  subjectField,
  toField,
} from './fields.ts'
import { toWireListEntry, WireListEntry } from './list-entries.ts'
import { toWireSuppression, WireSuppression } from './suppressions.ts'

const named = {
  to: toField.optional().openapi({
    description:
      'E-mail address or phone number; a national number is read by `country`, or by the countries of the services that the key sees, where it is valid in only one of them.',
    example: '+14155552671',
  }),
  country: countryField.optional(),
  subject: subjectField.optional(),
}

export const PersonBody = z
  .strictObject(named)
  .superRefine(requireParty, BESIDE_OTHER_FAULTS)
  .openapi('PersonRequest', ONE_PARTY)

export const LiftBody = z
  .strictObject({
    ...named,
    subject: named.subject.openapi({
      description:
        'Refused: a subject is sent no messages, and limits on guesses cannot be lifted.',
    }),
    limit: z
      .enum(LIFTABLE, { error: `is one of ${LIFTABLE.join(', ')}. ${NOT_LIFTABLE}` })
      .optional()
      .openapi({ description: 'Default: all of them.' }),
    service: nameField.optional().openapi({
      description: 'Default: each service that the key sees.',
    }),
  })
  .superRefine(requireParty, BESIDE_OTHER_FAULTS)
  .openapi('LiftRequest')

export const LiftedLimits = z
  .object({
    services: z.array(
      z.object({
        service: z.string(),
        limits: z
          .array(z.enum(LIMIT_NAMES))
          .openapi({ description: 'Lifted; empty: nothing was counted.' }),
      }),
    ),
  })
  .openapi('LiftedLimits')

export const personShape = {
  to: z.string().nullable().openapi({ description: 'In plaintext; null where it is a subject.' }),
  subject: z.string().nullable().openapi({ description: 'Null where it is a recipient.' }),
}

export const RevealedPerson = z.object(personShape).openapi('RevealedPerson')

export const Limits = z
  .object({
    services: z.array(
      z.object({
        service: z.string(),
        limits: z.array(
          z.object({
            name: z.enum(LIMIT_NAMES),
            max: z.int(),
            window_seconds: z.int(),
            authenticated: z.boolean().openapi({
              description: 'Starts with `authenticated: true` are counted apart.',
            }),
            used: count.nullable().openapi({
              description: 'Null for guesses: only whether there is room for one is known.',
            }),
            full: z.boolean(),
            ends_at: nullableTime.openapi({
              description:
                'When the window ends, or there is room again; null: nothing is counted.',
            }),
          }),
        ),
      }),
    ),
  })
  .openapi('PersonLimits')

export const ExportedPerson = z
  .object({
    ...personShape,
    complete: z.boolean().openapi({ description: 'False: there is more than an export holds.' }),
    verifications: z
      .array(z.object({ ...detailShape, ...personShape }))
      .openapi({ description: 'Newest first, each with its recipient as it was given.' }),
    factors: z
      .array(z.object({ service: z.string(), ...factorShape }))
      .openapi({ description: 'Those of a subject, without their secrets.' }),
    suppressions: z
      .array(WireSuppression)
      .openapi({ description: 'Channels on which they get no messages.' }),
    list_entries: z
      .array(WireListEntry)
      .openapi({ description: 'Entries of the block and allow lists about them.' }),
    events: z.array(Event).openapi({ description: 'Those without a verification; newest first.' }),
  })
  .openapi('ExportedPerson')

export const ErasedPerson = z
  .object({
    verifications: count,
    factors: count,
    suppressions: count,
    entries: count,
    events: count,
  })
  .openapi('ErasedPerson', {
    description:
      'How many were removed; `entries` are those of the block and allow lists, `events` those without a verification.',
  })

export function toWireLimits(found: readonly PersonLimits[]): z.infer<typeof Limits> {
  return {
    services: found.map(({ service, states }) => ({
      service,
      limits: states.map((state) => ({
        name: state.name,
        max: state.limit.max,
        window_seconds: state.limit.windowSeconds,
        authenticated: state.authenticated,
        used: state.used,
        full: state.isFull,
        ends_at: toWireTimeOrNull(state.endsAt),
      })),
    })),
  }
}

export function toWireExport(
  { person, isComplete, verifications, factors, suppressions, entries, events }: Exported,
  now: number,
  recipients: Pick<Recipients, 'masked' | 'ofRow'>,
): z.infer<typeof ExportedPerson> {
  const unknown = { to: null, subject: null }
  return {
    ...person,
    complete: isComplete,
    verifications: verifications.map((detail) => ({
      ...toWireDetail(detail, now, recipients),
      ...(recipients.ofRow(detail.verification) ?? unknown),
    })),
    factors: factors.map(({ service, ...view }) => ({ service, ...toWireFactor(view) })),
    suppressions: suppressions.map((row) => toWireSuppression(row, now, recipients)),
    list_entries: entries.map((entry) => toWireListEntry(entry, now, recipients)),
    events: events.map(toWireEvent),
  }
}
