// Messages of this process's own starts: claimed in their commit, sent with no look and no claim, never more than there are
// places for.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ClaimedDelivery, Outbox } from '../../src/delivery/outbox-ports.ts'
import type { Provider, SendResult } from '../../src/delivery/ports.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { openWorld, type WorkerOptions, type World } from './world.ts'

const ACCEPTED: SendResult = { kind: 'accepted', reference: null }

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
const untilSent = (id: string) => until(async () => (await world.delivery(id)).status === 'sent')

/** A worker that is served, and the calls of its store. Its first look is over. */
async function work({ outbox = {}, ...options }: WorkerOptions = {}) {
  const dueLanes = vi.fn(outbox.dueLanes ?? world.store.outbox.dueLanes)
  const claim = vi.fn(outbox.claim ?? world.store.outbox.claim) as unknown as Outbox['claim']
  const release = vi.fn(outbox.release ?? world.store.outbox.release)
  const { serve } = world.store.outbox
  const worker = world.work({ ...options, outbox: { serve, dueLanes, claim, release } })
  await until(() => dueLanes.mock.calls.length === 1)
  return { worker, claim, release }
}

/** It answers what it is told to, when it is told to. */
function slow() {
  const answers: (() => void)[] = []
  const send = () => new Promise<SendResult>((resolve) => answers.push(() => resolve(ACCEPTED)))
  const provider: Provider = { name: 'slow', channels: ['sms'], send }
  return { provider, answers }
}

it('a message is sent without a claim', async () => {
  const { claim } = await work()
  const { id } = await world.begin()
  expect(await world.delivery(id)).toMatchObject({ tries: 1, provider: 'inbox' })
  await untilSent(id)
  expect(world.inbox.list()).toMatchObject([{ verification_id: id, to: '+14155552671' }])
  expect(claim).not.toHaveBeenCalled()
})

it('C23: starts at once claim no more than there are places; the others are claimed as places come free', async () => {
  const { provider, answers } = slow()
  const { worker } = await work({ providers: [provider], concurrencyPerLane: 2 })
  const begun = await Promise.all(Array.from({ length: 6 }, () => world.begin()))
  const statuses = await Promise.all(begun.map(async ({ id }) => (await world.delivery(id)).status))
  expect(statuses.filter((status) => status === 'sending')).toHaveLength(2)
  worker.wake('sms')
  for (let n = 0; n < 6; n += 1) {
    await until(() => answers.length > n)
    expect(worker.status().inFlight.sms).toBeLessThanOrEqual(2)
    answers[n]?.()
  }
  for (const { id } of begun) await untilSent(id)
  expect(answers).toHaveLength(6)
})

it('C23: a round that claims has its places meanwhile; a start that comes then is claimed by the next', async () => {
  const { provider, answers } = slow()
  // For this provider, before a worker of its own has places.
  world.make({ providers: [provider] })
  const queued = await world.begin()
  const paused = Promise.withResolvers<void>()
  let isPaused = false
  const claim: Outbox['claim'] = async (input) => {
    isPaused = true
    await paused.promise
    return world.store.outbox.claim(input)
  }
  const { worker } = await work({
    ...{ providers: [provider], concurrencyPerLane: 1, outbox: { claim } },
  })
  await until(() => isPaused)
  const late = await world.begin()
  expect(await world.delivery(late.id)).toMatchObject({ status: 'queued', tries: 0 })
  paused.resolve()
  worker.wake('sms')
  await until(() => answers.length === 1)
  answers[0]?.()
  await until(() => answers.length === 2)
  answers[1]?.()
  for (const { id } of [queued, late]) await untilSent(id)
})

it('C39: claimed by a start whose commit outlasts the begin of a drain: given back, no try counted', async () => {
  const { worker, release } = await work()
  const begun = world.begin()
  const drained = worker.drain(5_000)
  const { id } = await begun
  await drained
  expect(release).toHaveBeenCalledTimes(1)
  expect(await world.delivery(id)).toMatchObject({ status: 'queued', tries: 0 })
  expect(world.inbox.list()).toEqual([])
  expect(worker.status()).toMatchObject({ state: 'stopped', inFlight: { sms: 0 } })
})

it('C23: a process that stood still during the commit gives the row back instead of sending late', async () => {
  const { release } = await work()
  const begun = world.begin()
  world.advance(25_000)
  const { id } = await begun
  await untilSent(id)
  expect(release).toHaveBeenCalledTimes(1)
  expect(await world.delivery(id)).toMatchObject({ tries: 1 })
  expect(world.inbox.list()).toHaveLength(1)
})

it('C23: one that cannot be given back keeps its lease, is sent after it, and holds no place', async () => {
  const release = (_: readonly Pick<ClaimedDelivery<unknown>, 'token'>[]) =>
    Promise.reject(new StoreUnavailableError('away'))
  const { worker } = await work({ concurrencyPerLane: 1, outbox: { release } })
  const begun = world.begin()
  world.advance(25_000)
  const { id } = await begun
  await until(() => world.lines.some((line) => line.includes('could not be given back')))
  await until(() => worker.status().inFlight.sms === 0)
  const next = await world.begin()
  await untilSent(next.id)
  expect(await world.delivery(id)).toMatchObject({ status: 'sending' })
  world.advance(30_000)
  worker.wake()
  await untilSent(id)
  expect(await world.delivery(id)).toMatchObject({ tries: 2 })
})

it('a start that fails gives its place back, and what was queued meanwhile goes out', async () => {
  const { worker } = await work({ concurrencyPerLane: 1 })
  const first = await world.begin()
  await untilSent(first.id)
  await until(() => worker.status().inFlight.sms === 0)
  const again = world.begin({ id: first.id })
  const queued = world.begin()
  await expect(again).rejects.toThrow()
  const { id } = await queued
  worker.wake('sms')
  await untilSent(id)
  expect(worker.status().inFlight.sms).toBe(0)
})
