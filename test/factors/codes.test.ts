// Recovery codes from making to use, and the answers to repeated requests: real store, real argon2 (light).

import { afterEach, describe, expect, it } from 'vitest'
import type { Hasher } from '../../src/verification/hashing-ports.ts'
import { createWorld, NOBODY, type World } from '../verification/world.ts'
import { begin, check, codeOf, confirm, enrolment, login, withApp, withCodes } from './person.ts'

const UNLIMITED = { guessesPerHour: 10_000 }

let world: World
const open = async (options: Parameters<typeof createWorld>[0] = UNLIMITED) => {
  world = await createWorld(options)
  return world
}
afterEach(() => world.close())

const under = (key: string, body: object = {}) => ({ ...NOBODY, idempotency: { key, body } })
const attemptsOf = (id: string) => world.rows().find((row) => row.id === id)?.attempts

describe('recovery codes', () => {
  it('each works once, in any spelling, and the answer says how many are left', async () => {
    await open()
    const codes = await withCodes(world, 'ann')
    expect(codes).toHaveLength(10)
    for (const [n, code] of codes.entries()) {
      const id = await begin(world, { subject: 'ann', channel: 'recovery_code' })
      const spelt = n % 2 ? code.toLowerCase().replaceAll('-', ' ') : code
      const result = await world.check({ id, code: spelt, purpose: 'login', session: null })
      expect(result).toMatchObject({ kind: 'approved', recoveryCodesRemaining: 9 - n })
      if (n < 9) expect(await login(world, 'ann', code)).toBe('code_incorrect')
    }
    const none = await world.startFactor({ subject: 'ann', channel: 'recovery_code' })
    expect(none).toMatchObject({ error: 'factor_not_found' })
    expect(await world.factors.list(world.caller, { subject: 'ann' })).toMatchObject({
      factors: [{ type: 'recovery_codes', codesRemaining: 0 }],
      channels: [],
    })
  })

  it('20 checks of one code at once, each for another verification, are one success', async () => {
    await open({ ...UNLIMITED, withoutLock: true })
    const [code = ''] = await withCodes(world, 'ann')
    const ids: string[] = []
    for (let n = 0; n < 20; n += 1)
      ids.push(await begin(world, { subject: 'ann', channel: 'recovery_code' }))
    const outcomes = await Promise.all(ids.map((id) => check(world, id, code)))
    expect(outcomes.filter((one) => one === 'approved')).toHaveLength(1)
    expect(outcomes.filter((one) => one === 'code_incorrect')).toHaveLength(19)
  })

  it('a new set voids the previous one', async () => {
    await open()
    const [old = ''] = await withCodes(world, 'ann')
    const [fresh = ''] = await withCodes(world, 'ann')
    expect(await login(world, 'ann', old)).toBe('code_incorrect')
    expect(await login(world, 'ann', fresh)).toBe('approved')
  })

  it('the secret of one code is worth nothing at another’s selector, nor at another subject', async () => {
    await open()
    const [first = '', second = ''] = await withCodes(world, 'ann')
    await withCodes(world, 'bob')
    expect(await login(world, 'ann', `${first.slice(0, 4)}${second.slice(4)}`)).toBe(
      'code_incorrect',
    )
    expect(await login(world, 'bob', first)).toBe('code_incorrect')
    expect(await login(world, 'ann', first)).toBe('approved')
  })

  it('I9: a hash that is copied to another row opens nowhere', async () => {
    await open()
    const [first = '', second = ''] = await withCodes(world, 'ann')
    const copy =
      'update recovery_codes set hash_sealed = (select hash_sealed from recovery_codes where selector = ?) where selector = ?'
    world.client.prepare(copy).run(first.slice(0, 4), second.slice(0, 4))
    const id = await begin(world, { subject: 'ann', channel: 'recovery_code' })
    await expect(check(world, id, second.slice(0, 4) + first.slice(4))).rejects.toThrow()
    expect(attemptsOf(id)).toBe(0)
  })

  it('a code of another shape costs nothing', async () => {
    await open()
    const [code = ''] = await withCodes(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'recovery_code' })
    for (const typed of ['123456', code.slice(0, -1), `${code}X`, code.replace('-', '_')])
      expect([typed, await check(world, id, typed)]).toEqual([typed, 'invalid_request'])
    expect(attemptsOf(id)).toBe(0)
  })

  it('C49: a decoy is never right, and costs the same hash, as an unknown selector does', async () => {
    let hashes = 0
    const count = (hasher: Hasher): Hasher => ({
      ...hasher,
      reserve(work) {
        const slot = hasher.reserve(work)
        return slot && { ...slot, ...counted(slot, () => (hashes += 1)) }
      },
    })
    await open({ ...UNLIMITED, wrapPorts: (ports) => ({ ...ports, hasher: count(ports.hasher) }) })
    const [code = '', used = ''] = await withCodes(world, 'ann')
    await login(world, 'ann', used)
    const real = await begin(world, { subject: 'ann', channel: 'recovery_code' })
    const decoy = await begin(world, { subject: 'ann', channel: 'recovery_code', decoy: true })
    const nobody = await begin(world, { subject: 'zoe', channel: 'recovery_code', decoy: true })
    const wrongSecret = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
    for (const [id, typed] of [
      [real, wrongSecret],
      [real, 'ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ'],
      [real, used],
      [decoy, code],
      [nobody, code],
    ] as const) {
      hashes = 0
      expect(await check(world, id, typed)).toBe('code_incorrect')
      expect(hashes).toBe(1)
    }
    expect(await login(world, 'ann', code)).toBe('approved')
  })

  it('C16: a full hasher is 503: no attempt is charged, and no set is half created', async () => {
    const full = { isOn: false }
    const gate = (hasher: Hasher): Hasher => ({
      ...hasher,
      reserve: (work) => (full.isOn ? undefined : hasher.reserve(work)),
    })
    await open({ ...UNLIMITED, wrapPorts: (ports) => ({ ...ports, hasher: gate(ports.hasher) }) })
    const [code = ''] = await withCodes(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'recovery_code' })
    full.isOn = true
    expect(await check(world, id, code)).toBe('overloaded')
    const made = await world.factors.createCodes(world.caller, { subject: 'ann', ...NOBODY })
    expect(made).toMatchObject({ error: 'overloaded' })
    full.isOn = false
    expect(attemptsOf(id)).toBe(0)
    expect(await check(world, id, code)).toBe('approved')
  })
})

