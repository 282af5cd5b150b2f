// Tokens before claims: of each provider with a rate, and of one that says how many it has left.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Provider, SendResult } from '../../src/delivery/ports.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { answer, startFaultServer } from './fault-server.ts'
import { openWorld, type World } from './world.ts'

const MINUTE = 60_000
let world: World
const opened: { close(): Promise<unknown> | unknown }[] = []
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await world.close()
  for (const one of opened.splice(0)) await one.close()
})

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 8_000, interval: 5 })
const statusOf = async (id: string) => (await world.delivery(id)).status
const ACCEPTED: SendResult = { kind: 'accepted', reference: null }

const beginAll = (count: number) => Promise.all(Array.from({ length: count }, () => world.begin()))

/** It takes each message at once, and knows when. */
function quick(messages: number, perMs: number, name = 'quick') {
  const sentAt: number[] = []
  const send = async () => {
    sentAt.push(world.clock.now())
    return ACCEPTED
  }
  const rate = { key: name, messages, perMs }
  const provider: Provider = { name, channels: ['sms'], send, rate }
  return { provider, sentAt }
}

/** A gateway that says with each answer what it has left. */
async function saying(...said: Record<string, string>[]) {
  let n = 0
  const server = await startFaultServer((socket, seen) => {
    const headers = said[Math.min(n, said.length - 1)] ?? {}
    n += 1
    answer(200, 'ok', headers)(socket, seen)
  })
  opened.push(server)
  return server
}

/** Nothing that is open is due before ten seconds. */
async function isAllLater() {
  const lanes = await world.store.outbox.dueLanes()
  return lanes.every(({ at }) => at > world.clock.now() + 10_000)
}

describe('a provider with a rate', () => {
  it('gets no message before its token is there, and all of them in time', async () => {
    const { provider, sentAt } = quick(40, 1_000)
    world.make({ providers: [provider] })
    await beginAll(50)
    const began = world.clock.now()
    world.work({ providers: [provider] })
    await until(() => sentAt.length === 50)
    // 11 may go at once, then one every 25 ms; a millisecond for the clock, which counts whole ones.
    for (const [n, at] of sentAt.entries())
      expect(at - began).toBeGreaterThanOrEqual((n - 11) * 25 - 1)
  })

  it('a message that waits for a token is not claimed', async () => {
    const { provider, sentAt } = quick(1, MINUTE)
    world.make({ providers: [provider] })
    const begun = await beginAll(3)
    const worker = world.work({ providers: [provider] })
    await until(() => sentAt.length === 1)
    await until(async () => (await statusOf(begun[0]?.id ?? '')) === 'sent')
    for (const { id } of begun.slice(1))
      expect(await world.delivery(id)).toMatchObject({ status: 'queued', tries: 0 })
    world.advance(MINUTE)
    worker.wake()
    await until(() => sentAt.length === 2)
    expect(worker.status().inFlight.sms).toBeLessThanOrEqual(1)
  })

  it('a start that takes the last token is handed over; the next one waits', async () => {
    const { provider, sentAt } = quick(1, MINUTE)
    const { serve } = world.store.outbox
    const worker = world.work({ providers: [provider], outbox: { serve } })
    const first = await world.begin()
    expect(await world.delivery(first.id)).toMatchObject({ tries: 1 })
    const second = await world.begin()
    expect(await world.delivery(second.id)).toMatchObject({ status: 'queued', tries: 0 })
    worker.wake('sms')
    await until(() => sentAt.length === 1)
    world.advance(MINUTE)
    worker.wake()
    await until(() => sentAt.length === 2)
  })

  it('messages that are too late cost no token', async () => {
    const { provider, sentAt } = quick(1, MINUTE)
    world.make({ providers: [provider] })
    const now = world.clock.now()
    for (let n = 0; n < 30; n += 1) await world.begin({ expiresAt: now + 10_000 })
    const live = await world.begin()
    world.work({ providers: [provider] })
    await until(() => sentAt.length === 1)
    await until(async () => (await statusOf(live.id)) === 'sent')
  })

  it('costs another provider’s lane nothing', async () => {
    const slow = quick(1, MINUTE, 'slow')
    const fast = quick(9_999, 1_000, 'fast')
    const providers = [slow.provider, fast.provider]
    const routes = (name: string) => ({
      sms: [{ prefixes: [], countries: [], isDefault: true, providers: [{ name, weight: null }] }],
    })
    world.make({ providers, routes: routes('slow') })
    await beginAll(25)
    world.make({ providers, routes: routes('fast') })
    await beginAll(25)
    world.work({ providers })
    await until(() => fast.sentAt.length === 25)
    expect(slow.sentAt).toHaveLength(1)
  })

  it('C53: goes by the node’s own bucket while the shared one cannot be asked, and says so once', async () => {
    const { provider, sentAt } = quick(100, 1_000)
    const take = vi.fn(async () => {
      throw new StoreUnavailableError('gone')
    })
    world.make({ providers: [provider] })
    await beginAll(40)
    const began = world.clock.now()
    world.work({ providers: [provider], sharedPace: { take } })
    await until(() => sentAt.length === 40)
    expect(take.mock.calls.length).toBeGreaterThan(1)
    expect((sentAt.at(-1) ?? 0) - began).toBeGreaterThanOrEqual(130)
    expect(world.lines.filter((line) => line.includes('goes by its own'))).toHaveLength(1)
  })
})

