// A verification on the wire, and its way there from the domain's views.
// It must not add anything: a field that is not named here is not returned. The schemas are open: changes only add.

import { z } from '@hono/zod-openapi'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../../kernel/channel.ts'
import type { Approved, DetailedView, VerificationView } from '../../verification/api.ts'
import { CHECKERS, OUTCOMES, STATUSES } from '../../verification/state.ts'
import { signedField } from './approvals.ts'

/** RFC 3339 in UTC, with milliseconds. */
export function toWireTime(ms: number): string {
  return new Date(ms).toISOString()
}
export const toWireTimeOrNull = (ms: number | null) => (ms === null ? null : toWireTime(ms))

export const timeField = z.iso.datetime().openapi({
  description: 'RFC 3339, UTC.',
  example: '2026-11-23T18:00:00.000Z',
})
export const nullableTime = timeField.nullable()
export const count = z.int().min(0)

const verificationShape = {
  id: z.string().openapi({ example: 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p' }),
  reference: z.string().openapi({
    description: 'Short, easy to read out, not secret: support finds the case by it.',
    example: 'K7Q-42M',
  }),
  status: z.enum(STATUSES),
  to: z.string().nullable().openapi({
    description: 'The recipient; null where a subject was given.',
    example: '+14155552671',
  }),
  subject: z.string().nullable().openapi({
    description: 'The subject; null where a recipient was given.',
    example: null,
  }),
  channel: z.enum([...CHANNELS, ...FACTOR_CHANNELS]),
  locale: z.string().openapi({
    description:
      'BCP 47: the language that the message is written in, by look-up (RFC 4647 §3.4) over the texts of the service and the built-in ones.',
    example: 'en',
  }),
  purpose: z.string().openapi({ example: 'login' }),
  delivery_status: z
    .enum(DELIVERY_STATUSES)
    .nullable()
    .openapi({ description: 'The best of the deliveries; null where nothing is sent.' }),
  attempts_remaining: count.openapi({ example: 5 }),
  sends_remaining: count.openapi({ example: 4 }),
  created_at: timeField,
  expires_at: timeField,
  expires_in: count.openapi({ description: 'Seconds.', example: 600 }),
  resend_at: nullableTime.openapi({
    description:
      'Null when no sends are left, or when it would come too late. Already past where the newest send failed for good.',
  }),
  resend_in: count.nullable().openapi({ description: 'Seconds.', example: 30 }),
  next_step: z
    .object({ channel: z.enum(CHANNELS), at: timeField })
    .nullable()
    .openapi({
      description:
        'Of a chain, the message that goes out next automatically, and when at the latest; null where none waits.',
      example: null,
    }),
  metadata: z.record(z.string(), z.string()),
  checked_by: z.enum(CHECKERS).nullable().openapi({
    description:
      'Null: this service checks the code. `caller`: whoever gave it; it has no attempts here.',
    example: null,
  }),
  outcome: z.enum(OUTCOMES).nullable().openapi({
    description: 'Of one that is `closed`: as its caller reported it. It lets nobody in.',
    example: null,
  }),
}

export const Verification = z.object(verificationShape).openapi('Verification')

export const StartedVerification = z
  .object({
    ...verificationShape,
    view_token: z.string().openapi({
      description:
        'For the person’s browser: what they may know of it and, with `actions`, do. Secret: the first browser that uses it is the only one. It ends with the verification.',
      example: 'vt_EQ8aLBUl4eHoUoN0bVnZm4wEEdoOJ8gXkq1w2t3r4y5u6i7o8p',
    }),
    view_url: z.string().nullable().openapi({
      description: 'The page for it; null without PUBLIC_URL.',
      example: 'https://verify.example.com/v/vt_EQ8aLBUl4eHoUoN0bVnZm4wEEdoOJ8gXkq1w2t3r4y5u6i7o8p',
    }),
  })
  .openapi('StartedVerification')

export const ApprovedVerification = z
  .object({
    ...verificationShape,
    status: z.literal('approved'),
    valid: z.literal(true),
    recovery_codes_remaining: count.optional().openapi({
      description:
        'Codes left in the set that the recovery code came from: offer a new set before it is empty. Only for the channel recovery_code.',
    }),
    approval: signedField.optional(),
  })
  .openapi('ApprovedVerification')

const Delivery = z
  .object({
    id: z.string(),
    channel: z.enum(CHANNELS),
    provider: z.string().nullable(),
    status: z.enum(DELIVERY_STATUSES),
    attempts: count,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    queued_at: timeField,
    sent_at: nullableTime,
    delivered_at: nullableTime,
  })
  .openapi('Delivery')

export const DetailedVerification = z
  .object({ ...verificationShape, deliveries: z.array(Delivery) })
  .openapi('DetailedVerification')

export const VerificationPage = z
  .object({
    verifications: z.array(DetailedVerification).openapi({ description: 'Newest first.' }),
    next_cursor: z.string().nullable().openapi({ description: 'Null on the last page.' }),
  })
  .openapi('VerificationPage')

export function toWireVerification(view: VerificationView): z.infer<typeof Verification> {
  return {
    id: view.id,
    reference: view.reference,
    status: view.status,
    to: view.to,
    subject: view.subject,
    channel: view.channel,
    locale: view.locale,
    purpose: view.purpose,
    delivery_status: view.deliveryStatus,
    attempts_remaining: view.attemptsRemaining,
    sends_remaining: view.sendsRemaining,
    created_at: toWireTime(view.createdAt),
    expires_at: toWireTime(view.expiresAt),
    expires_in: view.expiresInSeconds,
    resend_at: toWireTimeOrNull(view.resendAt),
    resend_in: view.resendInSeconds,
    // An answer that an earlier version stored has none.
    next_step: view.nextStep
      ? { channel: view.nextStep.channel, at: toWireTime(view.nextStep.at) }
      : null,
    metadata: view.metadata,
    checked_by: view.checkedBy ?? null,
    outcome: view.outcome ?? null,
  }
}

export function toWireStarted(
  view: VerificationView,
  { token, url }: { token: string; url: string | null },
): z.infer<typeof StartedVerification> {
  return { ...toWireVerification(view), view_token: token, view_url: url }
}

/** @param signed the approval, where the start asked for one */
export function toWireApproved(
  approved: Approved,
  signed: string | null,
): z.infer<typeof ApprovedVerification> {
  const { verification, recoveryCodesRemaining: remaining } = approved
  return {
    ...toWireVerification(verification),
    status: 'approved',
    valid: true,
    ...(remaining !== null && { recovery_codes_remaining: remaining }),
    ...(signed !== null && { approval: signed }),
  }
}

export function toWireDetailed(view: DetailedView): z.infer<typeof DetailedVerification> {
  return {
    ...toWireVerification(view),
    deliveries: view.deliveries.map((delivery) => ({
      id: delivery.id,
      channel: delivery.channel,
      provider: delivery.provider,
      status: delivery.status,
      attempts: delivery.tries,
      error: delivery.error && { code: delivery.error.code, message: delivery.error.message },
      queued_at: toWireTime(delivery.queuedAt),
      sent_at: toWireTimeOrNull(delivery.sentAt),
      delivered_at: toWireTimeOrNull(delivery.deliveredAt),
    })),
  }
}
