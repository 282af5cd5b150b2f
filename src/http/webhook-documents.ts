// Messages to webhooks in the OpenAPI document: one entry for each event, with the schema that its bodies have.
// It must not be needed to send one.

import { z } from '@hono/zod-openapi'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../events/types.ts'
import { payloadSchemaOf } from '../webhooks/payload.ts'
import type { App } from './register.ts'

/** Standard Webhooks 1.0.0. */
const Headers = z.object({
  'webhook-id': z.string().openapi({
    description: 'The same at every try: ignore one that was seen before.',
    example: 'whm_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_0123456789ab_1',
  }),
  'webhook-timestamp': z
    .string()
    .openapi({ description: 'Of this try, in seconds.', example: '1796029964' }),
  'webhook-signature': z.string().openapi({
    description: 'One or more, separated by a space: check with a library of Standard Webhooks.',
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  }),
})

/** `delivery.failed`: `onDeliveryFailed`. */
const operationOf = (type: WebhookEvent) =>
  `on.${type}`.replaceAll(/[._]([a-z])/g, (_, letter: string) => letter.toUpperCase())

export function documentWebhooks(app: App): void {
  for (const type of WEBHOOK_EVENTS)
    app.openAPIRegistry.registerWebhook({
      method: 'post',
      path: type,
      operationId: operationOf(type),
      summary: `To your URL: ${type}`,
      tags: ['Webhooks'],
      security: [],
      request: {
        headers: Headers,
        body: {
          required: true,
          content: { 'application/json': { schema: payloadSchemaOf(type) } },
        },
      },
      responses: {
        204: { description: 'Any 2xx within five seconds: accepted. All else is tried again.' },
      },
    })
}
