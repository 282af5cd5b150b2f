// The attempt that a check costs where nothing else of it can be written: a verdict that was lost is no free guess (I2).

import type { Actor } from '../kernel/actor.ts'
import type { Caller, EndUser, Refusal } from './api.ts'
import type { Undecided } from './comparison.ts'
import { actorOf, type Domain } from './domain.ts'
import type { VerificationRecord } from './state.ts'
import { decideChargeOnly } from './transitions.ts'

type Charged = { record: VerificationRecord; now: number; actor: Actor }

export async function chargeOnly(
  { store }: Pick<Domain, 'store'>,
  charged: Charged,
): Promise<void> {
  const decide = decideChargeOnly(charged.record)
  await store.change({ ...charged, decide, idempotency: null })
}

/** Of whoever compares in our place: why there is no verdict. */
export async function refuseUndecided(
  deps: Pick<Domain, 'store' | 'clock'>,
  { caller, command }: { caller: Caller; command: { endUser: EndUser } },
  { record, refusal, mayHaveCounted }: Undecided & { record: VerificationRecord },
): Promise<Refusal> {
  const actor = actorOf(caller, command.endUser)
  if (mayHaveCounted) await chargeOnly(deps, { record, now: deps.clock.now(), actor }) // mutant: C95.lost-check-charged
  return refusal
}
