import { randomBytes } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { createHasher } from '../../src/hashing/hasher.ts'
import { createMint, type RunningMint } from '../../src/hashing/mint.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { VERIFICATION_ID } from '../../src/kernel/ids.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { generateCode } from '../../src/verification/comparison.ts'
import type { MintedCode } from '../../src/verification/hashing-ports.ts'

const keyring = createKeyring([randomBytes(32)])
const running: RunningMint[] = []
afterEach(() => {
  for (const mint of running.splice(0)) mint.stop()
})

function createParts(options: { size: number; lengths?: number[]; memoryKib?: number }) {
  const hasher = createHasher({
    keyring,
    memoryKib: options.memoryKib ?? 64,
    passes: 1,
    concurrency: 1,
    queueLimit: 50,
  })
  const mint = createMint({
    hasher,
    lengths: options.lengths ?? [6],
    size: options.size,
    clock: createClock(),
    generateCode,
  })
  running.push(mint)
  return { hasher, mint }
}
const full = (mint: RunningMint) =>
  vi.waitFor(() => expect(mint.level().ready).toBe(mint.level().capacity), {
    timeout: 10_000,
    interval: 2,
  })

it('fills a pool for each length with codes that verify under their own id', async () => {
  const { hasher, mint } = createParts({ size: 5, lengths: [4, 6, 10] })
  expect(mint.take(6)).toBeUndefined()
  mint.start()
  await full(mint)
  expect(mint.level()).toEqual({ ready: 15, capacity: 15 })
  for (const length of [4, 6, 10]) {
    const minted = mint.take(length)
    expect(minted?.code).toHaveLength(length)
    expect(minted?.id).toMatch(VERIFICATION_ID)
    if (!minted) throw new Error('nothing was taken')
    expect(await hasher.reserve()?.verify(minted, minted.code, minted.id)).toBe(true)
    expect(await hasher.reserve()?.verify(minted, minted.code, `${minted.id}x`)).toBe(false)
  }
  expect(mint.take(7)).toBeUndefined()
})

it('never hands out an id or a hash twice, whatever is returned', async () => {
  const { mint } = createParts({ size: 20 })
  mint.start()
  const inUse = new Map<string, MintedCode>()
  const hashes = new Set<string>()
  for (let round = 0; inUse.size < 300; round += 1) {
    const minted = mint.take(6)
    if (!minted) {
      await new Promise(setImmediate)
      continue
    }
    expect(inUse.has(minted.id)).toBe(false)
    if (round % 3 === 0) {
      mint.giveBack(minted)
      // A second time, and a copy: neither may make it two.
      mint.giveBack(minted)
      mint.giveBack({ ...minted })
      continue
    }
    inUse.set(minted.id, minted)
    hashes.add(minted.hash)
  }
  expect(hashes.size).toBe(inUse.size)
})

it('returned codes are handed out again, and the pool does not grow past its size', async () => {
  const { mint } = createParts({ size: 3 })
  mint.start()
  await full(mint)
  const out = [mint.take(6), mint.take(6), mint.take(6)]
  expect(out.every(Boolean)).toBe(true)
  await full(mint)
  for (const minted of out) if (minted) mint.giveBack(minted)
  expect(mint.level().ready).toBe(3)

  const last = mint.take(6)
  if (!last) throw new Error('nothing was taken')
  mint.giveBack(last)
  expect([mint.take(6), mint.take(6), mint.take(6)]).toContain(last)
})

it('does not accept codes that it did not create', async () => {
  const { mint } = createParts({ size: 3 })
  mint.start()
  mint.giveBack({ id: 'vrf_x', code: '123456', hash: 'x', pepperKeyId: 'x' })
  await full(mint)
  const ids = [mint.take(6)?.id, mint.take(6)?.id, mint.take(6)?.id]
  expect(ids).not.toContain('vrf_x')
})

it('hashes nothing while any place is held, and continues when the last one is released', async () => {
  const { hasher, mint } = createParts({ size: 5 })
  const place = hasher.reserve()
  mint.start()
  // Another hash comes and goes meanwhile; with one place still held nothing is idle.
  await hasher.reserve()?.hash('123456', 'vrf_a')
  expect(mint.level().ready).toBe(0)
  expect(hasher.stats().running).toBe(0)
  place?.release()
  await full(mint)
})

it('gives way: of a burst of checks none waits for more than the one hash under way', async () => {
  const { hasher, mint } = createParts({ size: 500, memoryKib: 4_096 })
  mint.start()
  await vi.waitFor(() => expect(mint.level().ready).toBeGreaterThan(2), { interval: 1 })
  const before = mint.level().ready
  const checks = Array.from({ length: 20 }, async () => {
    await hasher.reserve()?.hash('123456', 'vrf_a')
    return mint.level().ready
  })
  const levels = await Promise.all(checks)
  expect(Math.max(...levels) - before).toBeLessThanOrEqual(1)
})

it('refills what was taken', async () => {
  const { mint } = createParts({ size: 4 })
  mint.start()
  await full(mint)
  for (let i = 0; i < 4; i += 1) expect(mint.take(6)).toBeDefined()
  expect(mint.take(6)).toBeUndefined()
  await full(mint)
})

it('stopped: forgets its codes, accepts none back, and creates no more', async () => {
  const { hasher, mint } = createParts({ size: 4 })
  mint.start()
  await full(mint)
  const minted = mint.take(6)
  mint.stop()
  if (minted) mint.giveBack(minted)
  await vi.waitFor(() => expect(hasher.idle()).toBe(true), { interval: 1 })
  await hasher.reserve()?.hash('123456', 'vrf_a')
  expect(mint.level().ready).toBe(0)
  expect(mint.take(6)).toBeUndefined()
  mint.start()
  await full(mint)
})

it('a hasher that fails leaves the mint empty and is logged without the code', async () => {
  const said: unknown[] = []
  const codes: string[] = []
  const failing = createMint({
    hasher: createHasher({ keyring, memoryKib: 1, passes: 1, concurrency: 1, queueLimit: 1 }),
    lengths: [6],
    size: 4,
    clock: createClock(),
    generateCode: (length) => {
      codes.push(generateCode(length))
      return codes.at(-1) ?? ''
    },
    logger: { error: (fields, event) => said.push([String(fields.err), event]) },
  })
  running.push(failing)
  failing.start()
  await vi.waitFor(() => expect(said.length).toBeGreaterThan(0), { interval: 1 })
  for (const code of codes) expect(JSON.stringify(said)).not.toContain(code)
  expect(failing.level().ready).toBe(0)
})

it('leaves a start its quiet moment while a quarter of the pool is left, and no longer', async () => {
  const { hasher, mint } = createParts({ size: 8 })
  mint.start()
  await full(mint)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    mint.take(6)
    vi.advanceTimersByTime(10)
    mint.take(6)
    vi.advanceTimersByTime(14)
    expect(hasher.idle()).toBe(true)
    vi.advanceTimersByTime(1)
    expect(hasher.idle()).toBe(false)
    vi.useRealTimers()
    await full(mint)

    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (let i = 0; i < 6; i += 1) mint.take(6)
    expect(hasher.idle()).toBe(true)
    mint.take(6)
    expect(hasher.idle()).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})
