// What a message to a webhook holds, as schemas: of the OpenAPI document, and of the bodies that are written (body.ts).
// It must not lose a field without a new version: receivers read it.

import { z } from '@hono/zod-openapi'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../events/types.ts'
import { CHANNELS, FACTOR_CHANNELS } from '../kernel/channel.ts'

/** It grows without a new number, and never loses a field with one. */
export const PAYLOAD_VERSION = 1

const about = {
  verification_id: z.string().openapi({
    description: 'The id of the verification.',
    example: 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p',
  }),
  reference: z.string(),
  service: z.string().openapi({ description: 'The service.', example: 'checkout' }),
  purpose: z.string(),
  kind: z
    .enum(['real', 'decoy', 'test'])
    .openapi({ description: '`decoy` and `test` send nothing.' }),
  status: z.string().openapi({
    description: 'Of the verification, after the event: pending, approved, canceled, …',
    example: 'approved',
  }),
  channel: z.enum([...CHANNELS, ...FACTOR_CHANNELS]),
  metadata: z
    .record(z.string(), z.string())
    .optional()
    .openapi({ description: 'As given at the start; absent where nothing was.' }),
  recipient: z.string().optional().openapi({
    description: 'The number, address or subject, only where the URL asks for it.',
    example: '+14155552671',
  }),
}

const ofEnd = {
  outcome: z.string().optional().openapi({
    description: 'Of `verification.closed`, as its caller reported it: approved or failed.',
    example: 'approved',
  }),
}

const ofMessage = {
  provider: z.string().optional().openapi({ description: 'Who carried it.', example: 'twilio' }),
  send: z
    .int()
    .optional()
    .openapi({ description: 'Which message of the verification.', example: 1 }),
  try: z.int().optional().openapi({ description: 'Which request to a provider.', example: 1 }),
  step: z
    .int()
    .optional()
    .openapi({ description: 'Of a step that was left out: its place in the chain.', example: 2 }),
  error: z.string().optional().openapi({
    description: 'Why it failed: the provider’s own code, or one of Countersign’s.',
    example: '30006',
  }),
}

const dataOf = {
  verification: z.object({ ...about, ...ofEnd }).openapi({ description: 'The verification.' }),
  delivery: z
    .object({ ...about, ...ofMessage })
    .openapi({ description: 'The verification, and the message.' }),
}

/** What every message has. */
const common = {
  version: z.literal(PAYLOAD_VERSION).openapi({
    description:
      'Of this schema: fields may be added to it; another number where one is taken away.',
  }),
  timestamp: z.iso.datetime().openapi({
    description: 'When it happened: RFC 3339, UTC.',
    example: '2026-11-23T18:00:00.000Z',
  }),
}
const id = z.string().openapi({
  description: 'The same at every try, and the `webhook-id` of the headers.',
  example: 'whm_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_0123456789ab_1',
})

function payloadOf<Family extends keyof typeof dataOf>(family: Family) {
  const types = WEBHOOK_EVENTS.filter((type) => type.startsWith(`${family}.`))
  return z.object({
    ...common,
    id,
    type: z
      .enum(types as [WebhookEvent, ...WebhookEvent[]])
      .openapi({ description: 'What happened.' }),
    sequence: z.int().min(1).openapi({
      description: 'Counts the messages of one verification to one URL, from 1.',
      example: 1,
    }),
    data: dataOf[family],
  })
}

const NOTE = `countersign/audit-log\n412\nJ4r1…=\n\n— countersign/audit-log rZ1b…\n`

export const PAYLOADS = {
  verification: payloadOf('verification').openapi('VerificationWebhook'),
  delivery: payloadOf('delivery').openapi('DeliveryWebhook'),
} as const

export type Payload = z.infer<typeof PAYLOADS.delivery>

const HEAD_PAYLOAD = z
  .object({
    ...common,
    id: id.openapi({ example: 'whh_0123456789ab_412_9f86d081884c' }),
    type: z.literal('audit.head').openapi({ description: 'A segment of the log was chained.' }),
    sequence: z.int().min(1).openapi({ description: 'The number of the segment.', example: 412 }),
    data: z
      .object({
        service: z.string().openapi({
          description: 'The service whose URL this is; the log is that of every service.',
          example: 'default',
        }),
        size: z.int().min(1).openapi({ description: 'Segments in the chain.', example: 412 }),
        note: z.string().openapi({
          description:
            'The head as a signed note (C2SP): keep it. `countersign audit verify --head` takes it.',
          example: NOTE,
        }),
      })
      .openapi({ description: 'The head of the chain with this segment.' }),
  })
  .openapi('AuditHeadWebhook')

export type HeadPayload = z.infer<typeof HEAD_PAYLOAD>

export function payloadSchemaOf(type: WebhookEvent) {
  if (type === 'audit.head') return HEAD_PAYLOAD
  return type.startsWith('delivery.') ? PAYLOADS.delivery : PAYLOADS.verification
}
