// A verification as its person may look at it, on the wire.
// It must not add anything to what front/person-view.ts says.

import { z } from '@hono/zod-openapi'
import { MESSAGE_REASONS, MESSAGE_STATES } from '../../front/message-words.ts'
import { ACTIONS, type PersonView } from '../../front/person-view.ts'
import { CHANNELS, FACTOR_CHANNELS } from '../../kernel/channel.ts'
import { STATUSES } from '../../verification/state.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { codeField } from './fields.ts'

/** Anything: one that is not ours is 404, whatever its shape. */
const token = z.string().openapi({
  description: 'The `view_token` of the start.',
  example: 'vt_EQ8aLBUl4eHoUoN0bVnZm4wEEdoOJ8gXkq1w2t3r4y5u6i7o8p',
})
export const TokenParams = z.object({ token })
export const JsonTokenParams = z.object({
  token: token.transform((text) => text.replace(/\.json$/, '')),
})

export const BrowserHeaders = z.object({
  'Countersign-Browser': z.string().optional().openapi({
    description:
      '32 random bytes in base64url, made by the page and kept in its session storage: the first browser that comes is the only one. Pages of this service have a cookie in its place.',
    example: 'mJ0mB4d0m2dBf1o8yV7c3k9s5x6z8q4w2e1r0t7y5uI',
  }),
})

export const ViewCheckBody = z.strictObject({ code: codeField }).openapi('ViewCheckRequest')
export const ViewActionBody = z.strictObject({}).openapi('ViewActionRequest')

const Message = z.object({
  state: z.enum(MESSAGE_STATES).openapi({ description: 'How far it has come.' }),
  text: z.string().openapi({
    description:
      'In English, for the person who waits. Pages in other languages go by `state` and `reason`.',
    example: 'The text message was sent.',
  }),
  reason: z.enum(MESSAGE_REASONS).nullable().openapi({
    description: 'Why it does not arrive, where the person can do something about it.',
  }),
  at: nullableTime.openapi({ description: 'When it was sent or delivered.' }),
})

export const View = z
  .object({
    reference: z.string(),
    status: z.enum(STATUSES),
    recipient: z.string().nullable().openapi({
      description: 'Masked; null where a subject was given.',
      example: '+141•••71',
    }),
    channel: z.enum([...CHANNELS, ...FACTOR_CHANNELS]),
    purpose: z.string(),
    brand: z.string().openapi({ description: 'The service that asks.', example: 'Example' }),
    locale: z.string().openapi({ description: 'BCP 47.', example: 'en' }),
    expires_at: timeField,
    expires_in_seconds: count.openapi({ description: 'Until `expires_at`.', example: 600 }),
    resend_at: nullableTime.openapi({
      description: 'When the code may be sent again; null: not any more.',
    }),
    resend_in_seconds: count.nullable().openapi({ description: 'Until `resend_at`.', example: 30 }),
    attempts_remaining: count,
    code_length: z.int().nullable().openapi({
      description: 'Digits of the code; null for an authenticator app or a recovery code.',
      example: 6,
    }),
    next_step: z
      .object({ channel: z.enum(CHANNELS), at: timeField })
      .nullable()
      .openapi({
        description: 'Of a chain, what goes out next; only where the start said `authenticated`.',
        example: null,
      }),
    message: Message.nullable().openapi({
      description:
        'What became of the newest message. Without `authenticated` in the start it is `trying` or `sent`, by the time alone.',
    }),
    approval: z.string().nullable().openapi({
      description:
        'The one-use code, once the code was right; for five minutes, and only where the start had a `session`. Your server exchanges it (`POST /approvals/exchange`).',
      example: 'apc_5rJ0mX…',
    }),
    actions: z.array(z.enum(ACTIONS)).openapi({
      description: 'Possible now; empty where the start did not say `actions`.',
      example: ['check'],
    }),
  })
  .openapi('View')

/** @param approval the one-use code; null: it was not approved, or has no session */
export function toWireView(view: PersonView, approval: string | null): z.infer<typeof View> {
  const { nextStep, message } = view
  return {
    reference: view.reference,
    status: view.status,
    recipient: view.recipient,
    channel: view.channel,
    purpose: view.purpose,
    brand: view.brand,
    locale: view.locale,
    expires_at: toWireTime(view.expiresAt),
    expires_in_seconds: view.expiresInSeconds,
    resend_at: toWireTimeOrNull(view.resendAt),
    resend_in_seconds: view.resendInSeconds,
    attempts_remaining: view.attemptsRemaining,
    code_length: view.codeLength,
    next_step: nextStep && { channel: nextStep.channel, at: toWireTime(nextStep.at) },
    message: message && { ...message, at: toWireTimeOrNull(message.at) },
    approval,
    actions: [...view.actions],
  }
}
