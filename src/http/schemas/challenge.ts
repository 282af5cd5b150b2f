// A challenge on the wire: altcha's own form, member by member, so that its widget and libraries take it as it is.
// It must not read a solution: src/shield does, once one is needed.

import { z } from '@hono/zod-openapi'

/** A solution is some 900 characters. */
const MAX_CHALLENGE_LENGTH = 2_000

export const challengeField = z.string().min(1).max(MAX_CHALLENGE_LENGTH).openapi({
  description:
    'The solution of the challenge of a 403 `challenge_required`: the base64 text of `{"challenge": …, "solution": …}`, as altcha’s widget gives it. Ignored where no challenge is needed.',
  example: 'eyJjaGFsbGVuZ2UiOnsicGFyYW1ldGVycyI6…',
})

export const Challenge = z
  .object({
    parameters: z
      .object({
        algorithm: z.string().openapi({
          description: 'How a key is derived from a counter.',
          example: 'PBKDF2/SHA-256',
        }),
        nonce: z.string().openapi({
          description: 'Hex: a password is the nonce and the counter in four bytes, big-endian.',
          example: '5f0c2d9b1e7a4836a1b2c3d4e5f60718',
        }),
        salt: z.string().openapi({
          description: 'Hex: the salt of each key.',
          example: '9a8b7c6d5e4f30211203f4e5d6c7b8a9',
        }),
        cost: z.int().openapi({ description: 'Iterations of one key.', example: 1000 }),
        keyLength: z.int().openapi({ description: 'Bytes of a key.', example: 32 }),
        keyPrefix: z.string().openapi({
          description: 'Hex: the key of the right counter begins with it. Counters begin at 0.',
          example: '0b1c2d3e4f5061728394a5b6c7d8e9f0',
        }),
        keySignature: z
          .string()
          .optional()
          .openapi({ description: 'For this service.', example: '6e5d4c3b2a19…' }),
        data: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
          .optional()
          .openapi({
            description:
              'For whom it was issued, as a keyed hash, and when it expires: 5 minutes after it was issued.',
            example: {
              expires_at: '2026-11-23T18:05:00.000Z',
              issued_for: 'q0Xn2cZr8uVh5sJ1kWm4Ag',
            },
          }),
      })
      .openapi({ description: 'The task, to be returned unchanged.' }),
    signature: z
      .string()
      .optional()
      .openapi({ description: 'For this service.', example: '1f2e3d4c5b6a…' }),
  })
  .openapi('Challenge', {
    description:
      'Proof of work in altcha’s form (https://altcha.org): find the counter whose key begins with `keyPrefix`. The solution is the base64 text of `{"challenge": {"parameters": …, "signature": …}, "solution": {"counter": …, "derivedKey": "hex"}}`.',
  })
