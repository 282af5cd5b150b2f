// Authenticator apps from enrolment to login: real store, real time steps, the wall steered.

import { afterEach, describe, expect, it } from 'vitest'
import { UnknownKeyError } from '../../src/kernel/keyring.ts'
import { createWorld, NOBODY, type World } from '../verification/world.ts'
import { begin, check, codeOf, confirm, enrol, enrolment, login, withApp } from './person.ts'

const HOUR_MS = 3_600_000
const UNLIMITED = { guessesPerHour: 10_000 }

let world: World
const open = async (options: Parameters<typeof createWorld>[0] = UNLIMITED) => {
  world = await createWorld(options)
  return world
}
afterEach(() => world.close())

describe('enrolment', () => {
  it('is requested only once it is confirmed, and the code of the confirmation is used', async () => {
    await open()
    const app = await enrol(world, 'ann')
    const before = await world.startFactor({ subject: 'ann', channel: 'totp' })
    expect(before).toMatchObject({ kind: 'refused', error: 'factor_not_found' })
    expect(await world.factors.list(world.caller, { subject: 'ann' })).toMatchObject({
      factors: [{ status: 'unverified' }],
      channels: [],
    })
    expect((await confirm(world, app.id, app.code())).kind).toBe('confirmed')
    expect(await world.factors.list(world.caller, { subject: 'ann' })).toMatchObject({
      factors: [{ id: app.id, status: 'active', type: 'totp', codesRemaining: null }],
      channels: ['totp'],
    })
    expect(await login(world, 'ann', app.code())).toBe('code_incorrect')
    expect(await login(world, 'ann', app.code(1))).toBe('approved')
    expect(await confirm(world, app.id, app.code(2))).toMatchObject({ error: 'factor_confirmed' })
  })

  it('ten guesses, each charged: the eleventh is refused, though it is right', async () => {
    await open()
    const app = await enrol(world, 'ann')
    for (let left = 9; left >= 0; left -= 1)
      expect(await confirm(world, app.id, '000000')).toMatchObject({
        error: 'code_incorrect',
        attemptsRemaining: left,
      })
    expect(await confirm(world, app.id, app.code())).toMatchObject({
      error: 'max_attempts_reached',
    })
  })

  it('a code of another shape is no guess', async () => {
    await open()
    const app = await enrol(world, 'ann')
    for (const code of ['', '12345', '1234567', '12345678', 'abcdef', '12 34', '7K3M'.repeat(5)])
      expect(await confirm(world, app.id, code)).toMatchObject({ error: 'invalid_request' })
    for (let n = 0; n < 9; n += 1) await confirm(world, app.id, '000000')
    expect((await confirm(world, app.id, app.code())).kind).toBe('confirmed')
  })

  it('lives for an hour without its confirmation, and leaves the file with the sweeper', async () => {
    await open()
    const app = await enrol(world, 'ann')
    world.moveWall(HOUR_MS - 1)
    expect(await confirm(world, app.id, '000000')).toMatchObject({ error: 'code_incorrect' })
    world.moveWall(1)
    expect(await confirm(world, app.id, app.code())).toMatchObject({ error: 'factor_not_found' })
    const listed = await world.factors.list(world.caller, { subject: 'ann' })
    expect(listed.factors).toEqual([])
    const count = () => world.client.prepare('select count(*) from factors').pluck().get()
    expect(count()).toBe(1)
    await world.sweep()
    expect(count()).toBe(0)
  })

  it('at most five apps of a subject', async () => {
    await open()
    for (let n = 0; n < 5; n += 1) await enrol(world, 'ann')
    const sixth = await world.factors.createApp(world.caller, enrolment('ann'))
    expect(sixth).toMatchObject({ error: 'too_many_factors' })
    await enrol(world, 'bob')
  })

  it('an imported secret is not shown again, and is active at once where it proved itself elsewhere', async () => {
    await open()
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
    const asked = { ...enrolment('ann'), secret: `${secret.toLowerCase()}==`, confirmed: true }
    const created = await world.factors.createApp(world.caller, asked)
    expect(created).toMatchObject({
      kind: 'created',
      enrolment: null,
      factor: { status: 'active' },
    })
    expect(JSON.stringify(created).toUpperCase()).not.toContain(secret)
    expect(await login(world, 'ann', codeOf(world, secret, 1))).toBe('approved')
  })

  it.each([
    ['too short: 9 bytes', 'K'.repeat(15), 'has 72 bits: 80 (16 letters) at least'],
    ['too long: 65 bytes', 'K'.repeat(104), 'has 520 bits: 512 (103 letters) at most'],
    ['no Base32', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1', 'has a 0, 1, 8 or 9'],
    ['nothing', '====', 'is empty'],
    ['a URI', 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP', 'is an otpauth URI'],
  ])('imports no secret that is %s', async (_why, secret, words) => {
    await open()
    const refused = await world.factors.createApp(world.caller, { ...enrolment('ann'), secret })
    expect(refused).toMatchObject({
      error: 'invalid_request',
      errors: [{ field: 'secret', detail: expect.stringContaining(words) }],
    })
  })

  // otplib 752 and 850: Microsoft 365 and otplib 12 made such secrets, and later versions refuse them.
  it('C63: accepts secrets of 10 to 64 bytes, with a warning under 16, and creates none under 20', async () => {
    await open()
    const imported = async (letters: number) => {
      const asked = { ...enrolment('ann'), secret: 'K'.repeat(letters) }
      const created = await world.factors.createApp(world.caller, asked)
      return created.kind === 'refused' ? [created.error] : created.warnings
    }
    expect(await imported(16)).toEqual([expect.stringContaining('has 80 bits')])
    expect(await imported(24)).toEqual([expect.stringContaining('has 120 bits')])
    expect(await imported(26)).toEqual([])
    expect(await imported(103)).toEqual([])
    const made = await world.factors.createApp(world.caller, enrolment('ann'))
    expect(made).toMatchObject({
      warnings: [],
      enrolment: { secret: expect.stringMatching(/^.{32}$/) },
    })
  })

  it('a secret of 80 bits logs in', async () => {
    await open()
    const secret = 'JBSWY3DPEHPK3PXP'
    const asked = { ...enrolment('ann'), secret: 'jbsw y3dp ehpk 3pxp\n', confirmed: true }
    expect((await world.factors.createApp(world.caller, asked)).kind).toBe('created')
    expect(await login(world, 'ann', codeOf(world, secret, 1))).toBe('approved')
  })
})

describe('a login by app', () => {
  it('C11: T+1, T, T+1 in turn, each for another verification, is one success', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const outcomes: string[] = []
    for (const steps of [1, 0, 1]) outcomes.push(await login(world, 'ann', app.code(steps)))
    expect(outcomes).toEqual(['approved', 'code_incorrect', 'code_incorrect'])
  })

  it('C11: 20 checks of one code at once, each for another verification, are one success', async () => {
    await open({ ...UNLIMITED, withoutLock: true })
    const app = await withApp(world, 'ann')
    const ids: string[] = []
    for (let n = 0; n < 20; n += 1)
      ids.push(await begin(world, { subject: 'ann', channel: 'totp' }))
    const code = app.code()
    const outcomes = await Promise.all(ids.map((id) => check(world, id, code)))
    expect(outcomes.filter((one) => one === 'approved')).toHaveLength(1)
    expect(outcomes.filter((one) => one === 'code_incorrect')).toHaveLength(19)
  })

  it.each([
    [0, [0], [-1, 1]],
    [1, [-1, 0, 1], [-2, 2]],
    [2, [-2, -1, 0, 1, 2], [-3, 3]],
  ])(
    'TOTP_WINDOW %i: a clock that is off by that many steps is accepted',
    async (totpWindow, right, wrong) => {
      await open({ ...UNLIMITED, service: { totpWindow } })
      const app = await withApp(world, 'ann')
      world.moveWall(300_000)
      for (const steps of wrong)
        expect([steps, await login(world, 'ann', app.code(steps))]).toEqual([
          steps,
          'code_incorrect',
        ])
      for (const steps of right)
        expect([steps, await login(world, 'ann', app.code(steps))]).toEqual([steps, 'approved'])
    },
  )

  it('follows the wall clock: an hour ahead for a while, it harms nobody afterwards', async () => {
    await open()
    const app = await withApp(world, 'ann')
    world.moveWall(HOUR_MS)
    world.clock.now()
    world.moveWall(-HOUR_MS)
    expect(world.clock.now()).toBeGreaterThanOrEqual(world.wallMs() + HOUR_MS)
    expect(await login(world, 'ann', app.code())).toBe('approved')
  })

  it('a used step stays used when the wall clock goes back', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const code = app.code()
    expect(await login(world, 'ann', code)).toBe('approved')
    world.moveWall(30_000)
    const before = app.code(-2)
    world.moveWall(-60_000)
    expect(await login(world, 'ann', code)).toBe('code_incorrect')
    expect(await login(world, 'ann', before)).toBe('code_incorrect')
  })

  it('any of a subject’s apps will do, and each has steps of its own', async () => {
    await open()
    const phone = await withApp(world, 'ann')
    const tablet = await withApp(world, 'ann')
    expect(await login(world, 'ann', tablet.code())).toBe('approved')
    expect(await login(world, 'ann', phone.code())).toBe('approved')
    await world.factors.remove(world.caller, {
      id: phone.id,
      subject: 'ann',
      endUser: NOBODY.endUser,
    })
    expect(await login(world, 'ann', phone.code(1))).toBe('code_incorrect')
    expect(await login(world, 'ann', tablet.code(1))).toBe('approved')
  })

  it('a code of another shape costs nothing: letters, other lengths, a recovery code', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'totp' })
    for (const code of ['abcdef', '12345', '1234567', '123456789', '7K3M-0QXW-4Z9B-1N2C-8RVH', ''])
      expect([code, await check(world, id, code)]).toEqual([code, 'invalid_request'])
    const [row] = world.rows().filter((one) => one.id === id)
    expect(row).toMatchObject({ attempts: 0, failed: 0 })
    expect(await check(world, id, ` ${app.code().slice(0, 3)}-${app.code().slice(3)} `)).toBe(
      'approved',
    )
  })

  it('eight digits where no app shows so many are wrong, as for a decoy', async () => {
    await open()
    await withApp(world, 'ann')
    const real = await begin(world, { subject: 'ann', channel: 'totp' })
    const decoy = await begin(world, { subject: 'nobody', channel: 'totp', decoy: true })
    for (const id of [real, decoy])
      expect(await check(world, id, '12345678')).toBe('code_incorrect')
  })

  it('five wrong ones end it, and the right one is too late', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'totp' })
    for (let n = 0; n < 5; n += 1) expect(await check(world, id, '000000')).toBe('code_incorrect')
    expect(await check(world, id, app.code())).toBe('max_attempts_reached')
    expect(await login(world, 'ann', app.code())).toBe('approved')
  })

  it('C49: a decoy is never right, not even with the code of a real app', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'totp', decoy: true })
    expect(await check(world, id, app.code())).toBe('code_incorrect')
    expect(await login(world, 'ann', app.code())).toBe('approved')
  })

  it('the code of an app that is deleted meanwhile is wrong', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'totp' })
    await world.factors.remove(world.caller, { id: app.id, subject: null, endUser: NOBODY.endUser })
    expect(await check(world, id, app.code())).toBe('code_incorrect')
  })

  it('I13: the purpose, the session and the subject must be those of the start', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const session = 'session-of-ann-0001'
    const id = await begin(world, { subject: 'ann', channel: 'totp', session, purpose: 'pay' })
    expect(await check(world, id, app.code(), { session })).toBe('verification_mismatch')
    expect(await check(world, id, app.code(), { purpose: 'pay' })).toBe('verification_mismatch')
    const other = await world.service.check(world.caller, {
      ...{ id, code: app.code(), purpose: 'pay', session, to: null, country: null, subject: 'bob' },
      ...NOBODY,
    })
    expect(other).toMatchObject({ error: 'verification_mismatch', errors: [{ field: 'subject' }] })
    const bySession = await world.service.check(world.caller, {
      ...{ id: null, code: app.code(), purpose: 'pay', session, to: null, country: null },
      ...{ subject: 'ann', ...NOBODY },
    })
    expect(bySession).toMatchObject({
      kind: 'approved',
      verification: { id, subject: 'ann', to: null },
    })
  })
})

