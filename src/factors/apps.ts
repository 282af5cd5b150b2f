// A subject's authenticator apps with their secrets opened, and which of them count as one.
// It must not decide that a step is unused: the store does, in the transaction of what the right code does.

import { secretContext } from '../kernel/sealing.ts'
import type { StepUse } from '../verification/ports.ts'
import type { FactorDomain } from './domain.ts'
import type { FactorRecord, FactorStatus, OtpShape } from './types.ts'

export type App = {
  factorId: string
  status: FactorStatus
  secret: string
  shape: OtpShape
  lastStep: number
}

/** Undefined: no authenticator app. @throws UnknownKeyError, or Error where the secret was tampered with */
function openApp(
  { keyring }: Pick<FactorDomain, 'keyring'>,
  { id, status, secretSealed, otp, lastStep }: FactorRecord,
): App | undefined {
  if (!secretSealed || !otp) return undefined
  const secret = keyring.open(secretSealed, secretContext(id))
  return { factorId: id, status, secret, shape: otp, lastStep }
}

/** @param records of one subject. @throws as openApp: a code is not wrong where one can't be read */
export function openApps(
  domain: Pick<FactorDomain, 'keyring'>,
  records: readonly FactorRecord[],
): App[] {
  return records.flatMap((record) => openApp(domain, record) ?? [])
}

/** Those that can be opened here: one that is damaged shows no code, and must not keep another from being enrolled. */
export function openableApps(
  domain: Pick<FactorDomain, 'keyring'>,
  records: readonly FactorRecord[],
): App[] {
  return records.flatMap((record) => {
    try {
      return openApp(domain, record) ?? []
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
 * The subject's other apps with the secret and time step of this one. Digits and algorithm do not part them: the last
 * six of eight digits are the code of six.
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

/** What is used up by the code of this step. Undefined: the app or a twin has used the step, or a later one. */
export function stepUse(
  apps: readonly App[],
  app: App,
  step: number,
  subjectIndexes: readonly Uint8Array[],
): StepUse | undefined {
  const twins = twinsOf(apps, app)
  if ([app, ...twins].some(({ lastStep }) => lastStep >= step)) return undefined // mutant: C63.twin-step-used
  return {
    ...{ factorId: app.factorId, step, periodSeconds: app.shape.periodSeconds, subjectIndexes },
    twins: twins.map(({ factorId }) => factorId),
  }
}
