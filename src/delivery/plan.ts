// The plan for a due delivery: which provider carries it, and what it contains. Synchronous; runs inside the claim.
// The decrypted code goes to the worker alone.

import type { Clock } from '../kernel/clock.ts'
import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { codeContext, recipientContext } from '../kernel/sealing.ts'
import { MAX_AMBIGUOUS_SENDS, MAX_MESSAGES } from './answers/backoff.ts'
import type { DueDelivery, Plan } from './outbox-ports.ts'
import type { Chooser } from './routes/chooser.ts'
import type { Rests } from './routes/rests.ts'

/** In plaintext (I7: codes never leak), so never logged. `silent`: nothing is sent (decoys, test recipients). */
export type Prepared = { silent: boolean; to: string; code: string }
export type PlanDelivery = (due: DueDelivery) => Plan<Prepared>

/** Another node has the key or the service (a rolling restart): time enough for it to claim the row. */
const GIVE_BACK_MS = 2_000

export function createPlan(deps: {
  keyring: Pick<Keyring, 'open'>
  chooser: Pick<Chooser, 'whenDue'>
  rests: Pick<Rests, 'begin'>
  clock: Pick<Clock, 'now'>
  knowsService: (name: string) => boolean
  /** Whether a service calls numbers of this country, by the settings as they are. */
  mayCall: (service: string, country: string | null) => boolean
}): PlanDelivery {
  return (due) => {
    if (due.ambiguous >= MAX_AMBIGUOUS_SENDS)
      return fail('too_many_sends', 'it may already have gone out often enough')
    const isOneTooMany = due.mayHaveGone >= mostMessages(due) // mutant: I18.five-messages
    if (isOneTooMany) return fail('too_many_sends', 'the verification has had enough messages')
    if (!deps.knowsService(due.service)) return { kind: 'give_back', delayMs: GIVE_BACK_MS }
    // A row of a node, or of a time, that allowed it.
    const isCall = due.channel === 'voice' && due.kind !== 'test'
    if (isCall && !deps.mayCall(due.service, due.country))
      return fail('country_not_allowed', 'the country is not among VOICE_COUNTRIES')
    let prepared: Prepared
    try {
      prepared = {
        silent: due.kind !== 'real', // mutants: C49.decoy-never-sent C19.real-sends-only
        to: deps.keyring.open(due.recipientSealed, recipientContext(due.verificationId)),
        code: deps.keyring.open(due.codeSealed, codeContext(due.verificationId)), // mutant: I14.stored-code
      }
    } catch (error) {
      if (error instanceof UnknownKeyError) return { kind: 'give_back', delayMs: GIVE_BACK_MS }
      return fail('unreadable', 'the stored message could not be opened')
    }
    // A decoy has the providers that a real message would have: their answers look alike (C49).
    const { service, channel, country, provider, tried } = due
    const message = { service, channel, country, to: prepared.to }
    const chosen = deps.chooser.whenDue(message, provider, tried)
    if (!chosen) return fail('no_provider', 'no provider serves this channel')
    if (chosen.kind === 'move') return chosen
    // What is not sent brings no answer: others would wait for it.
    const place = { channel, provider: chosen.provider, country }
    if (!prepared.silent) deps.rests.begin(place, deps.clock.now()) // mutant: C53.silent-is-no-probe
    return { kind: 'send', provider: chosen.provider, prepared }
  }
}

/** An operator may allow more sends than that; a message that may be a double is not one of them. */
const mostMessages = ({ ambiguous, maxSends }: Pick<DueDelivery, 'ambiguous' | 'maxSends'>) =>
  ambiguous > 0 ? MAX_MESSAGES : Math.max(MAX_MESSAGES, maxSends)

function fail(code: string, message: string): Plan<Prepared> {
  return { kind: 'fail', error: { code, message } }
}
