// C94: a verification of Twilio's wire over its life: the same code again, the last message, the last minute, and its end.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isError } from '../../src/wires/twilio/errors.ts'
import type { WireRequest } from '../../src/wires/twilio/find.ts'
import { serviceSidOf } from '../../src/wires/twilio/sids.ts'
import { createTwilioWire } from '../../src/wires/twilio/wire.ts'
import { createWorld, NOBODY, type World } from '../verification/world.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const TO = '+14155552671'
const PARALLEL = 20

let world: World
let wire: ReturnType<typeof createTwilioWire>
const open = async (options: Parameters<typeof createWorld>[0] = {}) => {
  world = await createWorld(options)
  const { service, keyring, clock } = world
  wire = createTwilioWire({
    service,
    keyring,
    clock,
    ...kept(),
    upstream: null,
    draw: () => 0,
  })
}
afterEach(() => world.close())

const kept = () => ({ wires: world.store.wires, events: world.store.events })
const request = (form: Record<string, string>): WireRequest => ({
  ...{ caller: world.caller, by: { accountSid: `AC${'0'.repeat(32)}`, base: 'http://here' } },
  ...{ form: new URLSearchParams(form), ...NOBODY },
})
type Answer = Record<string, unknown> & {
  status: unknown
  sid?: string
  code?: number
  retryAfter?: number
  send_code_attempts?: unknown[]
}
const said = async (asked: ReturnType<typeof wire.check>): Promise<Answer> => {
  const answer = await asked
  return (isError(answer) ? answer : answer.body) as Answer
}
const start = (form: Record<string, string> = {}) =>
  said(wire.start(request({ To: TO, Channel: 'sms', ...form })))
const check = (Code: string, form: Record<string, string> = { To: TO }) =>
  said(wire.check(request({ Code, ...form })))
const lastCode = async () => {
  await world.deliver()
  return world.sent.at(-1)?.code ?? ''
}

