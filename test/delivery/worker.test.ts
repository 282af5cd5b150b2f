import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OutgoingMessage, Provider, SendResult } from '../../src/delivery/ports.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
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

/** A provider of a test's own making: what it was given, and what it answers. */
function fake(
  send: (message: OutgoingMessage, signal: AbortSignal) => Promise<SendResult>,
): Provider {
  return { name: 'fake', channels: ['sms'], send }
}

describe('the delivery worker', () => {
  it('sends what was started, after a wake without waiting for the next look', async () => {
    const worker = world.work()
    await until(() => worker.status().state === 'running')
    const { id } = await world.begin({ channel: 'email' })
    const before = performance.now()
    worker.wake()
    await until(() => world.inbox.list().length === 1)
    expect(performance.now() - before).toBeLessThan(500)
    await untilStatus(id, 'sent')
    expect(world.inbox.list()[0]).toMatchObject({
      verification_id: id,
      to: '+14155552671',
      code: CODE,
      subject: `Your Example code: ${CODE}`,
    })
    expect(await world.delivery(id)).toMatchObject({ provider: 'inbox', attempts: 1, error: null })
  })

  it('finds what another process started, within about a second', async () => {
    world.work()
    const { id } = await world.begin()
    await untilStatus(id, 'sent')
  })

  it('many wakes of one tick are one look', async () => {
    const nextDueAt = vi.fn(world.store.outbox.nextDueAt)
    const worker = world.work({ outbox: { nextDueAt } })
    await until(() => nextDueAt.mock.calls.length === 1)
    await new Promise((resolve) => setImmediate(resolve))
    for (let i = 0; i < 100; i += 1) worker.wake()
    await until(() => nextDueAt.mock.calls.length > 1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(nextDueAt.mock.calls.length).toBe(2)
  })

  it('C21: a provider that hangs delays no other channel', async () => {
    server.behave(hang)
    const mail: Provider = { ...world.inbox, channels: ['email'] }
    const worker = world.work({
      providers: [world.gateway(server.url), mail],
      concurrencyPerChannel: 2,
    })
    for (let i = 0; i < 6; i += 1) await world.begin()
    worker.wake()
    await until(() => server.seen.length === 2)
    const { id } = await world.begin({ channel: 'email', to: 'ada@example.com' })
    worker.wake()
    const before = performance.now()
    await untilStatus(id, 'sent')
    expect(performance.now() - before).toBeLessThan(1_000)
    expect(worker.status().inFlight.sms).toBe(2)
    expect(server.seen.length).toBe(2)
  })

  it('C21: one that outlives its deadline loses its place, even if it ignores the signal', async () => {
    const never = fake(() => new Promise(() => {}))
    const worker = world.work({ providers: [never], deadlineMs: 50, concurrencyPerChannel: 1 })
    const first = await world.begin()
    const second = await world.begin()
    worker.wake()
    for (const { id } of [first, second])
      await until(async () => (await world.delivery(id)).error?.code === 'timeout')
  })

  it('C21: a send that throws is no crash, and its message is not logged', async () => {
    const worker = world.work({
      providers: [fake((message) => Promise.reject(new TypeError(JSON.stringify(message))))],
    })
    const { id } = await world.begin()
    worker.wake()
    await until(async () => (await world.delivery(id)).error?.code === 'provider_error')
    expect(world.lines.join('\n')).toContain('TypeError')
    expect(world.lines.join('\n')).not.toMatch(/4711471147|4155552671/)
  })

  it('C21: 500, then taken: retried with backoff, and told', async () => {
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
    expect(new Set(bodies.map(({ id: attempt }) => attempt)).size).toBe(2)
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
    // The waits were 0: none of them was slept through.
    expect(performance.now() - before).toBeLessThan(900)
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

describe('what is not sent', () => {
  it('C49: a decoy becomes sent after a time like the others’, by the same provider, without a request', async () => {
    const providers = [world.gateway(server.url)]
    const worker = world.work({ providers })
    const real = await world.begin()
    const decoy = await world.begin({ kind: 'decoy' })
    worker.wake()
    await untilStatus(real.id, 'sent')
    await untilStatus(decoy.id, 'sent')
    expect(server.seen.length).toBe(1)
    const [a, b] = [await world.delivery(real.id), await world.delivery(decoy.id)]
    expect(b).toMatchObject({ provider: a.provider, attempts: 1, error: null, deliveredAt: null })
    // The first of all: nothing was measured yet.
    expect((b.sentAt ?? 0) - b.queuedAt).toBeGreaterThanOrEqual(290)
  })

  it('C49: a decoy takes as long as a recent real one', async () => {
    const slow = fake(async () => {
      world.advance(40)
      return { kind: 'accepted', reference: null }
    })
    const worker = world.work({ providers: [slow], random: () => 0 })
    const real = await world.begin()
    worker.wake()
    await untilStatus(real.id, 'sent')
    const decoy = await world.begin({ kind: 'decoy' })
    worker.wake()
    await untilStatus(decoy.id, 'sent')
    const { sentAt, queuedAt } = await world.delivery(decoy.id)
    expect((sentAt ?? 0) - queuedAt).toBeGreaterThanOrEqual(39)
    expect((sentAt ?? 0) - queuedAt).toBeLessThan(250)
  })

  it('C19: a test recipient’s message is not sent', async () => {
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin({ kind: 'test' })
    worker.wake()
    await untilStatus(id, 'sent')
    expect(server.seen.length).toBe(0)
  })

  it('C25: what has under 20 s left is not sent', async () => {
    const { id } = await world.begin()
    world.advance(581_000)
    const worker = world.work({ providers: [world.gateway(server.url)] })
    worker.wake()
    await untilStatus(id, 'failed')
    expect(server.seen.length).toBe(0)
  })

  it('C41: sealed with a key this node lacks: given back, and sent by one that has it', async () => {
    const { id } = await world.begin()
    const stranger = world.work({ roots: [Buffer.alloc(32, 9)] })
    stranger.wake()
    await until(async () => ((await world.store.outbox.nextDueAt()) ?? 0) > world.clock.now())
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', attempts: 0, error: null })
    await stranger.drain(1_000)
    world.advance(2_000)
    world.work().wake()
    await untilStatus(id, 'sent')
  })

  it('a row that was tampered with fails for good and stops nothing', async () => {
    const bad = await world.begin({ codeSealed: Buffer.alloc(38) })
    const worker = world.work()
    const { id } = await world.begin()
    worker.wake()
    await untilStatus(id, 'sent')
    // A key id of zeros is a key this node lacks: it may be another's.
    expect(await statusOf(bad.id)).toBe('queued')
    const other = await world.begin()
    const swapped = await world.begin({ codeSealed: Buffer.from(other.codeSealed ?? []) })
    worker.wake()
    await untilStatus(swapped.id, 'failed')
    expect((await world.delivery(swapped.id)).error?.code).toBe('unreadable')
  })

  it('a channel that nothing carries fails and says so', async () => {
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin({ channel: 'voice' })
    worker.wake()
    await untilStatus(id, 'failed')
    expect((await world.delivery(id)).error?.code).toBe('no_provider')
  })
})

describe('the store in trouble', () => {
  it('C24: accepted, then our write fails: written later, and sent once', async () => {
    let failures = 3
    const settle: typeof world.store.outbox.settle = (input) => {
      failures -= 1
      if (failures >= 0) return Promise.reject(new StoreUnavailableError('disk full'))
      return world.store.outbox.settle(input)
    }
    server.behave(answer(202))
    const worker = world.work({ providers: [world.gateway(server.url)], outbox: { settle } })
    const { id } = await world.begin()
    worker.wake()
    await untilStatus(id, 'sent')
    expect(failures).toBeLessThan(0)
    expect(server.seen.length).toBe(1)
  })

  it('C24: while no result can be written, no more goes out than a lane has places', async () => {
    const settle = () => Promise.reject(new StoreUnavailableError('disk full'))
    server.behave(answer(202))
    const worker = world.work({
      providers: [world.gateway(server.url)],
      outbox: { settle },
      concurrencyPerChannel: 3,
    })
    for (let i = 0; i < 10; i += 1) await world.begin()
    worker.wake()
    await until(
      () => world.lines.filter((line) => line.includes('could not be written')).length > 6,
    )
    expect(server.seen.length).toBe(3)
  })

  it('C23: a lease that ran out is claimed by another, with the same code, and told', async () => {
    const stuck = fake(() => new Promise(() => {}))
    const first = world.work({ providers: [stuck] })
    const { id } = await world.begin()
    first.wake()
    await until(() => first.status().inFlight.sms === 1)
    const second = world.work({ providers: [{ ...world.inbox, name: 'fake' }] })
    second.wake()
    await until(() => second.status().state === 'running')
    expect(world.inbox.list()).toEqual([])
    world.advance(30_000)
    second.wake()
    await untilStatus(id, 'sent')
    expect(world.inbox.list()).toMatchObject([{ code: CODE }])
    await first.drain(1_200)
    expect(world.lines.join('\n')).toContain('the lease had run out')
    expect(await statusOf(id)).toBe('sent')
  })

  it('C23: a process that stood still after its claim gives the row back instead of sending late', async () => {
    let stalls = 1
    const claim: typeof world.store.outbox.claim = async (input) => {
      const claims = await world.store.outbox.claim(input)
      if (claims.length > 0 && stalls-- > 0) world.advance(25_000)
      return claims
    }
    const release = vi.fn(world.store.outbox.release)
    server.behave(answer(202))
    world.work({ providers: [world.gateway(server.url)], outbox: { claim, release } })
    const { id } = await world.begin()
    await untilStatus(id, 'sent')
    expect(release).toHaveBeenCalledTimes(1)
    expect(server.seen.length).toBe(1)
    expect(await world.delivery(id)).toMatchObject({ attempts: 1 })
  })

  it('C17: goes on by itself when the store is back', async () => {
    let isAway = true
    const worker = world.work({
      outbox: {
        nextDueAt: () =>
          isAway
            ? Promise.reject(new StoreUnavailableError('away'))
            : world.store.outbox.nextDueAt(),
      },
    })
    await until(() => !worker.status().storeReachable)
    const { id } = await world.begin()
    isAway = false
    await untilStatus(id, 'sent')
    expect(worker.status().storeReachable).toBe(true)
    expect(world.lines.filter((line) => line.includes('can not claim')).length).toBe(1)
  })
})

describe('drain', () => {
  it('C39: lets sends settle, claims no more, and gives back what has not begun', async () => {
    const answers: ((result: SendResult) => void)[] = []
    const slow = fake(() => new Promise((resolve) => answers.push(resolve)))
    const worker = world.work({ providers: [slow], concurrencyPerChannel: 1 })
    const first = await world.begin()
    const second = await world.begin()
    worker.wake()
    await until(() => answers.length === 1)
    const drained = worker.drain(5_000)
    worker.wake()
    expect(worker.status().state).toBe('draining')
    answers[0]?.({ kind: 'accepted', reference: 'x' })
    await drained
    expect(await statusOf(first.id)).toBe('sent')
    expect(await world.delivery(second.id)).toMatchObject({ status: 'queued', attempts: 0 })
    expect(worker.status()).toMatchObject({ state: 'stopped', inFlight: { sms: 0 } })
  })

  it('C39: claimed while the drain began: released, due at once, no attempt counted', async () => {
    let draining: Promise<void> | undefined
    const claim: typeof world.store.outbox.claim = async (input) => {
      const claims = await world.store.outbox.claim(input)
      if (claims.length > 0) draining = worker.drain(5_000)
      return claims
    }
    const worker = world.make({ providers: [world.gateway(server.url)], outbox: { claim } })
    const { id } = await world.begin()
    worker.start()
    await until(() => draining !== undefined)
    await draining
    expect(server.seen.length).toBe(0)
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', attempts: 0 })
  })

  it('C39: ends at its deadline, with the send cut short and settled', async () => {
    server.behave(hang)
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin()
    worker.wake()
    await until(() => server.seen.length === 1)
    const before = performance.now()
    await worker.drain(1_200)
    expect(performance.now() - before).toBeLessThan(2_500)
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', error: { code: 'timeout' } })
  })

  it('a deadline past the lease is refused at the start', () => {
    expect(() => world.make({ leaseMs: 10_000 })).toThrow('lease')
  })
})
