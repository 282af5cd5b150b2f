import { argon2Sync, randomBytes } from 'node:crypto'
import argon2 from 'argon2'
import { describe, expect, it, vi } from 'vitest'
import { createHasher, startSelfTest } from '../../src/hashing/hasher.ts'
import { createId } from '../../src/kernel/ids.ts'
import { createKeyring, type Keyring, UnknownKeyError } from '../../src/kernel/keyring.ts'
import type { CodeHash, HashSlot } from '../../src/verification/hashing-ports.ts'
import { quiet } from '../quiet.ts'

const OLD = randomBytes(32)
const NEW = randomBytes(32)
const ID = createId('vrf', 0)
const OTHER_ID = createId('vrf', 0)
const MEMORY_KIB = 256

function hasherOf(keyring: Keyring, warnings: unknown[] = []) {
  return createHasher({
    keyring,
    memoryKib: MEMORY_KIB,
    passes: 2,
    concurrency: 2,
    queueLimit: 4,
    logger: { warn: (fields) => warnings.push(fields) },
  })
}
const hasher = hasherOf(createKeyring([OLD]))

function place(from = hasher): HashSlot {
  const slot = from.reserve()
  if (!slot) throw new Error('the queue is full')
  return slot
}
const make = (code = '123456', id = ID): Promise<CodeHash> => place().hash(code, id)
const check = (stored: CodeHash, code = '123456', id = ID) => place().verify(stored, code, id)

describe('hashing', () => {
  it('the right code is right, every other one wrong', async () => {
    const stored = await make()
    expect(await check(stored)).toBe(true)
    for (const code of ['123457', '12345', '1234567', '', ' 123456', '１２３４５６'])
      expect(await check(stored, code)).toBe(false)
  })

  it('leading zeros count', async () => {
    const stored = await make('000000')
    expect(await check(stored, '000000')).toBe(true)
    expect(await check(stored, '0')).toBe(false)
    expect(await check(stored, '00000')).toBe(false)
  })

  it('the same code twice has two hashes, and no hash holds the code', async () => {
    const [one, two] = [await make(), await make()]
    expect(one.hash).not.toBe(two.hash)
    expect(one.hash).not.toContain('123456')
  })

  it('is argon2id by RFC 9106: node:crypto (OpenSSL) computes the same', async () => {
    const { hash, pepperKeyId } = await make()
    const [, type, version, params, salt = '', tag] = hash.split('$')
    expect([type, version]).toEqual(['argon2id', 'v=19'])
    expect(params).toMatch(/^m=256,p=1,t=2,data=/)
    const independent = argon2Sync('argon2id', {
      message: '123456',
      nonce: Buffer.from(salt, 'base64'),
      parallelism: 1,
      tagLength: 32,
      memory: MEMORY_KIB,
      passes: 2,
      secret: createKeyring([OLD]).pepper(pepperKeyId),
      associatedData: Buffer.from(ID),
    })
    expect(Buffer.from(tag ?? '', 'base64')).toEqual(independent)
  })

  it('verifies hashes of the argon2 package itself, at another cost, too', async () => {
    const keyring = createKeyring([OLD])
    for (const [memoryCost, timeCost] of [
      [MEMORY_KIB, 2],
      [64, 3],
      [1024, 10],
    ] as const) {
      const hash = await argon2.hash('424242', {
        memoryCost,
        timeCost,
        parallelism: 1,
        hashLength: 32,
        secret: keyring.pepper(keyring.currentKeyId),
        associatedData: Buffer.from(ID),
      })
      const stored = { hash, pepperKeyId: keyring.currentKeyId }
      expect(await check(stored, '424242')).toBe(true)
      expect(await check(stored, '424243')).toBe(false)
    }
  })

  it('a hash made without the pepper is not valid', async () => {
    const hash = await argon2.hash('123456', {
      memoryCost: MEMORY_KIB,
      timeCost: 2,
      parallelism: 1,
      associatedData: Buffer.from(ID),
    })
    expect(await check({ hash, pepperKeyId: createKeyring([OLD]).currentKeyId })).toBe(false)
  })
})

