// The fields that requests are made of: what is allowed in each, and which may be combined, in words a person understands.
// It must not convert anything: the routes' commands do. A message never repeats what was given.

import { z } from '@hono/zod-openapi'
import { SUBJECT_LENGTH } from '../../factors/policy.ts'
import {
  CHANNELS,
  FACTOR_CHANNELS,
  isFactorChannel,
  type VerificationChannel,
} from '../../kernel/channel.ts'
import { MAX_STEPS, STEP_TIMEOUT_SECONDS } from '../../kernel/steps.ts'
import { CODE_LENGTH, TTL_SECONDS } from '../../verification/policy.ts'

/** RFC 5321 §4.5.3.1: 64 for the local part, `@`, 255 for the domain. */
const MAX_TO_LENGTH = 320
/** A code has at most ten digits; the rest is room for spaces and hyphens. The domain reads it. */
const MAX_CODE_TEXT_LENGTH = 64
export const MAX_ID_LENGTH = 64
/** An IPv6 address with brackets, zone and port is shorter. */
const MAX_ADDRESS_LENGTH = 96
/** Longer ones are cut to 256 when they are kept; 16 KiB is the whole body. */
const MAX_METADATA = { pairs: 10, key: 40, value: 256 } as const
/** Room for a whole Accept-Language header. */
const MAX_LOCALE_LENGTH = 255
const MAX_CURSOR_LENGTH = 512

/** C0, C1 and DEL, and the line and paragraph separators. */
export const CONTROL = /[\p{Cc}\u2028\u2029]/u
/** Metadata enters no message. Should a later change put it into one, nobody phishes through it (C45). */
const URL_LIKE = /:\/\/|\bwww\./iu
/** Unlike with `z.int()`, a fraction does not keep other faults of the body from being reported. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  return z
    .number()
    .min(min)
    .max(max)
    .refine(Number.isInteger, 'must be a whole number')
    .openapi({ type: 'integer', minimum: min, maximum: max })
}

export const toField = z.string().min(1).max(MAX_TO_LENGTH).openapi({
  description: 'Phone number (E.164, or national with `country`) or e-mail address.',
  example: '+14155552671',
})

export const channelField = z.enum(CHANNELS).openapi({
  description:
    'How the code travels. Default by recipient: sms or email; whatsapp, telegram and voice (a call) reach numbers.',
})

/** A channel of a chain: by its name, where the defaults are right. */
const stepField = z.union([
  channelField,
  z.strictObject({
    channel: channelField,
    timeout_seconds: wholeNumber(STEP_TIMEOUT_SECONDS).optional().openapi({
      description:
        'How long it may take without `delivered`, from its hand-over, before the next goes out. Default by channel.',
    }),
    blind: z.boolean().optional().openapi({
      description:
        'True: the next may follow even where nobody reports that a message of this channel arrived.',
    }),
  }),
])

export const channelsField = z
  .array(stepField)
  .min(1)
  .max(MAX_STEPS)
  .openapi({
    description:
      'A chain, in place of `channel`: each goes to the same recipient with the same code, until one is delivered or the verification ends.',
    example: ['whatsapp', { channel: 'sms', timeout_seconds: 40 }],
  })

export const startChannelField = z.enum([...CHANNELS, ...FACTOR_CHANNELS]).openapi({
  description:
    'How the code reaches the person: with `to` sms or email (default by recipient), whatsapp, telegram or voice (a call); with `subject` totp (default) or recovery_code, for which nothing is sent.',
})

/** Different ill-formed texts become the same bytes, and would be the same person. */
export const subjectField = z
  .string()
  .min(SUBJECT_LENGTH.min)
  .max(SUBJECT_LENGTH.max)
  .refine(
    (text) => text.isWellFormed() && !CONTROL.test(text),
    'must be well-formed and without control characters or line breaks',
  )
  .openapi({
    description:
      "The login flow's own id of a user, taken literally: case matters. It need not be personal data.",
    example: 'user-8e03978e',
  })

export const countryField = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'must be an ISO 3166-1 alpha-2 code, such as US')
  .openapi({ description: 'ISO 3166-1 alpha-2, to read a national number.', example: 'US' })

export const localeField = z
  .string()
  .max(MAX_LOCALE_LENGTH)
  .refine((text) => !CONTROL.test(text), 'must not contain control characters or line breaks')
  .refine((text) => !URL_LIKE.test(text), 'must not contain a URL')
  .openapi({
    description:
      "BCP 47 (en_US is understood, too). Where it cannot be read, or there is no such text: the language of the number's country, then the service's. The answer's `locale` names the one in use.",
    example: 'en',
  })

export const purposeField = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_.-]{0,63}$/,
    'must be 1-64 of a-z, 0-9, "_", "." and "-", and begin with a letter or digit',
  )
  .default('login')
  .openapi({ description: 'What the verification is for; compared again at check.' })

