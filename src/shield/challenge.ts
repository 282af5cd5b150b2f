// The proof of work that a questioned start must bring: altcha's challenges, signed by a key of the ring.
// It must not load its library before the first one, nor hold the recipient in plaintext: both would cost everybody.

import { randomInt } from 'node:crypto'
import type { Solution } from 'altcha-lib'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import {
  CHALLENGE_MINUTES,
  type Challenge,
  type ChallengedParty,
  type Challenges,
} from '../verification/challenge-ports.ts'

const MINUTE_MS = 60_000
export const CHALLENGE_MS = CHALLENGE_MINUTES * MINUTE_MS
/** A node whose clock is behind accepts it for longer: what was spent stays known. */
const SPENT_MARGIN_MS = CHALLENGE_MS

/** Browsers compute it natively, so that an attacker's program is hardly faster than a person's phone. */
const ALGORITHM = 'PBKDF2/SHA-256'
/** Of one try: more work than the call around it costs a browser, and a fraction of a millisecond here. */
const ITERATIONS = 1_000

/**
 * Measured in Chromium on the core of a server: 5,100 tries a second, whether the caller is a browser or a program. A
 * phone of the middle class is about a fourth as fast: 0.4 s on average, 0.8 s at the most.
 */
export const CHALLENGE_TRIES = { min: 1, max: 100_000, default: 1_000 } as const

type Solved = { challenge: Challenge; solution: Solution }

/** Nothing of them is known before the signature is checked. */
type Signed = { issuedFor: string; expiresAt: number; id: Buffer }

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

function readSolved(text: string): Solved | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
    if (!isObject(read) || !isObject(read.challenge) || !isObject(read.solution)) return undefined
    const { parameters, signature } = read.challenge
    if (!isObject(parameters) || typeof signature !== 'string') return undefined
    const { challenge, solution } = read as Solved
    // Nothing else of it: beside these two the library takes options.
    return { challenge, solution } // mutant: C85.no-options
  } catch {
    return undefined
  }
}

function signedOf({ parameters: { nonce, data } }: Challenge): Signed {
  return {
    issuedFor: String(data?.issued_for),
    expiresAt: Date.parse(String(data?.expires_at)),
    id: Buffer.from(nonce, 'hex'),
  }
}

async function load() {
  const [library, { deriveKey }] = await Promise.all([
    import('altcha-lib'),
    import('altcha-lib/algorithms/pbkdf2'),
  ])
  return { ...library, deriveKey }
}

const textOf = (mac: Buffer) => mac.toString('base64url')

/** Under a key of the ring: of the parameters, and of the solution, which is derived from them. */
const secretsOf = (signature: Buffer, solution: Buffer) => ({
  hmacSignatureSecret: textOf(signature),
  hmacKeySignatureSecret: textOf(solution),
})

const SIGNATURE = ['signature']
const SOLUTION = ['solution']
const partsOf = ({ service, party }: ChallengedParty) => ['issued for', service, party]

/** @param tries at the most, for whoever solves one: half as many on average */
export function createChallenges(deps: {
  keyring: Pick<Keyring, 'macs' | 'oldestMac'>
  clock: Clock
  tries: number
}): Challenges {
  const { keyring, clock, tries } = deps
  const mac = (parts: readonly string[]) => keyring.oldestMac('challenge', parts)
  const macs = (parts: readonly string[]) => keyring.macs('challenge', parts)
  return {
    // Under the oldest key, which every node of a rolling restart has.
    async create(issuedFor) {
      const { createChallenge, deriveKey } = await load()
      const data = {
        issued_for: textOf(mac(partsOf(issuedFor))),
        expires_at: new Date(clock.now() + CHALLENGE_MS).toISOString(),
      }
      return createChallenge({
        ...{ algorithm: ALGORITHM, cost: ITERATIONS, counter: randomInt(tries), deriveKey, data },
        ...secretsOf(mac(SIGNATURE), mac(SOLUTION)),
      })
    },
    async check(text, issuedFor) {
      const solved = readSolved(text)
      if (!solved) return { fault: 'unreadable' }
      const { verifySolution, deriveKey } = await load()
      const solutions = macs(SOLUTION)
      for (const [n, signature] of macs(SIGNATURE).entries()) {
        const secrets = secretsOf(signature, solutions[n] as Buffer)
        const result = await verifySolution({ ...solved, ...secrets, deriveKey })
        if (result.invalidSignature !== false) continue // mutant: C85.signature
        const { id, expiresAt, issuedFor: signed } = signedOf(solved.challenge)
        if (expiresAt <= clock.now()) return { fault: 'expired' } // mutant: C85.expiry
        const isFor = macs(partsOf(issuedFor)).map(textOf).includes(signed)
        if (!isFor) return { fault: 'issued_for_another' } // mutant: C85.binding
        if (!result.verified) return { fault: 'wrong' } // mutant: C85.work
        return { spent: { id, keptUntil: expiresAt + SPENT_MARGIN_MS } }
      }
      return { fault: 'forged' }
    },
  }
}
