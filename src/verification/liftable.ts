// Which limits of one person an admin may lift, and why no others.
// It must not name guesses: what they allow is summed from the rows, and nobody may have more of them (I4).

import type { LimitName } from './policy.ts'

/** They count messages to one person. Others count strangers as well (an address, a block, a country), or guesses. */
export const LIFTABLE = [
  'sends_per_number_burst',
  'sends_per_number_day',
] as const satisfies LimitName[]
export type Liftable = (typeof LIFTABLE)[number]

export const isLiftable = (name: LimitName): name is Liftable =>
  LIFTABLE.some((liftable) => liftable === name)

/** Why nothing else can be lifted, in words for an admin. */
export const NOT_LIFTABLE =
  'Guesses cannot be lifted: somebody who talks support into it would get more guesses. They come back with time, ' +
  'and a start with authenticated: true has its own. Limits of an IP address, a block of numbers or a country also count ' +
  'other people: they are changed in the settings.'
