// C42, C17: the file is locked, the disk is full or broken, while the service serves. It refuses with 503, never
// half does a thing, /healthz answers all the while, and it recovers by itself.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { quiet } from '../quiet.ts'
import {
  type Answer,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
  waitForLine,
  wrong,
} from './service-process.ts'
import { countsOf, databaseOf, holdLock, integrityOf } from './stored.ts'
import { watchHealth } from './watch-health.ts'

/** The service gives a locked file 2 s; CI holds it for ten. */
const HELD_MS = LONG ? 10_000 : 2_500
/** Usually 2 ms and 10 at most. The driver's own wait for a lock would be seconds, of each request. */
const HEALTHY_MS = { median: 100, longest: 1_000 }
const CLIENT_IP = '203.0.113.7'
/** As the service comes. */
const MAX_ATTEMPTS = 5

let dataDir: string
let service: ServiceProcess
let endings: (() => unknown)[]
beforeEach(() => {
  endings = []
})
afterEach(async () => {
  for (const end of endings.reverse()) await end()
})

async function serve(at?: string, env: Record<string, string> = {}): Promise<void> {
  const directory = temporaryDirectory()
  dataDir = at ?? directory.path
  endings.push(() => directory.remove())
  service = await startService(dataDir, { CLIENT_IP: 'required', ...env })
  endings.push(() => service.stop())
}

let people = 0
const start = (body: object = {}) =>
  service.post('/verify/start', {
    to: `disk-${people++}@example.com`,
    client_ip: `203.0.113.${people % 250}`,
    ...body,
  })
const check = (id: string, code: string, more: object = {}) =>
  service.post('/verify/check', { id, code, ...more })

async function begin(): Promise<{ id: string; code: string }> {
  const { status, body } = await start()
  expect(status).toBe(201)
  const code = await codeFor(service, body.id)
  // Its delivery is settled as well: nothing of ours is written from here on.
  await waitFor(
    'the delivery',
    async () => (await look(body.id)).delivery_status === 'sent' || undefined,
  )
  return { id: body.id, code }
}
const look = async (id: string) => (await service.get(`/verify/${id}`)).body

function expectRefused(answer: Answer): void {
  expect([answer.status, answer.body.error]).toEqual([503, 'store_unavailable'])
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(answer.headers.get('retry-after')).toBe(String(answer.body.retry_after_seconds))
  expect(JSON.stringify(answer.body)).not.toMatch(/sqlite|locked|disk|i\/o/i)
}

/** Every kind of write is refused, and the right code is not lost by it. */
async function expectRefusing({ id, code }: { id: string; code: string }): Promise<void> {
  const answers = await Promise.all([
    start(),
    start({ session: 'session-0123456789' }),
    check(id, wrong(code)),
    check(id, code),
    service.post(`/verify/${id}/cancel`, {}),
  ])
  for (const answer of answers) expectRefused(answer)
}

/** @param charged the wrong codes that were told as such */
async function expectRecovered(
  { id, code }: { id: string; code: string },
  charged = 0,
): Promise<void> {
  await waitFor(
    'a start that is served again',
    async () => (await start()).status === 201 || undefined,
  )
  expect((await look(id)).attempts_remaining, 'no more was charged').toBe(MAX_ATTEMPTS - charged)
  expect((await check(id, code)).status).toBe(200)
  const { id: next, code: nextCode } = await begin()
  expect((await check(next, nextCode)).status).toBe(200)
  expect(integrityOf(dataDir)).toBe('ok')
}

async function expectHealthy(took: Promise<number[]>): Promise<void> {
  const sorted = await took
  expect(sorted.length).toBeGreaterThan(5)
  expect(quiet(sorted[Math.floor(sorted.length / 2)] ?? 0)).toBeLessThan(HEALTHY_MS.median)
  expect(quiet(sorted.at(-1) ?? 0)).toBeLessThan(HEALTHY_MS.longest)
}

describe('locked by another process', () => {
  it(`C42, C17: countersign.db for ${HELD_MS} ms: 503, nothing charged or created, /healthz still answers`, async () => {
    await serve()
    const one = await begin()
    const before = countsOf(dataDir)
    const health = await watchHealth(service.url)
    const release = await holdLock(databaseOf(dataDir))
    endings.push(release)
    const end = performance.now() + HELD_MS
    do await expectRefusing(one)
    while (performance.now() < end)
    expect(countsOf(dataDir)).toEqual(before)
    expect((await look(one.id)).status, 'reads are served').toBe('pending')
    await release()
    await expectHealthy(health.end())
    await expectRecovered(one)
  })

  it('C17: limits.db: counted requests are refused, the others served, and nothing is half done', async () => {
    await serve()
    const one = await begin()
    const two = await begin()
    const before = countsOf(dataDir)
    const health = await watchHealth(service.url)
    const release = await holdLock(join(dataDir, 'limits.db'))
    endings.push(release)
    const resendable = await service.post(`/verify/${one.id}/resend`, {})
    expect(resendable.body.error, 'refused before any counter').toBe('resend_too_early')
    for (const answer of await Promise.all([
      start(),
      check(one.id, one.code, { client_ip: CLIENT_IP }),
      check(one.id, wrong(one.code), { client_ip: CLIENT_IP }),
    ]))
      expectRefused(answer)
    expect(countsOf(dataDir)).toEqual(before)
    expect((await check(two.id, two.code)).status, 'without an address nothing is counted').toBe(
      200,
    )
    await release()
    await expectHealthy(health.end())
    expect((await check(one.id, one.code, { client_ip: CLIENT_IP })).status).toBe(200)
    expect((await start()).status).toBe(201)
  })

  it('C17: limits.db damaged while serving: 503 until it is moved away, then a new one is created', async () => {
    await serve()
    const one = await begin()
    const path = join(dataDir, 'limits.db')
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    writeFileSync(path, 'this is no database, and long enough to be read as a header'.repeat(50))
    const before = countsOf(dataDir)
    for (let n = 0; n < 3; n += 1) expectRefused(await start())
    expectRefused(await check(one.id, one.code, { client_ip: CLIENT_IP }))
    expect(countsOf(dataDir)).toEqual(before)
    rmSync(path)
    await expectRecovered(one)
  })
})

