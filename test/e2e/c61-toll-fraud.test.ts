// C61: whoever earns by each message withholds its receipts, or has providers fail. The messages of a verification and of a number
// stay within their limits, to the message: whatever is retried, failed over, sent again, asked for or started anew.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type MadeUp,
  type Plan,
  providerSettings,
  type Received,
  report,
  startMadeUp,
} from '../delivery/made-up-providers.ts'
import { waitFor } from './service-process.ts'
import { type Steered, startSteered } from './steered-service.ts'

const PER_NUMBER = 8
const PER_VERIFICATION = 5
const CHAIN = [{ channel: 'telegram', timeout_seconds: 10 }, 'sms']
const TTL_SECONDS = 600
/** Another message may be asked for, and a step that waits is due. */
const NEXT_SEND_SECONDS = 31
/** The waits between resends grow: all of them lie in these. */
const ROUNDS = 14
const TO = '+14155550161'

let providers: MadeUp
let service: Steered
beforeEach(async () => {
  providers = await startMadeUp()
  service = await startSteered({
    ...providerSettings(providers.url),
    LIMIT_SENDS_PER_NUMBER_BURST: `${PER_NUMBER}/86400`,
    DELIVERY_DEADLINE_SECONDS: '1',
  })
})
afterEach(async () => {
  await service.close()
  await providers.close()
})

const start = () => service.start({ to: TO, channels: CHAIN, ttl_seconds: TTL_SECONDS })
const next = (id: string) => service.client.post(`/verify/${id}/next`, {})

/** Nothing is on its way, nor will be tried again; its chain has gone out. Where reports come, each has: the next try follows one. */
const settled = (id: string, isReported: boolean) =>
  waitFor(`the messages of ${id} to settle`, async () => {
    const { deliveries, next_step } = (await service.look(id)).body
    const statuses = (deliveries as { status: string }[]).map(({ status }) => status)
    const open = isReported ? /queued|sending|sent/ : /queued|sending/
    return (!next_step && !statuses.some((one) => open.test(one))) || undefined
  })

/** All that a caller can do to have one more sent. One after the other: what is replaced before it went out is no message. */
async function askForMore(id: string, isReported: boolean): Promise<void> {
  await Promise.all([next(id), next(id), next(id)])
  await settled(id, isReported)
  service.forward(NEXT_SEND_SECONDS)
  await service.resend(id)
  await settled(id, isReported)
}

const WITHHELD: [string, Plan, boolean][] = [
  ['no provider gives an answer', 'never', false],
  ['all are accepted, and no receipt comes', { status: 200 }, false],
  ['all are accepted, and each is reported as not delivered', { status: 200 }, true],
]

/** As the carrier reports: whatever it took did not arrive. */
function reportLost(): () => void {
  const told = new Set<Received>()
  const timer = setInterval(() => {
    for (const message of providers.messages) {
      if (told.has(message) || message.answered === null) continue
      told.add(message)
      void report(service.url, message, 'undelivered')
    }
  }, 30)
  return () => clearInterval(timer)
}

describe.each(WITHHELD)('C61: %s', (_, plan, isReported) => {
  it('a verification has five messages and no more, and its code is good', async () => {
    providers.behave(() => plan)
    const stop = isReported ? reportLost() : () => {}
    const started = await start()
    expect(started.status).toBe(201)
    const { id } = started.body
    for (let n = 0; n < ROUNDS; n += 1) await askForMore(id, isReported)
    stop()
    const own = providers.of(id)
    expect(own.length).toBe(PER_VERIFICATION)
    expect(new Set(own.map(({ code }) => code)).size).toBe(1)
    // I15: nothing of all that ended it.
    expect((await service.check({ id, code: own[0]?.code })).body.status).toBe('approved')
  })

  it('a number has as many as its limit, however many verifications they are of', async () => {
    providers.behave(() => plan)
    const stop = isReported ? reportLost() : () => {}
    const ids: string[] = []
    for (let n = 0; n < PER_NUMBER + 2; n += 1) {
      const { status, body } = await start()
      if (status === 201) ids.push(body.id)
      else expect([status, body.limit?.name]).toEqual([429, 'sends_per_number_burst'])
      for (const id of ids.slice(-2)) await askForMore(id, isReported)
    }
    stop()
    expect(ids.length).toBeGreaterThan(0)
    expect(providers.messages.length).toBe(PER_NUMBER)
  })
})