/** Only what is computed for a recovery code. */
function counted(slot: NonNullable<ReturnType<Hasher['reserve']>>, onHash: () => void) {
  return {
    hashPlain(...given: Parameters<typeof slot.hashPlain>) {
      onHash()
      return slot.hashPlain(...given)
    },
    verifyPlain(...given: Parameters<typeof slot.verifyPlain>) {
      onHash()
      return slot.verifyPlain(...given)
    },
  }
}

describe('C38: a request that is repeated under its Idempotency-Key', () => {
  it('creates one app, and shows its secret again until it is confirmed, and not after that', async () => {
    await open()
    const create = (key: string, subject = 'ann') =>
      world.factors.createApp(world.caller, { ...enrolment(subject), ...under(key, { subject }) })
    const first = await create('k')
    if (first.kind !== 'created' || !first.enrolment) throw new Error(first.kind)
    expect(await create('k')).toEqual({ ...first, replayed: true })
    expect(await create('k', 'bob')).toMatchObject({ error: 'idempotency_key_reused' })
    expect((await world.factors.list(world.caller, { subject: 'ann' })).factors).toHaveLength(1)
    world.moveWall(30_000)
    const { secret } = first.enrolment
    expect((await confirm(world, first.factor.id, codeOf(world, secret))).kind).toBe('confirmed')
    const late = await create('k')
    expect(late).toMatchObject({ error: 'secret_already_shown' })
    expect(JSON.stringify(late)).not.toContain(secret)
  })

  it('creates one set of codes, and shows them once', async () => {
    await open()
    const create = () =>
      world.factors.createCodes(world.caller, { subject: 'ann', ...under('k', { subject: 'ann' }) })
    const first = await create()
    if (first.kind !== 'created') throw new Error(first.kind)
    expect(await create()).toMatchObject({ error: 'secret_already_shown' })
    const listed = await world.factors.list(world.caller, { subject: 'ann' })
    expect(listed.factors.map(({ id }) => id)).toEqual([first.factor.id])
    expect(await login(world, 'ann', first.codes[0] as string)).toBe('approved')
  })

  it('the stored response holds no secret and no code, even opened', async () => {
    await open()
    const { createApp, createCodes } = world.factors
    const app = await createApp(world.caller, { ...enrolment('ann'), ...under('app') })
    const set = await createCodes(world.caller, { subject: 'ann', ...under('set') })
    if (app.kind !== 'created' || set.kind !== 'created') throw new Error('not made')
    const secrets = [app.enrolment?.secret ?? '', ...set.codes]
    const rows = world.client.prepare('select route, answer from idempotency_keys').all() as {
      route: string
      answer: Buffer
    }[]
    const keys = { 'factors/totp': 'app', 'factors/recovery-codes': 'set' } as Record<
      string,
      string
    >
    expect(rows.map(({ route }) => route).sort()).toEqual(Object.keys(keys).sort())
    for (const { route, answer } of rows) {
      const context = `idempotency:default:${route}:${keys[route]}`
      const opened = world.keyring.open(answer, context)
      expect(opened).toContain('"subject":"ann"')
      for (const secret of secrets)
        for (const spelt of [secret, secret.replaceAll('-', '').slice(4), secret.slice(5)])
          expect(opened).not.toContain(spelt)
    }
  })

  it('a confirmation and a login are answered again, with how many codes are left', async () => {
    await open()
    const app = await withApp(world, 'ann')
    const [code = ''] = await withCodes(world, 'ann')
    const id = await begin(world, { subject: 'ann', channel: 'recovery_code' })
    const given = { id, purpose: 'login', session: null, to: null, country: null, subject: null }
    const redeem = (key: string) =>
      world.service.check(world.caller, { ...given, code, ...under(key, { id, code }) })
    const first = await redeem('r')
    expect(first).toMatchObject({ kind: 'approved', recoveryCodesRemaining: 9 })
    expect(await redeem('r')).toEqual({ ...first, replayed: true })
    expect(await redeem('other')).toMatchObject({ error: 'verification_approved' })
    const again = { id: app.id, code: '000000', subject: null, ...under('c') }
    expect(await world.factors.confirm(world.caller, again)).toMatchObject({
      error: 'factor_confirmed',
    })
  })

  it('a wrong confirmation is charged once', async () => {
    await open()
    const created = await world.factors.createApp(world.caller, enrolment('ann'))
    if (created.kind !== 'created') throw new Error(created.kind)
    const { id } = created.factor
    const guess = { id, code: '000000', subject: null, ...under('c', { id }) }
    const first = await world.factors.confirm(world.caller, guess)
    expect(first).toMatchObject({ error: 'code_incorrect', attemptsRemaining: 9 })
    const second = await world.factors.confirm(world.caller, guess)
    expect(second).toEqual({ ...first, budgets: [], replayed: true })
  })
})
