// The bodies of the factor routes and what a factor looks like on the wire, both ways.
// It must not reveal a secret except in the answer that creates one.

import { z } from '@hono/zod-openapi'
import type { ConfirmCommand, CreateAppCommand, Enrolment } from '../../factors/api.ts'
import { ACCOUNT_NAME_LENGTH, ISSUER_LENGTH, OTP_PERIOD_SECONDS } from '../../factors/policy.ts'
import {
  FACTOR_STATUSES,
  FACTOR_TYPES,
  type FactorView,
  OTP_ALGORITHMS,
} from '../../factors/types.ts'
import { FACTOR_CHANNELS } from '../../kernel/channel.ts'
import type { EndUser, Idempotency } from '../../verification/api.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import {
  BESIDE_OTHER_FAULTS,
  CONTROL,
  clientIpField,
  codeField,
  subjectField,
  userAgentField,
  wholeNumber,
} from './fields.ts'

/** 64 bytes in Base32, and room for what stands between the letters; a URI in its place is refused in words. */
const MAX_SECRET_TEXT_LENGTH = 512
const MAX_ID_LENGTH = 64

/** Key URI format: neither name may contain a colon, which separates them. */
const labelText = (range: { min: number; max: number }) =>
  z
    .string()
    .min(range.min)
    .max(range.max)
    .refine(
      (text) => text.isWellFormed() && !CONTROL.test(text) && !text.includes(':'),
      'must not contain a colon (it separates issuer and account for apps), control characters or line breaks',
    )

const endUserFields = { client_ip: clientIpField.optional(), user_agent: userAgentField.optional() }

export const CreateAppBody = z
  .strictObject({
    subject: subjectField,
    issuer: labelText(ISSUER_LENGTH).optional().openapi({
      description: "Default: the service's brand name, a colon in it shown as a hyphen.",
      example: 'Acme',
    }),
    account_name: labelText(ACCOUNT_NAME_LENGTH).openapi({
      description:
        'The name that the app shows next to the issuer. It is in the QR code and is not kept.',
      example: 'alice@example.com',
    }),
    algorithm: z.enum(OTP_ALGORITHMS).default('SHA1').openapi({
      description: 'Many apps support SHA1 only, and ignore this.',
    }),
    digits: z.union([z.literal(6), z.literal(8)]).default(6),
    period: wholeNumber(OTP_PERIOD_SECONDS)
      .default(OTP_PERIOD_SECONDS.default)
      .openapi({ description: 'Seconds of a time step. Many apps support 30 only.' }),
    secret: z.string().min(1).max(MAX_SECRET_TEXT_LENGTH).optional().openapi({
      description:
        'To import a secret that the person already has in an app: Base32 of 10 to 64 bytes, in any case and grouping, with or without padding. It is not returned; under 16 bytes the answer contains a warning.',
    }),
    confirmed: z.boolean().default(false).openapi({
      description:
        'Only with `secret`: the app has proved itself elsewhere, and is active at once.',
    }),
    ...endUserFields,
  })
  .superRefine((body, context) => {
    if (!body.confirmed || body.secret !== undefined) return
    const message = 'is allowed with secret only: a new app is confirmed by its first code'
    context.addIssue({ code: 'custom', path: ['confirmed'], message })
  }, BESIDE_OTHER_FAULTS)
  .openapi('TotpRequest')

export const CreateCodesBody = z
  .strictObject({ subject: subjectField, ...endUserFields })
  .openapi('RecoveryCodesRequest')

export const ConfirmBody = z
  .strictObject({
    code: codeField,
    subject: subjectField
      .optional()
      .openapi({ description: 'Where given, the factor must be this subject’s.' }),
    ...endUserFields,
  })
  .openapi('ConfirmRequest')

export const FactorParams = z.object({
  id: z
    .string()
    .max(MAX_ID_LENGTH)
    .regex(/^[\x21-\x7e]+$/, 'must be the id of a factor')
    .openapi({
      description: 'The id of a factor.',
      example: 'fct_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
    }),
})