describe('C41: rows that somebody changed', () => {
  it("a row's hash copied to another row is never valid there (I9)", async () => {
    const stored = await make('123456', ID)
    expect(await check(stored, '123456', OTHER_ID)).toBe(false)
  })

  it('nor with the other id written into it', async () => {
    const stored = await make('123456', ID)
    const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')
    const hash = stored.hash.replace(base64(ID), base64(OTHER_ID))
    expect(hash).not.toBe(stored.hash)
    expect(await check({ ...stored, hash }, '123456', OTHER_ID)).toBe(false)
  })

  it('parameters above the ceiling are refused at once', async () => {
    const warnings: unknown[] = []
    const careful = hasherOf(createKeyring([OLD]), warnings)
    const stored = await make()
    for (const [from, to] of [
      ['m=256', 'm=1048576'],
      ['m=256', 'm=65537'],
      ['t=2', 't=11'],
      ['t=2', 't=4294967295'],
      ['m=256', 'm=4294967295'],
    ] as const) {
      const crafted = { ...stored, hash: stored.hash.replace(from, to) }
      const start = performance.now()
      const verifying = place(careful).verify(crafted, '123456', ID)
      expect(careful.stats().running).toBe(0)
      expect(await verifying).toBe(false)
      expect(quiet(performance.now() - start)).toBeLessThan(200)
    }
    expect(warnings).toHaveLength(5)
    expect(JSON.stringify(warnings)).not.toContain('123456')
  })

  it('a configured cost above the ceiling is computed', async () => {
    const dear = createHasher({
      keyring: createKeyring([OLD]),
      memoryKib: 65_600,
      passes: 1,
      concurrency: 1,
      queueLimit: 1,
    })
    const stored = await place(dear).hash('123456', ID)
    expect(await place(dear).verify(stored, '123456', ID)).toBe(true)
    expect(await check(stored)).toBe(false)
  })

  it.each([
    ['', ''],
    ['no hash', 'garbage'],
    ['argon2i', '$argon2i$v=19$m=256,p=1,t=2,data=DATA$SALT$HASH'],
    ['argon2d', '$argon2d$v=19$m=256,p=1,t=2,data=DATA$SALT$HASH'],
    ['an old version', '$argon2id$v=16$m=256,p=1,t=2,data=DATA$SALT$HASH'],
    ['no version', '$argon2id$m=256,p=1,t=2,data=DATA$SALT$HASH'],
    ['no data', '$argon2id$v=19$m=256,p=1,t=2$SALT$HASH'],
    ['many lanes', '$argon2id$v=19$m=256,p=16777215,t=2,data=DATA$SALT$HASH'],
    ['m twice', '$argon2id$v=19$m=256,m=1048576,p=1,t=2,data=DATA$SALT$HASH'],
    ['data twice', '$argon2id$v=19$m=256,p=1,t=2,data=DATA,data=Zm9v$SALT$HASH'],
    ['a short tag', '$argon2id$v=19$m=256,p=1,t=2,data=DATA$SALT$Zm9v'],
    ['an empty tag', '$argon2id$v=19$m=256,p=1,t=2,data=DATA$SALT$'],
    ['a short salt', '$argon2id$v=19$m=256,p=1,t=2,data=DATA$Zm9v$HASH'],
    ['a line more', '$argon2id$v=19$m=256,p=1,t=2,data=DATA$SALT$HASH\n'],
    ['negative', '$argon2id$v=19$m=-1,p=1,t=2,data=DATA$SALT$HASH'],
  ])('a stored hash with %s is false, not an error', async (_what, template) => {
    const stored = await make()
    const [, , , params = '', salt = '', tag = ''] = stored.hash.split('$')
    const hash = template
      .replace('DATA', params.split('data=')[1] ?? '')
      .replace('SALT', salt)
      .replace('HASH', tag)
    expect(await check({ ...stored, hash })).toBe(false)
    expect(hasher.stats()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('parameters that argon2 itself refuses are false, too', async () => {
    const stored = await make()
    for (const [from, to] of [
      ['m=256', 'm=0'],
      ['m=256', 'm=7'],
      ['t=2', 't=0'],
    ] as const)
      expect(await check({ ...stored, hash: stored.hash.replace(from, to) })).toBe(false)
    expect(hasher.stats()).toMatchObject({ running: 0, waiting: 0 })
  })

  it('pepper rotated: old hashes verify, new ones carry the new key', async () => {
    const stored = await make()
    const rotated = hasherOf(createKeyring([NEW, OLD]))
    expect(rotated.knows(stored.pepperKeyId)).toBe(true)
    expect(await place(rotated).verify(stored, '123456', ID)).toBe(true)
    expect(await place(rotated).verify(stored, '654321', ID)).toBe(false)
    const fresh = await place(rotated).hash('123456', ID)
    expect(fresh.pepperKeyId).not.toBe(stored.pepperKeyId)
    expect(await place(rotated).verify(fresh, '123456', ID)).toBe(true)
    const swapped = { ...fresh, pepperKeyId: stored.pepperKeyId }
    expect(await place(rotated).verify(swapped, '123456', ID)).toBe(false)
  })

  it('a pepper that this node lacks is UnknownKeyError, and frees the place', async () => {
    const stored = await make()
    const without = hasherOf(createKeyring([NEW]))
    expect(without.knows(stored.pepperKeyId)).toBe(false)
    for (let i = 0; i < 20; i += 1) {
      const verifying = place(without).verify(stored, '123456', ID)
      await expect(verifying).rejects.toThrow(UnknownKeyError)
    }
  })
})

describe('hashing without the pepper, for values that cannot be guessed', () => {
  const TEXT = '0QXW4Z9B1N2C8RVH'
  const BOUND = 'fct_a:7K3M'

  it('the right text is right under any root key, every other text and binding wrong', async () => {
    const stored = await place().hashPlain(TEXT, BOUND)
    const elsewhere = hasherOf(createKeyring([NEW]))
    for (const from of [hasher, elsewhere])
      expect(await place(from).verifyPlain(stored, TEXT, BOUND)).toBe(true)
    for (const [text, bound] of [
      ['0QXW4Z9B1N2C8RVJ', BOUND],
      ['', BOUND],
      [TEXT, 'fct_a:7K3N'],
      [TEXT, 'fct_b:7K3M'],
    ] as const)
      expect(await place().verifyPlain(stored, text, bound)).toBe(false)
  })

  it('is made at a cost that will still be computed when the settings are lower', async () => {
    const dear = createHasher({
      ...{ keyring: createKeyring([OLD]), memoryKib: 65 * 1024, passes: 11 },
      ...{ concurrency: 1, queueLimit: 1 },
    })
    const stored = await place(dear).hashPlain(TEXT, BOUND)
    expect(stored).toContain('m=65536,p=1,t=10,')
    expect(await place().verifyPlain(stored, TEXT, BOUND)).toBe(true)
  })

  it('gives its place back, however it ends', async () => {
    await place().hashPlain(TEXT, BOUND)
    await place().verifyPlain('nonsense', TEXT, BOUND)
    expect(hasher.stats()).toMatchObject({ running: 0, waiting: 0 })
  })
})

describe('the self-test', () => {
  const keyring = createKeyring([Buffer.alloc(32, 3)])
  const light = { keyring, memoryKib: 8, passes: 1, concurrency: 1, queueLimit: 4 }

  it('passes once a real hash was made and verified, and not before', async () => {
    const error = vi.fn()
    const selfTest = startSelfTest(createHasher(light), { error })
    expect(selfTest.passed()).toBe(false)
    await vi.waitFor(() => expect(selfTest.passed()).toBe(true))
    expect(error).not.toHaveBeenCalled()
  })

  it('logs an error where hashing does not work', async () => {
    const error = vi.fn()
    // argon2 refuses less than 8 KiB.
    const selfTest = startSelfTest(createHasher({ ...light, memoryKib: 1 }), { error })
    await vi.waitFor(() => expect(error).toHaveBeenCalledOnce())
    expect(selfTest.passed()).toBe(false)
  })
})
