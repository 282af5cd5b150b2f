// AUDIT_STREAM on the wire.

import { z } from '@hono/zod-openapi'
import type { StreamStatus } from '../../audit/ports.ts'
import { count, nullableTime, toWireTimeOrNull } from './answers.ts'

export const AuditStream = z
  .object({
    failing_since: nullableTime.openapi({
      description: 'Since when it has accepted nothing; null: it works, or another node does it.',
    }),
    error: z.string().nullable().openapi({
      description: 'Why, as the system names it.',
      example: 'ECONNREFUSED',
    }),
    behind_seconds: z.number().openapi({
      description: 'The age of the oldest event that it lacks; 0: it has all.',
      example: 0,
    }),
    sent: count.openapi({ description: 'Events, by this node since it started.', example: 1234 }),
    lost: count.openapi({ description: 'Events that no datagram can hold, likewise.', example: 0 }),
  })
  .openapi('AuditStream')

export function toWireStream(status: StreamStatus | null): z.infer<typeof AuditStream> | null {
  if (status === null) return null
  const { failingSince, error, behindMs, sent, lost } = status
  return {
    failing_since: toWireTimeOrNull(failingSince),
    error,
    behind_seconds: Math.round(behindMs / 1000),
    sent,
    lost,
  }
}
