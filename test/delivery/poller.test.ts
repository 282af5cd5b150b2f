// The poller on a real SQLite file: its places and deadline, what it makes of answers, and decoys.
// It replaces only time, and the providers.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Provider } from '../../src/delivery/ports.ts'
import { createDecoyReceipts } from '../../src/delivery/receipts/decoy-receipts.ts'
import { createPoller, type PollerDeps } from '../../src/delivery/receipts/poller.ts'
import type { Asked, AskReceipt } from '../../src/delivery/receipts/ports.ts'
import { createTake } from '../../src/delivery/receipts/take-receipt.ts'
import { PATIENCE_MS } from '../long.ts'
import { openWorld, type World } from './world.ts'

let world: World
let wake: (channel: 'sms') => void
const drains: (() => Promise<void>)[] = []
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  await Promise.all(drains.splice(0).map((drain) => drain()))
  await world.close()
})

const DELIVERED: Asked = {
  ...{ kind: 'receipt', tryId: null, reference: null, state: 'delivered' },
  ...{ error: null, fault: null, suppress: null, at: null },
}
const FIRST_MS = 5_000

const provider = (name: string, ask: AskReceipt): Provider => ({
  ...{ name, channels: ['sms'], ask },
  send: async ({ tryId }) => ({ kind: 'accepted', reference: tryId }),
})

/** A worker and a poller; a webhook waits for each message. */
function open(providers: Provider[], given: Partial<PollerDeps> = {}) {
  const { store, clock, lines } = world
  const decoys = createDecoyReceipts({ outbox: store.outbox, clock })
  const outcomes: string[] = []
  const log = (fields: object, text: string) => void lines.push(`${JSON.stringify(fields)} ${text}`)
  const waiting = { hasWebhook: () => true, next: () => undefined }
  const take = createTake({
    ...{ outbox: store.outbox, decoys, clock, next: waiting.next, rests: { record: () => {} } },
    keyring: { open: () => expect.fail('nobody is to be read') },
    suppress: { add: async () => undefined, start: async () => undefined },
    ...{ wake: () => {}, onReceipt: () => {}, onFailover: () => {} },
  })
  wake = world.work({ providers, isReporting: () => true, hasWebhook: () => true }).wake
  const poller = createPoller({
    ...{ outbox: store.outbox, providers, decoys, take, clock, ...waiting, idleMs: 50 },
    logger: { debug: log, info: log, warn: log, error: log },
    onPoll: (name, outcome) => void outcomes.push(`${name} ${outcome}`),
    ...given,
  })
  poller.start()
  drains.push(() => poller.drain(0))
  return { poller, outcomes, decoys }
}

const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: PATIENCE_MS, interval: 10 })
const statusOf = async (id: string) => (await world.delivery(id)).status
const isNow = (id: string, status: string) => until(async () => (await statusOf(id)) === status)
async function begin(kind: 'real' | 'decoy' = 'real') {
  const { id } = await world.begin({ kind })
  wake('sms')
  await isNow(id, 'sent')
  return id
}

it('asks by the provider’s id, at its time, until it is known', async () => {
  const ask = vi.fn<AskReceipt>(async () => ({ kind: 'unknown' }))
  const { outcomes } = open([provider('acme', ask)])
  const id = await begin()
  expect(ask).not.toHaveBeenCalled()
  world.advance(FIRST_MS)
  await until(() => outcomes.length === 1)
  expect(ask.mock.calls[0]?.[0]).toMatch(/^att_\w+_1_1$/)
  ask.mockResolvedValue(DELIVERED)
  world.advance(FIRST_MS)
  await isNow(id, 'delivered')
  world.advance(10 * FIRST_MS)
  expect(outcomes).toEqual(['acme unknown', 'acme delivered'])
  expect(await world.store.outbox.pollsDue(['acme'])).toEqual([])
})

