// What messages cost, on the wire: sums as decimal texts, each in its currency.

import { z } from '@hono/zod-openapi'
import type { CostReport } from '../../admin/costs.ts'
import { DAY_MS } from '../../kernel/clock.ts'
import { formatMicros } from '../../kernel/money.ts'
import { count } from './answers.ts'
import { nameField, pageFilters } from './events.ts'

/** Longer ones are asked for month by month. */
const MAX_DAYS = 31

export const CostsQuery = z.strictObject({
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  since: pageFilters.since,
  until: pageFilters.until,
})

export const Costs = z
  .object({
    costs: z
      .array(
        z.object({
          day: z.string().openapi({ description: 'In UTC.', example: '2026-11-30' }),
          service: z.string(),
          channel: z.string().openapi({ description: 'How it went.', example: 'sms' }),
          provider: z.string(),
          country: z.string().nullable(),
          messages: count.openapi({
            description: 'Requests that sent a message, or may have.',
            example: 120,
          }),
          parts: count.openapi({ description: 'Their parts.', example: 124 }),
          cost: z.string().nullable().openapi({
            description:
              'By the providers’ receipts, else by PRICES_FILE, as a decimal; null: no price was known.',
            example: '0.9796',
          }),
          currency: z.string().nullable().openapi({ description: 'ISO 4217.', example: 'USD' }),
        }),
      )
      .openapi({ description: 'Newest day first, then the dearest.' }),
    complete: z.boolean().openapi({
      description: 'False: there were too many messages; give a shorter span.',
    }),
  })
  .openapi('Costs')

/** Thirty-one days up to now, unless the query says otherwise. */
export function toCostRange(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  now: number,
): { since: number; until: number } {
  const end = until === undefined ? now + 1 : Date.parse(until)
  const begin = since === undefined ? end - MAX_DAYS * DAY_MS : Date.parse(since)
  return { since: Math.max(begin, end - MAX_DAYS * DAY_MS), until: end }
}

export const toWireCosts = ({ lines, isComplete }: CostReport): z.infer<typeof Costs> => ({
  costs: lines.map(({ micros, currency, ...line }) => ({
    ...line,
    cost: currency === null ? null : formatMicros(micros),
    currency,
  })),
  complete: isComplete,
})
