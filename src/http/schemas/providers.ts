// What a provider looks like on the wire: its last answer to this node, and why it is left alone.
// It must not hold anything of a message.

import { z } from '@hono/zod-openapi'
import { adviseOnRest } from '../../admin/advice/advice.ts'
import { describeLane, writeRate } from '../../admin/advice/lanes.ts'
import { ADVICE_MEASURES, type HealthReport } from '../../admin/ports.ts'
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

export const ProviderLane = z.object({
  channel: z.enum(CHANNELS),
  provider: z.string(),
  rate: z.string().nullable().openapi({
    description: 'As its setting has it; null: it has none.',
    example: '10/s',
  }),
  due: count,
  more: z.boolean().openapi({ description: 'True: at least as many are due.' }),
  wait_seconds: count.openapi({
    description: 'About how long a message that is queued now waits for its turn.',
    example: 31,
  }),
  text: z.string().openapi({ example: 'twilio: 10/s, 312 messages due, about 31 s' }),
})

export function toWireLane(lane: HealthReport['lanes'][number]): z.infer<typeof ProviderLane> {
  const { channel, provider, due, isMore: more, waitMs } = lane
  const text = describeLane(lane)
  const wait_seconds = Math.round(waitMs / 1_000)
  return { channel, provider, rate: writeRate(lane), due, more, wait_seconds, text }
}

const share = z.number().min(0).max(1)
const Shares = z.object({
  provider: z.string(),
  recipients: count.openapi({
    description: 'Different ones, within a day; each counts once.',
    example: 412,
  }),
  late: share.nullable().openapi({
    description:
      'Without a receipt after five minutes; null: it sends none there, as far as is known.',
    example: 0.31,
  }),
  failed: share.openapi({
    description: 'Not accepted, or undelivered, except by fault of the recipient.',
    example: 0.02,
  }),
  approved: share.nullable().openapi({
    description: 'Of verifications that have ended; null: too few have.',
    example: 0.64,
  }),
})

export const WeightAdvice = z.object({
  channel: z.enum(CHANNELS),
  country: z.string(),
  measure: z
    .enum(ADVICE_MEASURES)
    .openapi({ description: 'The share by which they were compared.' }),
  from: Shares.openapi({ description: 'The provider that does worse.' }),
  to: Shares.openapi({ description: 'The one that should carry more.' }),
  weight: count.openapi({ description: 'Percent, by `to`.', example: 80 }),
  text: z.string().openapi({
    example: 'twilio in BR: 31 % late against 6 % by vonage: send 80 % by vonage',
  }),
})

type Advice = HealthReport['weights']['advice'][number]
export const toWireShares = ({ provider, recipients, late, failed, approved }: Advice['from']) => ({
  ...{ provider, recipients, late, failed, approved },
})

export function toWireAdvice(advice: Advice): z.infer<typeof WeightAdvice> {
  const { channel, country, measure, weight, text } = advice
  const { from, to } = advice
  return {
    ...{ channel, country, measure, weight, text },
    from: toWireShares(from),
    to: toWireShares(to),
  }
}

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
