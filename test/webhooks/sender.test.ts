// The sender over a real store and real sockets: lanes by destination, tries that follow each other, what a drain leaves.

import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import type { Store } from '../../src/storage/store.ts'
import { readRanges } from '../../src/webhooks/address.ts'
import { createCauses } from '../../src/webhooks/causes.ts'
import { createDestinations } from '../../src/webhooks/destination.ts'
import { createPoster } from '../../src/webhooks/post.ts'
import { createSender, type Sender } from '../../src/webhooks/sender.ts'
import { createSwitches, type Switches } from '../../src/webhooks/switches.ts'
import { newVerification, T0 } from '../contract/rows.ts'
import { createSteps } from '../contract/steps.ts'
import { guess, keyOf, start } from '../contract/stores.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { MIGRATIONS, makeDirectory } from '../storage/sqlite/fixture.ts'

const SECRET = `whsec_${Buffer.alloc(32, 'sender').toString('base64')}`
const keyring = createKeyring([Buffer.alloc(32, 5)])
const TO = '+14155552671'

describe('the sender of webhooks', () => {
  const closing: (() => Promise<unknown> | unknown)[] = []
  let hanging: FaultServer
  let quick: FaultServer
  let store: Store
  let sender: Sender
  let time: number
  let all: string[]
  let switches: Switches
  const lines: string[] = []

  beforeEach(async () => {
    const directory = makeDirectory()
    time = T0 + 10
    hanging = await startFaultServer(() => {})
    quick = await startFaultServer((response) => response.writeHead(204).end())
    const target = (url: string) => ({
      ...{ url, secrets: [SECRET], includeRecipient: true },
      events: ['verification.approved'] as const,
    })
    const destinations = createDestinations([
      { name: 'hooked', webhooks: [target(hanging.url), target(quick.url)] },
    ])
    const path = join(directory.path, 'store.db')
    const options = { path, migrationsFolder: MIGRATIONS, synchronous: 'normal' } as const
    const causes = createCauses(destinations, (destination) => sender.wake(destination))
    store = createSqliteStore(await openDatabase(options), {}, causes)
    const poster = createPoster({ allowed: readRanges(['127.0.0.0/8']), deadlineMs: 60_000 })
    const beside = {
      ...{ destinations, clock: { now: () => time } },
      logger: { info: () => {}, warn: (_: object, line: string) => void lines.push(line) },
    }
    switches = createSwitches({ ...beside, store: store.webhooks })
    all = destinations.all.map(({ id }) => id)
    lines.length = 0
    sender = createSender({
      ...{ ...beside, outbox: store.webhooks, post: poster.post, keyring, switches },
      random: () => 0.5,
      onAnswer: (destination, { kind }) => switches.record(destination, kind === 'taken'),
    })
    sender.start()
    closing.push(directory.remove, store.close, poster.close, quick.close, hanging.close)
  })
  afterEach(async () => {
    await sender.drain(0)
    for (const close of closing.splice(0).reverse()) await close()
  })

  const approve = async () => {
    const blank = newVerification()
    const recipientSealed = keyring.seal(TO, recipientContext(blank.id))
    const record = await start(store, { ...blank, service: 'hooked', recipientSealed })
    const steps = createSteps(store.verifications)
    await steps.check({ ...keyOf(record), ...guess(true) })
    return record
  }

  it('C57: one that hangs costs another nothing', async () => {
    const records = []
    for (let n = 0; n < 20; n += 1) records.push(await approve())
    await vi.waitFor(() => expect(quick.seen).toHaveLength(20), { timeout: 20_000 })
    // As many as it has places; the rest waits for those.
    expect(hanging.seen).toHaveLength(8)
    const ids = quick.seen.map(({ body, headers }) => {
      const at = new Date(Number(headers['webhook-timestamp']) * 1000)
      const id = String(headers['webhook-id'])
      expect(headers['webhook-signature']).toBe(new Webhook(SECRET).sign(id, at, body))
      const { data } = JSON.parse(body) as { data: Record<string, string> }
      expect(data.recipient).toBe(TO)
      return data.verification_id
    })
    expect(ids.sort()).toEqual(records.map(({ id }) => id).sort())
  })

  it('C57: one that fails is asked again after its wait, under the same id, until it takes the message', async () => {
    quick.behave((response) => response.writeHead(500).end())
    await approve()
    await vi.waitFor(() => expect(quick.seen).toHaveLength(1), { timeout: 20_000 })
    quick.behave((response) => response.writeHead(200).end())
    // Settled, and due again by the store's time.
    const ids = () => quick.seen.map(({ headers }) => headers['webhook-id'])
    await vi.waitFor(
      () => {
        time += 1_000
        // It would look anyway within seconds.
        sender.wake(all[1] ?? '')
        expect(quick.seen).toHaveLength(2)
      },
      { timeout: 20_000, interval: 200 },
    )
    expect(new Set(ids()).size).toBe(1)
  })

  it('C57: one that fails for five days is switched off, logged once, and waits until it is on again', async () => {
    quick.behave((response) => response.writeHead(500).end())
    const [, id = ''] = all
    const stateOf = async () => (await store.webhooks.switches([id])).get(id)
    await approve()
    await vi.waitFor(async () => expect(await stateOf()).toMatchObject({ failingSince: T0 + 10 }), {
      timeout: 20_000,
    })
    time += 5 * 24 * 3_600_000
    await approve()
    await vi.waitFor(
      async () => expect(await stateOf()).toEqual({ failingSince: T0 + 10, offSince: time }),
      { timeout: 20_000 },
    )
    expect(lines.filter((line) => line.includes('switched off'))).toHaveLength(1)
    const { items } = await store.events.list({
      ...{ service: 'hooked', types: ['webhook.switched_off'], cursor: null, limit: 10 },
    })
    expect(items.map(({ details }) => details.destination)).toEqual([id])
    quick.behave((response) => response.writeHead(204).end())
    const before = quick.seen.length
    // Whatever is due: nothing goes out.
    time += 3_600_000
    const last = await approve()
    const isSeen = () => hanging.seen.some(({ body }) => body.includes(last.id))
    await vi.waitFor(() => expect(isSeen()).toBe(true), { timeout: 20_000 })
    // Of the same round.
    const { items: claimed } = await store.webhooks.list({
      ...{ destinations: [id], states: ['sending', 'delivered'], cursor: null, limit: 9 },
    })
    expect([claimed, quick.seen.length]).toEqual([[], before])
    const [from] = [await stateOf()]
    if (!from) throw new Error('it has no state')
    const to = { failingSince: null, offSince: null }
    expect(await store.webhooks.turn({ destination: id, from, to, event: null })).toBe(true)
    // As its next look does, within seconds.
    await switches.read()
    sender.wake(id)
    await vi.waitFor(() => expect(quick.seen.length).toBeGreaterThanOrEqual(before + 3), {
      timeout: 20_000,
    })
  })
})