it('C57: asks one provider about four messages at once, and another one beside them', async () => {
  let most = 0
  let now = 0
  const hangs: AskReceipt = () => {
    now += 1
    most = Math.max(most, now)
    return new Promise(() => {})
  }
  const other = provider('other', async () => DELIVERED)
  const { outcomes } = open([provider('acme', hangs), other])
  await Promise.all(Array.from({ length: 6 }, () => begin()))
  world.advance(FIRST_MS)
  await until(() => now === 4)
  const own = { providers: [other], isReporting: () => true, hasWebhook: () => true }
  wake = world.work(own).wake
  const id = await begin()
  world.advance(FIRST_MS)
  await isNow(id, 'delivered')
  expect(most).toBe(4)
  expect(outcomes).toEqual(['other delivered'])
})

it('C21: a provider that does not end when its time is over loses its place; it is asked again', async () => {
  const ask = vi.fn<AskReceipt>(() => new Promise(() => {}))
  const { outcomes } = open([provider('acme', ask)], { deadlineMs: 50 })
  const id = await begin()
  world.advance(FIRST_MS)
  await until(() => outcomes.length === 1)
  ask.mockResolvedValue(DELIVERED)
  world.advance(FIRST_MS)
  await isNow(id, 'delivered')
  expect(outcomes).toEqual(['acme failed', 'acme delivered'])
})

it('a provider that throws has failed: one line a minute says so, without what it threw', async () => {
  const ask = vi.fn<AskReceipt>(async () => {
    throw new Error('+14155552671: 4711471147')
  })
  const { outcomes } = open([provider('acme', ask)])
  await Promise.all([begin(), begin(), begin()])
  world.advance(FIRST_MS)
  await until(() => outcomes.length === 3)
  expect(outcomes).toEqual(['acme failed', 'acme failed', 'acme failed'])
  const told = world.lines.filter((line) => line.includes('what became of a message'))
  expect(told).toHaveLength(1)
  expect(told[0]).toContain('provider_error')
  expect(world.lines.join()).not.toMatch(/415555|4711471147/)
})

it('C26: one that is erased while its provider is asked leaves nothing', async () => {
  const answer = Promise.withResolvers<Asked>()
  const ask = vi.fn<AskReceipt>(() => answer.promise)
  const { poller } = open([provider('acme', ask)])
  const id = await begin()
  world.advance(FIRST_MS)
  await until(() => ask.mock.calls.length === 1)
  const record = await world.store.verifications.find('default', id)
  if (!record) return expect.fail('is gone')
  const actor = { service: 'default', keyId: null, clientIp: null, userAgent: null }
  const budgetIndexes = [record.budgetIndex]
  const now = world.clock.now()
  await world.store.retention.erase({ budgetIndexes, now, actor, limit: 10 })
  answer.resolve(DELIVERED)
  await poller.drain(PATIENCE_MS)
  expect(await world.store.verifications.find('default', id)).toBeUndefined()
  expect(world.lines.filter((line) => line.includes('could not be stored'))).toEqual([])
})

it('C49: a decoy is asked about as a message is, and never of its provider', async () => {
  const ask = vi.fn<AskReceipt>(async () => DELIVERED)
  const { outcomes } = open([provider('acme', ask)])
  const real = await begin()
  world.advance(FIRST_MS)
  await isNow(real, 'delivered')
  expect(ask).toHaveBeenCalledTimes(1)
  const decoy = await begin('decoy')
  expect(await statusOf(decoy)).toBe('sent')
  world.advance(FIRST_MS)
  await isNow(decoy, 'delivered')
  expect(ask).toHaveBeenCalledTimes(1)
  expect(outcomes).toEqual(['acme delivered'])
})

it('C49: a decoy answers as a message would that arrived as late as one of the last', async () => {
  const { clock, store } = world
  const decoys = createDecoyReceipts({ outbox: store.outbox, clock })
  const place = { channel: 'sms', provider: 'acme' } as const
  const poll = (sinceMs: number) =>
    decoys.ask(
      { ...place, tryId: 'att_1', startedAt: clock.now() - sinceMs },
      AbortSignal.timeout(PATIENCE_MS),
    )
  decoys.learnAnswer(place, 1)
  expect(await poll(60_000)).toEqual({ kind: 'unknown' })
  decoys.learn(place, 10_200)
  expect(await poll(5_000)).toEqual({ kind: 'unknown' })
  // The question comes a little earlier than the one that the other was asked by.
  expect(await poll(9_900)).toMatchObject({ kind: 'receipt', state: 'delivered' })
})
