// Names in the values of counts: bounded, for their rows are kept; and the parts of a route.

import { type CountKey, DIMENSIONS } from './ports.ts'

/** Login flows name purposes as they like, and settings name providers: past this many, further ones are `other`. */
export const MAX_NAMES = 100
export const OTHER = 'other'
/** Those that are bounded so, and remembered in the level `ever`. */
export const NAMED = ['provider', 'purpose'] as const
export type NameOf = (service: string, dimension: 'provider' | 'purpose', value: string) => string

export function createNames(
  stored: readonly Pick<CountKey, 'service' | 'dimension' | 'value'>[],
): NameOf {
  const known = new Map<string, Set<string>>()
  const setOf = (service: string, dimension: number) => {
    const key = `${dimension} ${service}`
    const found = known.get(key) ?? new Set()
    known.set(key, found)
    return found
  }
  for (const { service, dimension, value } of stored) setOf(service, dimension).add(value)
  return (service, dimension, value) => {
    const set = setOf(service, DIMENSIONS[dimension])
    if (set.size < MAX_NAMES) set.add(value)
    return set.has(value) ? value : OTHER // mutant: C76.bounded-names
  }
}

/** `sms/FR/twilio`; neither a channel nor a country has a slash. */
export const routeOf = (channel: string, country: string, provider: string) =>
  `${channel}/${country}/${provider}`

/** @returns what `routeOf` was given */
export function readRoute(value: string): { channel: string; country: string; provider: string } {
  const [channel = '', country = '', ...rest] = value.split('/')
  return { channel, country, provider: rest.join('/') }
}
