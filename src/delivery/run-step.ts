// The way of a step from its lease to its send: it is admitted by the limits, then begun in the store, then sent as any message.
// It must not send anything itself.

import type { Clock } from '../kernel/clock.ts'
import { isWaiting } from '../kernel/steps.ts'
import type { CountMessage } from './charge.ts'
import type { Outbox, StepAdmission } from './outbox-ports.ts'
import type { DeliveryLog } from './ports.ts'
import type { Claim, RunTry } from './run-try.ts'
import { errorName } from './try-log.ts'

type Deps = {
  outbox: Pick<Outbox, 'begin'>
  countMessage: CountMessage
  clock: Clock
  logger: DeliveryLog
}

/** A decoy's steps count as those of real people do; to a test recipient nothing counts. */
async function admit({ countMessage }: Deps, claim: Claim): Promise<StepAdmission> {
  if (claim.kind === 'test') return 'admitted'
  try {
    return await countMessage(claim) // mutant: I18.step-counted
  } catch {
    return 'unavailable'
  }
}

async function begin(deps: Deps, claim: Claim) {
  const { outbox, clock, logger } = deps
  const admission = await admit(deps, claim)
  try {
    return await outbox.begin(claim, { now: clock.now(), admission })
  } catch (error) {
    // Its lease runs out, and it is counted again: too often is safe, too seldom is not.
    const fields = { verification: claim.verificationId, error: errorName(error) }
    logger.warn(fields, 'a step of a chain could not be begun yet')
    return undefined
  }
}

/** @param run of a message that is counted */
export function createStepRun(deps: Deps, run: RunTry): RunTry {
  return async (claim, stop, answered) => {
    if (!isWaiting(claim.sendNumber)) return run(claim, stop, answered)
    const begun = await begin(deps, claim)
    if (begun) return run(begun, stop, answered)
    answered()
    // The step after it may be due.
    return 'again'
  }
}
