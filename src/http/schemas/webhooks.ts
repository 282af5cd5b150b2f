// Webhooks on the wire, for admins: destinations, messages, and what a replay did.
// It must not show a recipient, nor anything that a receiver answered.

import { z } from '@hono/zod-openapi'
import {
  type ReplayedDead,
  type ShownDestination,
  type ShownWebhook,
  shownUrl,
} from '../../admin/webhooks.ts'
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../events/types.ts'
import { payloadOf } from '../../webhooks/body.ts'
import { PAYLOADS } from '../../webhooks/payload.ts'
import { statusOf, type Trouble, WEBHOOK_STATUSES } from '../../webhooks/ports.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { limitInQuery, nameField, pageFilters } from './events.ts'

const destinationField = z
  .string()
  .regex(/^whd_[0-9a-f]{12}$/, 'must be the id of a destination')
  .openapi({ description: 'A URL of a service.', example: 'whd_0123456789ab' })

const webhookField = z
  .string()
  .max(96)
  .regex(/^[\x21-\x7e]+$/, 'must be the id of a message')
  .openapi({
    description: 'The `webhook-id` of a message.',
    example: 'whm_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p_0123456789ab_1',
  })

export const WebhookParams = z.object({ id: webhookField })
export const DestinationParams = z.object({ destination: destinationField })

export const WebhooksQuery = z.strictObject({
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  destination: destinationField.optional(),
  status: z.enum(WEBHOOK_STATUSES).optional(),
  cursor: pageFilters.cursor,
  limit: limitInQuery,
})
export const DestinationsQuery = z.strictObject({
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
})

const urlField = z.string().nullable().openapi({
  description:
    'Without its query. Null: the settings no longer have it, and nothing is sent to it.',
  example: 'https://login.example.com/hooks/countersign',
})

const messageShape = {
  id: webhookField,
  destination: destinationField,
  url: urlField,
  service: z.string(),
  type: z.enum(WEBHOOK_EVENTS).openapi({ description: 'The event that it reports.' }),
  at: timeField.openapi({ description: 'When that happened.' }),
  sequence: count.openapi({
    description: 'Counts the messages of the verification to this URL, from 1.',
    example: 1,
  }),
  verification_id: z.string(),
  reference: z.string(),
  status: z.enum(WEBHOOK_STATUSES).openapi({
    description: 'Whether it waits or is being sent, was accepted, or is given up.',
  }),
  tries: count.openapi({ description: 'Since it was written or replayed.', example: 1 }),
  error: z.string().nullable().openapi({
    description: 'Why the last try failed, as a word of Countersign’s.',
    example: 'http_500',
  }),
  next_try_at: nullableTime.openapi({ description: 'Null: there is none.' }),
  ended_at: nullableTime.openapi({ description: 'When it was delivered or given up.' }),
}

export const WebhookMessage = z.object(messageShape).openapi('WebhookMessage')

export const WebhookMessagePage = z
  .object({
    messages: z.array(WebhookMessage).openapi({ description: 'Newest event first.' }),
    next_cursor: z.string().nullable().openapi({ description: 'Null on the last page.' }),
  })
  .openapi('WebhookMessagePage')

export const DetailedWebhook = z
  .object({
    ...messageShape,
    payload: z
      .union([PAYLOADS.verification, PAYLOADS.delivery])
      .openapi({ description: 'What it says, without the recipient.' }),
  })
  .openapi('DetailedWebhook')

export const WebhookTrouble = z
  .object({
    destination: destinationField,
    service: z.string(),
    url: z.string().openapi({
      description: 'Without its query.',
      example: 'https://login.example.com/hooks/countersign',
    }),
    failing_since: nullableTime.openapi({ description: 'Since when nothing was accepted.' }),
    off_since: nullableTime.openapi({ description: 'Since when nothing is sent; null: it is on.' }),
  })
  .openapi('WebhookTrouble')

const atMost = 'Counted up to 1000.'
export const WebhookDestinations = z
  .object({
    destinations: z
      .array(
        z.object({
          id: destinationField,
          service: z.string(),
          url: urlField,
          state: z.enum(['on', 'failing', 'off', 'removed']).openapi({
            description:
              '`failing`: nothing was accepted since `failing_since`. `off`: five days of that, and nothing is sent. `removed`: the settings no longer have the URL.',
          }),
          failing_since: nullableTime.openapi({ description: 'Null: it does not fail.' }),
          off_since: nullableTime.openapi({ description: 'Null: it is on.' }),
          pending: count.openapi({
            description: `Messages, and heads of the log, that wait or are being sent. ${atMost}`,
            example: 0,
          }),
          dead: count.openapi({
            description: `Messages that were given up. ${atMost}`,
            example: 2,
          }),
          last_delivered_at: nullableTime.openapi({
            description: 'The time of the newest event that was delivered.',
          }),
        }),
      )
      .openapi({ description: 'Those of the settings first.' }),
  })
  .openapi('WebhookDestinations')

export const ReplayedMessages = z
  .object({
    replayed: count.openapi({ description: 'How many are due again: at most 1000.', example: 12 }),
    more: z.boolean().openapi({ description: 'True: there are more; ask again.' }),
  })
  .openapi('ReplayedMessages')

export const SwitchedOn = z
  .object({
    was_off: z.boolean().openapi({ description: 'False: it was on already.' }),
  })
  .openapi('SwitchedOn')

export function toWireWebhook(message: ShownWebhook): z.infer<typeof WebhookMessage> {
  const { id, destination, url, service, sequence, reference, tries, error } = message
  return {
    id,
    destination,
    url,
    service,
    type: message.type as WebhookEvent,
    at: toWireTime(message.at),
    sequence,
    verification_id: message.verificationId,
    reference,
    status: statusOf(message.state),
    tries,
    error,
    next_try_at: toWireTimeOrNull(message.dueAt),
    ended_at: toWireTimeOrNull(message.endedAt),
  }
}

export const toWireDetailedWebhook = (message: ShownWebhook): z.infer<typeof DetailedWebhook> => ({
  ...toWireWebhook(message),
  payload: payloadOf(message),
})

export const toWireTrouble = (one: Trouble): z.infer<typeof WebhookTrouble> => ({
  destination: one.id,
  service: one.service,
  url: shownUrl(one),
  failing_since: toWireTimeOrNull(one.failingSince),
  off_since: toWireTimeOrNull(one.offSince),
})

export function stateOf({ url, offSince, failingSince }: ShownDestination) {
  if (url === null) return 'removed'
  if (offSince !== null) return 'off'
  return failingSince === null ? 'on' : 'failing'
}

export function toWireDestination(
  one: ShownDestination,
): z.infer<typeof WebhookDestinations>['destinations'][number] {
  const { destination, service, url, pending, dead } = one
  return {
    id: destination,
    service,
    url,
    state: stateOf(one),
    failing_since: toWireTimeOrNull(one.failingSince),
    off_since: toWireTimeOrNull(one.offSince),
    pending,
    dead,
    last_delivered_at: toWireTimeOrNull(one.deliveredAt),
  }
}

export const toWireReplayed = ({
  count: replayed,
  isMore,
}: Extract<ReplayedDead, { kind: 'replayed' }>) => ({
  replayed,
  more: isMore,
})
