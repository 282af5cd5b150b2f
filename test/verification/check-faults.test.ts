// I2: each statement of a check made to fail in turn, of a right code and of a wrong one. The attempt is charged all the same,
// and nobody can tell the two apart. Both engines, real triggers.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { createKeyedLock } from '../../src/kernel/keyed-lock.ts'
import { codeContext } from '../../src/kernel/sealing.ts'
import { createPostgresStore } from '../../src/storage/postgres/store.ts'
import type { Store } from '../../src/storage/store.ts'
import { createVerificationService } from '../../src/verification/service.ts'
import { startCuttingProxy } from '../postgres/cutting-proxy.ts'
import { openStore } from '../storage/postgres/fixture.ts'
import { createWorld, NOBODY, type World } from './world.ts'

const MESSAGE = 'as the test says'
/** What a check writes, in the order in which it does; a trigger on each fails it. */
const STATEMENTS = [
  ['update', 'verifications', 'status'],
  ['update', 'verifications', 'failed'],
  ['delete', 'codes', ''],
  ['insert', 'events', ''],
  ['update', 'deliveries', ''],
  ['insert', 'idempotency_keys', ''],
] as const

type Engine = {
  store: Pick<Store, 'verifications' | 'factors'> | undefined
  fail: (step: string, table: string, column: string) => Promise<void>
  mend: () => Promise<void>
  close: () => Promise<void>
}

const ENGINES: Record<string, (world: World) => Promise<Engine>> = {
  SQLite: async (world) => ({
    store: undefined,
    fail: async (step, table, column) =>
      void world.client.exec(`CREATE TRIGGER broken BEFORE ${step} ${column && `OF ${column}`} ON ${table}
        BEGIN SELECT RAISE(ABORT, '${MESSAGE}'); END`),
    mend: async () => void world.client.exec('DROP TRIGGER IF EXISTS broken'),
    close: async () => {},
  }),
  PostgreSQL: async () => {
    const store = await openStore()
    const { query } = store.database
    await query(`create function broken() returns trigger language plpgsql as $$
      begin raise exception '${MESSAGE}'; end $$`)
    let table = ''
    return {
      store,
      async fail(step, on, column) {
        table = on
        const when = column && `when (old.${column} is distinct from new.${column})`
        await query(`create trigger broken before ${step} on ${on} for each row ${when}
          execute function broken()`)
      },
      mend: async () => void (await query(`drop trigger if exists broken on ${table}`)),
      close: store.close,
    }
  },
}

/** @param store null: the world's own */
async function beginIn(world: World, store: Pick<Store, 'verifications'> | undefined) {
  const service = store
    ? createVerificationService({
        ...world.domain,
        ...{ store: store.verifications, lock: createKeyedLock() },
      })
    : world.service
  const { caller } = world
  const started = await service.start(caller, {
    ...{ to: 'ann@example.com', session: null, purpose: 'login', decoy: false, ttlSeconds: 600 },
    ...{
      channel: null,
      channels: null,
      country: null,
      locale: null,
      codeLength: null,
      metadata: {},
      challenge: null,
    },
    ...{ authenticated: false, ...NOBODY },
  })
  if (started.kind !== 'started') throw new Error(started.kind)
  const { id } = started.verification
  const verifications = store?.verifications ?? world.store.verifications
  const find = async () => {
    const record = await verifications.find('default', id)
    if (!record) throw new Error('gone')
    return record
  }
  const sealed = (await find()).codeSealed as Uint8Array
  const code = world.keyring.open(sealed, codeContext(id))
  const check = (typed: string, key: string) =>
    service.check(caller, {
      ...{ id, code: typed, purpose: 'login', session: null },
      ...{ to: null, country: null, subject: null, endUser: NOBODY.endUser },
      idempotency: { key, body: {} },
    })
  return { check, find, code, wrong: world.wrongCode(code) }
}

describe.each(Object.entries(ENGINES))('a check whose effect cannot be written, %s', (_, open) => {
  let world: World
  let engine: Engine
  beforeEach(async () => {
    world = await createWorld({})
    engine = await open(world)
  })
  afterEach(async () => {
    await engine.close()
    await world.close()
  })

  const begin = () => beginIn(world, engine.store)

  it.each(STATEMENTS)('I2: %s %s %s', async (step, table, column) => {
    const { check, find, code, wrong } = await begin()
    await engine.fail(step, table, column)
    const outcomes = []
    for (const [n, typed] of [wrong, code].entries()) {
      const outcome = await check(typed, `key-${n}`).catch((error: Error) => error)
      const { attempts, status } = await find()
      outcomes.push({ failed: outcome instanceof Error, attempts, status })
      // Where this verdict does not meet the fault, it was committed whole, its attempt with it.
      expect(attempts, typed === code ? 'right' : 'wrong').toBe(n + 1)
    }
    await engine.mend()
    expect(outcomes.some(({ failed }) => failed)).toBe(true)
    for (const { failed, status } of outcomes) if (failed) expect(status).toBe('pending')
  })

  it('I2: guesses under such a fault end with max_attempts, and then the right code is refused', async () => {
    const { check, find, code, wrong } = await begin()
    await engine.fail('insert', 'events', '')
    const { maxAttempts } = await find()
    for (let n = 0; n < maxAttempts; n += 1)
      await expect(check(wrong, `wrong-${n}`)).rejects.toThrow()
    expect(await find()).toMatchObject({ attempts: maxAttempts, failed: 0, status: 'pending' })
    const refused = { kind: 'refused', error: 'max_attempts_reached' }
    expect(await check(code, 'right')).toMatchObject(refused)
    await engine.mend()
    expect(await check(code, 'right-again')).toMatchObject(refused)
  })
})

it('I2: a check whose answer was lost after its commit is charged once, PostgreSQL', async () => {
  const [world, near] = [await createWorld({}), await openStore()]
  const proxy = await startCuttingProxy(near.database.url)
  const far = await createPostgresStore({ url: proxy.url, clock: 'caller' })
  const cut = async (run: () => Promise<unknown>) => {
    proxy.cutAnswerTo('verification.approved')
    await expect(run()).rejects.toBeInstanceOf(StoreUnavailableError)
  }
  const { check, find, code, wrong } = await beginIn(world, far)
  proxy.cutAnswerTo('check.incorrect')
  await expect(check(wrong, 'lost')).rejects.toBeInstanceOf(StoreUnavailableError)
  expect(await find()).toMatchObject({ attempts: 1, failed: 1 })
  // Who asks again under the same key hears what became of it.
  expect(await check(wrong, 'lost')).toMatchObject({ error: 'code_incorrect', replayed: true })
  // Beside another one, which is charged for itself.
  world.moveWall(1)
  proxy.cutAnswerTo('check.incorrect')
  const both = await Promise.allSettled([check(wrong, 'one'), check(wrong, 'other')])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await find()).toMatchObject({ attempts: 3, failed: 3 })
  await cut(() => check(code, 'right'))
  expect(await find()).toMatchObject({ attempts: 4, status: 'approved' })
  await far.close()
  proxy.close()
  await near.close()
  await world.close()
})
