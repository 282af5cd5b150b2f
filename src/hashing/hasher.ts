// argon2id behind the domain's Hasher: a code bound to its verification and to this service's pepper.
// It must not log or keep a code, and must not compute what a crafted row asks for.

import { argon2id, hash, verify } from 'argon2'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { CodeHash, Hasher } from '../verification/hashing-ports.ts'
import { HASH_DEADLINE_MS } from '../verification/policy.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'
import { CEILING_MEMORY_KIB, CEILING_PASSES, HASH_BYTES, judgeStoredHash } from './stored-hash.ts'

/** One lane: several would only share the cores that other hashes use (RFC 9106 §4). */
const FIXED = { type: argon2id, parallelism: 1, hashLength: HASH_BYTES } as const

export type HasherOptions = {
  keyring: Keyring
  memoryKib: number
  passes: number
  /** Hashes at once: memory is bounded by this times `memoryKib`. */
  concurrency: number
  /** Places beyond those; past them `reserve` gives none. */
  queueLimit: number
  deadlineMs?: number
  logger?: Pick<Logger, 'warn'>
}

/** What the mint needs: work for idle moments. */
export type IdleHasher = Pick<HashQueue, 'idle' | 'onIdle'> & {
  /** Undefined: somebody is at it. */
  hashWhenIdle(code: string, verificationId: string): Promise<CodeHash> | undefined
}

export function createHasher(
  options: HasherOptions,
): Hasher & IdleHasher & Pick<HashQueue, 'stats'> {
  const { keyring, memoryKib, passes, concurrency } = options
  const queue = createHashQueue({
    concurrency,
    queueLimit: options.queueLimit,
    deadlineMs: options.deadlineMs ?? HASH_DEADLINE_MS,
  })

  const hashNow = async (code: string, verificationId: string): Promise<CodeHash> => {
    const pepperKeyId = keyring.currentKeyId
    const secret = keyring.pepper(pepperKeyId)
    const associatedData = Buffer.from(verificationId, 'utf8') // mutant: I9.hash-aad
    const cost = { memoryCost: memoryKib, timeCost: passes }
    const phc = await hash(code, { ...FIXED, ...cost, secret, associatedData })
    return { hash: phc, pepperKeyId }
  }

  const hashPlainNow = (text: string, boundTo: string): Promise<string> =>
    hash(text, {
      ...FIXED,
      // Kept for years: it must stay within what is computed, however the settings change.
      memoryCost: Math.min(memoryKib, CEILING_MEMORY_KIB),
      timeCost: Math.min(passes, CEILING_PASSES),
      associatedData: Buffer.from(boundTo, 'utf8'),
    })

  /** False where the row's hash may not be computed; the log says why, for an operator to look at. */
  const mayCompute = (phc: string, verificationId: string): boolean => {
    const verdict = judgeStoredHash({
      phc,
      verificationId,
      configuredMemoryKib: memoryKib,
      configuredPasses: passes,
    })
    if (verdict !== 'fit') options.logger?.warn({ verificationId, verdict }, 'stored hash refused')
    return verdict === 'fit'
  }

  return {
    knows: (pepperKeyId) => keyring.keyIds.includes(pepperKeyId),
    reserve(work) {
      const place = queue.reserve(work)
      if (!place) return undefined
      return {
        hash: (code, verificationId) => place.run(() => hashNow(code, verificationId)),
        async verify(stored, code, verificationId) {
          try {
            const secret = keyring.pepper(stored.pepperKeyId)
            if (!mayCompute(stored.hash, verificationId)) return false
            return await place.run(() => verify(stored.hash, code, { secret }))
          } finally {
            place.release()
          }
        },
        hashPlain: (text, boundTo) => place.run(() => hashPlainNow(text, boundTo)),
        async verifyPlain(stored, text, boundTo) {
          try {
            if (!mayCompute(stored, boundTo)) return false
            return await place.run(() => verify(stored, text))
          } finally {
            place.release()
          }
        },
        release: place.release,
      }
    },
    hashWhenIdle: (code, verificationId) => queue.runWhenIdle(() => hashNow(code, verificationId)),
    stats: queue.stats,
    idle: queue.idle,
    onIdle: queue.onIdle,
  }
}
