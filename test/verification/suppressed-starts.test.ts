// C59: a recipient who is suppressed gets no message of any kind, and learns why before anything is counted.

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SuppressionReason } from '../../src/kernel/channel.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { createCountMessage } from '../../src/verification/budgets.ts'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'
import { addressIndexes, recipientOf } from '../../src/verification/recipient.ts'
import {
  adviseOnSuppressions,
  createSuppress,
  rewrapSuppressions,
} from '../../src/verification/suppress.ts'
import { createWorld, type World } from './world.ts'

const TO = '+14155552671'
const TESTER = '+14155552672'
const SESSION = 'a-session-of-sixteen-characters'
const LIMITED = { max: 2, windowSeconds: 600 }

let world: World
beforeEach(async () => {
  const test = { to: TESTER, prefix: false, code: '123456', untilMs: 8.64e15 }
  const limits = { ...DEFAULT_LIMITS, sends_per_number_burst: LIMITED }
  world = await createWorld({ service: { testRecipients: [test], limits } })
})
afterEach(() => world.close())

const suppressing = () =>
  createSuppress({
    suppressions: world.store.suppressions,
    ...{ keyring: world.keyring, clock: world.clock },
  })
const suppress = (reason: SuppressionReason, to = TO) =>
  suppressing().add({
    ...{ service: 'default', channel: 'sms', to, reason, provider: 'twilio' },
    code: reason === 'stop' ? null : '30005',
  })
const start = async (given: { to?: string; decoy?: boolean; session?: string } = {}) => {
  const result = await world.start({
    ...{ to: TO, decoy: false, session: null, purpose: 'login', ttlSeconds: 600, ...given },
  })
  return 'error' in result ? result.error : result.kind
}

it('C59: a start is refused before anything is counted, a decoy’s as well, until it is over', async () => {
  await suppress('unknown')
  for (const given of [{}, {}, { decoy: true }, { session: SESSION }])
    expect(await start(given)).toBe('recipient_suppressed')
  expect(world.rows()).toEqual([])
  world.moveWall(7 * DAY_MS)
  expect([await start(), await start(), await start()]).toEqual([
    ...['started', 'started', 'rate_limited'],
  ])
})

it('C59: another spelling of a mailbox is another mailbox', async () => {
  const report = { service: 'default', channel: 'email', reason: 'unknown' } as const
  const about = { provider: 'smtp', code: 'smtp_550_5.1.1' }
  await suppressing().add({ ...report, ...about, to: 'ann+typo@example.com' })
  expect(await start({ to: 'ann+typo@example.com' })).toBe('recipient_suppressed')
  expect(await start({ to: 'ann@example.com' })).toBe('started')
})

it('C59: a verification that is open is not sent again, nor continued', async () => {
  expect(await start({ session: SESSION })).toBe('started')
  const [row] = world.rows()
  await suppress('stop')
  world.moveWall(1_000)
  expect(await start({ session: SESSION })).toBe('recipient_suppressed')
  world.moveWall(60_000)
  expect(await start({ session: SESSION })).toBe('recipient_suppressed')
  const again = await world.resend(row?.id ?? '')
  expect('error' in again && again.error).toBe('recipient_suppressed')
  // A code that did arrive stays valid (I15).
  const code = world.codeOf(row?.id ?? '')
  const check = { id: row?.id ?? '', code, purpose: 'login', session: SESSION }
  expect((await world.check(check)).kind).toBe('approved')
})

it('C59: a test recipient gets no messages, and is never refused for them', async () => {
  await suppress('stop', TESTER)
  expect(await start({ to: TESTER, session: SESSION })).toBe('started')
  world.moveWall(60_000)
  expect(await start({ to: TESTER, session: SESSION })).toBe('continued')
})

it('C59: START takes back a STOP, and nothing else', async () => {
  const said = { service: 'default', channel: 'sms', to: TO, provider: 'twilio' } as const
  await suppress('complaint')
  expect(await suppressing().start(said)).toBeUndefined()
  expect(await start()).toBe('recipient_suppressed')
  const { items } = await world.store.suppressions.list({ service: 'default' }, null, 10)
  const actor = { service: 'default', keyId: null, clientIp: null, userAgent: null }
  const about = { service: null, now: world.clock.now(), actor, details: {} }
  await world.store.suppressions.lift({ id: items[0]?.id ?? '', ...about })
  await suppress('stop')
  expect(await start()).toBe('recipient_suppressed')
  expect(await suppressing().start(said)).toMatchObject({ reason: 'stop' })
  expect(await start()).toBe('started')
})

it('C59: outlives its root key: moved to the current one, and found by it alone', async () => {
  await suppress('stop')
  const [current, previous] = [Buffer.alloc(32, 8), Buffer.alloc(32, 7)]
  const { suppressions } = world.store
  const rewrap = (...keys: Buffer[]) =>
    rewrapSuppressions({
      ...{ suppressions, keyring: createKeyring(keys), stop: new AbortController().signal },
    })
  const advice = (...keys: Buffer[]) =>
    adviseOnSuppressions({ suppressions, keyring: createKeyring(keys) })
  expect((await advice(current)).warnings).toEqual([expect.stringContaining('get messages again')])
  expect((await advice(current, previous)).notes).toEqual([
    expect.stringContaining('before you remove it'),
  ])
  expect(await rewrap(current)).toEqual({ moved: 0, left: 1 })
  expect(await rewrap(current, previous)).toEqual({ moved: 1, left: 0 })
  expect(await rewrap(current, previous)).toEqual({ moved: 0, left: 0 })
  expect(await advice(current)).toEqual({ warnings: [], notes: [] })
  const keyring = createKeyring([current])
  const indexes = addressIndexes(keyring, 'default', recipientOf(TO, null))
  const found = await suppressions.find({ channel: 'sms', addressIndexes: indexes })
  if (!found) throw new Error('it was lost')
  expect(keyring.open(found.recipientSealed, recipientContext(found.id))).toBe(TO)
})

it('C59: no further message of an open verification goes out: neither a step, nor a try after one that may have arrived', async () => {
  const { keyring, clock, caller } = world
  const { limiter, addressKey, judge } = world.domain
  const count = createCountMessage({
    ...{ keyring, clock, limiter, addressKey, judge, store: world.store.verifications },
    services: new Map([['default', caller.service]]),
  })
  const message = (to: string) => ({
    ...({ service: 'default', channel: 'sms', country: 'US', authenticated: false } as const),
    ...{ clientIp: null, prepared: { to } },
  })
  await suppress('stop')
  expect(await count(message(TO))).toBe('suppressed')
  expect(await count(message('+14155552673'))).toBe('admitted')
})
