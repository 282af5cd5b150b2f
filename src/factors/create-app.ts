// POST /factors/totp: an authenticator app for a subject, unverified until its first right code.
// It must not show a secret twice: only the answer that made it has it, or its repetition before it is confirmed.

import { StoreUnavailableError } from '../kernel/errors.ts'
import { createId } from '../kernel/ids.ts'
import { secretContext, subjectContext } from '../kernel/sealing.ts'
import type { Caller, Refusal } from '../verification/api.ts'
import { actorOf } from '../verification/domain.ts'
import { responseFor } from '../verification/idempotency.ts'
import { subjectIndexes } from '../verification/party.ts'
import type { CreateAppCommand, CreateAppResult, Enrolment } from './api.ts'
import { presentStep } from './apps.ts'
import { type FactorDomain, refuseShownSecret, unverifiedSince } from './domain.ts'
import {
  compareWithOwn,
  giveSecret,
  type NewAppContext,
  type Own,
  type StoredResult,
  takeOver,
} from './import-app.ts'
import { MAX_APPS } from './policy.ts'
import type { CreateFactorInput } from './ports.ts'
import { factorView, type OtpShape } from './types.ts'

/** Each time another app of the subject came or went in between; it has five at the most. */
const MAX_TRIES = 30

export async function createApp(
  domain: FactorDomain,
  caller: Caller,
  command: CreateAppCommand,
): Promise<CreateAppResult> {
  const given = giveSecret(domain, command.secret)
  if (given.kind === 'refused') return given
  const { secret, warnings } = given
  const indexes = subjectIndexes(domain.keyring, caller.service.name, command.subject)
  const issuer = command.issuer ?? caller.service.brandName
  const response = responseFor<StoredResult>(domain, caller, 'factors/totp', command.idempotency)
  const context = { domain, caller, command, secret, warnings, issuer, indexes, response }
  return domain.lock.run(response.lockKeys, async () => {
    const before = await response.find()
    if (before) return answerAgain(context, before)
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const result = await createOnce(context)
      if (result) return result
    }
    throw new StoreUnavailableError('the apps of a subject changed too often during an import')
  })
}

/** Undefined: the subject's apps changed meanwhile. */
async function createOnce(context: NewAppContext): Promise<CreateAppResult | undefined> {
  const { domain, command, secret, warnings, issuer, response } = context
  const { subject, accountName, shape } = command
  const own = command.secret === null ? null : await compareWithOwn(context)
  // mutant: C63.duplicate-secret-refused
  if (own?.twin) {
    const stored = await takeOver(context, own.apps, own.twin)
    return stored && answerAgain(context, stored)
  }
  const outcome = await domain.factors.create({
    ...newApp(context, own),
    idempotency: response.write((record) => {
      return { kind: 'created', factor: factorView(record, subject), issuer, accountName }
    }),
  })
  switch (outcome.kind) {
    case 'created': {
      const factor = factorView(outcome.record, subject)
      const label = { issuer, accountName }
      const enrolment = command.secret === null ? enrol(domain, secret, shape, label) : null // mutant: I7.imported-secret-untold
      return { kind: 'created', factor, enrolment, warnings, replayed: false }
    }
    case 'too_many':
      return {
        kind: 'refused',
        error: 'too_many_factors',
        detail: `a subject can have at most ${MAX_APPS} authenticator apps, unconfirmed ones included; delete one first`,
      }
    case 'changed':
      return undefined
    case 'answered_before':
      return answerAgain(context, response.replay(outcome.stored))
  }
}

function newApp(
  { domain, caller, command, secret, indexes }: NewAppContext,
  own: Own | null,
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
      // The system that it comes from may have used the code that the app shows now.
      lastStep: Math.max(
        isActive ? presentStep(domain.wall.now(), command.shape) : 0, // mutant: C63.import-present-step
        own?.lastStep ?? 0, // mutant: C63.import-inherits-steps
      ),
      createdAt: now,
      confirmedAt: isActive ? now : null,
    },
    subjectIndexes: indexes,
    codes: null,
    known: own?.known ?? null,
    maxApps: MAX_APPS,
    unverifiedSince: unverifiedSince(domain),
    actor: actorOf(caller, command.endUser),
  }
}

function enrol(
  { otp, drawQr }: FactorDomain,
  secret: string,
  shape: OtpShape,
  label: { issuer: string; accountName: string },
): Enrolment {
  const uri = otp.uri(secret, shape, label)
  return { secret, uri, qr: drawQr(uri) }
}

/** From the stored result: a secret that was made here is read from its row, and only while that is not confirmed. */
async function answerAgain(
  { domain, caller, command, warnings }: NewAppContext,
  stored: (StoredResult & { replayed?: boolean }) | Refusal,
): Promise<CreateAppResult> {
  if (stored.kind === 'refused') return stored
  const { kind, factor, issuer, accountName, replayed = false } = stored
  const again = { kind, factor, warnings, replayed }
  if (command.secret !== null) return { ...again, enrolment: null }
  const record = await domain.factors.find(caller.service.name, factor.id, unverifiedSince(domain))
  if (record?.status !== 'unverified' || !record.secretSealed) return refuseShownSecret(factor.id) // mutant: I7.secret-until-confirmed
  const secret = domain.keyring.open(record.secretSealed, secretContext(record.id))
  const enrolment = enrol(domain, secret, record.otp ?? command.shape, { issuer, accountName })
  return { ...again, enrolment }
}
