// The whole service over real sockets, in this process, so that a test can move its wall clock forward.
// It must not fake anything but Date.now: files, hashes, timers and sockets are real.

import { vi } from 'vitest'
import type { Answer } from '../http/client.ts'
import { type Real, startReal } from '../http/real.ts'
import { LIGHT, UNLIMITED } from './service-process.ts'

export type Steered = Real & {
  /** The wall jumps; the service adopts it at its next look. */
  forward(seconds: number): void
  check(body: object, headers?: Record<string, string>): Promise<Answer>
  resend(id: string, body?: object, headers?: Record<string, string>): Promise<Answer>
  cancel(id: string, headers?: Record<string, string>): Promise<Answer>
  look(id: string): Promise<Answer>
  /** Every message of the inbox for this verification. */
  messages(id: string): Promise<{ code: string; to: string; text: string }[]>
  /** What is in the event log for this verification, oldest first. */
  events(id: string): Promise<{ type: string; details: Record<string, unknown> }[]>
}

/** A wall that its own machine sets back meanwhile: the service's clock does not follow, and is ahead of it by so much. */
const SET_BACK_MS = 100

/** No limits but those that the test asks for. */
export async function startSteered(env: Record<string, string> = {}): Promise<Steered> {
  const now = Date.now
  let aheadMs = 0
  // The limiter's library reads Date.now itself.
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs)
  const real = await startReal({ ...LIGHT, ...UNLIMITED, ...env })
  const { client, admin } = real
  return {
    ...real,
    forward(seconds) {
      aheadMs += seconds * 1000 + SET_BACK_MS
    },
    check: (body, headers = {}) => client.post('/verify/check', body, headers),
    resend: (id, body = {}, headers = {}) => client.post(`/verify/${id}/resend`, body, headers),
    cancel: (id, headers = {}) => client.post(`/verify/${id}/cancel`, {}, headers),
    look: (id) => client.get(`/verify/${id}`),
    async messages(id) {
      const { body } = await client.get('/dev/inbox', { accept: 'application/json' })
      return body.filter((one: { verification_id: string }) => one.verification_id === id)
    },
    async events(id) {
      const { body } = await admin.get(`/admin/api/events?verification=${id}&limit=100`)
      return body.events.reverse()
    },
    async close() {
      await real.close()
      spy.mockRestore()
    },
  }
}

/** Digits of the same length that are surely not this code. */
export function wrong(code: string): string {
  return (code.startsWith('9') ? '0' : '9') + code.slice(1)
}

export function outcomeOf(answer: Answer): [number, string | undefined] {
  return [answer.status, answer.body?.error]
}