it('C41: factors under a root key that this node lacks do not count as none', async () => {
  await open()
  await withApp(world, 'ann')
  const id = await begin(world, { subject: 'ann', channel: 'totp' })
  // As another node would have written it, which has a newer key.
  const foreign = "update factors set key_id = 'ffffffff', subject_index = randomblob(16)"
  world.client.prepare(foreign).run()
  const asked = [
    () => world.startFactor({ subject: 'ann', channel: 'totp' }),
    () => world.startFactor({ subject: 'ann', channel: 'recovery_code' }),
    () => check(world, id, '123456'),
    () => world.factors.list(world.caller, { subject: 'ann' }),
  ]
  for (const ask of asked) await expect(ask()).rejects.toThrow(UnknownKeyError)
  expect(world.rows().find((row) => row.id === id)).toMatchObject({ attempts: 0 })
})

describe('budgets', () => {
  it('I4, C6: starting again renews no guess of a subject, whichever the channel', async () => {
    await open({ guessesPerHour: 10 })
    await withApp(world, 'ann')
    await world.factors.createCodes(world.caller, { subject: 'ann', ...NOBODY })
    await begin(world, { subject: 'ann', channel: 'totp' })
    await begin(world, { subject: 'ann', channel: 'recovery_code' })
    const third = await world.startFactor({ subject: 'ann', channel: 'totp' })
    expect(third).toMatchObject({ limit: { name: 'guesses_per_number_hour' } })
    // Strangers who know the subject cannot spend the budget of those who gave a password.
    await begin(world, { subject: 'ann', channel: 'totp', authenticated: true })
    await withApp(world, 'bob')
    await begin(world, { subject: 'bob', channel: 'totp' })
  })

  it('a subject that is spelt like a number shares nothing with the number', async () => {
    const to = '+14155552671'
    await open({ guessesPerHour: 5 })
    await withApp(world, to)
    await begin(world, { subject: to, channel: 'totp' })
    const started = await world.start({
      ...{ to, session: null, purpose: 'login', decoy: false, ttlSeconds: 600 },
    })
    expect(started.kind).toBe('started')
    const listed = await world.service.list(world.caller, {
      ...{ to: null, country: null, subject: to, cursor: null, limit: 10 },
    })
    expect(listed).toMatchObject({ verifications: [{ subject: to, to: null, channel: 'totp' }] })
  })

  it('check_per_number counts the guesses at a subject', async () => {
    const limits = { check_per_number: { max: 3, windowSeconds: 600 } }
    world = await createWorld({ ...UNLIMITED })
    const { policy } = world
    Object.assign(policy.limits, limits)
    await withApp(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'totp' })
    for (let n = 0; n < 3; n += 1) expect(await check(world, id, '000000')).toBe('code_incorrect')
    expect(await check(world, id, '000000')).toBe('rate_limited')
  })

  it('factor_starts_per_ip: one address cannot take everybody’s guesses', async () => {
    await open()
    const { policy } = world
    Object.assign(policy, { clientIp: 'required' })
    Object.assign(policy.limits, { factor_starts_per_ip: { max: 3, windowSeconds: 600 } })
    const start = (clientIp: string, n: number) =>
      world.service.start(world.caller, {
        ...{ subject: `s${n}`, channel: 'totp', decoy: true, locale: null, purpose: 'login' },
        ...{ session: null, authenticated: false, ttlSeconds: null, metadata: {}, challenge: null },
        ...{ endUser: { clientIp, userAgent: null }, idempotency: null },
      })
    for (let n = 0; n < 3; n += 1) expect((await start('203.0.113.7', n)).kind).toBe('started')
    const fourth = await start('203.0.113.7', 4)
    expect(fourth).toMatchObject({ limit: { name: 'factor_starts_per_ip' } })
    expect((await start('203.0.113.8', 5)).kind).toBe('started')
  })
})

describe('sessions', () => {
  it('C47: the same start continues, and spends nothing; another channel begins a new one', async () => {
    await open({ guessesPerHour: 10 })
    await withApp(world, 'ann')
    await world.factors.createCodes(world.caller, { subject: 'ann', ...NOBODY })
    const session = 'session-of-ann-0001'
    const first = await begin(world, { subject: 'ann', channel: 'totp', session })
    world.moveWall(120_000)
    for (let n = 0; n < 5; n += 1) {
      const again = await world.startFactor({ subject: 'ann', channel: 'totp', session })
      expect(again).toMatchObject({ kind: 'continued', verification: { id: first } })
    }
    const other = await begin(world, { subject: 'ann', channel: 'recovery_code', session })
    expect(other).not.toBe(first)
  })

  it('C47: ten at once are one verification', async () => {
    await open({ withoutLock: true })
    await withApp(world, 'ann')
    const session = 'session-of-ann-0001'
    const started = await Promise.all(
      Array.from({ length: 10 }, () => begin(world, { subject: 'ann', channel: 'totp', session })),
    )
    expect(new Set(started).size).toBe(1)
  })
})
