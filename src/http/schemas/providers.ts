// What a provider looks like on the wire: its last answer to this node, and why it is left alone.
// It must not hold anything of a message.

import { z } from '@hono/zod-openapi'
import { adviseOnRest } from '../../admin/advice/advice.ts'
import type { HealthReport } from '../../admin/ports.ts'
import { REST_REASONS } from '../../delivery/ports.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'

export const Provider = z.object({
  name: z.string(),
  channels: z.array(z.enum(CHANNELS)),
  last: z
    .object({ kind: z.string(), code: z.string().nullable(), at: timeField, took_ms: z.number() })
    .nullable(),
  accepted_at: nullableTime,
  accepted: count,
  refused: count,
})

export const ProviderRest = z.object({
  channel: z.enum(CHANNELS),
  provider: z.string(),
  country: z.string().nullable().openapi({ description: 'Null: everywhere.' }),
  reason: z.enum(REST_REASONS).openapi({
    description:
      '`failing`: several messages in a row, or half of the last ones; `account` or `destination`: what it refused; `throttled`: it asked for a pause.',
  }),
  code: z
    .string()
    .openapi({ description: 'The provider’s own code; empty: it asked for a pause.' }),
  action: z.string().openapi({
    description: 'What to do about it.',
    example: 'The operator tops up the account.',
  }),
  since: timeField,
  until: timeField.openapi({ description: 'When a message tries it again.' }),
})

export function toWireProvider(state: HealthReport['providers'][number]): z.infer<typeof Provider> {
  const { name, channels, last, acceptedAt, accepted, refused } = state
  return {
    name,
    channels: [...channels],
    accepted,
    refused,
    last: last && {
      kind: last.kind,
      code: last.code,
      at: toWireTime(last.at),
      took_ms: last.tookMs,
    },
    accepted_at: toWireTimeOrNull(acceptedAt),
  }
}

export function toWireRest(rest: HealthReport['rests'][number]): z.infer<typeof ProviderRest> {
  const { channel, provider, country, reason, code, since, until } = rest
  return {
    ...{ channel, provider, country, reason, code },
    action: adviseOnRest(rest),
    since: toWireTime(since),
    until: toWireTime(until),
  }
}
