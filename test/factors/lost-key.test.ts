// C65: factors left under a root key that is lost: who is refused for them, and who is not.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adviseOnMissing, adviseOnRootKeys, underMissingKeys } from '../../src/factors/root-keys.ts'
import { createKeyring, UnknownKeyError } from '../../src/kernel/keyring.ts'
import { createWorld, type World } from '../verification/world.ts'
import { begin, enrol, login, withApp } from './person.ts'

const LOST = 'ffffffff'

let world: World
beforeEach(async () => {
  world = await createWorld({ guessesPerHour: 10_000 })
})
afterEach(() => world.close())

/** As a key left it that no setting gives any more. */
function lose(service = world.caller.service.name): void {
  world.client
    .prepare('update factors set key_id = ?, service = ?, subject_index = randomblob(16)')
    .run(LOST, service)
}
const ask = (subject: string) => [
  () => world.startFactor({ subject, channel: 'totp' }),
  () => world.startFactor({ subject, channel: 'recovery_code' }),
  () => world.factors.list(world.caller, { subject }),
]

describe('C65: a factor under a lost root key', () => {
  it('refuses nobody of another service', async () => {
    await withApp(world, 'ann')
    lose('another')
    for (const step of ask('bob').slice(0, 2))
      expect(await step()).toMatchObject({ error: 'factor_not_found' })
    expect(await world.factors.list(world.caller, { subject: 'bob' })).toMatchObject({
      factors: [],
    })
  })

  it('refuses those of its service who have none that can be read, and no others', async () => {
    await withApp(world, 'ann')
    lose()
    for (const step of [...ask('ann'), ...ask('bob')])
      await expect(step()).rejects.toThrow(UnknownKeyError)
    const app = await withApp(world, 'bob')
    expect(await login(world, 'bob', app.code())).toBe('approved')
    expect(await world.factors.list(world.caller, { subject: 'bob' })).toMatchObject({
      channels: ['totp'],
    })
  })

  it('refuses nobody who gets a message or enrols again', async () => {
    await withApp(world, 'ann')
    lose()
    const sent = await world.start({
      ...{ to: '+14155552671', session: null, purpose: 'login', decoy: false, ttlSeconds: 600 },
    })
    expect(sent.kind).toBe('started')
    expect((await enrol(world, 'ann')).secret).toMatch(/^[A-Z2-7]{32}$/)
  })

  it('refuses nobody any more once it is forgotten', async () => {
    await withApp(world, 'ann')
    lose()
    const actor = { service: '', keyId: 'command', clientIp: null, userAgent: null }
    const { factors } = world.store
    expect(await factors.forget({ keyId: LOST, service: null, now: 1, actor, limit: 10 })).toBe(1)
    for (const step of ask('ann').slice(0, 2))
      expect(await step()).toMatchObject({ error: 'factor_not_found' })
  })
})

describe('C65: reports of root keys at start', () => {
  const advise = (keyring = world.keyring) =>
    adviseOnRootKeys({ rootKeys: world.store.rootKeys, keyring, now: world.clock.now() })

  it('nothing where SECRET_KEY is that of everything', async () => {
    await withApp(world, 'ann')
    await begin(world, { subject: 'ann', channel: 'totp' })
    expect(await advise()).toEqual({ warnings: [], notes: [] })
  })

  it('a changed SECRET_KEY: what it leaves behind, by service, with the way out', async () => {
    await withApp(world, 'ann')
    await begin(world, { subject: 'ann', channel: 'totp' })
    const { currentKeyId } = world.keyring
    const changed = createKeyring([Buffer.alloc(32, 9)])
    const { name } = world.caller.service
    const { warnings, notes } = await advise(changed)
    expect(notes).toEqual([])
    expect(warnings).toEqual([
      expect.stringContaining(`1 factor and 1 open verification of the service ${name}`),
    ])
    expect(warnings[0]).toContain('Has SECRET_KEY changed?')
    expect(warnings[0]).toContain(`countersign keys forget ${currentKeyId}`)
  })

  it('open verifications alone: they expire, and nothing is to be forgotten', async () => {
    await world.start({
      ...{ to: '+14155552671', session: null, purpose: 'login', decoy: false, ttlSeconds: 600 },
    })
    const changed = createKeyring([Buffer.alloc(32, 9)])
    const { warnings } = await advise(changed)
    expect(warnings).toEqual([expect.stringMatching(/^1 open verification of .*or they expire\.$/)])
    expect(warnings[0]).not.toContain('forget')
    world.moveWall(600_000)
    expect(await advise(changed)).toEqual({ warnings: [], notes: [] })
  })

  it('a previous key that is still given, with factors to be moved, is not reported as missing', async () => {
    await withApp(world, 'ann')
    const rotated = createKeyring([Buffer.alloc(32, 9), Buffer.alloc(32, 7)])
    const { warnings, notes } = await advise(rotated)
    expect(warnings).toEqual([])
    expect(notes).toEqual([expect.stringContaining('run countersign keys rewrap')])
    const missing = { rootKeys: world.store.rootKeys, keyring: rotated, now: world.clock.now() }
    expect(await underMissingKeys(missing)).toEqual([])
  })

  it('counts that reached their bound are reported as more', () => {
    const row = { keyId: LOST, service: 'shop', factors: 1000, verifications: 0, isMore: true }
    expect(adviseOnMissing(row)).toContain('1000 or more factors of the service shop')
  })
})