export const ListFactorsQuery = z.strictObject({ subject: subjectField })
export const RemoveFactorQuery = z.strictObject({
  subject: subjectField
    .optional()
    .openapi({ description: 'Where given, the factor must be this subject’s.' }),
})

export const factorShape = {
  id: z.string().openapi({ example: 'fct_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p' }),
  subject: z.string().openapi({ example: 'user-8e03978e' }),
  type: z.enum(FACTOR_TYPES),
  status: z.enum(FACTOR_STATUSES).openapi({
    description: 'An unverified app is removed unless its first code confirms it within the hour.',
  }),
  algorithm: z.enum(OTP_ALGORITHMS).nullable(),
  digits: z.int().nullable().openapi({ example: 6 }),
  period: z.int().nullable().openapi({ description: 'Seconds.', example: 30 }),
  codes_remaining: count
    .nullable()
    .openapi({ description: 'Of recovery codes, those not used yet; else null.', example: null }),
  created_at: timeField,
  confirmed_at: nullableTime,
  last_used_at: nullableTime,
}

export const Factor = z.object(factorShape).openapi('Factor')

export const CreatedApp = z
  .object({
    ...factorShape,
    secret: z.string().nullable().openapi({
      description: 'Base32, for typing it in. Shown only once; null for an imported one.',
      example: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    }),
    uri: z.string().nullable().openapi({ description: 'otpauth://, as apps read it.' }),
    qr: z
      .object({
        svg: z.string().openapi({ description: 'Markup, for the page itself.' }),
        png: z.string().openapi({ description: 'A data URI, for an <img>.' }),
      })
      .nullable()
      .openapi({ description: 'The uri as a QR code.' }),
    warnings: z.array(z.string()).openapi({
      description:
        'Sentences for developers: what was accepted but deserves a second look. Often empty.',
      example: [],
    }),
  })
  .openapi('CreatedTotp')

export const CreatedCodes = z
  .object({
    ...factorShape,
    codes: z.array(z.string()).openapi({
      description: 'Shown only once.',
      example: ['7K3M-0QXW-4Z9B-TN2C-8RFH'],
    }),
  })
  .openapi('CreatedRecoveryCodes')

export const FactorList = z
  .object({
    factors: z.array(Factor).openapi({ description: 'Oldest first.' }),
    channels: z.array(z.enum(FACTOR_CHANNELS)).openapi({
      description: 'What a start may ask this subject for now.',
    }),
  })
  .openapi('FactorList')

export function toWireFactor(view: FactorView): z.infer<typeof Factor> {
  return {
    id: view.id,
    subject: view.subject,
    type: view.type,
    status: view.status,
    algorithm: view.shape?.algorithm ?? null,
    digits: view.shape?.digits ?? null,
    period: view.shape?.periodSeconds ?? null,
    codes_remaining: view.codesRemaining,
    created_at: toWireTime(view.createdAt),
    confirmed_at: toWireTimeOrNull(view.confirmedAt),
    last_used_at: toWireTimeOrNull(view.lastUsedAt),
  }
}

export function toWireCreatedApp(
  view: FactorView,
  enrolment: Enrolment | null,
  warnings: readonly string[],
): z.infer<typeof CreatedApp> {
  const { secret = null, uri = null, qr = null } = enrolment ?? {}
  return { ...toWireFactor(view), secret, uri, qr, warnings: [...warnings] }
}

type Common = { endUser: EndUser; idempotency: Idempotency | null }

export function toCreateAppCommand(
  body: z.infer<typeof CreateAppBody>,
  common: Common,
): CreateAppCommand {
  const { subject, algorithm, digits, period: periodSeconds, confirmed } = body
  return {
    ...common,
    subject,
    issuer: body.issuer ?? null,
    accountName: body.account_name,
    shape: { algorithm, digits, periodSeconds },
    secret: body.secret ?? null,
    confirmed,
  }
}

export function toConfirmCommand(
  id: string,
  body: z.infer<typeof ConfirmBody>,
  common: Common,
): ConfirmCommand {
  return { ...common, id, code: body.code, subject: body.subject ?? null }
}
