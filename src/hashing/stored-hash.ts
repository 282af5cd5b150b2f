// Reads the argon2id PHC string of a row, and says whether it may be computed at all.
// It must not trust a row: a crafted one took 2.3 s and 1 GiB.

import { timingSafeEqual } from 'node:crypto'

export const HASH_BYTES = 32

/** Rows made under an older, dearer setting still verify up to here; the configured cost always does. */
export const CEILING_MEMORY_KIB = 64 * 1024
export const CEILING_PASSES = 10
/** RFC 9106 §3.1 with one lane; the library throws below. */
const FLOOR_MEMORY_KIB = 8
const FLOOR_PASSES = 1

/** The `argon2` package writes `m,p,t,data`; version 19 (RFC 9106), 16 bytes of salt, 32 of hash, no padding. */
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,9}),p=1,t=(\d{1,9}),data=([A-Za-z0-9+/]{1,128})\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/

export type Verdict = 'fit' | 'malformed' | 'too_expensive' | 'other_verification'

/**
 * argon2 takes the associated data from the string itself when verifying: it is compared with the
 * expected one here, or a hash copied to another row would be valid there (I9).
 */
export function judgeStoredHash(input: {
  phc: string
  verificationId: string
  configuredMemoryKib: number
  configuredPasses: number
}): Verdict {
  const match = PHC.exec(input.phc)
  if (!match) return 'malformed'
  const memoryKib = Number(match[1])
  const passes = Number(match[2])
  if (memoryKib < FLOOR_MEMORY_KIB || passes < FLOOR_PASSES) return 'malformed'
  if (
    memoryKib > Math.max(input.configuredMemoryKib, CEILING_MEMORY_KIB) ||
    passes > Math.max(input.configuredPasses, CEILING_PASSES)
  )
    return 'too_expensive'
  const data = Buffer.from(match[3] ?? '', 'base64')
  const expected = Buffer.from(input.verificationId, 'utf8')
  // mutant: I9.stored-hash-aad
  if (data.length !== expected.length || !timingSafeEqual(data, expected))
    return 'other_verification'
  return 'fit'
}
