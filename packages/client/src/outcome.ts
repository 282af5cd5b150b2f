// From an answer to what a login flow does next: success or a reason; a fault of the program or its key is thrown.
// It must not say of an attempt that it was not charged where nobody knows.

import type { Asked, ProblemOrSilence } from './answer.ts'
import { type Reason, reasonOf } from './reasons.ts'
import { type Api, type Challenge, type Problem, toCamel } from './wire.ts'

/** Something that nobody at the screen can mend: a key, a setting, a request that the program made wrongly. */
export class CountersignError extends Error {
  override name = 'CountersignError'
  /** As the service answered it; undefined where it did not. */
  readonly problem: Problem | undefined

  constructor(message: string, problem?: Problem) {
    super(message)
    this.problem = problem
  }
}

type Refused = {
  ok: false
  /** Seconds until asking again makes sense. */
  retryAfterSeconds?: number
  attemptsRemaining?: number
  /** Of a check: whether it cost one of the attempts. `unknown` where no answer came. */
  attemptCharged: boolean | 'unknown'
  /** The verification after a wrong code. */
  verification?: Api<'Verification'>
  /** `blocked`: support finds the reason by it. */
  reference?: string
  /** For the log: what the service answered. It never holds a code. */
  problem: ProblemOrSilence
}

export type Failure =
  | (Refused & { reason: Exclude<Reason, 'challenge_required'> })
  | (Refused & { reason: 'challenge_required'; challenge: Challenge })

/** Refused before anything was written. */
const NOTHING_DONE: readonly string[] = ['overloaded', 'request_timeout', 'no_answer']

function isCharged(
  reason: Reason,
  { problem, isUncertain }: Asked & { ok: false },
): boolean | 'unknown' {
  if (reason === 'incorrect') return true
  // A code of another shape is never compared.
  if (reason === 'invalid') return false
  if (isUncertain) return 'unknown' // mutant: C91.charge-unknown
  // A fault while the result was written may have charged the attempt alone.
  return reason === 'unavailable' && !NOTHING_DONE.includes(problem.error) ? 'unknown' : false
}

/** @throws CountersignError */
export function toFailure(asked: Asked & { ok: false }, isCheck: boolean): Failure {
  const { problem, retryAfterSeconds } = asked
  const reason = problem.error === 'no_answer' ? 'unavailable' : reasonOf(problem)
  if (reason === null) {
    const fields = problem.errors?.map(({ field, detail }) => `${field} ${detail}`).join('; ')
    const about = [problem.detail, fields && `(${fields})`, problem.instance].filter(Boolean)
    throw new CountersignError(`${problem.error}: ${about.join(' ')}`, problem as Problem)
  }
  const { attempts_remaining: attemptsRemaining, verification, reference, challenge } = problem
  const refused: Refused & { reason: Reason; challenge?: Challenge } = {
    ok: false,
    reason,
    attemptCharged: isCheck && isCharged(reason, asked),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(attemptsRemaining !== undefined && { attemptsRemaining }),
    ...(verification && { verification: toCamel(verification) as Api<'Verification'> }),
    ...(reference && { reference }),
    ...(challenge && { challenge }),
    problem,
  }
  return refused as Failure
}
