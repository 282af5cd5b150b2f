// A challenge before a start: the login flow's page spends a moment of computing, and the start is made once for it.
// It must not know how a challenge is made or checked (src/shield/challenge.ts), nor skip a limit for one that was solved.

import type { Refusal } from './api.ts'
import {
  CHALLENGE_MINUTES,
  type ChallengedParty,
  type ChallengeFault,
  type Challenges,
  type SpentChallenge,
} from './challenge-ports.ts'
import type { VerificationStore } from './ports.ts'

/** By an entry of the lists. */
export type Questioned = ChallengedParty & { entry: string }

const FAULTS: Readonly<Record<ChallengeFault, string>> = {
  missing: 'this start needs a solved challenge first',
  unreadable:
    'the field challenge is no solution: it is the base64 text of {"challenge": …, "solution": …}',
  forged: 'the challenge was not issued by this service, or it was changed',
  wrong: 'the solution is wrong',
  expired: `the challenge has expired: it can be used for ${CHALLENGE_MINUTES} minutes`,
  issued_for_another: 'the challenge was issued for another recipient or service',
  spent: 'the challenge has been used: a solution is for one start',
}

const NEXT =
  'solve the challenge of this answer, and start again with the solution in the field challenge; nothing was sent or counted'

async function refuseChallenged(
  challenges: Pick<Challenges, 'create'>,
  { entry, ...issuedFor }: Questioned,
  fault: ChallengeFault,
): Promise<Refusal> {
  const detail = `${FAULTS[fault]}; ${NEXT}`
  const challenge = await challenges.create(issuedFor)
  return { kind: 'refused', error: 'challenge_required', detail, challenge, reference: entry }
}

/** Of work that was done: what the start spends, and the refusal where another request spends it first. */
export type Proof = { spent: SpentChallenge; refuseSpent(): Promise<Refusal> }

type Deps = { challenges: Challenges; store: Pick<VerificationStore, 'isSpent'> }

/**
 * Of a start that is questioned: its proof, or the refusal with another challenge.
 * @param solution null: the caller gave none
 */
export async function askChallenge(
  { challenges, store }: Deps,
  questioned: Questioned,
  solution: string | null,
): Promise<Proof | Refusal> {
  const refuse = (fault: ChallengeFault) => refuseChallenged(challenges, questioned, fault)
  if (solution === null) return refuse('missing')
  const checked = await challenges.check(solution, questioned)
  if ('fault' in checked) return refuse(checked.fault)
  const { spent } = checked
  // Before a limit counts it; the transaction of the start decides.
  return (await store.isSpent(spent.id))
    ? refuse('spent')
    : { spent, refuseSpent: () => refuse('spent') }
}
