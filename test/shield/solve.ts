// Solves challenges as a browser would, by the library's own solver.
// It must not be kind to the service: a solution is the text that altcha's widget would give.

import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import type { Challenge } from '../../src/verification/challenge-ports.ts'

export type Payload = {
  challenge: Challenge
  solution: { counter: number; derivedKey: string }
}

export async function solve(challenge: Challenge): Promise<Payload> {
  const solution = await solveChallenge({ challenge, deriveKey })
  if (!solution) throw new Error('the challenge was not solved')
  return { challenge, solution }
}

export const encode = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString('base64')

export const solved = async (challenge: Challenge) => encode(await solve(challenge))
