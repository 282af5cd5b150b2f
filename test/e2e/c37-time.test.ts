// C37: the wall jumps back an hour or forward a day, while a verification is pending or being retried.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, type World } from '../verification/world.ts'
import { startMoved } from './moved-process.ts'
import { codeFor, temporaryDirectory } from './service-process.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

let world: World
beforeEach(async () => {
  world = await createWorld({})
})
afterEach(() => world.close())

const begin = async () => {
  const given = { to: 'ann@example.com', session: null, purpose: 'login', decoy: false }
  const result = await world.start({ ...given, ttlSeconds: 600 })
  if (result.kind !== 'started') throw new Error(result.kind)
  return { id: result.verification.id, code: world.codeOf(result.verification.id) }
}
const check = (id: string, code: string) =>
  world.check({ id, code, purpose: 'login', session: null })
const outcome = async (result: Promise<{ kind: string; error?: string }>) => {
  const { kind, error } = await result
  return error ?? kind
}
const row = (id: string) => {
  const found = world.rows().find((one) => one.id === id)
  if (!found) throw new Error('no row')
  return found
}

describe('pending', () => {
  it('C37: back an hour: it is still valid, and not for a second longer', async () => {
    const [one, two] = [await begin(), await begin()]
    world.moveWall(-HOUR)
    const view = await world.service.get(world.caller, { id: one.id })
    expect(view).toMatchObject({ verification: { status: 'pending', expiresInSeconds: 600 } })
    expect(await outcome(check(one.id, one.code))).toBe('approved')
    world.moveWall(599 * SECOND)
    expect(await outcome(check(two.id, world.wrongCode(two.code)))).toBe('code_incorrect')
    world.moveWall(SECOND)
    expect(await outcome(check(two.id, two.code))).toBe('verification_expired')
  })

  it('C37: forward a day: expired, ended by one sweep, and not revived by the way back', async () => {
    const { id, code } = await begin()
    world.moveWall(DAY)
    expect(await outcome(check(id, code))).toBe('verification_expired')
    world.moveWall(-DAY)
    expect(await outcome(check(id, code))).toBe('verification_expired')
    await world.sweep()
    expect(row(id)).toMatchObject({
      status: 'expired',
      code_hash: null,
      code_sealed: null,
      queued: 0,
    })
    await world.deliver()
    expect(world.sent).toEqual([])
  })

  it('C37: after a jump forward and back time continues: a new code expires, a resend falls due', async () => {
    world.moveWall(DAY)
    await begin()
    world.moveWall(-DAY)
    const { id, code } = await begin()
    expect(await outcome(world.resend(id))).toBe('resend_too_early')
    world.moveWall(30 * SECOND)
    expect(await outcome(world.resend(id))).toBe('resent')
    world.moveWall(569 * SECOND)
    expect(await outcome(check(id, world.wrongCode(code)))).toBe('code_incorrect')
    world.moveWall(SECOND)
    expect(await outcome(check(id, code))).toBe('verification_expired')
    // The sweeper comes by every five seconds; after its grace for running checks a minute is not over.
    world.moveWall(54 * SECOND)
    await world.sweep()
    expect(row(id).status).toBe('expired')
  })
})

describe('retrying', () => {
  /** One send that failed for now; the next is due within the second of its backoff. */
  const retrying = async () => {
    world.setProvider('temporary')
    const begun = await begin()
    await world.deliver()
    expect([world.sent.length, row(begun.id).queued]).toEqual([1, 1])
    return begun
  }

  it('C37: back an hour: not sent twice, and the retry is not put off by an hour', async () => {
    const { id, code } = await retrying()
    world.moveWall(-HOUR)
    world.setProvider('accepted')
    await world.deliver()
    expect(world.sent).toHaveLength(1)
    world.moveWall(SECOND)
    await world.deliver()
    await world.deliver()
    expect(world.sent.map((message) => message.code)).toEqual([code, code])
    expect(row(id).queued).toBe(0)
    expect(await outcome(check(id, code))).toBe('approved')
  })

  it('C37: forward a day: nothing is sent any more, and nothing is stuck', async () => {
    const { id, code } = await retrying()
    world.setProvider('accepted')
    world.moveWall(DAY)
    await world.deliver()
    world.moveWall(-DAY)
    await world.deliver()
    await world.sweep()
    await world.deliver()
    expect(world.sent).toHaveLength(1)
    expect(row(id)).toMatchObject({ status: 'expired', queued: 0, code_sealed: null })
    expect(await outcome(check(id, code))).toBe('verification_expired')
  })
})

it('C37: a process that starts with its clock an hour back continues from its newest row', async () => {
  const directory = temporaryDirectory()
  try {
    const first = await startMoved(directory.path)
    const { body } = await first.post('/verify/start', { to: 'ann@example.com' })
    const late = (await first.post('/verify/start', { to: 'bob@example.com' })).body.id
    const code = await codeFor(first, body.id)
    await first.moveWall(-3600)
    expect((await first.get(`/verify/${body.id}`)).body.expires_in).toBeLessThanOrEqual(600)
    expect(await first.stop()).toBe(0)

    const second = await startMoved(directory.path)
    const seen = (await second.get(`/verify/${body.id}`)).body
    expect(seen.expires_in).toBeLessThanOrEqual(600)
    const next = (await second.post('/verify/start', { to: 'eve@example.com' })).body
    expect(Date.parse(next.created_at)).toBeGreaterThanOrEqual(Date.parse(body.created_at))
    expect((await second.post('/verify/check', { id: body.id, code })).status).toBe(200)
    await second.moveWall(3600 + 86_400)
    expect((await second.get(`/verify/${late}`)).body.status).toBe('expired')
    await second.moveWall(-86_400)
    const gone = await second.post('/verify/check', { id: late, code: '123456' })
    expect(gone.status).toBe(410)
    expect(await second.stop()).toBe(0)
  } finally {
    directory.remove()
  }
})
