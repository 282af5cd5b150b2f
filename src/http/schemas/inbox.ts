// A message of the development inbox on the wire: the one place where a code is in an answer.
// It must not exist in production: compose gives no inbox there.

import { z } from '@hono/zod-openapi'
import type { InboxMessage } from '../../delivery/ports.ts'
import { CHANNELS } from '../../kernel/channel.ts'
import { timeField } from './answers.ts'

export const InboxEntry = z
  .object({
    id: z.string(),
    verification_id: z.string(),
    to: z.string(),
    channel: z.enum(CHANNELS),
    code: z.string(),
    subject: z.string().nullable(),
    text: z.string(),
    at: timeField,
  })
  .openapi('InboxMessage')

export type InboxEntryBody = z.infer<typeof InboxEntry>

export function toWireMessage({ html: _html, ...message }: InboxMessage): InboxEntryBody {
  return message
}
