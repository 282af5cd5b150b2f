// I21: a start that an entry refuses gets no message of any kind, before anything is counted; what it lets through passes.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { recipientContext } from '../../src/kernel/sealing.ts'
import { createBook } from '../../src/shield/book.ts'
import { type EntryToWrite, rewrapEntries } from '../../src/shield/lists.ts'
import { createCountMessage } from '../../src/verification/budgets.ts'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'
import { createWorld, NOBODY, type World } from './world.ts'

const TO = '+14155552671'
const TESTER = '+14155552672'
const IP = '203.0.113.7'
const SESSION = 'a-session-of-sixteen-characters'
const LIMITED = { max: 2, windowSeconds: 600 }

let world: World
beforeEach(async () => {
  const test = { to: TESTER, prefix: false, code: '123456', untilMs: 8.64e15 }
  const limits = { ...DEFAULT_LIMITS, sends_per_number_burst: LIMITED }
  world = await createWorld({ service: { testRecipients: [test], limits, clientIp: 'required' } })
})
afterEach(() => world.close())

const make = async (given: Partial<EntryToWrite>) => {
  const made = await world.lists.make({
    ...{ service: null, effect: 'refuse', by: 'number', value: TO, reason: 'ticket 4711' },
    ...{
      endsAt: null,
      rule: null,
      isShared: false,
      actor: { keyId: 'ADMIN_KEY', clientIp: null, userAgent: null },
    },
    ...given,
  })
  if (made.kind !== 'made') throw new Error(JSON.stringify(made))
  return made.entry
}
const START = {
  ...{
    channel: null,
    channels: null,
    country: null,
    locale: null,
    codeLength: null,
    metadata: {},
    challenge: null,
  },
  ...{ to: TO, decoy: false, session: null, purpose: 'login', ttlSeconds: 600, ...NOBODY },
  authenticated: false,
}
const startFrom = (
  clientIp: string,
  given: { to?: string; decoy?: boolean; session?: string } = {},
) =>
  world.service.start(world.caller, { ...START, ...given, endUser: { clientIp, userAgent: null } })
const start = async (given: Parameters<typeof startFrom>[1] = {}, clientIp = IP) => {
  const result = await startFrom(clientIp, given)
  return 'error' in result ? result.error : result.kind
}

it('I21: is refused before anything is counted, a decoy’s as well, with a reference and no reason, until it is over', async () => {
  const entry = await make({ endsAt: world.clock.now() + DAY_MS })
  for (const given of [{}, {}, { decoy: true }, { session: SESSION }])
    expect(await start(given)).toBe('recipient_blocked')
  const refused = await startFrom(IP)
  expect(refused).toMatchObject({ error: 'recipient_blocked', reference: entry.id })
  expect(JSON.stringify(refused)).not.toMatch(/4711|4155/)
  expect(world.rows()).toEqual([])
  world.moveWall(DAY_MS)
  expect([await start(), await start(), await start()]).toEqual([
    ...['started', 'started', 'rate_limited'],
  ])
})

it.each([
  ['number', '+1 415-555-2671', 'recipient_blocked'],
  ['prefix', '+1 415 555', 'recipient_blocked'],
  ['country', 'us', 'recipient_blocked'],
  ['network', '::ffff:203.0.113.0/120', 'client_blocked'],
] as const)('I21: by %s, in any spelling', async (by, value, error) => {
  expect(await start()).toBe('started')
  const entry = await make({ by, value })
  expect(await start()).toBe(error)
  await world.lists.end(entry.id, { service: null, reason: 'over', actor: NOBODY_ACTS })
  expect(await start()).toBe('started')
})

const NOBODY_ACTS = { keyId: 'ADMIN_KEY', clientIp: null, userAgent: null }

it('I21: all spellings of a mailbox are one person; a domain’s are its own', async () => {
  await make({ by: 'address', value: 'ann.lee@gmail.com' })
  expect(await start({ to: 'AnnLee+shop@googlemail.com' })).toBe('recipient_blocked')
  expect(await start({ to: 'bob@gmail.com' })).toBe('started')
  await make({ by: 'domain', value: 'trash.example' })
  expect(await start({ to: 'bob@in.trash.example' })).toBe('recipient_blocked')
})

it('I21: an entry that allows lets through what others refuse, and limits hold on', async () => {
  await make({ by: 'country', value: 'US' })
  await make({ by: 'network', value: '203.0.113.0/24' })
  await make({ effect: 'allow' })
  expect([await start(), await start(), await start()]).toEqual([
    ...['started', 'started', 'rate_limited'],
  ])
  expect(await start({ to: '+14155552673' })).toBe('client_blocked')
})

it('I21: of one service it stops nobody elsewhere', async () => {
  await make({ service: 'another' })
  expect(await start()).toBe('started')
  await make({ service: 'default' })
  expect(await start()).toBe('recipient_blocked')
})

it('I21: a verification that is open is not sent again, nor continued; a code that did arrive stays valid', async () => {
  expect(await start({ session: SESSION })).toBe('started')
  const [row] = world.rows()
  await make({})
  world.moveWall(1_000)
  expect(await start({ session: SESSION })).toBe('recipient_blocked')
  world.moveWall(60_000)
  const again = await world.resend(row?.id ?? '')
  expect('error' in again && again.error).toBe('recipient_blocked')
  const code = world.codeOf(row?.id ?? '')
  const check = { id: row?.id ?? '', code, purpose: 'login', session: SESSION }
  expect((await world.check(check)).kind).toBe('approved')
})

