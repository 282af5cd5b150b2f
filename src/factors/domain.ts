// What the operations on factors are given beside what every operation of the domain is.
// It must not hold state of its own.

import type { Clock } from '../kernel/clock.ts'
import type { Domain } from '../verification/domain.ts'
import type { DrawQr, FactorStore, Otp } from './ports.ts'

export type FactorDomain = Domain & {
  factors: FactorStore
  /** What authenticator apps go by: the wall as it is, also where it was set back. */
  wall: Clock
  otp: Otp
  drawQr: DrawQr
}
