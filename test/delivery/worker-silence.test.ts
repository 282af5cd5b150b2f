import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OutgoingMessage, Provider, SendResult } from '../../src/delivery/ports.ts'
import { nextDueAt } from '../contract/outbox-steps.ts'
import { type FaultServer, startFaultServer } from './fault-server.ts'
import { openWorld, type World } from './world.ts'

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

describe('verifications without a message', () => {
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
    expect(b).toMatchObject({ provider: a.provider, tries: 1, error: null, deliveredAt: null })
    // The first of all: nothing was measured yet.
    expect((b.sentAt ?? 0) - b.queuedAt).toBeGreaterThanOrEqual(290)
  })

  it('C49: a decoy takes as long as a recent real one', async () => {
    const slow = fake(async () => {
      world.advance(700)
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
    expect((sentAt ?? 0) - queuedAt).toBeGreaterThanOrEqual(690)
  })

  it('C19: a test recipient’s message is not sent', async () => {
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin({ kind: 'test' })
    worker.wake()
    await untilStatus(id, 'sent')
    expect(server.seen.length).toBe(0)
  })

  it('C30: an error that quotes the message is not stored', async () => {
    const quoting = fake(async ({ code, to }) => ({
      kind: 'permanent',
      fault: 'message',
      error: { code: 'rejected', message: `${to} may not get ${code}` },
    }))
    const worker = world.work({ providers: [quoting] })
    const { id } = await world.begin()
    worker.wake()
    await untilStatus(id, 'failed')
    expect((await world.delivery(id)).error).toEqual({
      code: 'rejected',
      message: '+… may not get …',
    })
  })

  it('C25: a message with under 20 s left is not sent', async () => {
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
    await until(async () => ((await nextDueAt(world.store.outbox)) ?? 0) > world.clock.now())
    expect(await world.delivery(id)).toMatchObject({ status: 'queued', tries: 0, error: null })
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

  it('a channel without a provider fails, and the event says so', async () => {
    const worker = world.work({ providers: [world.gateway(server.url)] })
    const { id } = await world.begin({ channel: 'email' })
    worker.wake()
    await untilStatus(id, 'failed')
    expect((await world.delivery(id)).error?.code).toBe('no_provider')
  })
})
