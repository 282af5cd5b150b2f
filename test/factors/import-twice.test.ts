// A secret that a subject imports twice, or again, or in another spelling: a step of it is good once, whichever row has it.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CreateAppCommand } from '../../src/factors/api.ts'
import { createOtp } from '../../src/factors/otp.ts'
import type { OtpShape } from '../../src/factors/types.ts'
import { subjectContext } from '../../src/kernel/sealing.ts'
import { subjectIndexes } from '../../src/verification/party.ts'
import { createWorld, NOBODY, type World } from '../verification/world.ts'
import { begin, check, codeOf, confirm, enrol, enrolment, login, SHAPE } from './person.ts'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const otp = createOtp()

let world: World
beforeEach(async () => {
  world = await createWorld({ guessesPerHour: 10_000, withoutLock: true })
})
afterEach(() => world.close())

const ask = (subject: string, change: Partial<CreateAppCommand> = {}) =>
  world.factors.createApp(world.caller, {
    ...enrolment(subject),
    ...{ secret: SECRET, confirmed: true },
    ...change,
  })
async function imported(subject: string, change: Partial<CreateAppCommand> = {}) {
  const result = await ask(subject, change)
  if (result.kind === 'refused') throw new Error(result.detail)
  return { kind: result.kind, id: result.factor.id, status: result.factor.status }
}
const remove = (id: string) =>
  world.factors.remove(world.caller, { id, subject: null, endUser: NOBODY.endUser })
const count = async (subject: string) =>
  (await world.factors.list(world.caller, { subject })).factors.length
const code = (steps: number) => codeOf(world, SECRET, steps)
const codeIn = (shape: OtpShape, steps: number) =>
  otp.code(SECRET, shape, Math.floor(world.wallMs() / 1000 / shape.periodSeconds) + steps)

/** Of ann's next code, at 15 verifications: a day's guesses allow no 20 in addition to others. */
async function approvalsAtOnce(): Promise<number> {
  const ids: string[] = []
  for (let n = 0; n < 15; n += 1) ids.push(await begin(world, { subject: 'ann', channel: 'totp' }))
  const outcomes = await Promise.all(ids.map((id) => check(world, id, code(1))))
  return outcomes.filter((one) => one === 'approved').length
}

describe('C63: a secret that the subject has', () => {
  it('answers with the existing factor, and its code works once', async () => {
    const first = await imported('ann')
    expect(first.kind).toBe('created')
    for (const secret of [SECRET, ` ${SECRET.toLowerCase()}===`, `${SECRET}AAAAAAAA`])
      expect(await imported('ann', { secret })).toEqual({ ...first, kind: 'there' })
    expect(await count('ann')).toBe(1)
    expect(await login(world, 'ann', code(1))).toBe('approved')
    for (let n = 0; n < 6; n += 1) await imported('ann')
    expect(await login(world, 'ann', code(1))).toBe('code_incorrect')
    world.moveWall(60_000)
    expect(await login(world, 'ann', code(0))).toBe('approved')
  })

  it('is another one for another subject', async () => {
    await imported('ann')
    expect((await imported('bob')).kind).toBe('created')
    expect(await login(world, 'ann', code(1))).toBe('approved')
    expect(await login(world, 'bob', code(1))).toBe('approved')
  })

  it('is one factor of ten imports at once, and one approval of 15 checks at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => imported('ann')))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(all.filter(({ kind }) => kind === 'created')).toHaveLength(1)
    expect(await approvalsAtOnce()).toBe(1)
  })

  it('that was created here and waits for its first code becomes active by the import', async () => {
    const app = await enrol(world, 'ann')
    const secret = app.secret
    const waiting = await imported('ann', { secret, confirmed: false })
    expect(waiting).toEqual({ kind: 'there', id: app.id, status: 'unverified' })
    const active = await imported('ann', { secret })
    expect(active).toEqual({ kind: 'there', id: app.id, status: 'active' })
    expect(await login(world, 'ann', app.code())).toBe('code_incorrect')
    expect(await login(world, 'ann', app.code(1))).toBe('approved')
  })

  it('answers the same under its Idempotency-Key, though the factor was deleted meanwhile', async () => {
    const first = await imported('ann')
    const idempotency = { key: 'k', body: { subject: 'ann' } }
    for (const replayed of [false, true]) {
      const result = await ask('ann', { idempotency })
      expect(result).toMatchObject({ kind: 'there', replayed, factor: { id: first.id } })
      await remove(first.id)
    }
    expect((await imported('ann')).kind).toBe('created')
  })

  it('in another shape is a factor of its own, and shares its steps: six digits are the end of eight', async () => {
    const eight = { ...SHAPE, digits: 8 } as const
    const sha256 = { ...SHAPE, algorithm: 'SHA256' } as const
    for (const shape of [SHAPE, eight, sha256])
      expect((await imported('ann', { shape })).kind).toBe('created')
    expect(codeIn(eight, 1).endsWith(code(1))).toBe(true)
    expect(await login(world, 'ann', codeIn(eight, 1))).toBe('approved')
    expect(await login(world, 'ann', code(1))).toBe('code_incorrect')
    expect(await login(world, 'ann', codeIn(sha256, 1))).toBe('code_incorrect')
    world.moveWall(60_000)
    expect(await login(world, 'ann', code(1))).toBe('approved')
    expect(await login(world, 'ann', codeIn(eight, 1))).toBe('code_incorrect')
  })

  it('in another shape begins with the steps the first has used, and keeps them when the first is deleted', async () => {
    const eight = { ...SHAPE, digits: 8 } as const
    const first = await imported('ann', { shape: eight })
    expect(await login(world, 'ann', codeIn(eight, 1))).toBe('approved')
    const waiting = await imported('ann', { confirmed: false })
    await remove(first.id)
    expect(await confirm(world, waiting.id, code(1))).toMatchObject({ error: 'code_incorrect' })
    world.moveWall(30_000)
    expect((await confirm(world, waiting.id, code(1))).kind).toBe('confirmed')
  })

  it('with another time step has steps of its own: they are no later ones', async () => {
    const minute = { ...SHAPE, periodSeconds: 60 } as const
    await imported('ann')
    await imported('ann', { shape: minute })
    expect(await login(world, 'ann', code(1))).toBe('approved')
    expect(await login(world, 'ann', codeIn(minute, 1))).toBe('approved')
    expect(await login(world, 'ann', codeIn(minute, 1))).toBe('code_incorrect')
  })
})

