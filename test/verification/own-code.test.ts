// C92, I24: a code that its caller made and checks, in one process: what may be given, that nothing here compares or approves it,
// and what a report does.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Caller, SendCommand } from '../../src/verification/api.ts'
import type { Hasher } from '../../src/verification/hashing-ports.ts'
import { decideCheck } from '../../src/verification/transitions.ts'
import { createWorld, NOBODY, testService, type World } from './world.ts'

let world: World
let reserved = 0
let people = 0
const counting = (hasher: Hasher): Hasher => ({
  ...hasher,
  reserve(work) {
    reserved += 1
    return hasher.reserve(work)
  },
})
beforeAll(async () => {
  world = await createWorld({
    wrapPorts: (ports) => ({ ...ports, hasher: counting(ports.hasher) }),
    service: { channels: ['sms', 'email', 'telegram', 'voice'], voiceCountries: '*' },
  })
})
beforeEach(() => {
  reserved = 0
})
afterAll(() => world.close())

const CODE = '482913'
const command = (given: Partial<SendCommand> = {}): SendCommand => {
  people += 1
  return {
    ...{ to: `person${people}@example.com`, channel: null, channels: null, country: null },
    ...{ locale: null, codeLength: null, metadata: {}, challenge: null, purpose: 'login' },
    ...{ session: null, authenticated: false, decoy: false, ttlSeconds: null },
    ...{ ownCode: CODE, ...NOBODY, ...given },
  }
}
const start = (given: Partial<SendCommand> = {}, caller: Caller = world.caller) =>
  world.service.start(caller, command(given))
async function begin(given: Partial<SendCommand> = {}): Promise<string> {
  const started = await start(given)
  if (started.kind !== 'started') throw new Error(JSON.stringify(started))
  return started.verification.id
}
const report = (id: string, outcome: 'approved' | 'failed', caller: Caller = world.caller) =>
  world.service.report(caller, { id, outcome, ...NOBODY })
const check = (id: string, code = CODE, purpose = 'login', session: string | null = null) =>
  world.check({ id, code, purpose, session })
const rowOf = (id: string) => world.rows().find((row) => row.id === id)
const errorOf = (result: { kind: string; error?: string }) => result.error ?? result.kind
/** Every text that the file holds. */
const stored = () =>
  world.client.prepare("select group_concat(details, ' ') from events").pluck().get() as string