describe('C94: one node', () => {
  beforeEach(() => open())

  it('sends the same code again once a resend is due, under the same SID, by the channel that is asked for', async () => {
    const first = await start()
    const code = await lastCode()
    world.moveWall(29 * SECOND)
    expect(await start()).toMatchObject({ status: 429, code: 60212, retryAfter: 1 })
    world.moveWall(SECOND)
    const second = await start()
    expect(second).toMatchObject({ sid: first.sid, status: 'pending' })
    expect(second.send_code_attempts).toHaveLength(2)
    expect(second.send_code_attempts?.[0]).toEqual(first.send_code_attempts?.[0])
    expect(await lastCode()).toBe(code)
    expect(world.sent).toHaveLength(2)
    expect(await check(code)).toMatchObject({ sid: first.sid, valid: true })
  })

  it('after the last message says when another life begins, and its code stays right', async () => {
    const { sid } = await start()
    for (const wait of [30, 40, 60, 90]) {
      world.moveWall(wait * SECOND)
      expect((await start()).sid).toBe(sid)
    }
    world.moveWall(120 * SECOND)
    expect(await start()).toMatchObject({ status: 429, code: 60203, retryAfter: 260 })
    expect(await check(await lastCode())).toMatchObject({ sid, valid: true })
  })

  it('in its last minute says when another life begins, and begins it then', async () => {
    const { sid } = await start()
    world.moveWall(9 * MINUTE + SECOND)
    expect(await start()).toMatchObject({ status: 429, code: 60212, retryAfter: 59 })
    world.moveWall(59 * SECOND)
    expect(await check('123456')).toMatchObject({ status: 404, code: 20404 })
    const next = await start()
    expect([next.status, next.sid === sid]).toEqual(['pending', false])
  })

  it('after the last wrong code waits for the end of its life, as theirs; another start begins another', async () => {
    const { sid } = await start()
    const code = await lastCode()
    for (let n = 0; n < 5; n += 1) await check(world.wrongCode(code))
    world.moveWall(MINUTE)
    const over = { VerificationSid: sid ?? '' }
    expect(await check(code, over)).toMatchObject({ status: 429, code: 60202, retryAfter: 540 })
    expect((await start()).sid).not.toBe(sid)
    world.moveWall(9 * MINUTE)
    expect(await check(code, over)).toMatchObject({ status: 404, code: 20404 })
  })

  it('a SID with another number’s To is not checked', async () => {
    const { sid = '' } = await start()
    const code = await lastCode()
    const other = { VerificationSid: sid, To: '+14155552672' }
    expect(await check(code, other)).toMatchObject({ status: 404, code: 20404 })
    expect(await check(code, { VerificationSid: sid, To: TO })).toMatchObject({ valid: true })
  })

  it('Status=approved closes it, and approves nobody', async () => {
    const { sid = '' } = await start()
    const code = await lastCode()
    const closed = await said(wire.update(request({ Status: 'approved' }), sid))
    expect(closed).toMatchObject({ sid, status: 'approved', valid: true })
    expect(world.rows()).toMatchObject([{ status: 'closed', approvals: 0 }])
    expect(await check(code)).toMatchObject({ status: 404, code: 20404 })
  })

  it('what Twilio checks is nobody’s to check once the login there is taken away', async () => {
    const { service, caller, keyring, clock } = world
    const upstream = { start: async () => ({ kind: 'answered', body: { sid: 'VE1', to: TO } }) }
    const shared = { ...caller, service: { ...caller.service, twilioPercent: 100 } }
    const deps = { service, keyring, clock, ...kept(), draw: () => 99 }
    const before = createTwilioWire({ ...deps, upstream: upstream as never })
    await before.start({ ...request({ To: TO, Channel: 'sms' }), caller: shared })
    expect(await check('123456')).toMatchObject({ status: 503, code: 20503 })
    const answers = [start(), said(wire.read(request({}), TO))]
    for (const answer of await Promise.all(answers)) expect(answer.code).toBeGreaterThan(20_000)
    expect(world.rows()).toHaveLength(1)
  })

  it('services have SIDs of their own, which follow from their names', () => {
    const named = (name: string) => serviceSidOf({ ...world.policy, name })
    expect(named('shop')).toMatch(/^VA[0-9a-f]{32}$/)
    expect(named('shop')).toBe(named('shop'))
    expect(named('shop')).not.toBe(named('bank'))
  })
})

describe('C94: as between nodes', () => {
  beforeEach(() => open({ withoutLock: true }))

  it('of 20 starts at once one makes a code, and each answer is about it', async () => {
    const all = await Promise.all(Array.from({ length: PARALLEL }, () => start()))
    const sids = new Set(all.flatMap(({ sid }) => sid ?? []))
    expect(sids.size).toBe(1)
    const refused = all.filter(({ code }) => code !== undefined)
    for (const one of refused) expect(one).toMatchObject({ status: 429, code: 60212 })
    expect(world.rows()).toHaveLength(1)
    expect(await check(await lastCode())).toMatchObject({ valid: true })
  })

  it('C95: of 20 delegated starts at once one asks Twilio', async () => {
    const { service, caller, keyring, clock } = world
    let asked = 0
    const start = async () => {
      asked += 1
      return { kind: 'answered', body: { sid: 'VE1' } }
    }
    const deps = { service, keyring, clock, ...kept(), draw: () => 0 }
    const shared = createTwilioWire({ ...deps, upstream: { start } as never })
    const by = { ...caller, service: { ...caller.service, twilioPercent: 100 } }
    const one = () => said(shared.start({ ...request({ To: TO, Channel: 'sms' }), caller: by }))
    const all = await Promise.all(Array.from({ length: PARALLEL }, one))
    expect(all.filter(({ sid }) => sid === 'VE1')).toHaveLength(1)
    expect(all.filter(({ code }) => code === 60212)).toHaveLength(PARALLEL - 1)
    expect([asked, world.rows().length]).toEqual([1, 1])
  })
})
