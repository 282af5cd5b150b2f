// argon2id behind the domain's Hasher: a code bound to its verification and to this service's pepper.
// It must not log or keep a code, and must not trust a stored row: a crafted one took 2.3 s and 1 GiB.

import { timingSafeEqual } from 'node:crypto'
import { argon2id, hash, verify } from 'argon2'
import { drawBytes } from '../kernel/ids.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Logger } from '../kernel/logger.ts'
import type { CodeHash, Hasher } from '../verification/hashing-ports.ts'
import { HASH_DEADLINE_MS } from '../verification/policy.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'

/** One lane: several would only share the cores that other hashes use (RFC 9106 §4). */
const FIXED = { type: argon2id, parallelism: 1, hashLength: 32 } as const

/** RFC 9106 §3.1. Drawn by the library it would be a job of its own for libuv's pool, behind the hashes there. */
const SALT_BYTES = 16

/** Rows made under an older, dearer setting still verify up to here; the configured cost always does. */
const CEILING_MEMORY_KIB = 64 * 1024
const CEILING_PASSES = 10
/** RFC 9106 §3.1 with one lane; the library throws below. */
const FLOOR_MEMORY_KIB = 8
const FLOOR_PASSES = 1

/** The `argon2` package writes `m,p,t,data`; version 19 (RFC 9106), 16 bytes of salt, 32 of hash, no padding. */
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,9}),p=1,t=(\d{1,9}),data=([A-Za-z0-9+/]{1,128})\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/

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

/** Idle-time work, for the mint. */
export type IdleHasher = Pick<HashQueue, 'idle' | 'onIdle'> & {
  /** Undefined: the hasher is in use. */
  hashWhenIdle(code: string, verificationId: string): Promise<CodeHash> | undefined
}

/**
 * Whether a row's hash may be computed. argon2 takes the associated data from the string itself when verifying: it is
 * compared with the expected one here, or a hash copied to another row would be valid there (I9: bound to its row).
 */
function judge(phc: string, boundTo: string, { memoryKib, passes }: HasherOptions) {
  const [, m, t, data = ''] = PHC.exec(phc) ?? []
  if (!(Number(m) >= FLOOR_MEMORY_KIB && Number(t) >= FLOOR_PASSES)) return 'malformed'
  const isDear =
    Number(m) > Math.max(memoryKib, CEILING_MEMORY_KIB) ||
    Number(t) > Math.max(passes, CEILING_PASSES)
  if (isDear) return 'too_expensive'
  const [bound, expected] = [Buffer.from(data, 'base64'), Buffer.from(boundTo, 'utf8')]
  // mutant: I9.stored-hash-aad
  if (bound.length !== expected.length || !timingSafeEqual(bound, expected))
    return 'other_verification'
  return 'fit'
}

export function createHasher(
  options: HasherOptions,
): Hasher & IdleHasher & Pick<HashQueue, 'stats'> {
  const { keyring, memoryKib, passes } = options
  const queue = createHashQueue({ deadlineMs: HASH_DEADLINE_MS, ...options })

  const hashNow = async (code: string, verificationId: string): Promise<CodeHash> => {
    const pepperKeyId = keyring.currentKeyId
    const secret = keyring.pepper(pepperKeyId)
    const associatedData = Buffer.from(verificationId, 'utf8') // mutant: I9.hash-aad
    const cost = { memoryCost: memoryKib, timeCost: passes }
    const salt = drawBytes(SALT_BYTES) // mutant: I9.salt
    const phc = await hash(code, { ...FIXED, ...cost, salt, secret, associatedData })
    return { hash: phc, pepperKeyId }
  }

  const hashPlainNow = (text: string, boundTo: string): Promise<string> =>
    hash(text, {
      ...FIXED,
      // Kept for years: it must stay within what may be computed, however the settings change.
      memoryCost: Math.min(memoryKib, CEILING_MEMORY_KIB),
      timeCost: Math.min(passes, CEILING_PASSES),
      salt: drawBytes(SALT_BYTES),
      associatedData: Buffer.from(boundTo, 'utf8'),
    })

  /** False where the row's hash may not be computed; the log says why, for an operator. */
  const mayCompute = (phc: string, verificationId: string): boolean => {
    const verdict = judge(phc, verificationId, options)
    if (verdict !== 'fit') options.logger?.warn({ verificationId, verdict }, 'stored hash refused')
    return verdict === 'fit'
  }

  return {
    knows: (pepperKeyId) => keyring.keyIds.includes(pepperKeyId),
    reserve(work) {
      const place = queue.reserve(work)
      if (!place) return undefined
      const verifyNow = async (phc: string, text: string, boundTo: string, secret?: Buffer) => {
        if (!mayCompute(phc, boundTo)) return false
        return place.run(() => verify(phc, text, secret && { secret }))
      }
      return {
        hash: (code, verificationId) => place.run(() => hashNow(code, verificationId)),
        async verify(stored, code, verificationId) {
          try {
            const secret = keyring.pepper(stored.pepperKeyId)
            return await verifyNow(stored.hash, code, verificationId, secret)
          } finally {
            place.release()
          }
        },
        hashPlain: (text, boundTo) => place.run(() => hashPlainNow(text, boundTo)),
        verifyPlain: (stored, text, boundTo) =>
          verifyNow(stored, text, boundTo).finally(place.release),
        release: place.release,
      }
    },
    hashWhenIdle: (code, verificationId) => queue.runWhenIdle(() => hashNow(code, verificationId)),
    stats: queue.stats,
    idle: queue.idle,
    onIdle: queue.onIdle,
  }
}

/** One hash at the start: readiness reports that hashing works, not that its queue is short. */
export function startSelfTest(
  hasher: Pick<Hasher, 'reserve'>,
  logger: Pick<Logger, 'error'>,
): { passed(): boolean } {
  let passed = false
  const run = async () => {
    const [id, code] = ['self-test', '000000']
    const stored = await hasher.reserve()?.hash(code, id)
    passed = stored !== undefined && (await hasher.reserve()?.verify(stored, code, id)) === true
    if (!passed) throw new Error('a hash did not verify')
  }
  run().catch((error: unknown) => logger.error({ err: error }, 'hashing does not work here'))
  return { passed: () => passed }
}
