// Signed approvals: JWTs by Ed25519 keys that are derived from the root keys, and those keys as a JWK set (RFC 7517).
// It must not load jose before it is needed: most installations sign nothing.

import { createPublicKey, type KeyObject } from 'node:crypto'
import { privateKeyOf } from '../kernel/ed25519.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { ApprovalClaims } from './approval-claims.ts'

/** RFC 8725 §3.11: no other JWT of anybody passes for one. */
const TYPE = 'countersign-approval+jwt'
/** The name that libraries know; RFC 9864 has `Ed25519` for the same. */
const ALGORITHM = 'EdDSA'

export type PublicKey = {
  kty: string
  crv: string
  x: string
  kid: string
  use: 'sig'
  alg: typeof ALGORITHM
}
type Key = { secret: KeyObject; open: KeyObject; jwk: PublicKey }

const loadJose = () => import('jose')

async function openKey(seed: Uint8Array): Promise<Key> {
  const { calculateJwkThumbprint } = await loadJose()
  const secret = privateKeyOf(seed)
  const open = createPublicKey(secret)
  const { kty = '', crv = '', x = '' } = open.export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint({ kty, crv, x })
  return { secret, open, jwk: { kty, crv, x, kid, use: 'sig', alg: ALGORITHM } }
}

/** @param expected.now milliseconds */
type Expected = { iss: string; aud: string; now: number }

export type ApprovalTokens = ReturnType<typeof createApprovalTokens>

export function createApprovalTokens(keyring: Pick<Keyring, 'signingSeeds'>) {
  let opened: Promise<[Key, ...Key[]]> | undefined
  /** The current one first; those of SECRET_KEY_PREVIOUS stay valid as long as they are there. */
  const keys = () => {
    opened ??= Promise.all(keyring.signingSeeds('approval-sign').map(openKey)).catch(
      (error: unknown) => {
        opened = undefined
        throw error
      },
    ) as Promise<[Key, ...Key[]]>
    return opened
  }
  return {
    async publicKeys(): Promise<PublicKey[]> {
      return (await keys()).map(({ jwk }) => jwk)
    },
    async sign(claims: ApprovalClaims): Promise<string> {
      const [{ SignJWT }, [{ secret, jwk }]] = await Promise.all([loadJose(), keys()])
      return new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: jwk.kid })
        .sign(secret)
    },
    /** Undefined: it is not valid for this audience, now. */
    async verify(token: string, { iss, aud, now }: Expected): Promise<ApprovalClaims | undefined> {
      const [{ errors, jwtVerify }, known] = await Promise.all([loadJose(), keys()])
      const keyOf = ({ kid }: { kid?: string | undefined }) => {
        const key = known.find(({ jwk }) => jwk.kid === kid)
        if (!key) throw new errors.JWKSNoMatchingKey()
        return key.open
      }
      const expected = {
        ...{ algorithms: [ALGORITHM], typ: TYPE, issuer: iss, audience: aud }, // mutant: C90.type-checked
        ...{ requiredClaims: ['jti', 'exp'], currentDate: new Date(now) },
      }
      try {
        return (await jwtVerify(token, keyOf, expected)).payload as unknown as ApprovalClaims
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}
