// The export of one person as a file: JSON, in clear, with everything that is kept about them.
// It must not hold what is kept about the service: indexes, sealed bytes, codes.

import { toWireTime } from '../http/schemas/answers.ts'
import { toWireEvent } from '../http/schemas/events.ts'
import { toWireFactor } from '../http/schemas/factors.ts'
import type { AttemptDetail } from './admin.ts'
import type { Exported } from './export.ts'
import type { SendAttempt } from './ports.ts'

const timeOrNull = (at: number | null) => (at === null ? null : toWireTime(at))

const sendOf = (one: SendAttempt) => ({
  ...{ message: one.send, attempt: one.attempt, provider: one.provider },
  ...{ started_at: toWireTime(one.startedAt), duration_ms: one.durationMs, result: one.result },
  ...{ provider_id: one.reference, error_code: one.errorCode, error_message: one.errorMessage },
})

const verificationOf = ({ attempt: one, events, sends }: AttemptDetail) => ({
  ...{ id: one.id, reference: one.reference, service: one.service, status: one.status },
  ...{ channel: one.channel, purpose: one.purpose, authenticated: one.authenticated },
  ...{ country: one.country, client_ip: one.clientIp, locale: one.locale, metadata: one.metadata },
  ...{ wrong_codes: one.failed, max_attempts: one.maxAttempts },
  ...{ sends: one.sends, max_sends: one.maxSends, delivery_status: one.deliveryStatus },
  ...{ created_at: toWireTime(one.createdAt), expires_at: toWireTime(one.expiresAt) },
  ended_at: timeOrNull(one.endedAt),
  send_attempts: sends.map(sendOf),
  events: events.map(toWireEvent),
})

export function personFile(exported: Exported, now: number): string {
  const { person, verifications, factors, events, isComplete } = exported
  const file = {
    exported_at: toWireTime(now),
    ...(person.to === null ? { subject: person.subject } : { to: person.to }),
    /** False: there is more than one file holds. */
    is_complete: isComplete,
    verifications: verifications.map(verificationOf),
    factors: factors.map((one) => ({ service: one.service, ...toWireFactor(one) })),
    events: events.map(toWireEvent),
  }
  return JSON.stringify(file, null, 2)
}
