import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest'
import type { LaneKey } from '../../src/delivery/outbox-ports.ts'
import type { OutgoingMessage, Provider, SendResult } from '../../src/delivery/ports.ts'
import { createPrices } from '../../src/delivery/prices.ts'
import { quiet } from '../quiet.ts'
import { answer, type FaultServer, hang, startFaultServer } from './fault-server.ts'
import { CODE, openWorld, type World } from './world.ts'

let world: World
let server: FaultServer
beforeEach(async () => {
  world = await openWorld()
  server = await startFaultServer()
})
afterEach(async () => {
  await world.close()
  await server.close()
  // C30: whatever happened, neither the code nor the number was logged.
  expect(world.lines.join('\n')).not.toMatch(/4711471147|4155552671/)
})

const statusOf = async (id: string) => (await world.delivery(id)).status
const until = (condition: () => unknown, timeout = 5_000) =>
  vi.waitUntil(condition, { timeout, interval: 5 })
const untilStatus = (id: string, status: string) =>
  until(async () => (await statusOf(id)) === status)

/** A provider made by a test: it records its messages and answers as told. */
function fake(
  send: (message: OutgoingMessage, signal: AbortSignal) => Promise<SendResult>,
): Provider {
  return { name: 'fake', channels: ['sms'], send }
}

