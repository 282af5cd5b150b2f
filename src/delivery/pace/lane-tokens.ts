// Tokens for the lanes of a round, before their rows are claimed; a lane that gets too few comes back when there are more.
// It must not claim anything.

import type { Lane } from '../lane.ts'
import type { LaneKey } from '../outbox-ports.ts'
import type { Pace } from './pace.ts'

/** A lane with places for up to `limit` rows. `tokens`: to be given back where they are not used; `isWaiting`: for more. */
export type Asking = LaneKey & {
  lane: Pick<Lane, 'setLeft'>
  limit: number
  places: { free(): void }[]
  tokens: number
  isWaiting: boolean
}

type Tokens = Pick<Pace, 'applies' | 'take' | 'waitMs'>

/** A timer may fire a moment before the clock says so: too early, nobody would come back. */
function comeBackLater(pace: Tokens, lane: LaneKey, waitMs: number, comeBack: () => void): void {
  const look = () => {
    const leftMs = pace.waitMs(lane)
    if (leftMs > 0) comeBackLater(pace, lane, leftMs, comeBack)
    else comeBack()
  }
  setTimeout(look, Math.ceil(waitMs)).unref()
}

/** Of each lane no more than its provider has tokens for: what is claimed goes out at once. */
export async function takeTokens<One extends Asking>(
  pace: Tokens,
  all: readonly One[],
  comeBack: (one: One) => void,
): Promise<One[]> {
  const take = async (one: One) => {
    const granted = await pace.take(one, one.limit)
    for (const place of one.places.splice(granted)) place.free()
    one.limit = Math.min(one.limit, granted) // mutant: C53.token-before-claim
    one.tokens = granted === Number.POSITIVE_INFINITY ? 0 : granted
    const waitMs = pace.waitMs(one)
    one.isWaiting = waitMs > 0
    if (!one.isWaiting) return
    one.lane.setLeft(true)
    comeBackLater(pace, one, waitMs, () => comeBack(one))
  }
  await Promise.all(all.filter((one) => pace.applies(one)).map(take))
  return all.filter(({ limit }) => limit > 0)
}
