// A person of a test world with an authenticator app whose clock is theirs, and what they do with it.
// It must not read the store: the app knows only what the enrolment showed.

import { createOtp } from '../../src/factors/otp.ts'
import { NOBODY, type World } from '../verification/world.ts'

const otp = createOtp()
export const SHAPE = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const

export const enrolment = (subject: string) => ({
  ...{ subject, issuer: null, accountName: 'a', shape: SHAPE, secret: null, confirmed: false },
  ...NOBODY,
})

/** What the app shows, `steps` away from the world's wall. */
export function codeOf(world: World, secret: string, steps = 0): string {
  return otp.code(secret, SHAPE, Math.floor(world.wallMs() / 30_000) + steps)
}

export async function enrol(world: World, subject: string) {
  const created = await world.factors.createApp(world.caller, enrolment(subject))
  if (created.kind !== 'created' || !created.enrolment) throw new Error(created.kind)
  const { secret } = created.enrolment
  return { id: created.factor.id, secret, code: (steps?: number) => codeOf(world, secret, steps) }
}

/** Enrolled and confirmed, and the step of the confirmation has passed. */
export async function withApp(world: World, subject: string) {
  const app = await enrol(world, subject)
  const confirmed = await confirm(world, app.id, app.code())
  if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind)
  world.moveWall(60_000)
  return app
}

export const confirm = (world: World, id: string, code: string) =>
  world.factors.confirm(world.caller, { id, code, subject: null, ...NOBODY })

export async function withCodes(world: World, subject: string): Promise<string[]> {
  const made = await world.factors.createCodes(world.caller, { subject, ...NOBODY })
  if (made.kind !== 'created') throw new Error(made.kind)
  return made.codes
}

/** @returns the id of a new verification */
export async function begin(
  world: World,
  given: Parameters<World['startFactor']>[0],
): Promise<string> {
  const started = await world.startFactor(given)
  if (started.kind === 'refused') throw new Error(started.error)
  return started.verification.id
}

/** `approved`, or the slug of the refusal. */
export async function check(
  world: World,
  id: string,
  code: string,
  more: { purpose?: string; session?: string | null } = {},
): Promise<string> {
  const given = { id, code, purpose: 'login', session: null, ...more }
  const result = await world.check(given)
  return result.kind === 'refused' ? result.error : result.kind
}

/** A start and a check of its own for one code. */
export async function login(world: World, subject: string, code: string): Promise<string> {
  const channel = code.length > 10 ? 'recovery_code' : 'totp'
  return check(world, await begin(world, { subject, channel }), code)
}
