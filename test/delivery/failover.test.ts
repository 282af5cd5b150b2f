// C53: a provider that is dead, slow, throttled or silent, and the message that goes out by the next of its route: over real
// sockets, once, with the same code.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseRoutes } from '../../src/config/routes.ts'
import type { Provider } from '../../src/delivery/ports.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { createSteps } from '../contract/steps.ts'
import { quiet } from '../quiet.ts'
import {
  answer,
  type Behaviour,
  closeWithoutAnswer,
  type FaultServer,
  hang,
  refusedUrl,
  startFaultServer,
} from './fault-server.ts'
import { CODE, openWorld, type WorkerOptions, type World } from './world.ts'

const DEADLINE_MS = 400
/** Beside the deadline: a claim, a settlement, a claim and a request of this machine. */
const BESIDE_MS = 1_000

let world: World
let servers: { first: FaultServer; second: FaultServer }
beforeEach(async () => {
  world = await openWorld()
  const [first, second] = [await startFaultServer(), await startFaultServer()]
  servers = { first, second }
  // Loading its library would take a busy machine longer than a deadline here.
  await world.gateway(first.url).prepare?.()
})
afterEach(async () => {
  await world.close()
  await Promise.all([servers.first.close(), servers.second.close()])
  expect(world.lines.join('\n')).not.toMatch(/4711471147|4155552671/)
})

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
const untilStatus = (id: string, status: string) =>
  until(async () => (await world.delivery(id)).status === status)
const named = (name: string, url: string): Provider => ({ ...world.gateway(url), name })
const codesAt = ({ seen }: FaultServer) =>
  seen.map(({ body }) => (JSON.parse(body) as { code: string }).code)

const both = () => [named('first', servers.first.url), named('second', servers.second.url)]

function work(options: WorkerOptions = {}) {
  const routes = { sms: parseRoutes('first, second') }
  return world.work({ providers: both(), routes, deadlineMs: DEADLINE_MS, ...options })
}

async function eventsOf(id: string) {
  const query = { service: null, verificationId: id, cursor: null, limit: 100 }
  const { items } = await world.store.events.list(query)
  return items.toReversed().map(({ type, details }) => ({ type, details }))
}

const throttled = answer(429, '', { 'retry-after': '60' })
const late: Behaviour = (response) => void setTimeout(() => response.writeHead(200).end(), 5_000)

describe('C53: the first provider', () => {
  it.each([
    ['is down', answer(503)],
    ['is throttled for a minute', throttled],
    ['answers 500', answer(500)],
    ['hangs', hang],
    ['answers too late', late],
    ['closes without an answer', closeWithoutAnswer],
    ['refuses the account', answer(401)],
    ['refuses the message', answer(400)],
  ])('%s: the code arrives by the second, in time, once', async (_, behaviour) => {
    servers.first.behave(behaviour)
    const worker = work()
    const { id } = await world.begin()
    const began = performance.now()
    worker.wake('sms')
    await untilStatus(id, 'sent')
    expect(quiet(performance.now() - began)).toBeLessThan(DEADLINE_MS + BESIDE_MS)
    expect(codesAt(servers.second)).toEqual([CODE])
    expect(servers.first.seen).toHaveLength(1)
    expect(await world.delivery(id)).toMatchObject({ provider: 'second', tries: 2, error: null })
    const retrying = (await eventsOf(id)).find(({ type }) => type === 'delivery.retrying')
    expect(retrying?.details).toMatchObject({ provider: 'first', next_provider: 'second' })
  })

  it('cannot be reached', async () => {
    const dead = await refusedUrl()
    const worker = work({ providers: [named('first', dead), named('second', servers.second.url)] })
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'sent')
    expect(codesAt(servers.second)).toEqual([CODE])
  })

  it('says that there is no such recipient: nobody else is asked', async () => {
    const none: Provider = {
      ...{ name: 'first', channels: ['sms'] },
      send: async () => ({
        ...{ kind: 'permanent', fault: 'recipient' },
        error: { code: '21211', message: 'no such number' },
      }),
    }
    const worker = work({ providers: [none, named('second', servers.second.url)] })
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'failed')
    expect(servers.second.seen).toEqual([])
  })

  it('and the second: a new round begins after a backoff, with the same code', async () => {
    servers.first.behave(answer(503))
    servers.second.behave(answer(503))
    const worker = work()
    const { id } = await world.begin()
    worker.wake('sms')
    await until(() => servers.second.seen.length >= 1)
    servers.first.behave(answer(200))
    await untilStatus(id, 'sent')
    const retries = (await eventsOf(id)).filter(({ type }) => type === 'delivery.retrying')
    expect(retries[0]?.details).toMatchObject({ next_provider: 'second', retry_in_ms: 0 })
    expect(retries[1]?.details).toMatchObject({ provider: 'second', next_provider: 'first' })
    expect(new Set([...codesAt(servers.first), ...codesAt(servers.second)])).toEqual(
      new Set([CODE]),
    )
  })

  it('and the second refuse it for good: it has failed, and neither is asked again', async () => {
    servers.first.behave(answer(400))
    servers.second.behave(answer(400))
    const worker = work()
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'failed')
    expect([servers.first.seen.length, servers.second.seen.length]).toEqual([1, 1])
    // I15: what did arrive is still good.
    expect(await world.store.verifications.find('default', id)).toMatchObject({
      ...{ status: 'pending', codeHash: expect.any(String) },
    })
  })
})