it('I21: neither a step of a chain nor a further try goes out', async () => {
  const { keyring, clock, caller } = world
  const { limiter, addressKey, judge } = world.domain
  const count = createCountMessage({
    ...{ keyring, clock, limiter, addressKey, judge, store: world.store.verifications },
    services: new Map([['default', caller.service]]),
  })
  const message = (to: string, clientIp: string) => ({
    ...({ service: 'default', channel: 'sms', country: 'US', authenticated: false } as const),
    ...{ clientIp, prepared: { to } },
  })
  await make({})
  await make({ by: 'network', value: '198.51.100.0/24' })
  expect(await count(message(TO, IP))).toBe('blocked')
  expect(await count(message('+14155552673', '198.51.100.9'))).toBe('blocked')
  expect(await count(message('+14155552673', IP))).toBe('admitted')
})

it('I21: a test recipient is sent nothing, and never refused; a factor is by its network alone', async () => {
  await make({ by: 'country', value: 'US' })
  expect(await start({ to: TESTER })).toBe('started')
  await make({ by: 'network', value: '198.51.100.0/24' })
  const command = {
    ...{ locale: null, purpose: 'login', session: null, authenticated: false, decoy: true },
    ...({
      ttlSeconds: null,
      metadata: {},
      challenge: null,
      subject: 'ann',
      channel: 'totp',
    } as const),
    idempotency: null,
  } as const
  const from = (clientIp: string) =>
    world.service.start(world.caller, { ...command, endUser: { clientIp, userAgent: null } })
  expect(await from('198.51.100.9')).toMatchObject({ error: 'client_blocked' })
  expect(await from(IP)).toMatchObject({ kind: 'started' })
})

it('I21: what a rule of the shield blocks lets through whoever was approved here before; what a person blocks does not', async () => {
  expect(await start()).toBe('started')
  const [row] = world.rows()
  const code = world.codeOf(row?.id ?? '')
  await world.check({ id: row?.id ?? '', code, purpose: 'login', session: null })
  await make({ by: 'prefix', value: '1415555', rule: 'prefix' })
  expect(await start()).toBe('started')
  expect(await start({ to: '+14155552673' })).toBe('recipient_blocked')
  await make({ by: 'prefix', value: '1415555' })
  expect(await start()).toBe('recipient_blocked')
})

it('I21: another node’s change is seen within its time, its own at once; where the store is away, what was known holds on', async () => {
  const { store, keyring, clock } = world
  let isAway = false
  const warned: unknown[] = []
  const other = createBook({
    store: {
      ...store.lists,
      version: async () => {
        if (isAway) throw new Error('away')
        return store.lists.version()
      },
    },
    ...{ isKnown: store.verifications.isKnown, keyring, clock, lookMs: 5 },
    logger: { warn: (...what) => void warned.push(what) },
  })
  await other.start()
  const judged = {
    recipient: { kind: 'phone', address: TO, country: 'US', type: 'MOBILE' },
    clientIp: IP,
  } as const
  const judge = async () => (await other.judge('default', judged))?.effect
  expect(await judge()).toBeUndefined()
  const entry = await make({})
  await vi.waitFor(async () => expect(await judge()).toBe('refuse'))
  isAway = true
  await vi.waitFor(async () => expect(warned).toHaveLength(1))
  await world.lists.end(entry.id, { service: null, reason: 'over', actor: NOBODY_ACTS })
  expect(await judge()).toBe('refuse')
  isAway = false
  await vi.waitFor(async () => expect(await judge()).toBeUndefined())
  other.stop()
})

it('I21: an entry without an effect is not made: its fault is named', async () => {
  const faultOf = async (given: Partial<EntryToWrite>) => {
    const made = await world.lists.make({
      ...{ service: null, effect: 'refuse', by: 'country', value: 'US', reason: 'why' },
      ...{ endsAt: null, rule: null, isShared: false, actor: NOBODY_ACTS, ...given },
    })
    return made.kind === 'fault' ? made.fault.field : made.kind
  }
  expect(await faultOf({ value: 'XX' })).toBe('value')
  expect(await faultOf({ reason: ' ' })).toBe('reason')
  expect(await faultOf({ reason: 'a\nb' })).toBe('reason')
  expect(await faultOf({ reason: 'x'.repeat(201) })).toBe('reason')
  expect(await faultOf({ endsAt: world.clock.now() })).toBe('endsAt')
  expect(await faultOf({ endsAt: 8.64e15 })).toBe('endsAt')
  expect(await faultOf({ endsAt: Number.NaN })).toBe('endsAt')
  expect(await faultOf({})).toBe('made')
  expect(await faultOf({})).toBe('exists')
})

it('I21: a person’s entry outlives its root key: moved to the current one, and found by it alone', async () => {
  const entry = await make({})
  const [current, previous] = [Buffer.alloc(32, 8), Buffer.alloc(32, 7)]
  const rewrap = (...keys: Buffer[]) =>
    rewrapEntries({
      ...{ store: world.store.lists, keyring: createKeyring(keys) },
      stop: new AbortController().signal,
    })
  expect(await rewrap(current)).toEqual({ moved: 0, left: 1 })
  expect(await rewrap(current, previous)).toEqual({ moved: 1, left: 0 })
  expect(await rewrap(current, previous)).toEqual({ moved: 0, left: 0 })
  const keyring = createKeyring([current])
  const moved = await world.store.lists.find(entry.id)
  expect(keyring.open(moved?.recipientSealed as Buffer, recipientContext(entry.id))).toBe(TO)
  const book = createBook({
    ...{ store: world.store.lists, isKnown: world.store.verifications.isKnown, keyring },
    ...{ clock: world.clock, logger: { warn: () => {} } },
  })
  await book.refresh()
  const recipient = { kind: 'phone', address: TO, country: 'US', type: null } as const
  expect(await book.judge('default', { recipient, clientIp: null })).toMatchObject({
    entry: entry.id,
  })
})
