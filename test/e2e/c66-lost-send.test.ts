// C66: a send that failed for good frees the next one at once, by a resend and by a start of its session (casdoor 1046:
// whoever mended the provider's settings still had to wait for a message that had never left). Budgets hold all the same.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'
import {
  answer,
  type Behaviour,
  closeWithoutAnswer,
  type FaultServer,
  startFaultServer,
} from '../delivery/fault-server.ts'
import type { Answer } from '../http/client.ts'
import { createWorld } from '../verification/world.ts'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const REFUSED = answer(400)
const TAKEN = answer(200)
let gateway: FaultServer
let service: Steered
beforeAll(async () => {
  gateway = await startFaultServer()
  service = await startSteered({
    HTTP_SMS_URL: gateway.url,
    HTTP_EMAIL_URL: gateway.url,
    LIMIT_SENDS_PER_NUMBER_BURST: '4/600',
  })
})
afterAll(async () => {
  await service.close()
  await gateway.close()
})

let people = 0
const someone = () => `+1415555${String(4000 + people++)}`
const statusIs = (id: string, status: string, send = 1) =>
  expect.poll(async () => (await service.look(id)).body.deliveries[send - 1]?.status).toBe(status)

async function begin(behaviour: Behaviour, body: object = {}): Promise<Answer> {
  gateway.behave(behaviour)
  const started = await service.start({ to: someone(), ...body })
  expect(started.status).toBe(201)
  return started
}

beforeEach(() => {
  gateway.seen.length = 0
})

describe('a send that was refused for good', () => {
  it.each([{}, { to: 'ann@example.com' }])('C66: is resent at once: %j', async (body) => {
    const { id, resend_in } = (await begin(REFUSED, body)).body
    expect(resend_in).toBe(30)
    await statusIs(id, 'failed')
    expect((await service.look(id)).body).toMatchObject({ resend_in: 0, sends_remaining: 4 })
    gateway.behave(TAKEN)
    const again = await service.resend(id)
    expect([again.status, again.body.sends_remaining, again.body.resend_in]).toEqual([200, 3, 40])
    await statusIs(id, 'sent', 2)
    expect(outcomeOf(await service.resend(id))).toEqual([429, 'resend_too_early'])
    expect(gateway.seen).toHaveLength(2)
  })

  it('C66: a start of its session sends again, and the next one does not', async () => {
    const body = { to: someone(), session: 'session-of-one-browser' }
    const { id } = (await begin(REFUSED, body)).body
    await statusIs(id, 'failed')
    gateway.behave(TAKEN)
    const again = await service.start(body)
    expect([again.status, again.body.id, again.body.sends_remaining]).toEqual([200, id, 3])
    await statusIs(id, 'sent', 2)
    expect((await service.start(body)).body).toMatchObject({ id, sends_remaining: 3 })
    expect((await service.look(id)).body.deliveries).toHaveLength(2)
  })

  it('C66: the second send, too; an accepted one before it does not hold it back', async () => {
    const { id } = (await begin(TAKEN)).body
    await statusIs(id, 'sent')
    service.forward(30)
    gateway.behave(REFUSED)
    expect((await service.resend(id)).status).toBe(200)
    await statusIs(id, 'failed', 2)
    gateway.behave(TAKEN)
    expect((await service.resend(id)).status).toBe(200)
    await statusIs(id, 'sent', 3)
  })

  it('C66: ten at once are one message more', async () => {
    const { id } = (await begin(REFUSED)).body
    await statusIs(id, 'failed')
    gateway.behave(TAKEN)
    const answers = await Promise.all(Array.from({ length: 10 }, () => service.resend(id)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    await statusIs(id, 'sent', 2)
    expect(gateway.seen).toHaveLength(2)
  })
})

describe('where one message is all there is', () => {
  it('C66: the session starts over with a new one, as often as the limits allow', async () => {
    const limits = { ...DEFAULT_LIMITS, sends_per_number_burst: { max: 3, windowSeconds: 600 } }
    const world = await createWorld({ service: { maxSends: 1, limits } })
    const given = { to: someone(), session: 'session-of-one-browser', purpose: 'login' }
    const startAgain = () => world.start({ ...given, decoy: false, ttlSeconds: 600 })
    const ids = new Set<string>()
    world.setProvider('permanent')
    for (let n = 0; n < 3; n += 1) {
      const result = await startAgain()
      if (result.kind !== 'started') throw new Error(result.kind)
      ids.add(result.verification.id)
      await world.deliver()
    }
    expect(ids.size).toBe(3)
    expect(await startAgain()).toMatchObject({ kind: 'refused', error: 'rate_limited' })
    await world.close()
  })
})

describe('rules that still hold', () => {
  it('C66: the limits of the number stop it long before the provider is flooded', async () => {
    const { id } = (await begin(REFUSED)).body
    for (let send = 2; send <= 4; send += 1) {
      await statusIs(id, 'failed', send - 1)
      expect((await service.resend(id)).status).toBe(200)
    }
    await statusIs(id, 'failed', 4)
    expect(outcomeOf(await service.resend(id))).toEqual([429, 'rate_limited'])
    expect(gateway.seen).toHaveLength(4)
  })

  it('C66: the wait stays for a message that may have gone out: three tries without an answer', async () => {
    const { id } = (await begin(closeWithoutAnswer)).body
    await statusIs(id, 'failed')
    expect(gateway.seen).toHaveLength(3)
    expect(outcomeOf(await service.resend(id))).toEqual([429, 'resend_too_early'])
  })

  it('C66: a message that is being retried is not lost', async () => {
    const { id } = (await begin(answer(503))).body
    await expect.poll(() => gateway.seen.length).toBeGreaterThan(0)
    expect(outcomeOf(await service.resend(id))).toEqual([429, 'resend_too_early'])
  })
})
