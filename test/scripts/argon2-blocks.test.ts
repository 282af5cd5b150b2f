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

type Input = { m?: number; t?: number; p?: number; type?: number; hashLength?: number }
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
    ]
    for (const input of inputs)
      expect(await built.hash(inputOf(input))).toEqual(await packaged.hash(inputOf(input)))
    const atOnce = inputs.map((input) => built.hash(inputOf(input)))
    expect(await Promise.all(atOnce)).toEqual(
      await Promise.all(inputs.map((input) => packaged.hash(inputOf(input)))),
    )
    await expect(built.hash(inputOf({ m: 7 }))).rejects.toThrow(/memory/i)
  })

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
