// C75: a sync that fails, and files that are taken away: the service ends with one clear line, and keeps no false promise.
// A failed sync is reported once, and the next one succeeds over the hole that it left.

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createChance } from '../chaos/seeded.ts'
import {
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from '../e2e/service-process.ts'
import { LONGEST } from '../long.ts'
import { expectCutsLoseNothing, expectNothingEarly } from './proof.ts'
import { logInMany, type Mailbox, startMailbox } from './traffic.ts'
import { type WatchedDisk, watchDisk, whyUnwatched } from './watched-disk.ts'

const CUTS = LONGEST ? 100 : 10
const PEOPLE = 12
/** The file of counters is synced after a thousand pages: a number of starts, however long they take. */
const ENDS_WITHIN_MS = 90_000
const STARTS_AT_ONCE = 16

const hasNo = whyUnwatched()
if (hasNo) console.warn(`Skipped: ${hasNo}`)

describe.skipIf(hasNo)('a disk that lies', () => {
  const chance = createChance(Date.now() % 1_000_000)
  let directory: ReturnType<typeof temporaryDirectory>
  let disk: WatchedDisk
  let mailbox: Mailbox
  let service: ServiceProcess
  let people = 0

  beforeEach(async () => {
    directory = temporaryDirectory()
    disk = watchDisk()
    mailbox = await startMailbox()
    await serve()
  })
  afterEach(async () => {
    await service.stop()
    await mailbox.close()
    disk.remove()
    directory.remove()
  })

  const dataDir = () => join(directory.path, 'data')
  async function serve(): Promise<void> {
    const limits = { ...UNLIMITED, LIMIT_SENDS_PER_NUMBER_BURST: '1000/600' }
    service = await startService(dataDir(), { ...limits, ...mailbox.env, ...disk.env })
  }
  const logIn = () =>
    logInMany({ services: [service], mailbox, chance: chance.fork(`${people}`) }, PEOPLE)
  const start = () => service.post('/verify/start', { to: `lost-${people++}@example.com` })

  async function startUntilItEnds(): Promise<number | null> {
    let hasEnded = false
    void service.exited.then(() => {
      hasEnded = true
    })
    await waitFor(
      'the end of the service',
      async () => {
        await Promise.allSettled(Array.from({ length: STARTS_AT_ONCE }, start))
        return hasEnded || undefined
      },
      ENDS_WITHIN_MS,
    )
    return service.exited
  }

  /** @returns its last line, parsed */
  async function untilItEnds(): Promise<Record<string, unknown>> {
    expect(await startUntilItEnds()).toBe(1)
    const fatal = service
      .output()
      .split('\n')
      .filter((line) => line.includes('"level":"fatal"'))
    expect(fatal).toHaveLength(1)
    return JSON.parse(fatal[0] ?? '')
  }

  it.each([
    { file: 'countersign.db-wal', named: 'countersign.db' },
    { file: 'countersign.db', named: 'countersign.db' },
    { file: 'limits.db', named: 'limits.db' },
  ])(
    'C75: a sync of $file that fails ends the service; the next start has all that was revealed',
    async ({ file, named }) => {
      await logIn()
      const before = disk.entries().length
      disk.failOnce(file)
      const line = await untilItEnds()
      expect(line).toMatchObject({ file: join(dataDir(), named) })
      expect(JSON.stringify(line)).toContain('SQLITE_IOERR_FSYNC')
      await expectNextStartSound(before)
    },
  )

  /** Whatever is revealed survives a power cut: at the end of the service, in the next start, or after it. */
  async function expectNextStartSound(from: number): Promise<void> {
    await serve()
    await logIn()
    await service.stop()
    const entries = disk.entries()
    expectNothingEarly(entries, chance, directory.path)
    await expectCutsLoseNothing(entries, chance, { count: CUTS, from })
  }

  it.each(['countersign.db', 'countersign.db-wal'])(
    'C75: %s is taken away while the service runs: it ends, and answers nothing that nobody would find',
    async (file) => {
      await logIn()
      rmSync(join(dataDir(), file))
      const answer = await start().catch(() => undefined)
      expect(answer?.status).not.toBe(201)
      expect(await untilItEnds()).toMatchObject({ file: join(dataDir(), 'countersign.db') })
    },
  )
})
