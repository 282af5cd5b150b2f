// C53 on a real service: the first provider is slow, throttled, silent, lying or dead, and the code arrives by the second, once, with
// the same digits; and the service is killed on the way from the one to the other.

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  type Carried,
  type MadeUp,
  type Plan,
  providerSettings,
  report,
  startMadeUp,
} from '../delivery/made-up-providers.ts'
import { LONG } from '../long.ts'
import { quiet } from '../quiet.ts'
import {
  ADMIN_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'

const DEADLINE_MS = 1_000
/** Beside the deadline, or a receipt: a settlement, a claim and a request of this machine. */
const BESIDE_MS = 1_500
const KILLS = LONG ? 12 : 2
/** After the first provider's answer has left. */
const KILL_WITHIN_MS = 8
const accepts: Plan = { status: 200 }

let first: MadeUp
let second: MadeUp
const directory = temporaryDirectory()
const opened: ServiceProcess[] = []
beforeAll(async () => {
  first = await startMadeUp()
  second = await startMadeUp()
})
afterEach(() => {
  first.behave(() => accepts)
  second.behave(() => accepts)
})
afterAll(async () => {
  await Promise.all(opened.map((service) => service.stop()))
  await Promise.all([first.close(), second.close()])
  directory.remove()
})

async function start(path: string): Promise<ServiceProcess> {
  const service = await startService(path, {
    ...UNLIMITED,
    ...providerSettings(second.url),
    HTTP_SMS_URL: `${first.url}/first`,
    DELIVERY_DEADLINE_SECONDS: String(DEADLINE_MS / 1000),
  })
  opened.push(service)
  return service
}

let numbers = 0
async function begin(service: ServiceProcess): Promise<string> {
  numbers += 1
  const { status, body } = await service.post('/verify/start', { to: `+1415555${1000 + numbers}` })
  expect(status).toBe(201)
  return body.id
}

const arrival = (provider: MadeUp, id: string) =>
  waitFor(`a message of ${id}`, () => provider.of(id)[0])
const statusOf = async (service: ServiceProcess, id: string) =>
  (await service.get(`/verify/${id}`)).body.delivery_status
const untilStatus = (service: ServiceProcess, id: string, status: string) =>
  waitFor(
    `${id} to be ${status}`,
    async () => (await statusOf(service, id)) === status || undefined,
  )

async function eventsOf(service: ServiceProcess, id: string) {
  const { body } = await service.get(`/admin/api/events?verification=${id}&limit=100`, {
    authorization: `Bearer ${ADMIN_KEY}`,
  })
  return body.events.toReversed() as { type: string; details: Record<string, unknown> }[]
}

/** The same digits by whoever sent them, and they are good (I14, I15). */
async function expectOneCode(service: ServiceProcess, id: string): Promise<void> {
  const codes = new Set([...first.of(id), ...second.of(id)].map(({ code }) => code))
  expect(codes.size).toBe(1)
  const checked = await service.post('/verify/check', { id, code: [...codes][0] })
  expect([checked.status, checked.body.status]).toEqual([200, 'approved'])
}

describe('C53: the first provider', () => {
  let service: ServiceProcess
  beforeAll(async () => {
    service = await start(directory.path)
  })
  it.each<[string, Plan]>([
    ['is slow', { status: 200, afterMs: DEADLINE_MS + 1_500 }],
    ['is throttled', { status: 429 }],
    ['is out of order', { status: 503 }],
    ['refuses the message', { status: 400 }],
    ['is silent', 'never'],
  ])('%s: the code arrives by the second, in time and once', async (_, plan) => {
    first.behave(() => plan)
    const id = await begin(service)
    const { at } = await arrival(first, id)
    const message = await arrival(second, id)
    expect(quiet(message.at - at)).toBeLessThan(DEADLINE_MS + BESIDE_MS)
    await untilStatus(service, id, 'sent')
    expect(await report(service.url, message, 'delivered')).toBe(204)
    expect(await statusOf(service, id)).toBe('delivered')
    // A slow one delivers it after all: a message more, and told so.
    const [late] = first.of(id)
    if (plan !== 'never' && plan.status === 200 && late) {
      expect(await report(service.url, late, 'delivered')).toBe(204)
      const told = (await eventsOf(service, id)).filter(({ type }) => type === 'delivery.delivered')
      expect(told.map(({ details }) => details.double)).toEqual([undefined, true])
    }
    expect([first.of(id).length, second.of(id).length]).toEqual([1, 1])
    await expectOneCode(service, id)
  })

  it('lies (accepts, and reports that it did not arrive): by the second once that is known', async () => {
    const id = await begin(service)
    const lied = await arrival(first, id)
    await untilStatus(service, id, 'sent')
    const began = performance.now()
    expect(await report(service.url, lied, 'undelivered')).toBe(204)
    await arrival(second, id)
    expect(quiet(performance.now() - began)).toBeLessThan(BESIDE_MS)
    await untilStatus(service, id, 'sent')
    expect([first.of(id).length, second.of(id).length]).toEqual([1, 1])
    await expectOneCode(service, id)
  })

  it('accepts and reports nothing: silence makes no second message', async () => {
    const [silent, other] = [await begin(service), await begin(service)]
    await arrival(first, silent)
    await untilStatus(service, silent, 'sent')
    // Past everything that a failover takes: that of another message has gone through meanwhile.
    await untilStatus(service, other, 'sent')
    expect(await report(service.url, await arrival(first, other), 'undelivered')).toBe(204)
    await arrival(second, other)
    expect(second.of(silent)).toEqual([])
    await expectOneCode(service, silent)
  })

  it('is dead: by the second at once', async () => {
    await first.close()
    const began = performance.now()
    const id = await begin(service)
    await arrival(second, id)
    expect(quiet(performance.now() - began)).toBeLessThan(DEADLINE_MS + BESIDE_MS)
    await untilStatus(service, id, 'sent')
    await expectOneCode(service, id)
    // For the next ones.
    first = await startMadeUp()
  })
})

/** One message is allowed more for each try whose answer died with the process; each is told. */
async function expectTold(service: ServiceProcess, id: string): Promise<void> {
  const messages = [...first.of(id), ...second.of(id)].filter(({ answered }) => answered !== 503)
  expect(messages.length).toBeLessThanOrEqual(2)
  for (const message of messages) expect(await report(service.url, message, 'delivered')).toBe(204)
  const events = await eventsOf(service, id)
  const told = events.filter(({ type }) => type === 'delivery.delivered')
  expect(told.map(({ details }) => details.double === true)).toEqual(messages.map((_, n) => n > 0))
  const reclaimed = events.filter(({ type }) => type === 'delivery.reclaimed').length
  expect(messages.length).toBeLessThanOrEqual(1 + reclaimed)
}

/** `message` is answered, and soon after that its service is dead. */
async function killAfter(service: ServiceProcess, answered: Promise<unknown>): Promise<void> {
  await answered
  await sleep(Math.random() * KILL_WITHIN_MS)
  service.kill('SIGKILL')
  await service.exited
}

describe('C53, I5: killed between the two', () => {
  it.each(Array.from({ length: KILLS }, (_, n) => n))(
    'after the first one refused it: it goes out by the second, with the same code (%i)',
    async () => {
      const { path, remove } = temporaryDirectory()
      const refused = Promise.withResolvers<Carried>()
      first.behave((message) => {
        refused.resolve(message)
        return { status: 503 }
      })
      const service = await start(path)
      const id = await begin(service)
      await killAfter(service, refused.promise)
      const next = await start(path)
      await untilStatus(next, id, 'sent')
      expect(second.of(id).length).toBeGreaterThan(0)
      await expectTold(next, id)
      await expectOneCode(next, id)
      expect(await next.stop()).toBe(0)
      remove()
    },
  )

  it.each(Array.from({ length: KILLS }, (_, n) => n))(
    'after the first one reported that it did not arrive: it goes out by the second (%i)',
    async () => {
      const { path, remove } = temporaryDirectory()
      const service = await start(path)
      const id = await begin(service)
      const lost = await arrival(first, id)
      await untilStatus(service, id, 'sent')
      await killAfter(service, report(service.url, lost, 'undelivered'))
      const next = await start(path)
      await untilStatus(next, id, 'sent')
      const messages = second.of(id)
      expect(messages.length).toBeGreaterThan(0)
      const reclaimed = (await eventsOf(next, id)).filter(
        ({ type }) => type === 'delivery.reclaimed',
      )
      expect(messages.length).toBeLessThanOrEqual(1 + reclaimed.length)
      expect(first.of(id)).toHaveLength(1)
      await expectOneCode(next, id)
      expect(await next.stop()).toBe(0)
      remove()
    },
  )
})
