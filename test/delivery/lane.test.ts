import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Provider, SendResult } from '../../src/delivery/ports.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
const ACCEPTED: SendResult = { kind: 'accepted', reference: 'x' }
/** Nothing is found by a look: only what a free place leads to is claimed. */
const dueLanes = async () => []

/** A provider that answers when the test says so. */
function byHand() {
  const answers: ((result: SendResult) => void)[] = []
  const send: Provider['send'] = () => new Promise((resolve) => answers.push(resolve))
  return { answers, provider: { name: 'fake', channels: ['sms' as const], send } }
}

describe('a lane', () => {
  it('has a place again with the answer, while its result is being written, and no more than that', async () => {
    const gate = Promise.withResolvers<void>()
    const settle: typeof world.store.outbox.settle = async (input) => {
      await gate.promise
      return await world.store.outbox.settle(input)
    }
    const claim = vi.fn(world.store.outbox.claim) as typeof world.store.outbox.claim
    const { answers, provider } = byHand()
    const worker = world.work({
      providers: [provider],
      outbox: { settle, claim, dueLanes },
      concurrencyPerLane: 1,
    })
    for (let n = 0; n < 3; n += 1) await world.begin()
    worker.wake('sms')
    await until(() => answers.length === 1)
    answers[0]?.(ACCEPTED)
    await until(() => answers.length === 2)
    expect(worker.status().inFlight.sms).toBe(1)
    answers[1]?.(ACCEPTED)
    await until(() => worker.status().inFlight.sms === 0)
    expect(claim).toHaveBeenCalledTimes(2)
    gate.resolve()
    await until(() => answers.length === 3)
  })

  it('gives places that come free during a claim to the next one, together', async () => {
    const { answers, provider } = byHand()
    const limits: number[] = []
    const claim: typeof world.store.outbox.claim = async (input) => {
      limits.push(Math.max(...input.lanes.map(({ limit }) => limit)))
      // The third claim, which holds a place: while it is under way two more requests end.
      if (limits.length === 3) {
        for (const answer of answers.slice(1, 3)) answer(ACCEPTED)
        await until(() => worker.status().inFlight.sms === 1)
      }
      return await world.store.outbox.claim(input)
    }
    const worker = world.work({
      providers: [provider],
      outbox: { claim, dueLanes },
      concurrencyPerLane: 3,
    })
    for (let n = 0; n < 6; n += 1) await world.begin()
    worker.wake('sms')
    await until(() => answers.length === 3)
    answers[0]?.(ACCEPTED)
    await until(() => answers.length === 6)
    // Half of what is free, then what was left: nothing else comes meanwhile.
    expect(limits).toEqual([2, 1, 1, 2])
  })
})