export const sessionField = z.string().min(16).max(255).openapi({
  description:
    'Random text that the login flow has bound to one browser session. Kept as an HMAC only.',
  example: 'b1f3c0de5a6947d2a0b8',
})

export const clientIpField = z.string().min(1).max(MAX_ADDRESS_LENGTH).openapi({
  description: "The end user's IP address, as the login flow saw it.",
  example: '203.0.113.7',
})

export const userAgentField = z.string().openapi({
  description: "The end user's User-Agent; the first 256 characters are kept.",
  example: 'Mozilla/5.0',
})

export const codeLengthField = wholeNumber(CODE_LENGTH).openapi({
  description: "Digits of the code; by Telegram 4 to 8. Default: the service's.",
})

export const ttlSecondsField = wholeNumber(TTL_SECONDS).openapi({
  description: "Lifetime of the verification in seconds. Default: the service's.",
})

const metadataText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !CONTROL.test(text), 'must not contain control characters or line breaks')
    .refine((text) => !URL_LIKE.test(text), 'must not contain a URL')

export const metadataField = z
  .record(metadataText(MAX_METADATA.key).min(1), metadataText(MAX_METADATA.value))
  .refine(
    (pairs) => Object.keys(pairs).length <= MAX_METADATA.pairs,
    `must have at most ${MAX_METADATA.pairs} pairs`,
  )
  .openapi({
    description: 'Up to 10 pairs of strings (keys up to 40, values up to 256), returned as given.',
    maxProperties: MAX_METADATA.pairs,
    example: { request: '8e03978e' },
  })

export const codeField = z.string().min(1).max(MAX_CODE_TEXT_LENGTH).openapi({
  description:
    'The code as the person typed it: a string. Spaces, dashes and invisible characters are ignored, and the digits of every script are understood; in a recovery code case does not matter, and a look-alike is read as the character it resembles.',
  example: '482913',
})

/** Anything printable: an id that was never made is 404, not 400. */
export const idField = z
  .string()
  .max(MAX_ID_LENGTH)
  .regex(/^[\x21-\x7e]+$/, 'must be the id of a verification')
  .openapi({
    description: 'The id of a verification.',
    example: 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
  })

export const cursorField = z
  .string()
  .min(1)
  .max(MAX_CURSOR_LENGTH)
  .openapi({ description: '`next_cursor` of the previous page.' })

export const idempotencyKeyField = z.string().openapi({
  description:
    'Up to 255 printable characters, bare or as a quoted structured string. The same request under the same key has one effect.',
  example: '8e03978e-40d5-43dd-bc93-6894a57f9324',
})

export type Given = Partial<Record<'to' | 'subject' | 'country', string | undefined>>

export function faults(context: z.core.$RefinementCtx) {
  return (field: string, message: string) => {
    context.addIssue({ code: 'custom', path: [field], message })
  }
}

export function checkParty(body: Given, context: z.core.$RefinementCtx): void {
  const fault = faults(context)
  if (body.to !== undefined && body.subject !== undefined)
    fault('subject', 'cannot be combined with to: give one of them')
  if (body.subject !== undefined && body.country !== undefined)
    fault('country', 'cannot be combined with a subject')
}

export function requireParty(body: Given, context: z.core.$RefinementCtx): void {
  checkParty(body, context)
  if (body.to === undefined && body.subject === undefined)
    faults(context)('to', 'is required, unless subject is given')
}

/** A recipient is sent a code, a subject already has one: options for one do not fit the other. */
export function checkStart(
  body: Given & {
    channel?: VerificationChannel | undefined
    channels?: readonly unknown[] | undefined
    code_length?: number | undefined
    nonce?: string | undefined
    include_recipient?: boolean | undefined
  },
  context: z.core.$RefinementCtx,
): void {
  const fault = faults(context)
  requireParty(body, context)
  const hasSubject = body.subject !== undefined
  if (body.channel !== undefined && isFactorChannel(body.channel) !== hasSubject)
    fault('channel', hasSubject ? 'needs to, not a subject' : 'needs a subject, not to')
  if (body.channels !== undefined && (hasSubject || body.channel !== undefined))
    fault('channels', hasSubject ? 'needs to, not a subject' : 'cannot be combined with channel')
  if (hasSubject && body.code_length !== undefined)
    fault('code_length', 'cannot be combined with a subject')
  if (body.include_recipient && body.nonce === undefined)
    fault('include_recipient', 'needs a nonce: it is about the approval that is signed with one')
}

/** Every fault is reported at once: these checks run in addition to those of single fields. */
export const BESIDE_OTHER_FAULTS: z.core.$ZodSuperRefineParams = {
  when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
}

/** The checks above, as the OpenAPI document states them. */
export const ONE_PARTY = {
  description: 'Exactly one of `to` and `subject`.',
  oneOf: [{ required: ['to'] }, { required: ['subject'] }],
}
