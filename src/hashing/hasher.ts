// argon2id behind the domain's Hasher: a code bound to its verification and to this service's pepper.
// It must not log or keep a code, and must not compute what a crafted row asks for.

import { argon2id, hash, verify } from 'argon2'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import { HASH_DEADLINE_MS } from '../verification/policy.ts'
import type { CodeHash, Hasher } from '../verification/ports.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'
import { HASH_BYTES, judgeStoredHash } from './stored-hash.ts'

/** One lane: several would only share the cores that other hashes use (RFC 9106 §4). */
const PARALLELISM = 1

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
    const phc = await hash(code, {
      type: argon2id,
      memoryCost: memoryKib,
      timeCost: passes,
      parallelism: PARALLELISM,
      hashLength: HASH_BYTES,
      secret: keyring.pepper(pepperKeyId),
      associatedData: Buffer.from(verificationId, 'utf8'),
    })
    return { hash: phc, pepperKeyId }
  }

  /** False where the row's hash may not be computed; the log says why, for an operator to look at. */
  const mayCompute = (stored: CodeHash, verificationId: string): boolean => {
    const verdict = judgeStoredHash({
      phc: stored.hash,
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
            if (!mayCompute(stored, verificationId)) return false
            return await place.run(() => verify(stored.hash, code, { secret }))
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