describe('a disk that is full', () => {
  const MIB = 1024 * 1024
  const SIZE_MIB = 3
  let mounted: string | undefined
  beforeEach(() => {
    const point = mkdtempSync(join(tmpdir(), 'countersign-full-'))
    const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', point])
    mounted = made.status === 0 ? point : undefined
    endings.push(() => {
      if (mounted) spawnSync('umount', ['-l', mounted])
      rmSync(point, { recursive: true, force: true })
    })
  })

  it('C42, C17: 503 for requests that write, the file intact, and service again once there is room', async (test) => {
    if (!mounted) return test.skip('mounting a tmpfs needs root')
    await serve(mounted)
    const one = await begin()
    mkdirSync(join(mounted, 'x'))
    const ballast = join(mounted, 'x/ballast')
    fill(ballast)
    const before = countsOf(dataDir)
    const health = await watchHealth(service.url)
    const charged = await expectFull(one, before)
    await expectHealthy(health.end())
    rmSync(ballast)
    await expectRecovered(one, charged)
    await waitForLine(service, 'store unavailable')
  })

  /** As `dd` would: to the last page. */
  function fill(path: string): void {
    for (const bytes of [SIZE_MIB * MIB, 4096])
      for (let n = 0; n < 1000; n += 1) {
        const { status } = spawnSync('sh', ['-c', `head -c ${bytes} /dev/zero >> '${path}'`])
        if (status !== 0) break
      }
  }

  /**
   * Pages of the log that are there already, or free again after a checkpoint, may take a few writes; then each is refused, whole.
   * @returns the wrong codes that were still told as such
   */
  async function expectFull(
    { id, code }: { id: string; code: string },
    before: object,
  ): Promise<number> {
    await waitFor('the disk to be full', async () => (await start()).status === 503 || undefined)
    expect(countsOf(dataDir)).toMatchObject({
      attempts: (before as { attempts: number }).attempts,
    })
    let charged = 0
    let full = {}
    for (let inARow = 0; inARow < 30; ) {
      const [started, checked] = await Promise.all([start(), check(id, wrong(code))])
      const refused = [started, checked].filter(({ status }) => status !== 201 && status !== 422)
      for (const answer of refused) expectRefused(answer)
      if (checked.status === 422) charged += 1
      inARow = refused.length === 2 ? inARow + 1 : 0
      if (inARow === 1) full = countsOf(dataDir)
    }
    expect(countsOf(dataDir)).toEqual(full)
    expect((await look(id)).attempts_remaining).toBe(MAX_ATTEMPTS - charged)
    return charged
  }
})

describe('a disk that is broken', () => {
  const hasFiu = spawnSync('fiu-run', ['-h']).error === undefined
  /** A sync that fails ends the process (test/durability/failed-sync.test.ts). */
  const FAULTS = ['posix/io/rw/pwrite64', 'posix/io/rw/pwrite']

  it('C42: EIO at every write: 503, file whole, recovers', async (test) => {
    if (!hasFiu) return test.skip('needs fiu-run, of Debian’s fiu-utils')
    const fiu = temporaryDirectory()
    endings.push(() => fiu.remove())
    const pipe = join(fiu.path, 'fiu')
    await serve(undefined, { LD_PRELOAD: preloads(), FIU_CTRL_FIFO: pipe })
    const control = (command: 'enable' | 'disable') => {
      const flags = FAULTS.flatMap((name) => [
        '-c',
        command === 'enable' ? `enable name=${name},failinfo=5` : `disable name=${name}`,
      ])
      const done = spawnSync('fiu-ctrl', ['-f', pipe, ...flags, String(service.child.pid)], {
        encoding: 'utf8',
      })
      expect(done.status, done.stderr).toBe(0)
    }
    const one = await begin()
    const before = countsOf(dataDir)
    control('enable')
    endings.push(() => control('disable'))
    for (const answer of await Promise.all([start(), check(one.id, one.code)]))
      expectRefused(answer)
    expect(countsOf(dataDir)).toEqual(before)
    control('disable')
    await expectRecovered(one)
  })
})

/** The libraries that fiu-run would load, as it tells them itself. */
function preloads(): string {
  const said = spawnSync('fiu-run', ['-n', '-x', 'true'], { encoding: 'utf8' }).stdout
  return /LD_PRELOAD="?([^"\n]*\.so)/.exec(said)?.[1]?.trim() ?? ''
}
