// Where abuse may be, on the wire, for admins.
// It must not answer with a whole number.

import { z } from '@hono/zod-openapi'
import { ABUSE_SPANS, type AbuseReport, type AbuseRow } from '../../admin/abuse-tally.ts'
import { formatMicros } from '../../kernel/money.ts'
import { count, timeField, toWireTime } from './answers.ts'
import { nameField } from './events.ts'

export const AbuseQuery = z.strictObject({
  service: nameField.optional().openapi({ description: 'For a key of no service.' }),
  span: z.enum(ABUSE_SPANS).default('1h').openapi({ description: 'How far back.' }),
})

const cases = z
  .array(z.object({ id: z.string(), reference: z.string() }))
  .openapi({ description: 'The newest verifications behind it, three at most.' })

const rowsOf = (by: string, value: string, example: string) =>
  z
    .array(
      z.object({
        value: z.string().openapi({ description: value, example }),
        starts: count.openapi({ description: 'Verifications.', example: 40 }),
        approved: count.openapi({ description: 'Of these, approved ones.', example: 1 }),
        wasted: count.openapi({
          description: 'Messages of those that ended without an approval.',
          example: 52,
        }),
        costs: z
          .array(
            z.object({
              currency: z.string().openapi({ description: 'ISO 4217.', example: 'EUR' }),
              amount: z.string().openapi({ description: 'Of all parts.', example: '3.12' }),
            }),
          )
          .openapi({
            description:
              'An estimate of what these messages cost (one part each); empty: no price is known.',
          }),
        cases,
      }),
    )
    .openapi({ description: `By ${by}: the ten most expensive, five messages or more.` })

export const WireAbuse = z
  .object({
    span: z.enum(ABUSE_SPANS).openapi({ description: 'As asked for.' }),
    since: timeField.openapi({ description: 'The time back to which it read.' }),
    complete: z.boolean().openapi({
      description: 'False: there were more than 20,000 verifications, and it read the newest.',
    }),
    verifications: count.openapi({ description: 'How many it read.', example: 1200 }),
    refused: z
      .array(
        z.object({
          reason: z.string().openapi({
            description: 'The limit that refused, or the error.',
            example: 'sends_per_prefix_hour',
          }),
          times: count.openapi({ description: 'How often.', example: 17 }),
        }),
      )
      .openapi({ description: 'Refused requests of the span, the most first.' }),
    networks: rowsOf(
      'network',
      'The /24 of an IPv4 address, the /48 of an IPv6 one.',
      '203.0.113.0/24',
    ),
    prefixes: rowsOf('prefix', 'Numbers without their last four digits.', '225070102'),
    countries: rowsOf('country', 'ISO 3166-1 alpha-2.', 'CI'),
    sequences: z
      .array(
        z.object({
          value: z.string().openapi({
            description: 'Numbers without their last four digits.',
            example: '225070102',
          }),
          numbers: count.openapi({ description: 'Different ones, never approved.', example: 14 }),
          close: count.openapi({
            description: 'The most of them that lie within 60 of each other; six or more.',
            example: 12,
          }),
          cases,
        }),
      )
      .openapi({
        description: 'Numbers of one block that lie close together: somebody is counting up.',
      }),
  })
  .openapi('Abuse')

const toWireRow = ({ costs, ...row }: AbuseRow) => ({
  ...row,
  costs: costs.map(({ currency, micros }) => ({ currency, amount: formatMicros(micros) })),
})

export function toWireAbuse(report: AbuseReport): z.infer<typeof WireAbuse> {
  const { isWhole, since, networks, prefixes, countries, ...rest } = report
  return {
    ...rest,
    since: toWireTime(since),
    complete: isWhole,
    networks: networks.map(toWireRow),
    prefixes: prefixes.map(toWireRow),
    countries: countries.map(toWireRow),
  }
}