describe('C53: a provider that fails for everybody', () => {
  it('is left alone after five in a row, tried by one message after 15 s, and used again', async () => {
    servers.first.behave(answer(503))
    const worker = work()
    const send = async () => {
      const { id } = await world.begin()
      worker.wake('sms')
      await untilStatus(id, 'sent')
    }
    for (let n = 0; n < 8; n += 1) await send()
    expect([servers.first.seen.length, servers.second.seen.length]).toEqual([5, 8])
    servers.first.behave(answer(200))
    world.advance(15_000)
    await send()
    await send()
    expect([servers.first.seen.length, servers.second.seen.length]).toEqual([7, 8])
  })

  it('is asked anyway where it is the only one: each message has its own backoff', async () => {
    servers.first.behave(answer(503))
    const worker = work({ providers: [named('first', servers.first.url)], routes: {} })
    for (let n = 0; n < 8; n += 1) await world.begin()
    worker.wake('sms')
    await until(() => servers.first.seen.length >= 8)
    servers.first.behave(answer(200))
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'sent')
  })

  it('or asked for a pause: those who come next go to the second at once', async () => {
    servers.first.behave(throttled)
    const worker = work()
    for (let n = 0; n < 3; n += 1) {
      const { id } = await world.begin()
      worker.wake('sms')
      await untilStatus(id, 'sent')
    }
    expect([servers.first.seen.length, servers.second.seen.length]).toEqual([1, 3])
  })

  it('B10: one that hangs costs the messages of another nothing', async () => {
    servers.first.behave(hang)
    const routes = { sms: parseRoutes('+44 -> second; default -> first') }
    const worker = work({ routes, concurrencyPerLane: 2, deadlineMs: 10_000 })
    for (let n = 0; n < 6; n += 1) await world.begin()
    worker.wake('sms')
    await until(() => servers.first.seen.length === 2)
    const began = performance.now()
    for (let n = 0; n < 6; n += 1) {
      const { id } = await world.begin({ to: '+447400123456', country: 'GB' })
      worker.wake('sms')
      await untilStatus(id, 'sent')
    }
    expect(quiet(performance.now() - began)).toBeLessThan(3_000)
    expect(servers.first.seen).toHaveLength(2)
  })
})

describe('C53: between the failure and the second try', () => {
  it('the process ends: the next one sends it by the second, and the first is not asked again', async () => {
    servers.first.behave(answer(503))
    const settled = Promise.withResolvers<void>()
    // Killed with the settlement: nothing is claimed after it.
    let isDead = false
    const worker = work({
      outbox: {
        async settle(input) {
          isDead = true
          const outcome = await world.store.outbox.settle(input)
          settled.resolve()
          return outcome
        },
        claim: async (input) => (isDead ? [] : world.store.outbox.claim(input)),
      },
    })
    const { id } = await world.begin()
    worker.wake('sms')
    await settled.promise
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', provider: 'second' })
    work()
    await untilStatus(id, 'sent')
    expect([servers.first.seen.length, codesAt(servers.second)]).toEqual([1, [CODE]])
  })

  it('C23: the process ends with the second try: its lease runs out, and it counts as one that may have gone out', async () => {
    servers.first.behave(answer(503))
    servers.second.behave(hang)
    const dead = work({
      outbox: {
        settle: (input) =>
          input.claim.provider === 'first'
            ? world.store.outbox.settle(input)
            : new Promise(() => {}),
      },
    })
    const { id } = await world.begin()
    dead.wake('sms')
    await until(() => servers.second.seen.length === 1)
    servers.second.behave(answer(200))
    world.advance(60_000)
    work()
    await untilStatus(id, 'sent')
    expect(await world.delivery(id)).toMatchObject({ provider: 'second', tries: 3 })
    expect(codesAt(servers.second)).toEqual([CODE, CODE])
  })
})

