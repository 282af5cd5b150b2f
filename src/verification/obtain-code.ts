// A code with its hash for a start: a minted one at once, or a place in the hasher's queue.
// It must not hash before the start is admitted.

import { createId } from '../kernel/ids.ts'
import type { Domain } from './domain.ts'
import type { CodeHash } from './hashing-ports.ts'

export type PreparedCode = CodeHash & { id: string; code: string }

export type ObtainedCode = {
  ready(): Promise<PreparedCode>
  /** For a start that did not use it: the minted one goes back, the place in the queue is free again. */
  giveBack(): void
}

/**
 * @param fixed the code of a test recipient, which no mint has
 * @returns undefined where the hasher's queue is full
 */
export function obtainCode(
  domain: Domain,
  length: number,
  fixed: string | undefined,
): ObtainedCode | undefined {
  const minted = fixed === undefined ? domain.mint.take(length) : undefined
  if (minted) {
    return { ready: async () => minted, giveBack: () => domain.mint.giveBack(minted) } // mutant: I8.unused-code-returned
  }
  const slot = domain.hasher.reserve('begins')
  if (!slot) return undefined
  const id = createId('vrf', domain.clock.now())
  const code = fixed ?? domain.generateCode(length)
  return {
    ready: async () => ({ id, code, ...(await slot.hash(code, id)) }),
    giveBack: () => slot.release(),
  }
}
