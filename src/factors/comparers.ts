// Comparisons of a subject's code with the steps of authenticator apps, or with a recovery code.
// It must not use anything up: the store does, in the transaction of the approval.

import type { FactorChannel } from '../kernel/channel.ts'
import { recoveryHashContext } from '../kernel/sealing.ts'
import {
  type Comparison,
  type ComparisonInput,
  type FactorComparer,
  readCode,
} from '../verification/comparison.ts'
import type { HashSlot } from '../verification/hashing-ports.ts'
import { subjectIndexes as subjectIndexesOf } from '../verification/party.ts'
import { matchStep, openApps, stepUse } from './apps.ts'
import { FACTOR_TYPE_OF, type FactorDomain, factorsOf, isUsable } from './domain.ts'
import { boundTo, type RecoveryCode, readRecoveryCode } from './recovery-codes.ts'
import { OTP_DIGITS } from './types.ts'

type Deps = Pick<FactorDomain, 'hasher' | 'keyring' | 'clock' | 'wall' | 'factors' | 'otp'>

async function prepareTotp(deps: Deps, input: ComparisonInput): Promise<Comparison> {
  const { service, typed, party } = input
  const apps = openApps(deps, await factorsOf(deps, service.name, party))
  const subjectIndexes = subjectIndexesOf(deps.keyring, service.name, party)
  const code = readCode(typed) ?? ''
  return {
    async run({ kind }) {
      const nowMs = deps.wall.now() // mutant: C37.totp-wall-clock
      const uses = apps
        .filter(({ status, shape }) => status === 'active' && shape.digits === code.length)
        .flatMap((app) => {
          const step = matchStep(deps.otp, app, code, nowMs, service.totpWindow)
          return step === null ? [] : [stepUse(apps, app, step, subjectIndexes)]
        })
      // A used one is wrong; the store checks again, for another request may be using it now.
      const fresh = uses.find((use) => use !== undefined)
      if (!fresh || kind === 'decoy') return { valid: false, use: null } // mutant: C49.decoy-app-code
      return { valid: true, use: { type: 'totp', ...fresh } }
    },
    release: () => {},
  }
}

/** The stored hash and what it is bound to; undefined: no code of this subject has the selector. */
async function openRecovery(deps: Deps, { service, party }: ComparisonInput, selector: string) {
  const found = await factorsOf(deps, service.name, party)
  const set = found.find(({ type }) => type === FACTOR_TYPE_OF.recovery_code)
  const sealed = set && (await deps.factors.recoveryHash(set.id, selector))
  if (!sealed) return undefined
  const hash = deps.keyring.open(sealed, recoveryHashContext(set.id, selector))
  return { factorId: set.id, hash, codesLeft: set.codesRemaining ?? 0 }
}

async function prepareRecovery(
  deps: Deps,
  input: ComparisonInput,
): Promise<Comparison | undefined> {
  const recovery = readRecoveryCode(input.typed) as RecoveryCode
  const { selector } = recovery
  const stored = await openRecovery(deps, input, selector)
  const slot = deps.hasher.reserve()
  return (
    slot && {
      async run({ kind }) {
        const isSame = await verifyRecovery(slot, stored, recovery)
        if (!isSame || !stored || kind === 'decoy') return { valid: false, use: null }
        const { factorId, codesLeft } = stored
        return { valid: true, use: { type: 'recovery_codes', factorId, selector, codesLeft } }
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

export function createFactorComparers(deps: Deps): Record<FactorChannel, FactorComparer> {
  const canAnswer =
    (channel: FactorChannel): FactorComparer['canAnswer'] =>
    async (service, subject) => {
      const found = await factorsOf(deps, service, subject)
      return found.some((one) => one.type === FACTOR_TYPE_OF[channel] && isUsable(one))
    }
  return {
    totp: {
      mayMean: (typed) => readCode(typed) !== null,
      // Whichever the subject's apps show: another answer would reveal a decoy.
      expectedShape: (typed) =>
        OTP_DIGITS.some((digits) => digits === readCode(typed)?.length)
          ? undefined
          : `${OTP_DIGITS.join(' or ')} digits`,
      prepare: (input) => prepareTotp(deps, input),
      canAnswer: canAnswer('totp'),
    },
    recovery_code: {
      mayMean: (typed) => readRecoveryCode(typed) !== null,
      expectedShape: (typed) => (readRecoveryCode(typed) ? undefined : 'a recovery code'),
      prepare: (input) => prepareRecovery(deps, input),
      canAnswer: canAnswer('recovery_code'),
    },
  }
}