describe('the delivery worker', () => {
  it('sends a started verification right after a wake, without waiting for the next round', async () => {
    const worker = world.work()
    await until(() => worker.status().state === 'running')
    const { id } = await world.begin({ channel: 'email' })
    const before = performance.now()
    worker.wake()
    await until(() => world.inbox.list().length === 1)
    expect(quiet(performance.now() - before)).toBeLessThan(900)
    await untilStatus(id, 'sent')
    expect(world.inbox.list()[0]).toMatchObject({
      verification_id: id,
      to: '+14155552671',
      code: CODE,
      subject: 'Your Example code',
    })
    expect(await world.delivery(id)).toMatchObject({ provider: 'inbox', tries: 1, error: null })
  })

  it('I18: each message that went out, or may have, has its price in the event of its answer; a refusal has none', async () => {
    const answers: SendResult[] = [
      { kind: 'temporary', error: { code: 'busy', message: 'busy' }, retryAfterMs: null },
      { kind: 'ambiguous', error: { code: 'timeout', message: 'no answer' } },
      { kind: 'accepted', reference: 'SM1' },
    ]
    const provider = fake(async () => answers.shift() ?? { kind: 'accepted', reference: null })
    const price = { provider: 'fake', channel: 'sms', country: 'US', currency: 'USD' } as const
    const priceOf = createPrices([{ ...price, micros: 7_900 }])
    world.work({ providers: [provider], priceOf, random: () => 0 })
    const { id } = await world.begin({ country: 'US' })
    await untilStatus(id, 'sent')
    const { items } = await world.store.events.list({
      ...{ service: null, verificationId: id, cursor: null, limit: 20 },
    })
    const answered = items.filter(({ type }) => /delivery\.(retrying|sent)/.test(type)).reverse()
    expect(answered.map(({ details }) => [details.parts, details.price])).toEqual([
      [undefined, undefined],
      [1, '0.0079'],
      [1, '0.0079'],
    ])
  })

  it('finds a verification of another process within about a second', async () => {
    world.work()
    const { id } = await world.begin()
    await untilStatus(id, 'sent')
  })

  it('C41: after a row that only another node can open, this node checks later than it is due', async () => {
    const BACK_MS = 100
    let dueAt = 1
    const laterByMs: number[] = []
    world.work({
      plan: () => ({ kind: 'give_back', delayMs: BACK_MS }),
      outbox: {
        dueLanes: async () => [{ channel: 'sms', provider: null, at: dueAt }],
        async claim({ now, plan }) {
          laterByMs.push(now - dueAt)
          plan({} as Parameters<typeof plan>[0])
          dueAt = now + BACK_MS
          return []
        },
      },
    })
    await until(() => laterByMs.length === 3)
    expect(Math.min(...laterByMs)).toBeGreaterThanOrEqual(500)
  })

  it('many wakes of one tick are one poll', async () => {
    const dueLanes = vi.fn(world.store.outbox.dueLanes)
    const worker = world.work({ outbox: { dueLanes } })
    await until(() => dueLanes.mock.calls.length === 1)
    await new Promise((resolve) => setImmediate(resolve))
    for (let i = 0; i < 100; i += 1) worker.wake()
    await until(() => dueLanes.mock.calls.length > 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(dueLanes.mock.calls.length).toBe(2)
  })

  it('what was committed here is claimed in its channel, without a look, as places come free', async () => {
    const dueLanes = vi.fn(async () => [])
    const claim = vi.fn(world.store.outbox.claim) as typeof world.store.outbox.claim & Mock
    const worker = world.work({ outbox: { dueLanes, claim }, concurrencyPerLane: 1 })
    await until(() => dueLanes.mock.calls.length === 1)
    const begun = [await world.begin(), await world.begin(), await world.begin()]
    for (let i = 0; i < 100; i += 1) worker.wake('sms')
    for (const { id } of begun) await untilStatus(id, 'sent')
    const channels = claim.mock.calls.flatMap(([{ lanes }]) => [
      ...new Set(lanes.map(({ channel }: LaneKey) => channel)),
    ])
    expect(new Set(channels)).toEqual(new Set(['sms']))
    expect(channels.length).toBeLessThanOrEqual(4)
  })

  it('a store that fails in a claim without a look is looked at again', async () => {
    let isAway = true
    const worker = world.work({
      outbox: {
        claim(input) {
          if (!isAway) return world.store.outbox.claim(input)
          isAway = false
          return Promise.reject(new Error('away'))
        },
      },
    })
    await until(() => worker.status().state === 'running')
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'sent')
    expect(isAway).toBe(false)
  })

  it('C21: a provider that hangs delays no other channel', async () => {
    server.behave(hang)
    const mail: Provider = { ...world.inbox, channels: ['email'] }
    const worker = world.work({
      providers: [world.gateway(server.url), mail],
      concurrencyPerLane: 2,
    })
    for (let i = 0; i < 6; i += 1) await world.begin()
    worker.wake()
    await until(() => server.seen.length === 2)
    const { id } = await world.begin({ channel: 'email', to: 'ada@example.com' })
    worker.wake()
    const before = performance.now()
    await untilStatus(id, 'sent')
    expect(quiet(performance.now() - before)).toBeLessThan(3_000)
    expect(worker.status().inFlight.sms).toBe(2)
    expect(server.seen.length).toBe(2)
  })

  it('C21: one that outlives its deadline loses its place, even if it ignores the signal', async () => {
    const never = fake(() => new Promise(() => {}))
    const worker = world.work({ providers: [never], deadlineMs: 50, concurrencyPerLane: 1 })
    const first = await world.begin()
    const second = await world.begin()
    worker.wake()
    for (const { id } of [first, second])
      await until(async () => (await world.delivery(id)).error?.code === 'timeout')
  })

  it('C21: a send that throws does not crash the worker, and its message is not logged', async () => {
    const worker = world.work({
      providers: [fake((message) => Promise.reject(new TypeError(JSON.stringify(message))))],
    })
    const { id } = await world.begin()
    worker.wake()
    await until(async () => (await world.delivery(id)).error?.code === 'provider_error')
    expect(world.lines.join('\n')).toContain('TypeError')
    expect(world.lines.join('\n')).not.toMatch(/4711471147|4155552671/)
  })

  it('C21: 500, then taken: retried with backoff, and logged', async () => {
    server.behave(answer(500, 'oops'))
    const worker = world.work({ providers: [world.gateway(server.url)], random: () => 0.99 })
    const { id } = await world.begin()
    worker.wake()
    await until(() => server.seen.length === 1)
    await untilStatus(id, 'queued')
    expect((await world.delivery(id)).error?.code).toBe('http_500')
    server.behave(answer(202))
    world.advance(1_000)
    worker.wake()
    await untilStatus(id, 'sent')
    const bodies = server.seen.map(({ body }) => JSON.parse(body))
    expect(bodies.map(({ code }) => code)).toEqual([CODE, CODE])
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(2)
  })

  // NumberSearch 423, textbee 366: a gateway's 504 after it took the message sent the same SMS again and again.
  it.each([408, 500, 502, 504])(
    'C67: %i may come after an acceptance: three tries under one key, then failed',
    async (status) => {
      server.behave(answer(status))
      const worker = world.work({ providers: [world.gateway(server.url)], random: () => 0 })
      const { id } = await world.begin()
      worker.wake()
      await untilStatus(id, 'failed')
      expect(server.seen.length).toBe(3)
      const keys = server.seen.map(({ headers }) => headers['idempotency-key'])
      expect(new Set(keys)).toEqual(new Set([(await world.delivery(id)).id]))
      expect(new Set(server.seen.map(({ body }) => JSON.parse(body).id)).size).toBe(3)
    },
  )

  it('C67: a message that may have been accepted states the same minutes again; before and later, the remaining ones', async () => {
    const waits = [
      { status: 503, nextInMs: 60_000 },
      { status: 504, nextInMs: 90_000 },
      { status: 429, nextInMs: 90_000 },
      { status: 502, nextInMs: 0 },
    ]
    const { id } = await world.begin()
    // Far from the end of a minute at each try, however slow the machine is.
    world.advance(15_000)
    const worker = world.work({ providers: [world.gateway(server.url)], random: () => 0.99 })
    for (const [n, { status, nextInMs }] of waits.entries()) {
      server.behave(answer(status))
      worker.wake()
      await until(() => server.seen.length === n + 1)
      await untilStatus(id, 'queued')
      world.advance(nextInMs)
    }
    const texts = server.seen.map(({ body }) => JSON.parse(body).text)
    const minutes = texts.map((text) => /(\d+) min/.exec(text)?.[1])
    // Remaining: 585, 525, 435 and 345 s; the third comes 90 s after the second, the fourth 180 s.
    expect(minutes).toEqual(['9', '8', '8', '5'])
  })

  it('C67: 503, 425 and 429 were not accepted: no bound but the time', async () => {
    const statuses = [503, 425, 429, 503, 503, 202]
    server.behave((response) => response.writeHead(statuses.shift() ?? 202).end())
    const worker = world.work({ providers: [world.gateway(server.url)], random: () => 0 })
    const { id } = await world.begin()
    worker.wake()
    await untilStatus(id, 'sent')
    expect(server.seen.length).toBe(6)
  })

  it('a permanent failure fails at once with the provider’s code', async () => {
    server.behave(answer(400))
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin()
    worker.wake()
    await untilStatus(id, 'failed')
    expect((await world.delivery(id)).error?.code).toBe('http_400')
    expect(server.seen.length).toBe(1)
  })

  it('C24: answers that never come: three sends, then failed', async () => {
    server.behave((response) => response.socket?.destroy())
    const worker = world.work({ providers: [world.gateway(server.url)], random: () => 0 })
    const { id } = await world.begin()
    const before = performance.now()
    worker.wake()
    await untilStatus(id, 'failed')
    expect(server.seen.length).toBe(3)
    // The waits were 0: none of them was slept through (that takes two seconds).
    expect(quiet(performance.now() - before)).toBeLessThan(1_900)
  })

  it('C22: one poisoned recipient among 1,000: the 999 are not delayed', async () => {
    const poisoned = '+14155550000'
    server.behave((response, { body }) => {
      if (!body.includes(poisoned)) response.writeHead(202).end()
      else response.socket?.destroy()
    })
    const ids: string[] = []
    for (let batch = 0; batch < 10; batch += 1) {
      const made = Array.from({ length: 100 }, (_, i) =>
        world.begin(batch === 0 && i === 0 ? { to: poisoned } : {}),
      )
      for (const { id } of await Promise.all(made)) ids.push(id)
    }
    const worker = world.work({ providers: [world.gateway(server.url)], random: () => 0.9 })
    const [bad = '', ...good] = ids
    worker.wake()
    await until(() => server.seen.length >= 1_000, 20_000)
    for (const id of good) await untilStatus(id, 'sent')
    expect(await statusOf(bad)).not.toBe('sent')
  })
})
