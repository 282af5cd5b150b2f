// What a flow costs in keyed hashes and sealings: none is made twice in a request, and none for what is not reached.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPlan } from '../../src/delivery/plan.ts'
import { createRests } from '../../src/delivery/routes/rests.ts'
import type { Keyring } from '../../src/kernel/keyring.ts'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'
import { createVerificationService } from '../../src/verification/service.ts'
import { createWorld, NOBODY, testService, type World } from './world.ts'

const PHONE = '+14155552671'
const SERVICE = testService({ clientIp: 'required', limits: DEFAULT_LIMITS })
const CALLER = { service: SERVICE, keyId: 'key_test' }
const SOMEBODY = { ...NOBODY, endUser: { clientIp: '203.0.113.9', userAgent: null } }

let world: World
beforeAll(async () => {
  world = await createWorld({})
})
afterAll(() => world.close())

/** The ring, and each of its calls by name and what it was made of. */
function countCalls(keyring: Keyring) {
  const calls: string[] = []
  const noted = <Given extends unknown[], Made>(name: string, make: (...given: Given) => Made) => {
    return (...given: Given): Made => {
      calls.push(`${name} ${given.flat().join(' ')}`)
      return make(...given)
    }
  }
  const counting: Keyring = {
    ...keyring,
    mac: noted('mac', keyring.mac),
    macs: noted('mac', keyring.macs),
    oldestMac: noted('mac', keyring.oldestMac),
    seal: noted('seal', keyring.seal),
    open: noted('open', keyring.open),
  }
  return { counting, take: () => calls.splice(0) }
}

const kindsOf = (calls: readonly string[]) => {
  const count = (kind: string) => calls.filter((call) => call.startsWith(kind)).length
  return { macs: count('mac'), seals: count('seal'), opens: count('open') }
}

function createFlow(over: Partial<World['domain']> = {}) {
  const { counting, take } = countCalls(world.keyring)
  const service = createVerificationService({ ...world.domain, ...over, keyring: counting })
  const start = (to: string, session: string | null = null) =>
    service.start(CALLER, {
      ...{
        to,
        session,
        channel: null,
        channels: null,
        country: null,
        locale: null,
        codeLength: null,
      },
      ...{
        ttlSeconds: null,
        metadata: {},
        challenge: null,
        authenticated: false,
        decoy: false,
        purpose: 'login',
      },
      ...SOMEBODY,
    })
  const check = (given: { id: string; code: string; to?: string; session?: string }) =>
    service.check(CALLER, {
      ...{ to: null, session: null, purpose: 'login', country: null, subject: null },
      ...{ ...given, ...SOMEBODY },
    })
  return { counting, take, start, check }
}

it('a start makes five keyed hashes and seals twice, a check makes two and opens once', async () => {
  const { take, start, check } = createFlow()
  const started = await start(PHONE)
  if (started.kind !== 'started') throw new Error(started.kind)
  const ofStart = take()
  const { id } = started.verification
  expect((await check({ id, code: world.codeOf(id) })).kind).toBe('approved')
  const ofCheck = take()
  expect(kindsOf(ofStart)).toEqual({ macs: 5, seals: 2, opens: 0 })
  expect(kindsOf(ofCheck)).toEqual({ macs: 2, seals: 0, opens: 1 })
  for (const calls of [ofStart, ofCheck]) expect(new Set(calls).size).toBe(calls.length)
})

it('the recipient and the session take one each more to be checked', async () => {
  const { take, start, check } = createFlow()
  const session = 'a-session-of-one-browser'
  const started = await start('ann+news@gmail.com', session)
  if (started.kind !== 'started') throw new Error(started.kind)
  const ofStart = take()
  const { id } = started.verification
  const code = world.codeOf(id)
  expect((await check({ id, code, session, to: 'ann+news@gmail.com' })).kind).toBe('approved')
  const ofCheck = take()
  expect(kindsOf(ofStart)).toEqual({ macs: 6, seals: 2, opens: 0 })
  expect(kindsOf(ofCheck)).toEqual({ macs: 4, seals: 0, opens: 1 })
  for (const calls of [ofStart, ofCheck]) expect(new Set(calls).size).toBe(calls.length)
})

it('a start without a place in the queue makes the indexes of its person and their address, and nothing for limits', async () => {
  const hasher = { ...world.domain.hasher, reserve: () => undefined }
  const { take, start } = createFlow({ hasher })
  expect(await start(PHONE)).toMatchObject({ kind: 'refused', error: 'overloaded' })
  expect(kindsOf(take())).toEqual({ macs: 2, seals: 0, opens: 0 })
})

it('a start that continues a verification counts against no limit of messages', async () => {
  const { take, start } = createFlow()
  const session = 'a-session-of-another-browser'
  expect((await start(PHONE, session)).kind).toBe('started')
  take()
  expect((await start(PHONE, session)).kind).toBe('continued')
  // The person, the address (are they suppressed?) and the session.
  expect(kindsOf(take())).toEqual({ macs: 3, seals: 0, opens: 0 })
})

it('a claim opens the recipient and the code, once each', async () => {
  const { counting, take, start } = createFlow()
  expect((await start('+14155552672')).kind).toBe('started')
  take()
  const plan = createPlan({
    keyring: counting,
    chooser: { whenDue: () => ({ kind: 'send', provider: 'test' }) },
    ...{ rests: createRests(), clock: world.clock },
    knowsService: () => true,
    mayCall: () => true,
  })
  const claims = await world.store.outbox.claim({
    ...{
      now: world.clock.now(),
      lanes: [{ channel: 'sms', provider: 'test', limit: 1 }],
      leaseMs: 1_000,
      minRemainingMs: 0,
    },
    plan,
  })
  expect(claims).toHaveLength(1)
  expect(kindsOf(take())).toEqual({ macs: 0, seals: 0, opens: 2 })
})
