// Places in a lane for the messages of this process's own starts. Each is claimed in the commit of its start and goes from
// there to its try, with no look and no claim. It must not begin a try whose start is not committed.

import { MIN_REMAINING_TO_SEND_MS } from '../kernel/channel.ts'
import type { Reserve } from './outbox-ports.ts'
import type { Prepared } from './plan.ts'
import { type Loop, laneOf, mayBegin, takePlace } from './rounds.ts'
import type { Claim } from './run-try.ts'
import { errorName } from './try-log.ts'

/** Claimed, and not to be begun here any more: due at once, for whoever comes. */
async function release({ deps, state }: Loop, claimed: Claim): Promise<void> {
  try {
    await deps.outbox.release([claimed])
    state.lookAt = 0
    state.alarm.ring()
  } catch (error) {
    // Its lease runs out.
    const fields = { delivery: claimed.deliveryId, error: errorName(error) }
    deps.logger.warn(fields, 'a claimed delivery could not be given back')
  }
}

export function createReserve(loop: Loop): Reserve<Prepared> {
  const { deps, state, limits } = loop
  return (key) => {
    // Of nobody's lane a claim finds out whose it is.
    const lane = key.provider === null ? undefined : laneOf(state, key)
    if (!lane || state.phase !== 'running' || lane.free() <= 0) return null // mutant: C23.handed-places
    // Older messages wait for tokens: theirs come first.
    if (lane.isLeft() && deps.pace.applies(key)) return null
    if (!deps.pace.takeOne(key)) return null // mutant: C53.handed-with-token
    const place = takePlace(loop, lane)
    const giveBack = () => {
      deps.pace.giveBack(key, 1)
      place.free()
    }
    const heldAt = deps.clock.now()
    return {
      leaseMs: limits.leaseMs,
      minRemainingMs: MIN_REMAINING_TO_SEND_MS,
      plan: deps.plan,
      take(claimed) {
        if (mayBegin(loop, heldAt)) return place.run(claimed) // mutant: C23.handed-late
        // A drain waits for the place.
        void release(loop, claimed).then(giveBack)
      },
      giveBack,
    }
  }
}
