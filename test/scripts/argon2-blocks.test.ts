// The image's build of argon2: it hashes as the package does, and keeps its memory only while it is in use.
// It needs a compiler and AVX2; where either is missing it says that it was skipped.

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BINARY, buildArgon2, hookBlocks } from '../../scripts/build-argon2.ts'

const PACKAGED = 'node_modules/argon2/prebuilds/linux-x64/argon2.glibc.node'
const canBuild =
  spawnSync('g++', ['--version']).status === 0 &&
  process.arch === 'x64' &&
  /\bavx2\b/.test(readFileSync('/proc/cpuinfo', 'latin1'))

const MIB = 2 ** 20
const HUGE_PAGE = 2 * MIB
/** The default cost: 19 MiB, in ten huge pages. */
const DEFAULT_KIB = 19_456
const DEFAULT_BLOCK = 10 * HUGE_PAGE
/** libuv's pool: never more hashes at once. */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4)
/** One to two seconds; more on a machine that is busy (test/patience.ts). */
const GIVEN_BACK_WITHIN_MS = 5_000

/** By type: Argon2d, Argon2i, Argon2id (RFC 9106 §5.1 to §5.3). */
const RFC_9106_TAGS = [
  [0, '512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb'],
  [1, 'c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8'],
  [2, '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'],
] as const

type Input = {
  m?: number
  t?: number
  p?: number
  type?: number
  version?: number
  hashLength?: number
}
type Binding = { hash(input: Record<string, unknown>): Promise<Buffer> }

const require = createRequire(import.meta.url)
const inputOf = (given: Input = {}) => ({
  ...{ m: 64, t: 1, p: 1, type: 2, version: 0x13, hashLength: 32, ...given },
  ...{ password: Buffer.from('123456'), salt: Buffer.alloc(16, 1) },
  ...{ secret: Buffer.alloc(32, 2), data: Buffer.from('vrf_0') },
})

/** Where this process has memory that asks for huge pages: nothing but the blocks does (man 5 proc, VmFlags). */
function keptBlocks(): { begin: number; bytes: number }[] {
  return readFileSync('/proc/self/smaps', 'latin1')
    .split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)
    .filter((text) => /^VmFlags:.* hg\b/m.test(text))
    .map((text) => {
      const [begin = 0, end = 0] = text.split(/[- ]/, 2).map((word) => Number.parseInt(word, 16))
      return { begin, bytes: end - begin }
    })
}
const keptBytes = () => keptBlocks().reduce((sum, { bytes }) => sum + bytes, 0)

function readMemory(begin: number, bytes: number): Buffer {
  const memory = openSync('/proc/self/mem', 'r')
  try {
    const buffer = Buffer.alloc(bytes, 1)
    expect(readSync(memory, buffer, 0, bytes, begin)).toBe(bytes)
    return buffer
  } finally {
    closeSync(memory)
  }
}

