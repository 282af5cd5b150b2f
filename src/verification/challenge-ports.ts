// Challenges as the domain needs them: made, and checked, by src/shield/challenge.ts; spent in the store.
// It must not say how a challenge is solved: that is the library's.

/** In altcha's own form, as its widget and its libraries take it. */
export type Challenge = {
  parameters: {
    algorithm: string
    nonce: string
    salt: string
    /** Iterations of one try. */
    cost: number
    keyLength: number
    keyPrefix: string
    keySignature?: string
    data?: Record<string, string | number | boolean | null>
  }
  signature?: string
}

/** Whom it is issued for: a solution is valid for nobody else. */
export type ChallengedParty = { service: string; party: string }

/** Noted in the transaction of the start that it lets through. */
export type SpentChallenge = { id: Uint8Array; keptUntil: number }

/** Why there is no start for it. */
export type ChallengeFault =
  | 'missing'
  | 'unreadable'
  | 'forged'
  | 'wrong'
  | 'expired'
  | 'issued_for_another'
  | 'spent'

export type Challenges = {
  create(issuedFor: ChallengedParty): Promise<Challenge>
  /** @param solution as the caller gave it */
  check(
    solution: string,
    issuedFor: ChallengedParty,
  ): Promise<{ spent: SpentChallenge } | { fault: ChallengeFault }>
}

export const CHALLENGE_MINUTES = 5
