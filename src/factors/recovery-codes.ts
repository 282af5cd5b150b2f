// Recovery codes: a set is made (POST /factors/recovery-codes; the previous one is void from then on), typed ones are read.
// It must not keep a code: only a hash of each is stored, and no answer shows them again.

import { randomInt } from 'node:crypto'
import { createId } from '../kernel/ids.ts'
import { recoveryHashContext, subjectContext } from '../kernel/sealing.ts'
import { readTyped } from '../kernel/typed-text.ts'
import type { Caller, Refusal } from '../verification/api.ts'
import { actorOf } from '../verification/domain.ts'
import { responseFor } from '../verification/idempotency.ts'
import { subjectIndexes } from '../verification/party.ts'
import { refuseOverloaded } from '../verification/refuse.ts'
import type { CreateCodesCommand, CreateCodesResult } from './api.ts'
import { type FactorDomain, refuseShownSecret, unverifiedSince } from './domain.ts'
import {
  RECOVERY_CODES,
  RECOVERY_GROUP_LENGTH,
  RECOVERY_SECRET_LENGTH,
  RECOVERY_SELECTOR_LENGTH,
} from './policy.ts'
import type { NewRecoveryCode } from './ports.ts'
import { type FactorView, factorView } from './types.ts'

/** Crockford's Base32: no I, L, O or U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = RECOVERY_SELECTOR_LENGTH + RECOVERY_SECRET_LENGTH
const SHAPE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`)

/** Characters that hands and eyes take for one another. */
const LOOK_ALIKES: Readonly<Record<string, string>> = { I: '1', L: '1', O: '0', U: 'V' }

/** The selector is public and finds the row; the secret is hashed. */
export type RecoveryCode = { selector: string; secret: string }

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** No two of a set share a selector. */
export function createRecoveryCodes(): RecoveryCode[] {
  const selectors = new Set<string>()
  while (selectors.size < RECOVERY_CODES) selectors.add(randomText(RECOVERY_SELECTOR_LENGTH))
  return Array.from(selectors, (selector) => ({
    selector,
    secret: randomText(RECOVERY_SECRET_LENGTH),
  }))
}

/** In groups of four: `7K3M-…`, the selector first. */
export function showRecoveryCode({ selector, secret }: RecoveryCode): string {
  const groups = (selector + secret).match(new RegExp(`.{${RECOVERY_GROUP_LENGTH}}`, 'g'))
  return (groups ?? []).join('-')
}

/** In any case and any grouping; null where it cannot be a recovery code. */
export function readRecoveryCode(text: string): RecoveryCode | null {
  const letters = readTyped(text).toUpperCase()
  const folded = letters.replaceAll(/[ILOU]/g, (letter) => LOOK_ALIKES[letter] ?? letter)
  if (!SHAPE.test(folded)) return null
  return {
    selector: folded.slice(0, RECOVERY_SELECTOR_LENGTH),
    secret: folded.slice(RECOVERY_SELECTOR_LENGTH),
  }
}

/** The context that a hash is bound to: in another factor's row, or at another selector, it is worth nothing (I9: bound to its row). */
export function boundTo(factorId: string, selector: string): string {
  return `${factorId}:${selector}`
}

type StoredResult = { kind: 'created'; factor: FactorView }

export async function createCodes(
  domain: FactorDomain,
  caller: Caller,
  command: CreateCodesCommand,
): Promise<CreateCodesResult> {
  const { keyring, clock } = domain
  const { subject, idempotency } = command
  const service = caller.service.name
  const indexes = subjectIndexes(keyring, service, subject)
  const response = responseFor<StoredResult>(domain, caller, 'factors/recovery-codes', idempotency)
  const repeated = (stored: StoredResult | Refusal) =>
    stored.kind === 'refused' ? stored : refuseShownSecret(stored.factor.id)
  return domain.lock.run(response.lockKeys, async () => {
    const before = await response.find()
    if (before) return repeated(before)
    const id = createId('fct', clock.now())
    const codes = createRecoveryCodes()
    const hashed = await hashAll(domain, id, codes)
    if (!hashed) return refuseOverloaded()
    const now = clock.now()
    const outcome = await domain.factors.create({
      record: {
        id,
        service,
        type: 'recovery_codes',
        status: 'active',
        subjectSealed: keyring.seal(subject, subjectContext(id)),
        subjectIndex: indexes[0] as Buffer,
        keyId: keyring.currentKeyId,
        secretSealed: null,
        otp: null,
        lastStep: 0,
        createdAt: now,
        confirmedAt: now,
      },
      subjectIndexes: indexes,
      codes: hashed,
      known: null,
      maxApps: 0,
      unverifiedSince: unverifiedSince(domain),
      actor: actorOf(caller, command.endUser),
      idempotency: response.write((record) => ({
        kind: 'created' as const,
        factor: factorView(record, subject), // mutant: I7.no-recovery-response
      })),
    })
    if (outcome.kind === 'answered_before') return repeated(response.replay(outcome.stored))
    if (outcome.kind !== 'created') throw new Error('sets of recovery codes are not counted')
    const factor = factorView(outcome.record, subject)
    return { kind: 'created', factor, codes: codes.map(showRecoveryCode), replayed: false }
  })
}

/** One place in the hasher's queue at a time: checks find theirs in between. Undefined: it is full. */
async function hashAll(
  { hasher, keyring }: FactorDomain,
  factorId: string,
  codes: readonly RecoveryCode[],
): Promise<NewRecoveryCode[] | undefined> {
  const hashed: NewRecoveryCode[] = []
  for (const { selector, secret } of codes) {
    const hash = await hasher.reserve('begins')?.hashPlain(secret, boundTo(factorId, selector))
    if (hash === undefined) return undefined
    const hashSealed = keyring.seal(hash, recoveryHashContext(factorId, selector))
    hashed.push({ selector, hashSealed })
  }
  return hashed
}
