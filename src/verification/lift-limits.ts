// Which limits of one person an admin may lift, and under which keys they are counted.
// It must not name guesses: what they allow is summed from the rows, and nobody may have more of them (I4).

import { type LimitKeyDeps, sendLimitKeys } from './budgets.ts'
import type { Holder } from './holder.ts'
import type { LimitKey } from './limit-ports.ts'
import type { LimitName, ServicePolicy } from './policy.ts'

/** They count messages to one person. Others count strangers as well (an address, a block, a country), or guesses. */
export const LIFTABLE = [
  'sends_per_number_burst',
  'sends_per_number_day',
] as const satisfies LimitName[]
export type Liftable = (typeof LIFTABLE)[number]

const isLiftable = (name: LimitName): name is Liftable =>
  LIFTABLE.some((liftable) => liftable === name)

/** Why there is no more to lift: for whoever asks. */
export const NOT_LIFTABLE =
  'Guesses can not be lifted: whoever talks support into it would get more of them. They come back with time, ' +
  'and a start with authenticated: true has its own. Limits of an address, a block of numbers or a country count ' +
  'others, too: those are settings.'

/** @param name null: each that is counted. @returns nothing for a subject, to whom no message goes */
export function liftableKeys(
  deps: LimitKeyDeps,
  service: ServicePolicy,
  holder: Holder,
  name: Liftable | null,
): LimitKey[] {
  if (holder.kind === 'subject') return []
  const about = { service, recipient: holder, clientIp: null }
  return [false, true]
    .flatMap((authenticated) => sendLimitKeys(deps, { ...about, authenticated }))
    .filter((key) => isLiftable(key.name) && (name === null || key.name === name))
}
