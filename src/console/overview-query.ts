// The overview's address: which span, by what, whose, narrowed to what. Nonsense in it is ignored.

import {
  BREAKDOWNS,
  type Breakdown,
  NARROWED_BY,
  type Narrowing,
  type SummaryQuery,
} from '../admin/figures.ts'
import { SPAN_NAMES } from '../counts/buckets.ts'

export const PATH = '/admin/overview'
const VALUE = /^[\w.:-]{1,64}$/

/** @param services that may be named. @param own of the session; null: any */
export function readOverview(
  query: Readonly<Record<string, string>>,
  services: readonly string[],
  own: string | null,
): SummaryQuery {
  const dimension = NARROWED_BY.find((name) => VALUE.test(query[name] ?? ''))
  const value = dimension && (query[dimension] ?? '')
  const only = dimension && value !== undefined ? { dimension, value } : null
  const by = BREAKDOWNS.find((one) => one === query.by)
  return {
    service: own ?? services.find((name) => name === query.service) ?? null,
    span: SPAN_NAMES.find((one) => one === query.span) ?? '24h',
    by: by && mayBreak(by, only) ? by : only?.dimension === 'provider' ? 'country' : 'provider',
    only,
  }
}

/** Rows of what is narrowed are counted by these alone. */
export const mayBreak = (by: Breakdown, only: Narrowing | null) =>
  only === null || (by !== only.dimension && (NARROWED_BY as readonly string[]).includes(by))

/** With what is said otherwise; `only` null: no longer narrowed. */
export function overviewAddress(query: SummaryQuery, change: Partial<SummaryQuery> = {}): string {
  const { service, span, by, only } = { ...query, ...change }
  return `${PATH}?${new URLSearchParams({
    span,
    by,
    ...(service !== null && { service }),
    ...(only && { [only.dimension]: only.value }),
  })}`
}
