// C49: what becomes of a decoy's message, where a stranger can have recipients of their own fail: on one node, after a
// restart, and by the same rules for what is done about it (C66).

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { openWorld, type World } from '../delivery/world.ts'
import { outcomeOf, type Steered, startSteered } from './steered-service.ts'

const PROVIDERS = ['sms', 'email'] as const
const UNREACHABLE_COUNTRY = '+4474'
const SHUT_DOMAIN = 'shut.example'
/** Twilio's code is not known of a gateway: refused for good, by what only the gateway knows. */
const REFUSED = answer(400)
const AWAY = answer(503, '', { 'retry-after': '100' })

let gateway: FaultServer
let service: Steered
/** Bodies that hold one of these are answered 503. */
const deferred = new Set<string>()
beforeAll(async () => {
  gateway = await startFaultServer((response, seen) => {
    const isShut = seen.body.includes(UNREACHABLE_COUNTRY) || seen.body.includes(SHUT_DOMAIN)
    if (isShut) return REFUSED(response, seen)
    if ([...deferred].some((one) => seen.body.includes(one))) return AWAY(response, seen)
    response.writeHead(200).end()
  })
  const settings = PROVIDERS.map((channel) => [`HTTP_${channel.toUpperCase()}_URL`, gateway.url])
  service = await startSteered(Object.fromEntries(settings))
})
afterAll(async () => {
  await service.close()
  await gateway.close()
})

const begin = async (to: string, more: object = {}) => {
  const started = await service.start({ to, ...more })
  expect(started.status).toBe(201)
  return started.body.id as string
}
const settled = async (id: string) => {
  const seen = async () => (await service.look(id)).body.deliveries.at(-1)
  await expect.poll(async () => (await seen()).attempts).toBeGreaterThan(0)
  await expect.poll(async () => (await seen()).status).not.toBe('sending')
  const { status, error, attempts } = await seen()
  return { status, code: error?.code ?? null, attempts }
}
const fateOf = async (to: string, decoy: boolean) => settled(await begin(to, { decoy }))
const both = async (to: string, other: string) => [
  await fateOf(to, false),
  await fateOf(other, true),
]

describe('after recipients of a stranger’s own', () => {
  it('C49: one deferral proves nothing about the next recipient', async () => {
    deferred.add('+14155550001').add('one@mail.example')
    for (const own of ['+14155550001', 'one@mail.example'])
      expect(await fateOf(own, false)).toMatchObject({ status: 'queued', code: 'http_503' })
    for (const [real, decoy] of [
      ['+14155550011', '+14155550012'],
      ['ann@mail.example', 'bob@mail.example'],
    ] as const) {
      const [a, b] = await both(real, decoy)
      expect([a, b]).toEqual([a, a])
      expect(a?.status).toBe('sent')
    }
  })
})

describe('a destination that is refused for good', () => {
  it.each([
    ['a country', (n: number) => `+44740012340${n}`],
    ['a domain', (n: number) => `p${n}@${SHUT_DOMAIN}`],
  ])('C49, C66: %s: failed alike, and the resend is free at once alike', async (_name, person) => {
    for (const n of [1, 2, 3]) expect((await fateOf(person(n), false)).status).toBe('failed')
    const ids = [await begin(person(4)), await begin(person(5), { decoy: true })]
    const fates = await Promise.all(ids.map(settled))
    expect(fates[1]).toEqual(fates[0])
    expect(fates[0]).toEqual({ status: 'failed', code: 'http_400', attempts: 1 })
    const views = await Promise.all(ids.map(async (id) => (await service.look(id)).body))
    expect(views.map(({ resend_in }) => resend_in)).toEqual([0, 0])
    const again = await Promise.all(ids.map((id) => service.resend(id)))
    expect(again.map(outcomeOf)).toEqual([
      [200, undefined],
      [200, undefined],
    ])
    expect(again.map(({ body }) => body.resend_in)).toEqual([40, 40])
    // Nobody else's.
    expect((await fateOf('+14155550020', true)).status).toBe('sent')
    expect((await fateOf('carl@mail.example', true)).status).toBe('sent')
  })
})

describe('another node on the same store, or the same one after a restart', () => {
  const until = (world: World, id: string, status: string) =>
    expect.poll(async () => (await world.delivery(id)).status).toBe(status)

  it('C49: its first decoys follow the other nodes’ results, and take their time', async () => {
    const world = await openWorld()
    const own = await startFaultServer(REFUSED)
    const providers = [world.gateway(own.url)]
    const first = world.work({ providers, random: () => 0 })
    const refused = ['+447400123401', '+447400123402', '+447400123403']
    for (const to of refused)
      await until(world, (await world.begin({ to, country: 'GB' })).id, 'failed')
    own.behave(answer(200))
    await until(world, (await world.begin()).id, 'sent')
    await first.drain(1_000)
    world.work({ providers, random: () => 0 })
    const [there, here] = [
      await world.begin({ to: '+447400123409', country: 'GB', kind: 'decoy' }),
      await world.begin({ to: '+14155552679', kind: 'decoy' }),
    ]
    await until(world, there.id, 'failed')
    expect((await world.delivery(there.id)).error?.code).toBe('http_400')
    await until(world, here.id, 'sent')
    const [real] = (await world.store.outbox.pastSends()).filter(
      ({ result }) => result.kind === 'accepted',
    )
    const { sentAt, queuedAt } = await world.delivery(here.id)
    // Without the others' time it would be the 300 ms of a provider that nobody knows.
    expect(real?.durationMs).toBeLessThan(290)
    expect((sentAt ?? 0) - queuedAt).toBeGreaterThanOrEqual(real?.durationMs ?? 0)
    await world.close()
    await own.close()
  })
})
