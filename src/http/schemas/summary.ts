// The summary on the wire: figures of a span and of the one before it, sums as decimals, times in milliseconds.

import { z } from '@hono/zod-openapi'
import { tellChange } from '../../admin/change-words.ts'
import {
  BREAKDOWNS,
  type Figures,
  NARROWED_BY,
  type Narrowing,
  type Quantiles,
  type Summary as SummaryReport,
} from '../../admin/figures.ts'
import { SPAN_NAMES } from '../../counts/buckets.ts'
import { STAGES, type Tally } from '../../counts/ports.ts'
import { formatMicros } from '../../kernel/money.ts'
import { count, nullableTime, timeField, toWireTime, toWireTimeOrNull } from './answers.ts'
import { nameField } from './events.ts'
import { BESIDE_OTHER_FAULTS } from './fields.ts'

export const SummaryQuery = z
  .strictObject({
    span: z.enum(SPAN_NAMES).default('24h').openapi({
      description:
        'Up to now, compared with as much of the same span before it. `24h` is the current hour and the 23 before it; `7d` ends with the current hour, `30d` with the current day (UTC).',
    }),
    by: z.enum(BREAKDOWNS).default('provider').openapi({ description: 'What the rows are.' }),
    service: nameField.optional().openapi({ description: 'For a key of no service.' }),
    channel: nameField.optional().openapi({ description: 'Only this one.', example: 'sms' }),
    provider: nameField.optional().openapi({ description: 'Only this one.', example: 'twilio' }),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, 'must be a country’s code, such as DE')
      .optional()
      .openapi({ description: 'Only this one: ISO 3166-1 alpha-2.', example: 'DE' }),
  })
  .superRefine((query, context) => {
    const named = NARROWED_BY.filter((name) => query[name] !== undefined)
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message })
    if (named.length > 1) refuse(named[1] ?? '', `cannot be given with ${named[0]}`)
    else if (named.length === 1 && !(NARROWED_BY as readonly string[]).includes(query.by))
      refuse('by', `must be one of ${NARROWED_BY.join(', ')} with ${named[0]}`)
  }, BESIDE_OTHER_FAULTS)

export function narrowingOf(query: { [name in Narrowing['dimension']]?: string | undefined }) {
  for (const dimension of NARROWED_BY) {
    const value = query[dimension]
    if (value === undefined) continue
    return { dimension, value: dimension === 'country' ? value.toUpperCase() : value }
  }
  return null
}

const MEANINGS: Readonly<Record<(typeof STAGES)[number], string>> = {
  started: 'Verifications that were started.',
  sent: 'Messages that a provider took.',
  delivered: 'Messages that arrived, as their provider reported.',
  undelivered: 'Messages that did not arrive, as their provider reported.',
  retried: 'Tries that a provider did not take, and another try followed.',
  failed: 'Messages that were given up.',
  approved: 'Verifications that were approved.',
  unapproved: 'Verifications that ended otherwise.',
  refused: 'Requests that were refused.',
}

const tallyShape = Object.fromEntries(
  STAGES.map((stage) => [stage, count.openapi({ description: MEANINGS[stage], example: 12 })]),
) as Record<(typeof STAGES)[number], typeof count>

const times = z
  .object({
    median_ms: count.openapi({ description: 'Half took at most this long.', example: 3200 }),
    p95_ms: count.openapi({ description: '95 of 100 did.', example: 14_000 }),
  })
  .nullable()

const figuresShape = {
  ...tallyShape,
  conversion: z.number().nullable().openapi({
    description: 'Approved, of the verifications that ended: 0 to 1; null: none ended.',
    example: 0.82,
  }),
  time_to_deliver: times.openapi({
    description:
      'From the request to the provider until the message arrived; null: nobody reported it, or it is not counted for this row.',
  }),
  time_to_approve: times.openapi({
    description: 'From the start; null: nothing was approved, or it is not counted for this row.',
  }),
  costs: z
    .array(
      z.object({
        messages: count.openapi({
          description: 'Requests that sent a message, or may have.',
          example: 120,
        }),
        parts: count.openapi({ description: 'Their parts.', example: 124 }),
        cost: z.string().nullable().openapi({
          description: 'By PRICES_FILE, as a decimal; null: no price was known.',
          example: '0.9796',
        }),
        currency: z.string().nullable().openapi({ description: 'ISO 4217.', example: 'USD' }),
      }),
    )
    .openapi({ description: 'By currency.' }),
}