describe('a start with an own code', () => {
  it.each(['4829', '482913', 'aB3x9Z', '123456789012', 'ABCDEFGHIJKL'])(
    'sends %s as it was given, hashed nowhere and guessed by nobody',
    async (ownCode) => {
      const id = await begin({ ownCode })
      expect(rowOf(id)).toMatchObject({ code_hash: null, max_attempts: 0, started_events: 1 })
      await world.deliver()
      expect(world.sent.findLast((one) => one.verificationId === id)?.code).toBe(ownCode)
      expect(reserved).toBe(0)
      expect(stored()).not.toContain(ownCode)
    },
  )

  it.each([
    ['482'],
    ['1234567890123'],
    ['48 29 13'],
    ['482-913'],
    ['482913 '],
    ['482913\n'],
    ['４８２９１３'],
    ['٤٨٢٩١٣'],
    ['48291\u0130'],
    ['4829\u200f13'],
    ['\u202e482913'],
    ['482913\u0301'],
    ['cafés1'],
    ['evil.example'],
    ['//evil.ex'],
    ['{{brand}}'],
    ['<b>1</b>'],
    [''],
  ])('C92: refuses %j: it is no code, and would be somebody’s text', async (ownCode) => {
    const refused = await start({ ownCode })
    expect(refused).toMatchObject({ error: 'invalid_request', errors: [{ field: 'code' }] })
    expect(JSON.stringify(refused)).not.toContain(ownCode || 'nothing')
  })

  it.each([
    [{ session: 'session-0123456789' }, 'session'],
    [{ codeLength: 6 }, 'code_length'],
    [{ front: frontOf({ nonce: 'a-nonce-of-sixteen' }) }, 'nonce'],
    [{ front: frontOf({ returnUrl: 'https://app.example.com/' }) }, undefined],
    [{ front: frontOf({ link: true }) }, 'link'],
  ] as [Partial<SendCommand>, string | undefined][])(
    'refuses what belongs to a check of ours: %o',
    async (given, field) => {
      const refused = await start(given)
      expect(errorOf(refused)).toBe('invalid_request')
      if (field) expect(refused).toMatchObject({ errors: [{ field }] })
    },
  )

  it.each([
    ['telegram', 'A1B2C3'],
    ['telegram', '123456789'],
    ['voice', 'A1B2C3'],
  ] as const)('refuses %s for %s, which it cannot carry', async (channel, ownCode) => {
    const to = '+14155552671'
    const refused = await start({ to, channel, ownCode })
    expect(refused).toMatchObject({ error: 'invalid_request', errors: [{ field: 'channel' }] })
    const channels = (['sms', channel] as const).map((one) => {
      return { channel: one, timeoutSeconds: null, blind: false }
    })
    expect(await start({ to, channels, ownCode })).toMatchObject({ errors: [{ field: 'channel' }] })
  })

  it('leaves out steps of the service’s own chain that cannot carry it', async () => {
    const chain = (['telegram', 'sms', 'voice'] as const).map((channel) => {
      return { channel, timeoutSeconds: null, blind: false }
    })
    const service = testService({ ...world.policy, chain })
    const to = '+14155552672'
    const letters = await start({ to, ownCode: 'A1B2C3' }, { service, keyId: 'key_test' })
    expect(letters).toMatchObject({ verification: { channel: 'sms', nextStep: null } })
    const digits = await start({ to, ownCode: '482913' }, { service, keyId: 'key_test' })
    expect(digits).toMatchObject({
      verification: { channel: 'telegram', nextStep: { channel: 'sms' } },
    })
  })

  it('takes from nobody’s guesses', async () => {
    const to = 'guessed@example.com'
    const small = await createWorld({ guessesPerHour: 5 })
    try {
      for (let n = 0; n < 3; n += 1)
        expect(errorOf(await small.service.start(small.caller, command({ to })))).toBe('started')
      const ours = { to, session: null, purpose: 'login', decoy: false, ttlSeconds: 600 }
      expect(errorOf(await small.start(ours))).toBe('started')
      expect(errorOf(await small.start(ours))).toBe('rate_limited')
      expect(errorOf(await small.service.start(small.caller, command({ to })))).toBe('started')
    } finally {
      await small.close()
    }
  })

  it('of a decoy sends nothing', async () => {
    const id = await begin({ decoy: true })
    await world.deliver()
    expect(world.sent.some(({ verificationId }) => verificationId === id)).toBe(false)
  })
})

describe('a resend', () => {
  it('sends the sealed code again, and no other channel that cannot carry it', async () => {
    const id = await begin({ to: '+14155552673', ownCode: 'A1B2C3' })
    await world.deliver()
    world.moveWall(31_000)
    const voice = await world.service.resend(world.caller, { id, channel: 'voice', ...NOBODY })
    expect(voice).toMatchObject({ error: 'invalid_request', errors: [{ field: 'channel' }] })
    expect(errorOf(await world.resend(id))).toBe('resent')
    await world.deliver()
    const codes = world.sent.filter((one) => one.verificationId === id).map(({ code }) => code)
    expect(codes).toEqual(['A1B2C3', 'A1B2C3'])
    await report(id, 'approved')
    expect(rowOf(id)).toMatchObject({ code_sealed: null, status: 'closed' })
    expect(errorOf(await world.resend(id))).toBe('verification_closed')
  })
})

describe('a check', () => {
  it('I24: compares nothing, charges nothing and approves nobody, whatever it says and however it ended', async () => {
    const id = await begin()
    const answers = [
      await check(id),
      await check(id, '000000'),
      await check(id, CODE, 'payment'),
      await check(id, CODE, 'login', 'session-0123456789'),
    ]
    await report(id, 'approved')
    answers.push(await check(id))
    const expired = await begin({ ttlSeconds: 60 })
    world.moveWall(61_000)
    answers.push(await check(expired))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(errorOf(answers[0] as never)).toBe('verified_elsewhere')
    expect(rowOf(id)).toMatchObject({ attempts: 0, failed: 0, approvals: 0, status: 'closed' })
    expect(reserved).toBe(0)
  })

  it('I24: is refused by the transition itself, whichever door asks', async () => {
    const id = await begin()
    const record = await world.store.verifications.find('default', id)
    if (!record) throw new Error('gone')
    // As if somebody had let it have attempts.
    const decide = decideCheck({ valid: true, use: null }, world.clock.now(), () => null)
    const decided = decide({ ...record, maxAttempts: 5 }, world.clock.now())
    expect(decided).toMatchObject({ kind: 'refused', refusal: { error: 'verified_elsewhere' } })
  })
})

