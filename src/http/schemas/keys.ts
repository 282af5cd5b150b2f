// API keys on the wire, for admins.
// It must not show a key's text, except in the answer that makes it.

import { z } from '@hono/zod-openapi'
import { type ApiKeyRecord, SCOPES } from '../../access/ports.ts'
import { type KeyToMake, MAX_KEY_NAME, stateOf } from '../../admin/keys.ts'
import { API_KEY_ID } from '../../kernel/ids.ts'
import { nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { nameField } from './events.ts'

const KEY = 'key_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p'

const scopesField = z.array(z.enum(SCOPES)).openapi({
  description:
    '`verify`: the API of a login flow; `relay`, which stands alone: sends codes that its caller makes and checks; `admin:read`: sees, with recipients masked; `admin:support`: also reveals, cancels and sends again; `admin`: everything.',
  example: ['admin:read'],
})
const nameOfKey = z
  .string()
  .max(MAX_KEY_NAME)
  .openapi({ description: 'What it is for.', example: 'support desk' })

export const ApiKeyParams = z.object({
  id: z
    .string()
    .regex(API_KEY_ID, 'must be the id of a key')
    .openapi({ description: 'The id of the key.', example: KEY }),
})

export const ApiKeyBody = z
  .strictObject({
    scopes: scopesField.min(1),
    service: nameField.optional().openapi({
      description:
        'The service it is for. Without one it is for every service, with admin scopes alone; of a key of one service it is that one.',
    }),
    name: nameOfKey.optional(),
    expires_at: timeField.optional().openapi({
      description: 'From then on it is refused. Without one it has no end.',
      example: '2027-06-30T00:00:00.000Z',
    }),
  })
  .openapi('NewApiKey')

const shape = {
  id: z.string().openapi({ description: 'The id of the key.', example: KEY }),
  name: nameOfKey,
  service: z.string().nullable().openapi({ description: 'Null: every service.' }),
  scopes: scopesField,
  state: z.enum(['active', 'ended', 'revoked']).openapi({
    description: '`ended`: its `expires_at` has passed.',
  }),
  created_at: timeField,
  expires_at: nullableTime.openapi({ description: 'Null: it has no end.' }),
  last_used_at: nullableTime.openapi({ description: 'To the hour. Null: never.' }),
  revoked_at: nullableTime.openapi({ description: 'Null: it was not revoked.' }),
}

export const WireApiKey = z.object(shape).openapi('ApiKey')

export const MadeApiKey = z
  .object({
    ...shape,
    key: z.string().openapi({
      description: 'The key itself. This answer alone has it.',
      example: `cs_${KEY.slice(4)}_…`,
    }),
  })
  .openapi('MadeApiKey')

export const ApiKeys = z
  .object({ keys: z.array(WireApiKey).openapi({ description: 'Newest first.' }) })
  .openapi('ApiKeys')

/** @param service of the caller's key */
export function toKey(
  { scopes, name = '', expires_at, ...body }: z.infer<typeof ApiKeyBody>,
  service: string | null,
): KeyToMake {
  const expiresAt = expires_at === undefined ? null : Date.parse(expires_at)
  return { scopes: [...new Set(scopes)], name, expiresAt, service: body.service ?? service }
}

export function toWireKey(record: ApiKeyRecord, now: number): z.infer<typeof WireApiKey> {
  const { id, name, service, scopes } = record
  return {
    ...{ id, name, service, scopes: [...scopes], state: stateOf(record, now) },
    created_at: toWireTime(record.createdAt),
    expires_at: toWireTimeOrNull(record.expiresAt),
    last_used_at: toWireTimeOrNull(record.lastUsedAt),
    revoked_at: toWireTimeOrNull(record.revokedAt),
  }
}
