// A subject's authenticator apps with their secrets opened: which of them count as one, and the time step of a code.
// It must not decide that a step is unused: the store does, in the transaction of the approval.

import { timingSafeEqual } from 'node:crypto'
import { secretContext } from '../kernel/sealing.ts'
import type { StepUse } from '../verification/state.ts'
import type { FactorDomain } from './domain.ts'
import type { Otp } from './ports.ts'
import type { FactorRecord, FactorStatus, OtpShape } from './types.ts'

export type App = {
  factorId: string
  status: FactorStatus
  secret: string
  shape: OtpShape
  lastStep: number
}

type Deps = Pick<FactorDomain, 'keyring'>

/** Empty: no authenticator app. @throws UnknownKeyError, or Error where the secret was tampered with */
function openApp({ keyring }: Deps, record: FactorRecord): App[] {
  const { id, status, secretSealed, otp, lastStep } = record
  if (!secretSealed || !otp) return []
  const secret = keyring.open(secretSealed, secretContext(id))
  return [{ factorId: id, status, secret, shape: otp, lastStep }]
}

/** @param records of one subject. @throws as openApp: no code is wrong while an app cannot be read */
export function openApps(deps: Deps, records: readonly FactorRecord[]): App[] {
  return records.flatMap((record) => openApp(deps, record))
}

/** Those that can be opened here: a damaged one shows no code, and must not keep another from being enrolled. */
export function openableApps(deps: Deps, records: readonly FactorRecord[]): App[] {
  return records.flatMap((record) => {
    try {
      return openApp(deps, record)
    } catch {
      return []
    }
  })
}

/** HMAC fills a key up with zeros (RFC 2104 §2): secrets that end in more of them show the same codes. A is zero in Base32. */
const withoutZeros = (secret: string) => secret.replace(/A+$/, '')

function isSameSecret(one: string, other: string): boolean {
  return withoutZeros(one) === withoutZeros(other) // mutant: C63.trailing-zeros-equal
}

/**
 * The subject's other apps with the secret and time step of this one. Digits and algorithm make no difference: the
 * last six of eight digits are the code of six.
 */
export function twinsOf(
  apps: readonly App[],
  { factorId, secret, shape }: Pick<App, 'secret' | 'shape'> & { factorId: string | null },
): App[] {
  return apps.filter(
    (one) =>
      one.factorId !== factorId &&
      one.shape.periodSeconds === shape.periodSeconds &&
      isSameSecret(one.secret, secret),
  )
}

/** Everything that the code of this step uses up. Undefined: the app or a twin has used the step, or a later one. */
export function stepUse(
  apps: readonly App[],
  app: App,
  step: number,
  subjectIndexes: readonly Uint8Array[],
): StepUse | undefined {
  const twins = twinsOf(apps, app)
  if ([app, ...twins].some(({ lastStep }) => lastStep >= step)) return undefined // mutant: C63.twin-step-used
  return {
    factorId: app.factorId,
    step,
    periodSeconds: app.shape.periodSeconds,
    subjectIndexes,
    twins: twins.map(({ factorId }) => factorId),
  }
}

/** Of the present moment. */
export function presentStep(nowMs: number, { periodSeconds }: OtpShape): number {
  return Math.floor(nowMs / 1000 / periodSeconds)
}

function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8')
  const right = Buffer.from(b, 'utf8')
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * The newest step in the window with this code (RFC 6238 §5.2); all of them are compared, whichever it is.
 * @param app its secret in Base32
 * @param window steps before and after the present one
 */
export function matchStep(
  otp: Pick<Otp, 'code'>,
  app: { secret: string; shape: OtpShape },
  code: string,
  nowMs: number,
  window: number,
): number | null {
  const present = presentStep(nowMs, app.shape)
  let found: number | null = null
  for (let step = Math.max(0, present - window); step <= present + window; step += 1)
    if (isSame(otp.code(app.secret, app.shape, step), code)) found = step
  return found
}
