// What stands in the address of the attempts, as a filter.
// It must not fail for any text: what makes no sense is left out, as if it were not there.

import type { AttemptFilter } from '../admin/ports.ts'
import type { Person } from '../admin/recipients.ts'
import { CHANNELS, DELIVERY_STATUSES, FACTOR_CHANNELS } from '../kernel/channel.ts'
import { DAY_MS, HOUR_MS } from '../kernel/clock.ts'
import { readReference } from '../kernel/ids.ts'
import { STATUSES } from '../verification/state.ts'
import type { ConsoleDeps } from './deps.ts'

const WORD = /^[\w.-]{1,64}$/
/** As an input of a form gives it; it is meant in UTC, as all times here. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/
/** Counted back from now, each time that the page is shown. */
export const SPANS = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS } as const
export type Span = keyof typeof SPANS

export type Query = Readonly<Record<string, string>>

const oneOf = <T extends string>(known: readonly T[], text: string | undefined) =>
  known.find((one) => one === text)

/** Undefined: it has none, but what was chosen. From and to stand for themselves, without a span. */
export function withoutEmpty(query: Query): Record<string, string> | undefined {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const isExact = kept.some(([name]) => name === 'from' || name === 'to')
  const left = kept.filter(([name]) => !(isExact && name === 'span'))
  return left.length === Object.keys(query).length ? undefined : Object.fromEntries(left)
}

function timeOf(text: string | undefined): number | undefined {
  const at = text && TIME.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  return at >= 0 ? at : undefined
}

export function spanOf({ span }: Query): Span | undefined {
  return oneOf(Object.keys(SPANS) as Span[], span)
}

/**
 * @param asked.service that the session is bound to; null: none, and the address may name one
 * @param asked.person whom `recipient` names; undefined, though it is there: nobody is meant
 */
export function readFilter(
  query: Query,
  asked: { deps: ConsoleDeps; service: string | null; person: Person | undefined; now: number },
): AttemptFilter {
  const { deps, person, now } = asked
  const word = (name: string) => (WORD.test(query[name] ?? '') ? query[name] : undefined)
  const wanted = word('service')
  const known = wanted !== undefined && deps.services.has(wanted) ? wanted : null
  const service = asked.service ?? known
  const span = spanOf(query)
  return {
    service,
    reference: query.reference && readReference(query.reference),
    budgetIndexes: query.recipient
      ? ((person && deps.admin.recipients.indexesOf(person, service)) ?? [])
      : undefined,
    status: oneOf(STATUSES, query.status),
    delivery: oneOf(DELIVERY_STATUSES, query.delivery),
    channel: oneOf([...CHANNELS, ...FACTOR_CHANNELS], query.channel),
    provider: word('provider'),
    country: word('country')?.toUpperCase(),
    since: timeOf(query.from) ?? (span && now - SPANS[span]),
    until: timeOf(query.to),
  }
}