describe('a provider that says what it has left', () => {
  const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }

  it('gets nothing more until then, and no 429 comes', async () => {
    const server = await saying(spent)
    const provider = world.gateway(server.url)
    const worker = world.work({ providers: [provider], concurrencyPerLane: 1 })
    const first = await world.begin()
    worker.wake('sms')
    await until(async () => (await statusOf(first.id)) === 'sent')
    const second = await world.begin()
    worker.wake('sms')
    await until(isAllLater)
    expect(await world.delivery(second.id)).toMatchObject({ status: 'queued', tries: 0 })
    expect(server.seen).toHaveLength(1)
    world.advance(30_000)
    worker.wake()
    await until(() => server.seen.length === 2)
  })

  it('its messages go by the next of their route meanwhile', async () => {
    const server = await saying(spent)
    const next = quick(9_999, 1_000, 'next')
    const providers = [world.gateway(server.url), next.provider]
    const worker = world.work({ providers, concurrencyPerLane: 1 })
    const begun = await beginAll(3)
    worker.wake('sms')
    for (const { id } of begun) await until(async () => (await statusOf(id)) === 'sent')
    expect(server.seen).toHaveLength(1)
    expect(next.sentAt).toHaveLength(2)
    // The next start does not even queue there.
    const later = await world.begin()
    expect(await world.delivery(later.id)).toMatchObject({ provider: 'next' })
  })

  it('gets so many and no more', async () => {
    const server = await saying({ ratelimit: '"default";r=2;t=40' }, {})
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const first = await world.begin()
    worker.wake('sms')
    await until(async () => (await statusOf(first.id)) === 'sent')
    const begun = await beginAll(12)
    worker.wake('sms')
    await until(async () => {
      const all = await Promise.all(begun.map(({ id }) => statusOf(id)))
      return all.filter((status) => status === 'sent').length === 2 && (await isAllLater())
    })
    expect(server.seen).toHaveLength(3)
    world.advance(40_000)
    worker.wake()
    await until(() => server.seen.length === 13)
  })

  it('a wait of a moment moves nothing to another provider', async () => {
    const server = await saying({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' })
    const next = quick(9_999, 1_000, 'next')
    const providers = [world.gateway(server.url), next.provider]
    const worker = world.work({ providers, concurrencyPerLane: 1 })
    const begun = await beginAll(2)
    worker.wake('sms')
    await until(async () => (await statusOf(begun[1]?.id ?? '')) === 'sent')
    expect(server.seen).toHaveLength(2)
    expect(next.sentAt).toHaveLength(0)
  })
})