describe('a report', () => {
  it.each(['approved', 'failed'] as const)(
    'closes it as %s, once, without an approval',
    async (outcome) => {
      const id = await begin()
      const other = outcome === 'approved' ? 'failed' : 'approved'
      const first = await report(id, outcome)
      expect(first).toMatchObject({ kind: 'reported', verification: { status: 'closed', outcome } })
      const again = await report(id, outcome)
      expect(again).toMatchObject({ kind: 'reported', verification: { status: 'closed', outcome } })
      expect(errorOf(await report(id, other))).toBe('outcome_reported')
      expect(rowOf(id)).toMatchObject({
        status: 'closed',
        approvals: 0,
        code_sealed: null,
        queued: 0,
      })
      const types = await world.store.events.list({
        service: 'default',
        verificationId: id,
        cursor: null,
        limit: 50,
      })
      const closed = types.items.filter(({ type }) => type === 'verification.closed')
      expect(closed.map(({ details }) => details)).toEqual([{ outcome, checked_by: 'caller' }])
    },
  )

  it('I24: of many at once one outcome stays, and whoever reported the other learns it', async () => {
    const id = await begin()
    const outcomes = (['approved', 'failed'] as const).flatMap((one) => Array(5).fill(one))
    const results = await Promise.all(outcomes.map((one) => report(id, one)))
    const stays = (await world.store.verifications.find('default', id))?.outcome
    results.forEach((result, n) => {
      expect(errorOf(result)).toBe(outcomes[n] === stays ? 'reported' : 'outcome_reported')
    })
  })

  it('beside checks: it closes, and they compare nothing', async () => {
    const id = await begin()
    const [reported, ...checks] = await Promise.all([report(id, 'approved'), check(id), check(id)])
    expect(errorOf(reported)).toBe('reported')
    expect(checks.map(errorOf)).toEqual(['verified_elsewhere', 'verified_elsewhere'])
    expect(rowOf(id)).toMatchObject({ attempts: 0, approvals: 0 })
  })

  it('is refused for what is checked here, ended or unknown', async () => {
    const native = await start({ ownCode: undefined })
    if (native.kind !== 'started') throw new Error('not started')
    const { id } = native.verification
    expect(errorOf(await report(id, 'approved'))).toBe('verification_not_found')
    expect(rowOf(id)).toMatchObject({ status: 'pending', approvals: 0 })
    const canceled = await begin()
    await world.cancel(canceled)
    expect(errorOf(await report(canceled, 'approved'))).toBe('verification_canceled')
    const expired = await begin({ ttlSeconds: 60 })
    world.moveWall(61_000)
    expect(errorOf(await report(expired, 'approved'))).toBe('verification_expired')
  })
})

describe('an unreported one', () => {
  it('expires as any other, and its event says that nobody knows', async () => {
    const id = await begin({ ttlSeconds: 60 })
    world.moveWall(120_000)
    await world.sweeper.sweepOnce()
    expect(rowOf(id)).toMatchObject({ status: 'expired', code_sealed: null })
    const { items } = await world.store.events.list({
      service: 'default',
      verificationId: id,
      cursor: null,
      limit: 50,
    })
    expect(items.find(({ type }) => type === 'verification.expired')?.details).toEqual({
      checked_by: 'caller',
    })
  })
})

describe('a caller that may relay alone', () => {
  it('C92: reaches its own kind, and none that is checked here', async () => {
    const relay: Caller = { ...world.caller, keyId: 'key_relay', ownCodesOnly: true }
    const native = await start({ ownCode: undefined })
    if (native.kind !== 'started') throw new Error('not started')
    const own = await begin({ to: '+14155552674' })
    world.moveWall(31_000)
    const tryAll = async (id: string) => [
      errorOf(await world.service.get(relay, { id })),
      errorOf(await world.service.resend(relay, { id, channel: null, ...NOBODY })),
      errorOf(await world.service.advance(relay, { id, ...NOBODY })),
      errorOf(await world.service.cancel(relay, { id, ...NOBODY })),
      errorOf(await world.service.report(relay, { id, outcome: 'approved', ...NOBODY })),
    ]
    expect(await tryAll(native.verification.id)).toEqual(Array(5).fill('verification_not_found'))
    expect(rowOf(native.verification.id)).toMatchObject({ status: 'pending', deliveries: 1 })
    expect(await tryAll(own)).toEqual([
      ...['found', 'resent', 'no_next_step', 'canceled', 'verification_canceled'],
    ])
  })
})

function frontOf(over: object) {
  const none = { nonce: null, showsParty: false, returnUrl: null, link: false, linkBinding: null }
  return { ...none, ...over }
}
