// POST /factors/totp: an authenticator app for a subject, unverified until its first right code.
// It must not tell a secret twice: only the answer that made it has it, or its repetition before it is confirmed.

import { createId } from '../kernel/ids.ts'
import { secretContext, subjectContext } from '../kernel/sealing.ts'
import type { Caller, Refusal } from '../verification/api.ts'
import { actorOf, type Domain, type Trace } from '../verification/domain.ts'
import { recallFor } from '../verification/recall.ts'
import type { CreateAppCommand, CreateAppResult, Enrolment, FactorView } from './api.ts'
import { giveSecret } from './give-secret.ts'
import { unverifiedSince } from './look-up.ts'
import { MAX_APPS } from './policy.ts'
import type { CreateFactorInput } from './ports.ts'
import { refuseToldBefore } from './refuse.ts'
import { subjectIndexes } from './subject.ts'
import type { FactorRecord } from './types.ts'
import { factorView } from './view.ts'

/** What is kept under an Idempotency-Key: how to make the answer again, not the secret. */
type Kept = { kind: 'created'; factor: FactorView; issuer: string; accountName: string }

export async function createApp(
  domain: Domain,
  caller: Caller,
  command: CreateAppCommand,
  trace: Trace,
): Promise<CreateAppResult> {
  const given = giveSecret(domain, command.secret)
  if (given.kind === 'refused') return given
  const { secret, warnings } = given
  const { subject, accountName } = command
  const indexes = subjectIndexes(domain.keyring, caller.service.name, subject)
  trace.budgetIndex = indexes[0] ?? null
  const issuer = command.issuer ?? caller.service.brandName
  const recall = recallFor<Kept>(domain, caller, 'factors/totp', command.idempotency)
  const again = (kept: (Kept & { replayed?: boolean }) | Refusal) =>
    kept.kind === 'refused' ? kept : tellAgain(domain, caller, { command, kept, warnings })
  return domain.lock.run(recall.lockKeys, async () => {
    const before = await recall.find()
    if (before) return again(before)
    const outcome = await domain.factors.create({
      ...newApp(domain, caller, command, secret, indexes),
      idempotency: recall.write((record) => ({
        ...{ kind: 'created' as const, factor: factorView(record, subject), issuer, accountName },
      })),
    })
    switch (outcome.kind) {
      case 'created': {
        const factor = factorView(outcome.record, subject)
        const told = { domain, secret, record: outcome.record, issuer, accountName }
        const enrolment = command.secret === null ? enrol(told) : null
        return { kind: 'created', factor, enrolment, warnings, replayed: false }
      }
      case 'too_many':
        return {
          kind: 'refused',
          error: 'too_many_factors',
          detail: `a subject has at most ${MAX_APPS} authenticator apps, those not confirmed yet included; delete one first`,
        }
      case 'answered_before':
        return again(recall.replay(outcome.stored))
    }
  })
}

function newApp(
  domain: Domain,
  caller: Caller,
  command: CreateAppCommand,
  secret: string,
  indexes: Buffer[],
): Omit<CreateFactorInput, 'idempotency'> {
  const { keyring } = domain
  const now = domain.clock.now()
  const id = createId('fct', now)
  const isActive = command.confirmed
  return {
    record: {
      id,
      service: caller.service.name,
      type: 'totp',
      status: isActive ? 'active' : 'unverified',
      subjectSealed: keyring.seal(command.subject, subjectContext(id)),
      subjectIndex: indexes[0] as Buffer,
      keyId: keyring.currentKeyId,
      secretSealed: keyring.seal(secret, secretContext(id)),
      otp: command.shape,
      createdAt: now,
      confirmedAt: isActive ? now : null,
    },
    subjectIndexes: indexes,
    codes: null,
    maxApps: MAX_APPS,
    unverifiedSince: unverifiedSince(domain),
    actor: actorOf(caller, command.endUser),
  }
}

function enrol(told: {
  domain: Domain
  secret: string
  record: FactorRecord
  issuer: string
  accountName: string
}): Enrolment {
  const { domain, secret, record, issuer, accountName } = told
  if (!record.otp) throw new Error('an authenticator app has a shape')
  const uri = domain.otp.uri(secret, record.otp, { issuer, accountName })
  return { secret, uri, qr: domain.drawQr(uri) }
}

/** The same answer for who did not hear the first, from the row itself, and only while it is not confirmed. */
async function tellAgain(
  domain: Domain,
  caller: Caller,
  told: { command: CreateAppCommand; kept: Kept; warnings: string[] },
): Promise<CreateAppResult> {
  const { command, kept, warnings } = told
  const { factor, issuer, accountName } = kept
  const again = { kind: 'created' as const, factor, warnings, replayed: true }
  if (command.secret !== null) return { ...again, enrolment: null }
  const record = await domain.factors.find(caller.service.name, factor.id, unverifiedSince(domain))
  if (record?.status !== 'unverified' || !record.secretSealed) return refuseToldBefore(factor.id)
  const secret = domain.keyring.open(record.secretSealed, secretContext(record.id))
  const enrolment = enrol({ domain, secret, record, issuer, accountName })
  return { ...again, enrolment }
}
