import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type {
  OutgoingMessage,
  Provider,
  SendOutcome,
  SendResult,
} from '../../src/delivery/ports.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { createProviderWatch } from '../../src/telemetry/observed.ts'
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

describe('observers', () => {
  it('gets each answer, including exceptions and time-outs, without quotes of the message (C30)', async () => {
    const told: SendOutcome[] = []
    const onOutcome = (outcome: SendOutcome) => void told.push(outcome)
    const answers: Provider['send'][] = [
      async () => ({ kind: 'accepted', reference: '1' }),
      async ({ code }) => ({
        kind: 'permanent',
        fault: 'recipient',
        error: { code, message: 'no' },
      }),
      async () => Promise.reject(new Error('a defect')),
    ]
    // The third is due again within a second, perhaps with the fourth: it meets the same silence,
    // and one more may be told.
    const silence: Provider['send'] = () => new Promise(() => {})
    const provider = fake((message, signal) => (answers.shift() ?? silence)(message, signal))
    const worker = world.work({ providers: [provider], onOutcome, deadlineMs: 100 })
    for (let n = 1; n <= 4; n += 1) {
      await world.begin()
      worker.wake()
      await until(() => told.length >= n)
    }
    const first = told.slice(0, 4)
    expect(first.map(({ result }) => result.kind)).toEqual([
      ...['accepted', 'permanent', 'ambiguous', 'ambiguous'],
    ])
    expect(first).toMatchObject(Array(4).fill({ provider: 'fake', channel: 'sms' }))
    expect(JSON.stringify(told)).not.toContain(CODE)
    const states = createProviderWatch({ providers: [provider], clock: world.clock })
    for (const outcome of first) states.record(outcome)
    expect(states.states()).toMatchObject([
      { name: 'fake', accepted: 1, refused: 3, last: { kind: 'ambiguous', code: 'timeout' } },
    ])
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

  it('C24: while no result can be written, no more messages go out than twice a lane’s places', async () => {
    const settle = () => Promise.reject(new StoreUnavailableError('disk full'))
    server.behave(answer(202))
    const worker = world.work({
      providers: [world.gateway(server.url)],
      outbox: { settle },
      concurrencyPerLane: 3,
    })
    for (let i = 0; i < 10; i += 1) await world.begin()
    worker.wake()
    await until(
      () => world.lines.filter((line) => line.includes('could not be written')).length > 12,
    )
    expect(server.seen.length).toBe(6)
    expect(worker.status().inFlight.sms).toBe(0)
  })

  it('C23: after a lease has run out another worker claims the row, with the same code, and this is logged', async () => {
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
    expect(await world.delivery(id)).toMatchObject({ tries: 1 })
  })

  it('C17: continues automatically when the store is back', async () => {
    let isAway = true
    const worker = world.work({
      outbox: {
        dueLanes: () =>
          isAway
            ? Promise.reject(new StoreUnavailableError('away'))
            : world.store.outbox.dueLanes(),
      },
    })
    await until(() => !worker.status().storeReachable)
    const { id } = await world.begin()
    isAway = false
    await untilStatus(id, 'sent')
    expect(worker.status().storeReachable).toBe(true)
    expect(world.lines.filter((line) => line.includes('cannot claim')).length).toBe(1)
  })
})

describe('drain', () => {
  it('C39: lets sends settle, claims no more, and gives back what has not begun', async () => {
    const answers: ((result: SendResult) => void)[] = []
    const slow = fake(() => new Promise((resolve) => answers.push(resolve)))
    const worker = world.work({ providers: [slow], concurrencyPerLane: 1 })
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
    expect(await world.delivery(second.id)).toMatchObject({ status: 'queued', tries: 0 })
    expect(worker.status()).toMatchObject({ state: 'stopped', inFlight: { sms: 0 } })
  })

  it('C39: waits for results that the store has yet to take', async () => {
    const gate = Promise.withResolvers<void>()
    const settle: typeof world.store.outbox.settle = async (input) => {
      await gate.promise
      return await world.store.outbox.settle(input)
    }
    server.behave(answer(202))
    const worker = world.work({ providers: [world.gateway(server.url)], outbox: { settle } })
    const { id } = await world.begin()
    worker.wake()
    await until(() => server.seen.length === 1 && worker.status().inFlight.sms === 0)
    const drained = worker.drain(5_000)
    await world.store.outbox.dueLanes()
    expect(worker.status().state).toBe('draining')
    gate.resolve()
    await drained
    expect(await statusOf(id)).toBe('sent')
  })

  it('C39: claimed while the drain began: released, due at once, no try counted', async () => {
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
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', tries: 0 })
  })

  it('C39: ends at its deadline, with the send cut short and settled', async () => {
    server.behave(hang)
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin()
    worker.wake()
    await until(() => server.seen.length === 1)
    const before = performance.now()
    await worker.drain(1_200)
    expect(quiet(performance.now() - before)).toBeLessThan(2_500)
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', error: { code: 'timeout' } })
  })

  it('a deadline past the lease is refused at the start', () => {
    expect(() => world.make({ leaseMs: 10_000 })).toThrow('lease')
  })
})
