// A secret that is imported though the subject has it: the app that is there answers, and no second one is made.
// It must not make a second app of one secret and shape: its codes would be good twice.

import type { Caller, Refusal } from '../verification/api.ts'
import { actorOf } from '../verification/domain.ts'
import type { Recall } from '../verification/idempotency.ts'
import type { CreateAppCommand, FactorView } from './api.ts'
import { type App, openableApps, twinsOf } from './apps.ts'
import type { FactorDomain } from './domain.ts'
import { unverifiedSince } from './look-up.ts'
import { presentStep } from './match-step.ts'
import type { FactorRecord, OtpShape } from './types.ts'
import { factorView } from './view.ts'

/** What is kept under an Idempotency-Key: how to make the answer again, not the secret. */
export type StoredResult = {
  kind: 'created' | 'there'
  factor: FactorView
  issuer: string
  accountName: string
}

export type TakeOverContext = {
  domain: FactorDomain
  caller: Caller
  command: CreateAppCommand
  /** Base32. */
  secret: string
  warnings: readonly string[]
  issuer: string
  indexes: Buffer[]
  recall: Recall<StoredResult>
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
export async function compareWithOwn({
  domain,
  caller,
  command,
  secret,
  indexes,
}: TakeOverContext): Promise<Own> {
  const records = await domain.factors.ofSubject({
    ...{ service: caller.service.name, subjectIndexes: indexes },
    unverifiedSince: unverifiedSince(domain),
  })
  const apps = openableApps(domain, records)
  const { shape } = command
  const twins = twinsOf(apps, { factorId: null, secret, shape })
  const same = twins.filter((app) => isSameShape(app.shape, shape))
  const app = same.find(({ status }) => status === 'active') ?? same[0]
  const record = records.find(({ id }) => id === app?.factorId)
  return {
    ...{ apps, known: records.map(({ id }) => id), twin: app && record && { app, record } },
    lastStep: Math.max(0, ...twins.map((twin) => twin.lastStep)),
  }
}

/** The present step, or one later than what the app and its twins have used: none of theirs is used again. */
function unusedStep({ domain }: TakeOverContext, app: App, twins: readonly App[]): number {
  const used = [app, ...twins].map(({ lastStep }) => lastStep + 1)
  return Math.max(presentStep(domain.wall.now(), app.shape), ...used)
}

/**
 * What the answer is made of, kept under the Idempotency-Key as well. One that waits for its first code becomes active
 * where the import says that the app has proved itself elsewhere.
 * @returns undefined where it changed or went meanwhile
 */
export async function takeOver(
  begun: TakeOverContext,
  apps: readonly App[],
  { app, record }: Twin,
): Promise<(StoredResult & { replayed?: boolean }) | Refusal | undefined> {
  const { domain, caller, command, issuer, recall } = begun
  const { subject, accountName } = command
  const keptOf = (of: FactorRecord): StoredResult => ({
    ...{ kind: 'there', factor: factorView(of, subject), issuer, accountName },
  })
  const twins = twinsOf(apps, app)
  const isToActivate = command.confirmed && app.status === 'unverified'
  const idempotency = recall.write((effect: { record: FactorRecord }) => keptOf(effect.record))
  if (!isToActivate && idempotency === null) return keptOf(record)
  const outcome = await domain.factors.confirm({
    ...{ id: app.factorId, service: caller.service.name, now: domain.clock.now() },
    step: isToActivate ? unusedStep(begun, app, twins) : null,
    twins: twins.map(({ factorId }) => factorId),
    actor: actorOf(caller, command.endUser),
    idempotency,
  })
  switch (outcome?.kind) {
    case 'answered_before':
      return recall.replay(outcome.stored)
    case 'confirmed':
      return keptOf(outcome.record)
    case 'wrong':
      return isToActivate ? undefined : keptOf(outcome.record)
    default:
      return undefined
  }
}
