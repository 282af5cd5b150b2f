// C25: what ends while its message is queued or retried is not sent; after an outage one message goes out, however
// often the person asked. First with the domain and its outbox, second by second; then with the composed service.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { createWorld, type World } from '../verification/world.ts'
import { type MovedProcess, startMoved } from './moved-process.ts'
import { LIGHT, temporaryDirectory, UNLIMITED, waitFor } from './service-process.ts'

const OUTAGE_SECONDS = 300
const TTL_SECONDS = 600
/** When a person who waits asks again: as soon as each resend is allowed (30, 40, 60, 90 s after the one before). */
const RESEND_AT_SECONDS = [30, 70, 130, 220]

describe('second by second', () => {
  let world: World
  beforeEach(async () => {
    world = await createWorld({})
  })
  afterEach(() => world.close())

  const begin = async () => {
    const given = { to: 'ann@example.com', session: null, purpose: 'login', decoy: false }
    const result = await world.start({ ...given, ttlSeconds: TTL_SECONDS })
    if (result.kind !== 'started') throw new Error(result.kind)
    return result.verification.id
  }
  const pass = async (seconds: number, each: (second: number) => Promise<unknown>) => {
    for (let second = 0; second < seconds; second += 1) {
      await each(second)
      await world.deliver()
      world.moveWall(1000)
    }
  }

  it('C25: down for 5 minutes, resent four times: ONE message at recovery, and none after it', async () => {
    world.setProvider('temporary')
    const id = await begin()
    const code = world.codeOf(id)
    await pass(OUTAGE_SECONDS, async (second) => {
      if (!RESEND_AT_SECONDS.includes(second)) return
      expect(await world.resend(id)).toMatchObject({ kind: 'resent' })
      // A resend replaces what waits: never two in the queue.
      expect(world.rows()[0]?.queued).toBe(1)
    })
    const during = world.sent.length
    expect(during, 'it was tried').toBeGreaterThan(4)
    world.setProvider('accepted')
    await pass(TTL_SECONDS - OUTAGE_SECONDS, async () => undefined)
    const after = world.sent.slice(during)
    expect(after).toHaveLength(1)
    expect(after[0]).toMatchObject({ pendingAtSend: true, code })
    expect(world.rows()[0]).toMatchObject({ sends: 5, queued: 0 })
  })

  it.each(['canceled', 'approved', 'max_attempts_reached', 'expired'])(
    'C25: %s while it is retried: never sent again',
    async (how) => {
      world.setProvider('temporary')
      const id = await begin()
      await pass(40, async () => undefined)
      const code = world.codeOf(id)
      const check = (given: string) =>
        world.check({ id, code: given, purpose: 'login', session: null })
      if (how === 'canceled') await world.cancel(id)
      if (how === 'approved') await check(code)
      if (how === 'max_attempts_reached')
        for (let n = 0; n < 5; n += 1) await check(world.wrongCode(code))
      if (how === 'expired') world.moveWall((TTL_SECONDS - 40 - 19) * 1000)
      // At the end itself; past an expiry at the worker's next look.
      if (how !== 'expired') expect(world.rows()[0]?.queued).toBe(0)
      const tried = world.sent.length
      world.setProvider('accepted')
      await pass(120, async () => undefined)
      expect(world.sent.length).toBe(tried)
      expect(world.rows()[0]?.queued).toBe(0)
    },
  )
})

describe('the composed service', () => {
  let gateway: FaultServer
  let directory: ReturnType<typeof temporaryDirectory>
  let service: MovedProcess
  beforeEach(async () => {
    gateway = await startFaultServer(answer(503))
    directory = temporaryDirectory()
    service = await startMoved(directory.path, {
      ...LIGHT,
      ...UNLIMITED,
      HTTP_SMS_URL: gateway.url,
      HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
    })
  })
  afterEach(async () => {
    await service.stop()
    await gateway.close()
    directory.remove()
  })

  const sentFor = (id: string): { code: string }[] =>
    gateway.seen.map(({ body }) => JSON.parse(body)).filter((sent) => sent.id === id)
  const start = async (to: string) => {
    const id = (await service.post('/verify/start', { to })).body.id as string
    await waitFor('a try', () => sentFor(id)[0])
    return id
  }
  const statuses = async (id: string): Promise<string[]> =>
    (await service.get(`/verify/${id}`)).body.deliveries.map(
      (one: { status: string }) => one.status,
    )

  it('C25: down while resent four times, others canceled and approved meanwhile: one message', async () => {
    const id = await start('+14155552671')
    const canceled = await start('+14155552672')
    const approved = await start('+14155552673')
    const [{ code = '' } = {}] = sentFor(approved)
    let passed = 0
    for (const at of RESEND_AT_SECONDS) {
      await service.moveWall(at - passed)
      passed = at
      expect((await service.post(`/verify/${id}/resend`, {})).status).toBe(200)
    }
    expect((await service.post(`/verify/${canceled}/cancel`, {})).status).toBe(200)
    expect((await service.post('/verify/check', { id: approved, code })).status).toBe(200)
    await service.moveWall(OUTAGE_SECONDS - passed)
    // Whatever was in flight has its 503 before the gateway comes back.
    await waitFor('nothing in flight', async () =>
      (await statuses(id)).includes('sending') ? undefined : true,
    )
    const tried = [id, canceled, approved].map((one) => sentFor(one).length)
    const seen = gateway.seen.length
    gateway.behave(answer(200))
    await service.moveWall(60)
    await waitFor('the message', async () => (await statuses(id)).includes('sent') || undefined)
    const late = await start('+14155552674')
    await waitFor('a later one', async () => (await statuses(late)).includes('sent') || undefined)
    const after = gateway.seen.slice(seen).map(({ body }) => JSON.parse(body).id)
    expect(after.filter((one) => one !== late)).toEqual([id])
    expect(sentFor(canceled)).toHaveLength(tried[1] ?? 0)
    expect(sentFor(approved)).toHaveLength(tried[2] ?? 0)
    expect((await statuses(id)).filter((status) => status === 'sent')).toHaveLength(1)
  })
})