it('I17: nothing goes out by the second once the verification has ended', async () => {
  servers.first.behave(hang)
  const worker = work()
  const { id } = await world.begin()
  worker.wake('sms')
  await until(() => servers.first.seen.length === 1)
  const steps = createSteps(world.store.verifications)
  await steps.cancel({ id, service: 'default', now: world.clock.now() })
  await untilStatus(id, 'canceled')
  expect(servers.second.seen).toEqual([])
})

describe('a row whose provider nobody here has', () => {
  it.each([
    ['none: an older program made it', null],
    ['one that was removed', 'gone'],
  ])('%s: it is routed again', async (_, provider) => {
    const { id } = await world.begin()
    world.store.client.prepare('update deliveries set provider = ?').run(provider)
    work()
    await untilStatus(id, 'sent')
    expect(codesAt(servers.first)).toEqual([CODE])
    expect(await world.delivery(id)).toMatchObject({ provider: 'first', tries: 1 })
  })
})

it('C49: a decoy goes the way of the real ones: from one that rests to the next', async () => {
  servers.first.behave(answer(503))
  const worker = work()
  for (let n = 0; n < 6; n += 1) {
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'sent')
  }
  const asked = servers.first.seen.length
  const { id } = await world.begin({ kind: 'decoy' })
  worker.wake('sms')
  await untilStatus(id, 'sent')
  expect(await world.delivery(id)).toMatchObject({ provider: 'second', tries: 1 })
  expect(servers.first.seen).toHaveLength(asked)
  expect(servers.second.seen).toHaveLength(6)
})

it('I17: a process that stood still while its message was counted gives it back instead of sending late', async () => {
  servers.first.behave(closeWithoutAnswer)
  let counted = 0
  const worker = work({
    async countMessage() {
      counted += 1
      // By then another worker may have the row, or the person may have ended it.
      if (counted === 1) world.advance(60_000)
      return 'admitted'
    },
  })
  const { id } = await world.begin()
  worker.wake('sms')
  await untilStatus(id, 'sent')
  expect([counted, codesAt(servers.second)]).toEqual([2, [CODE]])
})

describe('I18: a try after one that may have gone out', () => {
  const ask = async (admission: () => Promise<'admitted' | 'refused'>) => {
    servers.first.behave(closeWithoutAnswer)
    const counted: string[] = []
    const worker = work({
      async countMessage({ prepared }) {
        counted.push(prepared.to)
        return admission()
      },
    })
    const { id } = await world.begin()
    worker.wake('sms')
    return { id, worker, counted }
  }

  it('is counted in the limits before it goes', async () => {
    const { id, counted } = await ask(async () => 'admitted')
    await untilStatus(id, 'sent')
    expect(counted).toEqual(['+14155552671'])
    expect(codesAt(servers.second)).toEqual([CODE])
  })

  it('is not made where a limit refuses it, and the send has failed', async () => {
    const { id } = await ask(async () => 'refused')
    await untilStatus(id, 'failed')
    expect(await world.delivery(id)).toMatchObject({ error: { code: 'limited' } })
    expect(servers.second.seen).toEqual([])
  })

  it('waits where the limits cannot be reached', async () => {
    let isAway = true
    const away = () => Promise.reject(new StoreUnavailableError('away'))
    const { id, worker } = await ask(() => (isAway ? away() : Promise.resolve('admitted')))
    await until(async () => (await world.delivery(id)).error?.code === 'limits_unavailable')
    expect(servers.second.seen).toEqual([])
    isAway = false
    world.advance(30_000)
    worker.wake()
    await untilStatus(id, 'sent')
    expect(codesAt(servers.second)).toEqual([CODE])
  })

  it('is not counted after one that was not taken', async () => {
    servers.first.behave(answer(503))
    const worker = work({ countMessage: async () => 'refused' })
    const { id } = await world.begin()
    worker.wake('sms')
    await untilStatus(id, 'sent')
  })
})
