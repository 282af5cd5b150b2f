// What to do with a due delivery: opens what is sealed and chooses a provider. Runs inside the claim.
// It must not send, wait or touch a store, and what it opened goes to the worker alone.

import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { codeContext, recipientContext } from '../kernel/sealing.ts'
import { MAX_AMBIGUOUS_SENDS } from './backoff.ts'
import type { DueDelivery, Plan } from './outbox-ports.ts'
import type { Router } from './router.ts'

/** In clear (I7): never logged. `silent` goes through the motions and sends nothing (decoys, test recipients). */
export type Prepared = { silent: boolean; to: string; code: string }
export type PlanDelivery = (due: DueDelivery) => Plan<Prepared>

/** Another node has the key or the service (a rolling restart): time enough for it to come by. */
const GIVE_BACK_MS = 2_000

export function createPlan(deps: {
  keyring: Pick<Keyring, 'open'>
  router: Pick<Router, 'choose'>
  knowsService: (name: string) => boolean
}): PlanDelivery {
  return (due) => {
    if (due.ambiguous >= MAX_AMBIGUOUS_SENDS)
      return fail('too_many_sends', 'it may have gone out often enough')
    if (!deps.knowsService(due.service)) return { kind: 'give_back', delayMs: GIVE_BACK_MS }
    let prepared: Prepared
    try {
      prepared = {
        silent: due.kind !== 'real', // mutants: C49.decoy-never-sent C19.real-sends-only
        to: deps.keyring.open(due.recipientSealed, recipientContext(due.verificationId)),
        code: deps.keyring.open(due.codeSealed, codeContext(due.verificationId)),
      }
    } catch (error) {
      if (error instanceof UnknownKeyError) return { kind: 'give_back', delayMs: GIVE_BACK_MS }
      return fail('unreadable', 'the stored message could not be opened')
    }
    // A decoy names the provider a real one would: the answers look alike (C49).
    const provider = deps.router.choose(due.channel)
    if (!provider) return fail('no_provider', 'no provider carries this channel')
    return { kind: 'send', provider: provider.name, prepared }
  }
}

function fail(code: string, message: string): Plan<Prepared> {
  return { kind: 'fail', error: { code, message } }
}
