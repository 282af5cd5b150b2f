// Requests as text, what was answered to them, and starts that wait until the test lets them go.

import { type Double, KEY, VIEW } from './double.ts'
import type { Wire } from './raw-wire.ts'

export const PATIENCE = { timeout: 10_000 }
export const BODY = '{"to":"+14155552671"}'
export const START = `POST /verify/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`
export const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'

/** Of the answers heard so far, in order. */
export const statuses = (wire: Wire) =>
  [...wire.heard().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status).join(' ')

/** Starts wait for `go`; how many wait at once is counted. */
export function countStarts(double: Double) {
  const waiting: (() => void)[] = []
  let most = 0
  double.answer('start', async () => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      most = Math.max(most, waiting.length)
    })
    return { kind: 'started', verification: VIEW, budgets: [], replayed: false }
  })
  const go = () => waiting.shift()?.()
  return { go, waiting, most: () => most }
}