describe.runIf(canBuild)("the image's build of argon2", () => {
  const folder = mkdtempSync(join(tmpdir(), 'argon2-build-'))
  const path = join(folder, BINARY)
  let built: Binding
  const packaged = require(resolve(PACKAGED)) as Binding
  const allGivenBack = () => vi.waitFor(() => expect(keptBytes()).toBe(0), GIVEN_BACK_WITHIN_MS)

  beforeAll(async () => {
    await buildArgon2(folder, PACKAGED)
    built = require(path)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('hashes as the package does, whatever was hashed before', async () => {
    const inputs: Input[] = [
      ...[8, 64, 1024, 1025, DEFAULT_KIB, 64].map((m) => ({ m })),
      ...[{ m: DEFAULT_KIB, t: 2 }, { t: 10 }, { type: 0 }, { type: 1 }, { hashLength: 16 }],
      ...[{ p: 4 }, { m: 4096, p: 2, t: 3 }, { m: 64 }],
      // A part of a lane is less than one block of addresses, exactly one (128), or more.
      ...[508, 512, 516, 1024, 2051].flatMap((m) => [0, 1, 2].map((type) => ({ m, type, t: 2 }))),
      ...[0, 1, 2].map((type) => ({ m: 4096, t: 2, p: 8, type })),
      ...[0, 1, 2].map((type) => ({ m: 4096, t: 2, p: 3, type, version: 0x10 })),
    ]
    for (const input of inputs)
      expect(await built.hash(inputOf(input))).toEqual(await packaged.hash(inputOf(input)))
    const atOnce = inputs.map((input) => built.hash(inputOf(input)))
    expect(await Promise.all(atOnce)).toEqual(
      await Promise.all(inputs.map((input) => packaged.hash(inputOf(input)))),
    )
    await expect(built.hash(inputOf({ m: 7 }))).rejects.toThrow(/memory/i)
  })

  it.each(RFC_9106_TAGS)(
    'computes the test vector of RFC 9106 §5 for type %i',
    async (type, tag) => {
      const filled = (bytes: number, byte: number) => Buffer.alloc(bytes, byte)
      const input = {
        ...{ m: 32, t: 3, p: 4, type, version: 0x13, hashLength: 32 },
        ...{
          password: filled(32, 1),
          salt: filled(16, 2),
          secret: filled(8, 3),
          data: filled(12, 4),
        },
      }
      expect((await built.hash(input)).toString('hex')).toBe(tag)
    },
  )

  it('the next hash takes the block of the last, and a kept block holds zeros only', async () => {
    await allGivenBack()
    await built.hash(inputOf({ m: DEFAULT_KIB }))
    const [block, ...others] = keptBlocks()
    if (!block) throw new Error('nothing is kept')
    expect(others).toEqual([])
    expect(block.bytes).toBe(DEFAULT_BLOCK)
    expect(block.begin % HUGE_PAGE).toBe(0)
    expect(readMemory(block.begin, block.bytes).every((byte) => byte === 0)).toBe(true)
    await built.hash(inputOf({ m: DEFAULT_KIB }))
    expect(keptBlocks()).toEqual([block])
  })

  it('goes back to the system once idle, and the next hash is right', async () => {
    await Promise.all([0, 1, 2, 3].map(() => built.hash(inputOf({ m: DEFAULT_KIB }))))
    expect(keptBytes()).toBeGreaterThanOrEqual(DEFAULT_BLOCK)
    await allGivenBack()
    expect(await built.hash(inputOf())).toEqual(await packaged.hash(inputOf()))
  })

  it('10,000 hashes of several sizes: never more blocks than hashes at once', async () => {
    let mostBytes = 0
    let left = 10_000
    const run = async () => {
      while (left > 0) {
        left -= 1
        const [byte = 0] = randomBytes(1)
        await built.hash(inputOf({ m: [8, 16, 64, 512][byte % 4] ?? 8 }))
        if (left % 50 === 0) mostBytes = Math.max(mostBytes, keptBytes())
      }
    }
    await Promise.all(Array.from({ length: 2 * THREADS }, run))
    expect(mostBytes).toBeGreaterThan(0)
    expect(mostBytes).toBeLessThanOrEqual(THREADS * HUGE_PAGE)
    await allGivenBack()
  })

  it('a thread of JavaScript that ends leaves nothing, and is not held up', async () => {
    await allGivenBack()
    const code = `
      const { parentPort, workerData } = require('node:worker_threads')
      require(workerData.path).hash(workerData.input).then(() =>
        parentPort.postMessage(process.getActiveResourcesInfo()))`
    const workerData = { path, input: inputOf({ m: DEFAULT_KIB }) }
    const worker = new Worker(code, { eval: true, workerData })
    const active = new Promise((taken) => worker.once('message', taken))
    const ended = new Promise((taken) => worker.once('exit', taken))
    expect(await active).not.toContain('Timeout')
    expect(await ended).toBe(0)
    expect(keptBytes()).toBe(0)
  })

  it('a source of the package in another form is refused', () => {
    expect(() => hookBlocks('ctx.allocate_cbk = NULL;')).toThrow(/not exactly one/)
  })
})
