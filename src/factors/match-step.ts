// Which time step a code is of (RFC 6238 §5.2): the present one, or within the window around it.
// It must not say that a step is unused: the store decides that, in the transaction of the approval.

import { timingSafeEqual } from 'node:crypto'
import type { Otp } from './ports.ts'
import type { OtpShape } from './types.ts'

function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8')
  const right = Buffer.from(b, 'utf8')
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Of the present moment. */
export function presentStep(nowMs: number, { periodSeconds }: OtpShape): number {
  return Math.floor(nowMs / 1000 / periodSeconds)
}

/**
 * The newest step in the window with this code; all of them are looked at, whichever it is.
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
