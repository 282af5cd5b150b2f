// What the shield's rules would have stopped, on the wire: sums as decimals, each in its currency.

import { z } from '@hono/zod-openapi'
import type { StoppedSums, WhatIf as WhatIfReport } from '../../admin/shield.ts'
import type { ShieldReport } from '../../admin/shield-stops.ts'
import { formatMicros } from '../../kernel/money.ts'
import { SHIELD_MODES, SHIELD_RULES } from '../../kernel/shield-rules.ts'
import { count, timeField, toWireTime } from './answers.ts'
import { nameField, pageFilters } from './events.ts'

export const WhatIfQuery = z.strictObject({
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  since: pageFilters.since,
  until: pageFilters.until,
  rule: z.enum(SHIELD_RULES).optional().openapi({ description: 'Only this one.' }),
})

const sums = {
  starts: count.openapi({ description: 'Starts that would have been stopped.', example: 412 }),
  approved: count.openapi({
    description: 'Of those starts, the ones that were approved: people stopped for nothing.',
    example: 3,
  }),
  costs: z
    .array(
      z.object({
        cost: z.string().openapi({ description: 'A decimal.', example: '31.20' }),
        currency: z.string().openapi({ description: 'ISO 4217.', example: 'EUR' }),
      }),
    )
    .openapi({ description: 'What their messages cost, as far as a price was known.' }),
}
const stops = count.openapi({ description: 'How often it would have begun to stop.', example: 4 })

export const WhatIf = z
  .object({
    since: timeField.openapi({ description: 'Included.' }),
    until: timeField.openapi({ description: 'Excluded.' }),
    complete: z.boolean().openapi({
      description:
        'False: the log was too long for one answer; give a shorter span, or run `countersign shield`.',
    }),
    events: count.openapi({ description: 'Events that were read.', example: 128_000 }),
    starts: count.openapi({
      description:
        'Starts of recipients who were not approved before; the others are never stopped.',
      example: 21_000,
    }),
    all: z.object(sums).openapi({ description: 'By any of the rules.' }),
    rules: z
      .array(
        z.object({
          rule: z
            .enum(SHIELD_RULES)
            .openapi({ description: 'See docs/shield.md.', example: 'prefix' }),
          stops,
          ...sums,
          values: z
            .array(
              z.object({
                value: z.string().openapi({
                  description:
                    'Digits, `DE`, `203.0.113.0/24`, `example.com`; of an address its domain alone.',
                  example: '3712210',
                }),
                service: z.string(),
                since: timeField.openapi({ description: 'Of the first stop.' }),
                until: timeField.openapi({ description: 'Of the last one.' }),
                stops,
                ...sums,
              }),
            )
            .openapi({ description: 'The worst first, twenty at the most.' }),
        }),
      )
      .openapi({ description: 'Each alone, as if no other rule was in force.' }),
  })
  .openapi('ShieldWhatIf')

const toSums = ({ starts, approved, costs }: StoppedSums) => ({
  starts,
  approved,
  costs: costs.map(({ micros, currency }) => ({ cost: formatMicros(micros), currency })),
})

export const toWireWhatIf = (found: WhatIfReport): z.infer<typeof WhatIf> => ({
  since: toWireTime(found.since),
  until: toWireTime(found.until),
  complete: found.isComplete,
  events: found.events,
  starts: found.starts,
  all: toSums(found.all),
  rules: found.rules.map(({ rule, stops, values, ...own }) => ({
    ...{ rule, stops, ...toSums(own) },
    values: values.map(({ value, service, since, until, ...one }) => ({
      ...{ value, service, since: toWireTime(since), until: toWireTime(until) },
      ...{ stops: one.stops, ...toSums(one) },
    })),
  })),
})

export const ShieldQuery = z.strictObject({
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
})

const mode = z.enum(SHIELD_MODES)
export const Shield = z
  .object({
    since: timeField.openapi({ description: 'Thirty days ago.' }),
    complete: z.boolean().openapi({ description: 'False: only the newest stops are counted.' }),
    rules: z
      .array(
        z.object({
          rule: z
            .enum(SHIELD_RULES)
            .openapi({ description: 'See docs/shield.md.', example: 'prefix' }),
          modes: z.array(mode).openapi({
            description:
              'Its current modes, by the settings of the services; one if they all agree.',
            example: ['record'],
          }),
          stops,
          ...sums,
          newest: z
            .array(
              z.object({
                value: z
                  .string()
                  .openapi({ description: 'As in the what-if.', example: '3712210' }),
                service: z.string(),
                since: timeField.openapi({ description: 'When it began.' }),
                until: timeField.openapi({ description: 'When it ends.' }),
                mode: mode.openapi({
                  description: 'What the rule did when it began.',
                  example: 'record',
                }),
                ...sums,
              }),
            )
            .openapi({ description: 'Newest first, five at the most.' }),
        }),
      )
      .openapi({ description: 'Every rule.' }),
  })
  .openapi('Shield')

export const toWireShield = (report: ShieldReport): z.infer<typeof Shield> => ({
  since: toWireTime(report.since),
  complete: report.isWhole,
  rules: report.rules.map(({ rule, modes, stops, newest, ...own }) => ({
    ...{ rule, modes, stops, ...toSums(own) },
    newest: newest.map(({ since, until, value, service, mode, ...one }) => ({
      ...{ value, service, since: toWireTime(since), until: toWireTime(until), mode },
      ...toSums(one),
    })),
  })),
})
