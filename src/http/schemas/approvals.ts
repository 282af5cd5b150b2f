// Approvals on the wire: what a start asks to have signed, what is exchanged and consumed, and the public keys.

import { z } from '@hono/zod-openapi'
import { ASSURANCES } from '../../front/approval-claims.ts'
import { CHANNELS, FACTOR_CHANNELS } from '../../kernel/channel.ts'
import { sessionField } from './fields.ts'

/** A token has about 500 characters; with a long subject in it, 1,000. */
const MAX_TOKEN_LENGTH = 4096
const MAX_CODE_LENGTH = 255

export const nonceField = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,128}$/, 'must be 16-128 of A-Z, a-z, 0-9, "_" and "-"')
  .openapi({
    description:
      'Random text of the login flow, fresh at each start: the check then answers a signed `approval` with it. Needs the setting PUBLIC_URL.',
    example: 'n-0S6_WzA2Mj7qLfT1cQvA',
  })

/** Without a default: the bodies of earlier versions keep their fingerprints. */
export const includeRecipientField = z.boolean().openapi({
  description: 'True: the signed approval names the recipient or subject. Needs `nonce`.',
})

/** Of a start: nobody could verify what has no issuer. */
export const WITHOUT_ISSUER = {
  field: 'nonce',
  detail: 'needs the setting PUBLIC_URL, which is the issuer of the signed approval',
}

export const signedField = z.string().openapi({
  description:
    'A JWT that proves this approval, for five minutes (docs/front-door.md). Only where the start gave a `nonce`: compare it.',
  example: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImNvdW50ZXJzaWduLWFwcHJvdmFsK2p3dCJ9…',
})

export const ExchangeBody = z
  .strictObject({
    approval: z.string().min(1).max(MAX_CODE_LENGTH).openapi({
      description: 'The one-use code that the page brought back: `apc_…`.',
      example: 'apc_5rJ0mX…',
    }),
    session: sessionField,
  })
  .openapi('ExchangeRequest')

export const ConsumeBody = z
  .strictObject({
    token: z.string().min(1).max(MAX_TOKEN_LENGTH).openapi({
      description: '`approval` of a check or an exchange.',
      example: 'eyJhbGciOiJFZERTQSIsInR5cCI6ImNvdW50ZXJzaWduLWFwcHJvdmFsK2p3dCJ9…',
    }),
  })
  .openapi('ConsumeRequest')

const second = z.int().min(0)

export const ApprovalClaims = z
  .object({
    iss: z.string().openapi({
      description: 'PUBLIC_URL of the service that signed it.',
      example: 'https://verify.example.com',
    }),
    aud: z.string().openapi({
      description: 'APPROVAL_AUDIENCE of the service; default: its name.',
      example: 'default',
    }),
    jti: z.string().openapi({
      description: 'The id of the verification.',
      example: 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
    }),
    iat: second.openapi({
      description: 'When it was approved, in seconds since 1970.',
      example: 1790000000,
    }),
    exp: second.openapi({ description: 'Five minutes later.', example: 1790000300 }),
    nonce: z
      .string()
      .openapi({ description: 'As the start gave it.', example: 'n-0S6_WzA2Mj7qLfT1cQvA' }),
    purpose: z.string(),
    method: z.enum([...CHANNELS, ...FACTOR_CHANNELS]).openapi({
      description: 'The channel or factor of the verification.',
    }),
    assurance: z.enum(ASSURANCES).openapi({
      description:
        'What the method proves (NIST SP 800-63B-4). `address`: somebody reads a mailbox or account, which is no second factor; `restricted`: a second factor over the telephone network; `factor`: a second factor.',
    }),
    amr: z
      .array(z.string())
      .optional()
      .openapi({
        description: 'RFC 8176, where it has a value for the method: sms, tel or otp.',
        example: ['sms'],
      }),
    to: z.string().optional().openapi({
      description: 'The recipient, where the start asked for `include_recipient`.',
      example: '+14155552671',
    }),
    subject: z.string().optional().openapi({
      description: 'The subject, where the start asked for `include_recipient`.',
      example: 'user-8e03978e',
    }),
  })
  .openapi('ApprovalClaims')

export const KeySet = z
  .object({
    keys: z
      .array(
        z.object({
          kty: z.string().openapi({ description: 'Always OKP.', example: 'OKP' }),
          crv: z.string().openapi({ description: 'Always Ed25519.', example: 'Ed25519' }),
          x: z.string().openapi({
            description: 'The public key.',
            example: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
          }),
          kid: z.string().openapi({
            description: 'Its thumbprint (RFC 7638).',
            example: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
          }),
          use: z.literal('sig').openapi({ description: 'It signs.' }),
          alg: z.literal('EdDSA').openapi({ description: 'The only algorithm.' }),
        }),
      )
      .openapi({
        description: 'The one that signs first, then those of SECRET_KEY_PREVIOUS.',
      }),
  })
  .openapi('KeySet')