describe('C63: a secret that comes from elsewhere', () => {
  it('begins with the present step used: the other system may have accepted its code', async () => {
    await imported('ann')
    for (const steps of [-1, 0])
      expect(await login(world, 'ann', code(steps))).toBe('code_incorrect')
    expect(await login(world, 'ann', code(1))).toBe('approved')
  })

  it.each([true, false])(
    'deleted and imported again (confirmed: %s) keeps its used steps',
    async (confirmed) => {
      const first = await imported('ann')
      expect(await login(world, 'ann', code(1))).toBe('approved')
      await remove(first.id)
      const again = await imported('ann', { confirmed })
      expect(again.id).not.toBe(first.id)
      if (!confirmed) {
        expect(await confirm(world, again.id, code(1))).toMatchObject({ error: 'code_incorrect' })
        world.moveWall(30_000)
        expect((await confirm(world, again.id, code(1))).kind).toBe('confirmed')
        return
      }
      expect(await login(world, 'ann', code(1))).toBe('code_incorrect')
      world.moveWall(30_000)
      expect(await login(world, 'ann', code(1))).toBe('approved')
    },
  )

  it('deleted with everything of the person, in another number of digits: the same', async () => {
    await imported('ann', { shape: { ...SHAPE, digits: 8 } })
    expect(await login(world, 'ann', codeIn({ ...SHAPE, digits: 8 }, 1))).toBe('approved')
    world.client.prepare('delete from factors').run()
    await imported('ann')
    expect(await login(world, 'ann', code(1))).toBe('code_incorrect')
  })

  it('a new app in place of a deleted one takes the code that it shows now', async () => {
    const first = await imported('ann')
    expect(await login(world, 'ann', code(1))).toBe('approved')
    await remove(first.id)
    const fresh = await enrol(world, 'ann')
    expect((await confirm(world, fresh.id, fresh.code())).kind).toBe('confirmed')
  })
})

describe('C63: rows of one secret that an older version created', () => {
  /** A second row for ann, sealed as it should be, that no import of today makes. */
  async function older(change: Partial<CreateAppCommand> = {}) {
    const { id } = await imported('somebody', change)
    const [index] = subjectIndexes(world.keyring, world.caller.service.name, 'ann')
    const sealed = world.keyring.seal('ann', subjectContext(id))
    world.client
      .prepare('update factors set subject_index = ?, subject_sealed = ? where id = ?')
      .run(index, sealed, id)
    world.client.prepare('update factors set last_step = 0').run()
    return id
  }

  it('a code works once, in turn and at once', async () => {
    await older()
    await older()
    expect(await count('ann')).toBe(2)
    expect(await login(world, 'ann', code(0))).toBe('approved')
    expect(await login(world, 'ann', code(0))).toBe('code_incorrect')
    expect(await approvalsAtOnce()).toBe(1)
  })

  it('a code that one row used before the upgrade is used for the other, even after a deletion', async () => {
    const ids = [await older(), await older()]
    const step = Math.floor(world.wallMs() / 30_000) + 1
    world.client.prepare('update factors set last_step = ? where id = ?').run(step, ids[0])
    expect(await login(world, 'ann', code(1))).toBe('code_incorrect')
    await remove(ids[0] as string)
    expect(await login(world, 'ann', code(1))).toBe('code_incorrect')
    world.moveWall(30_000)
    expect(await login(world, 'ann', code(1))).toBe('approved')
  })

  it('one that waits for its first code is not confirmed by a code that the other used', async () => {
    await older()
    const waiting = await older({ confirmed: false })
    expect(await login(world, 'ann', code(0))).toBe('approved')
    expect(await confirm(world, waiting, code(0))).toMatchObject({ error: 'code_incorrect' })
  })
})
