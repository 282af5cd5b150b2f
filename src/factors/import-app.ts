// The secret of a new authenticator app, made here or imported; where the subject has it already, its app answers.
// It must not make a second app of one secret and shape (its codes would be good twice), nor a secret under 160 bits.

import type { Caller, Refusal } from '../verification/api.ts'
import { actorOf } from '../verification/domain.ts'
import type { StoredResponse } from '../verification/idempotency.ts'
import { refuseFields } from '../verification/refuse.ts'
import type { CreateAppCommand } from './api.ts'
import { type App, openableApps, presentStep, twinsOf } from './apps.ts'
import { type FactorDomain, unverifiedSince } from './domain.ts'
import { IMPORTED_SECRET_BYTES, SECRET_BYTES } from './policy.ts'
import { type FactorRecord, type FactorView, factorView, type OtpShape } from './types.ts'

/** Base32, and what the caller should know of it. */
type GivenSecret = { kind: 'given'; secret: string; warnings: string[] }

/** @param imported as the caller gave it; null: one is made */
export function giveSecret({ otp }: FactorDomain, imported: string | null): GivenSecret | Refusal {
  if (imported === null)
    return { kind: 'given', secret: otp.createSecret(SECRET_BYTES), warnings: [] }
  const read = otp.readSecret(imported)
  const refuse = (detail: string) => refuseFields([{ field: 'secret', detail }])
  if (read.kind === 'unreadable') return refuse(read.detail)
  const { min, warned, max } = IMPORTED_SECRET_BYTES
  const bits = read.bytes * 8
  if (read.bytes < min) return refuse(`has ${bits} bits: ${min * 8} (16 letters) at least`)
  if (read.bytes > max) return refuse(`has ${bits} bits: ${max * 8} (103 letters) at most`)
  const warning = `the imported secret has ${bits} bits, and RFC 4226 requires ${warned * 8}: enrol a new app in its place when the person can scan a QR code`
  return { kind: 'given', secret: read.secret, warnings: read.bytes < warned ? [warning] : [] } // mutant: C63.short-secret-warning
}

/** Stored under an Idempotency-Key: how to make the answer again, not the secret. */
export type StoredResult = {
  kind: 'created' | 'there'
  factor: FactorView
  issuer: string
  accountName: string
}

export type NewAppContext = {
  domain: FactorDomain
  caller: Caller
  command: CreateAppCommand
  /** Base32. */
  secret: string
  warnings: readonly string[]
  issuer: string
  indexes: Buffer[]
  response: StoredResponse<StoredResult>
}

type Twin = { app: App; record: FactorRecord }
export type Own = {
  apps: App[]
  /** Ids of all that were compared. */
  known: string[]
  twin: Twin | undefined
  /** The newest step that an app with the secret has used, whatever its shape; 0: none. */
  lastStep: number
}

const isSameShape = (one: OtpShape, other: OtpShape) =>
  one.algorithm === other.algorithm &&
  one.digits === other.digits &&
  one.periodSeconds === other.periodSeconds

/** The subject's apps, and the one among them that shows the codes of the imported secret: an active one first. */
export async function compareWithOwn(context: NewAppContext): Promise<Own> {
  const { domain, caller, command, secret, indexes } = context
  const records = await domain.factors.ofSubject({
    service: caller.service.name,
    subjectIndexes: indexes,
    unverifiedSince: unverifiedSince(domain),
  })
  const apps = openableApps(domain, records)
  const { shape } = command
  const twins = twinsOf(apps, { factorId: null, secret, shape })
  const same = twins.filter((app) => isSameShape(app.shape, shape))
  const app = same.find(({ status }) => status === 'active') ?? same[0]
  const record = records.find(({ id }) => id === app?.factorId)
  return {
    apps,
    known: records.map(({ id }) => id),
    twin: app && record && { app, record },
    lastStep: Math.max(0, ...twins.map(({ lastStep }) => lastStep)),
  }
}

/**
 * The result of the app that is there, stored under the Idempotency-Key as well. One that waits for its first code
 * becomes active where the import says that the app has proved itself elsewhere: by the present step, or one later
 * than what the app and its twins have used, so that none of theirs is used again.
 * @returns undefined where it changed or was removed meanwhile
 */
export async function takeOver(
  { domain, caller, command, issuer, response }: NewAppContext,
  apps: readonly App[],
  { app, record }: Twin,
): Promise<(StoredResult & { replayed?: boolean }) | Refusal | undefined> {
  const { subject, accountName } = command
  const resultOf = (of: FactorRecord): StoredResult => {
    return { kind: 'there', factor: factorView(of, subject), issuer, accountName }
  }
  const twins = twinsOf(apps, app)
  const isToActivate = command.confirmed && app.status === 'unverified'
  const idempotency = response.write((effect: { record: FactorRecord }) => resultOf(effect.record))
  if (!isToActivate && idempotency === null) return resultOf(record)
  const unusedStep = Math.max(
    presentStep(domain.wall.now(), app.shape),
    ...[app, ...twins].map(({ lastStep }) => lastStep + 1),
  )
  const outcome = await domain.factors.confirm({
    id: app.factorId,
    service: caller.service.name,
    now: domain.clock.now(),
    step: isToActivate ? unusedStep : null,
    twins: twins.map(({ factorId }) => factorId),
    actor: actorOf(caller, command.endUser),
    idempotency,
  })
  switch (outcome?.kind) {
    case 'answered_before':
      return response.replay(outcome.stored)
    case 'confirmed':
      return resultOf(outcome.record)
    case 'wrong':
      return isToActivate ? undefined : resultOf(outcome.record)
    default:
      return undefined
  }
}