const FiguresField = z.object(figuresShape).openapi('Figures')

export const Summary = z
  .object({
    span: z.enum(SPAN_NAMES).openapi({ description: 'As it was asked for.' }),
    since: timeField.openapi({ description: 'Included.' }),
    until: timeField.openapi({
      description: 'Excluded: the end of the current minute, hour or day.',
    }),
    counted_until: nullableTime.openapi({
      description: 'The newest event that is counted; null: there is none.',
    }),
    complete: z.boolean().openapi({
      description: 'False: the log is still being counted, as after an upgrade.',
    }),
    now: FiguresField,
    before: FiguresField,
    by: z.enum(BREAKDOWNS).openapi({ description: 'What the rows are.' }),
    rows: z
      .array(
        z.object({
          value: z.string().openapi({ description: 'Empty: there is none.', example: 'twilio' }),
          now: FiguresField,
          before: FiguresField,
        }),
      )
      .openapi({ description: 'The largest first.' }),
    refusals: z
      .array(
        z.object({
          reason: z.string().openapi({
            description: 'The limit that refused, or the error.',
            example: 'sends_per_number_burst',
          }),
          now: count.openapi({ description: 'How many in this span.', example: 7 }),
          before: count.openapi({ description: 'How many in the one before.', example: 2 }),
        }),
      )
      .openapi({
        description: 'Refused requests. Empty where channel, provider or country is given.',
      }),
    bins: z
      .array(z.object({ at: timeField.openapi({ description: 'Its beginning.' }), ...tallyShape }))
      .openapi({ description: 'The span in equal parts, oldest first.' }),
    changes: z
      .array(
        z.object({
          kind: z.enum(['acceptance', 'arrival', 'conversion', 'volume']).openapi({
            description:
              'What left its band: tries that providers took, messages that arrived, verifications that were approved, or how many there were.',
          }),
          sentence: z.string().openapi({
            description: 'In plain words.',
            example:
              'Conversion by twilio in France fell to 12 %, usually 78 %: 9 of 75 verifications that ended were approved.',
          }),
          filter: z.record(z.string(), z.string()).openapi({
            description: 'The attempts behind it, as the parameters of /admin/verifications.',
            example: { provider: 'twilio', country: 'FR', from: '2026-11-30T08:00' },
          }),
        }),
      )
      .openapi({
        description:
          'Figures that left their usual band in the current hour and the one before it, compared with the median of the same hours of fourteen days. Fewer than twenty cases are never reported.',
      }),
  })
  .openapi('Summary')

const toTally = (tally: Tally) =>
  Object.fromEntries(STAGES.map((stage) => [stage, tally[stage]])) as Tally

const toTimes = (found: Quantiles | null) =>
  found && { median_ms: found.medianMs, p95_ms: found.p95Ms }

function toFigures({ conversion, deliver, approve, costs, ...tally }: Figures) {
  return {
    ...toTally(tally),
    conversion,
    time_to_deliver: toTimes(deliver),
    time_to_approve: toTimes(approve),
    costs: costs.map(({ micros, currency, messages, parts }) => ({
      messages,
      parts,
      cost: currency === '' ? null : formatMicros(micros),
      currency: currency === '' ? null : currency,
    })),
  }
}

const both = ({ now, before }: Record<'now' | 'before', Figures>) => ({
  now: toFigures(now),
  before: toFigures(before),
})

export const toWireSummary = (report: SummaryReport): z.infer<typeof Summary> => ({
  span: report.span,
  since: toWireTime(report.since),
  until: toWireTime(report.until),
  counted_until: toWireTimeOrNull(report.counted.until || null),
  complete: !report.counted.isBehind,
  ...both(report),
  by: report.by,
  rows: report.groups.map((group) => ({ value: group.value, ...both(group) })),
  refusals: report.reasons,
  bins: report.bins.map(({ at, ...tally }) => ({ at: toWireTime(at), ...toTally(tally) })),
  changes: report.changes.map((change) => {
    const { sentence, filter } = tellChange(change, report.service)
    return { kind: change.kind, sentence, filter }
  }),
})
