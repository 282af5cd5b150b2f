// What a typed code is compared with: a hash, the steps of authenticator apps, or a recovery code.
// It must not compare before the charge, nor refuse after it: whatever may be refused is found out in `prepare`.

import { openApps, stepUse } from '../factors/apps.ts'
import { FACTOR_TYPE_OF, factorsOf } from '../factors/look-up.ts'
import { matchStep } from '../factors/match-step.ts'
import { boundTo, type RecoveryCode, readRecoveryCode } from '../factors/recovery-code.ts'
import { subjectIndexes as subjectIndexesOf } from '../factors/subject.ts'
import { type FactorUse, OTP_DIGITS } from '../factors/types.ts'
import { recoveryHashContext } from '../kernel/sealing.ts'
import { readCode } from './code.ts'
import type { Domain } from './domain.ts'
import type { HashSlot } from './hashing-ports.ts'
import { CODE_LENGTH, type ServicePolicy } from './policy.ts'
import type { VerificationRecord } from './state.ts'

/** What a person typed, as whatever it may be. */
export type TypedCode = { digits: string | null; recovery: RecoveryCode | null }

/** Null: no code at all. Which kind fits is seen once the verification is known. */
export function readTypedCode(text: string): TypedCode | null {
  const typed = { digits: readCode(text), recovery: readRecoveryCode(text) }
  return typed.digits === null && typed.recovery === null ? null : typed
}

export const SHAPE_WORDS = `${CODE_LENGTH.min} to ${CODE_LENGTH.max} digits or a recovery code`

/** What this verification's code looks like, where the typed one does not; undefined: it fits. */
export function misfit(record: VerificationRecord, typed: TypedCode): string | undefined {
  const length = typed.digits?.length
  switch (record.channel) {
    case 'recovery_code':
      return typed.recovery ? undefined : 'a recovery code'
    case 'totp':
      // Whichever the subject's apps show: another answer would tell a real subject from a decoy.
      return OTP_DIGITS.some((digits) => digits === length)
        ? undefined
        : `${OTP_DIGITS.join(' or ')} digits`
    default:
      return length === record.codeLength ? undefined : `${record.codeLength} digits`
  }
}

export type Verdict = { valid: boolean; use: FactorUse | null }
export type Comparison = {
  /** Once, with the row as it was charged. */
  run(charged: VerificationRecord): Promise<Verdict>
  /** Harmless when repeated, and after `run`. */
  release(): void
}

type Asked = {
  domain: Domain
  service: ServicePolicy
  record: VerificationRecord
  /** One that is no `misfit`. */
  typed: TypedCode
  /** The recipient or subject, in clear. */
  holder: string
}

/**
 * Everything but the comparison: what can't be read here is said before anything is charged.
 * @returns undefined where the hasher's queue is full
 * @throws UnknownKeyError where a key is not known to this node
 */
export async function prepareComparison(asked: Asked): Promise<Comparison | undefined> {
  switch (asked.record.channel) {
    case 'totp':
      return prepareTotp(asked)
    case 'recovery_code':
      return prepareRecovery(asked)
    default:
      return prepareHash(asked)
  }
}

function prepareHash({ domain, record, typed }: Asked): Comparison | undefined {
  if (!domain.hasher.knows(record.pepperKeyId)) domain.keyring.pepper(record.pepperKeyId) // throws UnknownKeyError
  const slot = domain.hasher.reserve()
  return (
    slot && {
      async run({ id, codeHash, pepperKeyId, kind }) {
        const code = typed.digits ?? ''
        const isSame =
          codeHash !== null && (await slot.verify({ hash: codeHash, pepperKeyId }, code, id))
        // A decoy costs the same hash, and no code of it is right, not even its own.
        return { valid: isSame && kind !== 'decoy', use: null } // mutant: C49.decoy-never-right
      },
      release: slot.release,
    }
  )
}

async function prepareTotp(asked: Asked): Promise<Comparison> {
  const { domain, service, typed, holder } = asked
  const apps = openApps(domain, await factorsOf(domain, service.name, holder))
  const subjectIndexes = subjectIndexesOf(domain.keyring, service.name, holder)
  return {
    async run({ kind }) {
      const nowMs = domain.wall.now() // mutant: C37.totp-wall-clock
      const code = typed.digits ?? ''
      const uses = apps
        .filter(({ status, shape }) => status === 'active' && shape.digits === code.length)
        .flatMap((app) => {
          const step = matchStep(domain.otp, app, code, nowMs, service.totpWindow)
          return step === null ? [] : [stepUse(apps, app, step, subjectIndexes)]
        })
      // One that was used is wrong; the store looks again, for another check may be using it now.
      const fresh = uses.find((use) => use !== undefined)
      if (!fresh || kind === 'decoy') return { valid: false, use: null } // mutant: C49.decoy-app-code
      return { valid: true, use: { type: 'totp', ...fresh } }
    },
    release: () => {},
  }
}

/** The stored hash and what it is bound to; undefined: no code of this subject has the selector. */
async function openRecovery({ domain, service, holder }: Asked, { selector }: RecoveryCode) {
  const found = await factorsOf(domain, service.name, holder)
  const set = found.find(({ type }) => type === FACTOR_TYPE_OF.recovery_code)
  const sealed = set && (await domain.factors.recoveryHash(set.id, selector))
  if (!sealed) return undefined
  const hash = domain.keyring.open(sealed, recoveryHashContext(set.id, selector))
  return { factorId: set.id, hash }
}

async function prepareRecovery(asked: Asked): Promise<Comparison | undefined> {
  const recovery = asked.typed.recovery as RecoveryCode
  const stored = await openRecovery(asked, recovery)
  const slot = asked.domain.hasher.reserve()
  return (
    slot && {
      async run({ kind }) {
        const isSame = await verifyRecovery(slot, stored, recovery)
        if (!isSame || !stored || kind === 'decoy') return { valid: false, use: null }
        const { factorId } = stored
        const { selector } = recovery
        return { valid: true, use: { type: 'recovery_codes', factorId, selector } }
      },
      release: slot.release,
    }
  )
}

async function verifyRecovery(
  slot: HashSlot,
  stored: { factorId: string; hash: string } | undefined,
  { selector, secret }: RecoveryCode,
): Promise<boolean> {
  if (stored) return slot.verifyPlain(stored.hash, secret, boundTo(stored.factorId, selector))
  // No such code, or used before: the answer takes as long.
  await slot.hashPlain(secret, boundTo('', selector)) // mutant: C49.unknown-selector-hash
  return false
}
