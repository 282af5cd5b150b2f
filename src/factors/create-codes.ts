// POST /factors/recovery-codes: ten codes for a subject; the set before is void from then on.
// It must not keep a code: what is stored is a hash of each, and no answer tells them again.

import { createId } from '../kernel/ids.ts'
import { recoveryHashContext, subjectContext } from '../kernel/sealing.ts'
import type { Caller } from '../verification/api.ts'
import { actorOf, type Trace } from '../verification/domain.ts'
import { recallFor } from '../verification/idempotency.ts'
import { refuseOverloaded } from '../verification/refuse.ts'
import { subjectIndexes } from '../verification/subject.ts'
import type { CreateCodesCommand, CreateCodesResult, FactorView } from './api.ts'
import type { FactorDomain } from './domain.ts'
import { unverifiedSince } from './look-up.ts'
import type { NewRecoveryCode } from './ports.ts'
import {
  boundTo,
  createRecoveryCodes,
  type RecoveryCode,
  showRecoveryCode,
} from './recovery-code.ts'
import { refuseShownSecret } from './refuse.ts'
import { factorView } from './view.ts'

type StoredResult = { kind: 'created'; factor: FactorView }

export async function createCodes(
  domain: FactorDomain,
  caller: Caller,
  command: CreateCodesCommand,
  trace: Trace,
): Promise<CreateCodesResult> {
  const { subject } = command
  const indexes = subjectIndexes(domain.keyring, caller.service.name, subject)
  trace.party = { kind: 'subject', subject }
  const recall = recallFor<StoredResult>(
    domain,
    caller,
    'factors/recovery-codes',
    command.idempotency,
  )
  return domain.lock.run(recall.lockKeys, async () => {
    const before = await recall.find()
    if (before) return before.kind === 'refused' ? before : refuseShownSecret(before.factor.id)
    const { keyring } = domain
    const id = createId('fct', domain.clock.now())
    const codes = createRecoveryCodes()
    const hashed = await hashAll(domain, id, codes)
    if (!hashed) return refuseOverloaded()
    const now = domain.clock.now()
    const outcome = await domain.factors.create({
      record: {
        ...{ id, service: caller.service.name, type: 'recovery_codes', status: 'active' },
        subjectSealed: keyring.seal(subject, subjectContext(id)),
        subjectIndex: indexes[0] as Buffer,
        keyId: keyring.currentKeyId,
        ...{ secretSealed: null, otp: null, lastStep: 0, createdAt: now, confirmedAt: now },
      },
      subjectIndexes: indexes,
      codes: hashed,
      known: null,
      maxApps: 0,
      unverifiedSince: unverifiedSince(domain),
      actor: actorOf(caller, command.endUser),
      idempotency: recall.write((record) => ({
        ...{ kind: 'created' as const, factor: factorView(record, subject) }, // mutant: I7.no-recovery-recall
      })),
    })
    if (outcome.kind === 'answered_before') {
      const kept = recall.replay(outcome.stored)
      return kept.kind === 'refused' ? kept : refuseShownSecret(kept.factor.id)
    }
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
