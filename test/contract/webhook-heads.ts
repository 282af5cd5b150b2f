// Heads of the chain to the URLs that ask for them: each one, in order, to receivers that fail, hang or are new, from any node.
// Real receivers, real requests; the chain is made by its own loop.

import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChainer } from '../../src/audit/chainer.ts'
import { createSigner, readNote } from '../../src/audit/note.ts'
import { verifyChain } from '../../src/audit/verify.ts'
import type { Store } from '../../src/storage/store.ts'
import { readRanges } from '../../src/webhooks/address.ts'
import { createDestinations } from '../../src/webhooks/destination.ts'
import { createHeads } from '../../src/webhooks/heads.ts'
import { headsReader } from '../../src/webhooks/ports.ts'
import { createPoster } from '../../src/webhooks/post.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { PATIENCE_MS } from '../long.ts'
import { ACTOR, HOUR, T0 } from './rows.ts'

const SIGNER = createSigner(Buffer.alloc(32, 7))
const SECRET = `whsec_${Buffer.alloc(32, 'heads').toString('base64')}`
const DAYS = { addresses: 30, recipients: 90 }
const WAIT = { timeout: PATIENCE_MS * 3 }

/** @param open an empty store */
export function describeWebhookHeads(open: () => Promise<Pick<Store, 'audit' | 'events'>>): void {
  describe('heads of the chain by webhook', () => {
    let store: Awaited<ReturnType<typeof open>>
    let receiver: FaultServer
    let monotonic = 0
    let isOff = false
    let rounds = 0
    const closing: (() => unknown)[] = []
    beforeEach(async () => {
      store = await open()
      receiver = await startFaultServer((response) => response.writeHead(204).end())
      monotonic = 0
      isOff = false
      chained = 0
      closing.push(receiver.close)
      await store.audit.claim({ name: 'chain', holder: 'begin', now: 0, leaseMs: 0 })
    })
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close()
    })

    let chained: number
    /** A segment for each hour. */
    const chain = async (segments: number) => {
      const hours = Array.from({ length: segments }, () => chained++)
      await store.events.append(
        hours.map((n) => ({
          ...{ ...ACTOR, at: T0 + n * HOUR, type: 'request.refused', verificationId: null },
          ...{ budgetIndex: null, details: { n } },
        })),
      )
      const before = (await store.audit.lastSegment())?.number ?? 0
      const chainer = createChainer({
        ...{ store: store.audit, hasGaps: false, signer: SIGNER, days: DAYS, closeAfterMs: 0 },
        ...{ clock: { now: () => T0 }, onHead: async () => {}, logger: { warn: () => {} } },
      })
      chainer.start()
      const number = async () => (await store.audit.lastSegment())?.number
      await expect.poll(number, WAIT).toBe(before + segments)
      await chainer.stop(5_000)
    }
    const begin = (urls: string[]) => {
      const target = { secrets: [SECRET], includeRecipient: false, events: ['audit.head'] as const }
      const webhooks = urls.map((url) => ({ ...target, url }))
      const other = { ...target, url: `${receiver.url}/other`, events: ['delivery.sent'] as const }
      const destinations = createDestinations([{ name: 'default', webhooks: [...webhooks, other] }])
      const poster = createPoster({ allowed: readRanges(['127.0.0.0/8']), deadlineMs: 500 })
      const heads = createHeads({
        ...{ chain: store.audit, destinations, post: poster.post, clock: { now: Date.now } },
        ...{ switches: { isOff: look }, onAnswer: async () => {} },
        ...{ logger: { info() {}, warn() {} }, monotonicMs: () => monotonic },
        ...{ random: () => 0.5, readEveryMs: 20 },
      })
      const stop = async () => {
        await heads.stop(5_000)
        await poster.close()
      }
      closing.push(stop)
      heads.start()
      return { stop, ids: destinations.all.map(({ id }) => id) }
    }
    const look = () => {
      rounds += 1
      return isOff
    }
    /** Long enough for what must not come to come. */
    const fewRounds = async () => {
      const before = rounds
      await expect.poll(() => rounds, WAIT).toBeGreaterThan(before + 4)
    }
    const read = ({ seen }: FaultServer) =>
      seen.map(({ body, headers }) => {
        const payload = new Webhook(SECRET).verify(body, headers as Record<string, string>)
        const { type, sequence, data, id } = payload as {
          [name: string]: string | number
        } & { data: { note: string; size: number } }
        expect(headers['webhook-id']).toBe(id)
        return { id, type, sequence, ...data }
      })
    const sizes = (one = receiver) => read(one).map(({ size }) => size)

    it('I20: each one comes once, in order, signed, and is a head that the chain is held against', async () => {
      await chain(2)
      begin([receiver.url])
      // The newest at once; those before it are part of it.
      await expect.poll(() => sizes(), WAIT).toEqual([2])
      await chain(3)
      await expect.poll(() => sizes(), WAIT).toEqual([2, 3, 4, 5])
      const [first, ...others] = read(receiver)
      expect(new Set([first, ...others].map((one) => one?.id)).size).toBe(4)
      expect(first).toMatchObject({ type: 'audit.head', sequence: 2, service: 'default' })
      for (const { note } of read(receiver)) {
        const kept = readNote(note, [SIGNER.verifier])
        if (kept.kind !== 'head') throw new Error(kept.kind)
        const about = { verifiers: [SIGNER.verifier], days: DAYS, now: T0, kept: kept.head }
        expect((await verifyChain({ store: store.audit, ...about })).wrong).toBeNull()
      }
      expect(receiver.seen.map(({ url }) => url)).not.toContain('/other')
    })

    it('I19: one that was not taken comes again under its id, after a wait, and those behind it follow', async () => {
      await chain(1)
      receiver.behave((response) => response.writeHead(500).end())
      begin([receiver.url])
      await expect.poll(() => sizes(), WAIT).toEqual([1])
      await chain(2)
      receiver.behave((response) => response.writeHead(204).end())
      monotonic = 4_999
      await fewRounds()
      expect(sizes()).toEqual([1])
      monotonic = 5_000
      await expect.poll(() => sizes(), WAIT).toEqual([1, 1, 2, 3])
      const [once, twice] = read(receiver)
      expect(twice).toEqual(once)
    })

    it('one that is gone for good is left out, and the next one is sent', async () => {
      await chain(1)
      receiver.behave((response, { body }) =>
        response.writeHead(body.includes('"size":1,') ? 410 : 204).end(),
      )
      begin([receiver.url])
      await expect.poll(() => sizes(), WAIT).toEqual([1])
      await chain(1)
      await expect.poll(() => sizes(), WAIT).toEqual([1, 2])
    })

    it('a receiver that hangs delays no other, and one that is off is sent nothing until it is on', async () => {
      const hanging = await startFaultServer(() => {})
      closing.push(hanging.close)
      await chain(1)
      begin([hanging.url, receiver.url])
      await expect.poll(() => sizes(), WAIT).toEqual([1])
      await chain(2)
      await expect.poll(() => sizes(), WAIT).toEqual([1, 2, 3])
      expect(new Set(sizes(hanging))).toEqual(new Set([1]))
      isOff = true
      await fewRounds()
      const before = receiver.seen.length
      await chain(1)
      await fewRounds()
      expect(receiver.seen).toHaveLength(before)
      isOff = false
      await expect.poll(() => sizes().at(-1), WAIT).toBe(4)
    })

    it('nodes follow one another where the first one stopped, and a restored, shorter chain goes on', async () => {
      await chain(1)
      const first = begin([receiver.url])
      await expect.poll(() => sizes(), WAIT).toEqual([1])
      await first.stop()
      await chain(2)
      const second = begin([receiver.url])
      await expect.poll(() => sizes(), WAIT).toEqual([1, 2, 3])
      await second.stop()
      const [id = ''] = first.ids
      const reader = { name: headsReader(id), holder: 'backup' } as const
      await store.audit.claim({ ...reader, now: Date.now() + HOUR, leaseMs: 0 })
      await store.audit.move({ ...reader, sequence: 9 })
      await store.audit.release(reader)
      begin([receiver.url])
      await expect.poll(() => store.audit.place(reader.name), WAIT).toBe(3)
      await chain(1)
      await expect.poll(() => sizes(), WAIT).toEqual([1, 2, 3, 4])
    })
  })
}
