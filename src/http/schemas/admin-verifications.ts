// Verifications on the wire, for admins: their rows, and one of them in full.
// It must not show a recipient in plaintext.

import { z } from '@hono/zod-openapi'
import { diagnoseFor, nextTryAt, type Reading } from '../../admin/diagnosis.ts'
import type { ListedVerification, SendTry, VerificationDetail } from '../../admin/ports.ts'
import type { Recipients } from '../../admin/recipients.ts'
import { FAULTS } from '../../delivery/ports.ts'
import type { EventRecord } from '../../events/types.ts'
import { DELIVERY_STATUSES } from '../../kernel/channel.ts'
import { CHECKERS, OUTCOMES, STATUSES, statusAt } from '../../verification/state.ts'
import { channelField } from './admin-verification-filters.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { Event, toWireEvent } from './events.ts'

const error = z.object({ code: z.string(), message: z.string().nullable() }).nullable()

const rowShape = {
  id: z.string().openapi({ example: 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p' }),
  reference: z.string().openapi({ example: 'K7Q-42M' }),
  service: z.string(),
  status: z.enum(STATUSES),
  to_masked: z.string().openapi({
    description: 'Number, address or subject, with its middle hidden.',
    example: '+141•••71',
  }),
  channel: channelField,
  purpose: z.string(),
  kind: z.enum(['real', 'decoy', 'test']),
  authenticated: z.boolean(),
  country: z.string().nullable(),
  attempts: count.openapi({ description: 'Comparisons charged.' }),
  failed: count.openapi({ description: 'Comparisons that were wrong.' }),
  max_attempts: count,
  sends: count,
  max_sends: count,
  client_ip: z.string().nullable(),
  created_at: timeField,
  expires_at: timeField,
  ended_at: nullableTime,
  checked_by: z.enum(CHECKERS).nullable().openapi({
    description: 'Null: this service. Else whoever has the code, and no hash of it is here.',
    example: null,
  }),
  outcome: z.enum(OUTCOMES).nullable().openapi({
    description: 'Of one that is `closed`: as its caller reported it.',
    example: null,
  }),
  delivery_status: z
    .enum(DELIVERY_STATUSES)
    .nullable()
    .openapi({ description: 'Of the newest message, as are provider and error.' }),
  provider: z.string().nullable(),
  error,
}

export const AdminVerification = z.object(rowShape).openapi('AdminVerification')

export const AdminVerificationPage = z
  .object({
    verifications: z.array(AdminVerification).openapi({ description: 'Newest first.' }),
    next_cursor: z.string().nullable().openapi({
      description:
        'Null on the last page. A page may hold fewer than `limit`, even none, and still have a next one: each page reads a bounded number of rows.',
    }),
  })
  .openapi('AdminVerificationPage')

const Try = z
  .object({
    send: count.openapi({ description: 'Which message, from 1.' }),
    attempt: count.openapi({ description: 'Which try of it, from 1.' }),
    provider: z.string(),
    started_at: timeField,
    duration_ms: count.nullable(),
    result: z
      .enum(['sent', 'retry', 'failed'])
      .nullable()
      .openapi({ description: 'Null: it is still running, or its worker died.' }),
    provider_reference: z.string().nullable().openapi({ description: 'The provider’s own id.' }),
    error,
    parts: count.nullable().openapi({
      description: 'Parts of the message that went out, or may have; null without PRICES_FILE.',
      example: 1,
    }),
    price: z.string().nullable().openapi({
      description:
        'What they cost, as a decimal, by the provider’s receipt or else by PRICES_FILE; null: no price is known.',
      example: '0.0079',
    }),
    currency: z.string().nullable().openapi({ description: 'ISO 4217.', example: 'USD' }),
    fault: z.enum(FAULTS).nullable().openapi({
      description:
        'Whose fault a refusal for good is, or a message that did not arrive: the recipient’s (no other provider reaches them), the message’s, the destination’s (its country, or the sender there) or the account’s. Null: it was accepted, or may still be tried again.',
    }),
    receipt: z
      .object({
        state: z.enum(['sent', 'undelivered', 'delivered']).openapi({
          description: 'Handed to the network, lost, or arrived; it moves in this order only.',
        }),
        at: timeField,
        code: z
          .string()
          .nullable()
          .openapi({ description: 'The provider’s own, of one that did not arrive.' }),
      })
      .nullable()
      .openapi({ description: 'What the provider reported last; null: nothing yet.' }),
  })
  .openapi('Try')

export const detailShape = {
  ...rowShape,
  metadata: z
    .record(z.string(), z.string())
    .openapi({ description: 'As the login flow gave it at the start.' }),
  events: z.array(Event).openapi({ description: 'Oldest first.' }),
  tries: z.array(Try).openapi({ description: 'Requests to providers, in order.' }),
}

const Diagnosis = z
  .object({
    meaning: z.string(),
    action: z.string().nullable(),
    next_try_at: nullableTime.openapi({
      description: 'When the next try is; null: there is none, or it is due.',
    }),
  })
  .openapi('Diagnosis', {
    description: 'Why a code did not arrive or was not accepted, in the words of its console page.',
  })

export const DetailedAdminVerification = z
  .object({ ...detailShape, diagnosis: Diagnosis })
  .openapi('DetailedAdminVerification')

const toWireError = (row: Pick<ListedVerification, 'errorCode' | 'errorMessage'>) =>
  row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage }

export function toWireAdminVerification(
  row: ListedVerification,
  now: number,
  recipients: Pick<Recipients, 'masked'>,
): z.infer<typeof AdminVerification> {
  return {
    id: row.id,
    reference: row.reference,
    service: row.service,
    status: statusAt(row, now),
    to_masked: recipients.masked(row), // mutant: C30.masked-verifications
    channel: row.channel,
    purpose: row.purpose,
    kind: row.kind,
    authenticated: row.authenticated,
    country: row.country,
    attempts: row.attempts,
    failed: row.failed,
    max_attempts: row.maxAttempts,
    sends: row.sends,
    max_sends: row.maxSends,
    client_ip: row.clientIp,
    created_at: toWireTime(row.createdAt),
    expires_at: toWireTime(row.expiresAt),
    ended_at: toWireTimeOrNull(row.endedAt),
    checked_by: row.checkedBy,
    outcome: row.outcome,
    delivery_status: row.deliveryStatus,
    provider: row.provider,
    error: toWireError(row),
  }
}

function toWireReceipt({ receipt, receiptAt, receiptCode }: SendTry) {
  if (receipt === null || receiptAt === null) return null
  return { state: receipt, at: toWireTime(receiptAt), code: receiptCode }
}

/** In the event of its answer; its provider's own price, in that of a receipt, takes the place of ours. */
function costOf(one: SendTry, events: readonly EventRecord[]) {
  const own = events.filter(
    ({ details }) => details.send === one.send && details.attempt === one.tryNumber,
  )
  const answer = own.find(({ details }) => typeof details.parts === 'number')
  const receipt = own.findLast(
    ({ type, details }) => isOfArrival(type) && details.price !== undefined,
  )
  const { parts, price, currency } = { ...answer?.details, ...receipt?.details }
  return {
    parts: typeof parts === 'number' ? parts : null,
    price: typeof price === 'string' ? price : null,
    currency: typeof currency === 'string' ? currency : null,
  }
}

const isOfArrival = (type: EventRecord['type']) =>
  type === 'delivery.delivered' || type === 'delivery.undelivered'

function toWireTry(one: SendTry, events: readonly EventRecord[]): z.infer<typeof Try> {
  return {
    send: one.send,
    attempt: one.tryNumber,
    provider: one.provider,
    started_at: toWireTime(one.startedAt),
    duration_ms: one.durationMs,
    result: one.result,
    provider_reference: one.reference,
    error: toWireError(one),
    fault: one.fault,
    receipt: toWireReceipt(one),
    ...costOf(one, events),
  }
}

export function toWireDetail(
  { verification, events, tries }: VerificationDetail,
  now: number,
  recipients: Pick<Recipients, 'masked'>,
): Omit<z.infer<typeof DetailedAdminVerification>, 'diagnosis'> {
  return {
    ...toWireAdminVerification(verification, now, recipients),
    metadata: verification.metadata,
    events: events.map(toWireEvent),
    tries: tries.map((one) => toWireTry(one, events)),
  }
}

/** With the diagnosis that its page shows. */
export function toWireDiagnosed(
  detail: VerificationDetail,
  about: Reading,
  recipients: Pick<Recipients, 'masked'>,
): z.infer<typeof DetailedAdminVerification> {
  const { diagnosis } = diagnoseFor(detail, about)
  const { meaning, action } = diagnosis
  const next_try_at = toWireTimeOrNull(nextTryAt(diagnosis, about.now))
  return {
    ...toWireDetail(detail, about.now, recipients),
    diagnosis: { meaning, action, next_try_at },
  }
}
