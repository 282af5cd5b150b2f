// C75: nothing is revealed before the sync that covers it: by the order of syncs and sends, and by cutting the power.
// The service is a black box on a watched disk; the log of one run answers both questions.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChance } from '../chaos/seeded.ts'
import { startService, temporaryDirectory, UNLIMITED } from '../e2e/service-process.ts'
import { LONGEST } from '../long.ts'
import { expectCutsLoseNothing, expectNothingEarly, firstRevealed } from './proof.ts'
import { type Ended, followLog, logInMany, startMailbox } from './traffic.ts'
import { type Entry, watchDisk, whyUnwatched } from './watched-disk.ts'

/** Some 4.5 writes each. */
const PEOPLE = LONGEST ? 2_250 : 230
const CUTS = LONGEST ? 1_000 : 100
const RESTARTS = LONGEST ? 12 : 2
const LIMIT_MS = LONGEST ? 480_000 : 120_000

const LAYOUTS = [
  { what: 'one service', nodes: 1, people: PEOPLE, cuts: CUTS },
  {
    what: 'two services on one file, and a process that checkpoints at any moment',
    nodes: 2,
    people: Math.floor(PEOPLE / 3),
    cuts: Math.floor(CUTS / 4),
  },
]

/** Another process that has the file open. @returns what ends it */
async function checkpointAtAnyMoment(file: string, env: Record<string, string>) {
  const script = join(import.meta.dirname, 'checkpoint-loop.ts')
  const child = spawn(process.execPath, [script, file], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.end()
    expect((await exited)[0]).toBe(0)
  }
}

function expectLimits(dataDir: string): void {
  const limits = new Sqlite(join(dataDir, 'limits.db'))
  expect(limits.pragma('quick_check', { simple: true })).toBe('ok')
  limits.close()
}

const hasNo = whyUnwatched()
if (hasNo) console.warn(`Skipped: ${hasNo}`)

describe.skipIf(hasNo).each(LAYOUTS)('$what', ({ nodes, people, cuts }) => {
  const directory = temporaryDirectory()
  const chance = createChance(Date.now() % 1_000_000)
  let mailbox: Awaited<ReturnType<typeof startMailbox>>
  let entries: Entry[] = []
  let ended: Ended[] = []

  beforeAll(async () => {
    mailbox = await startMailbox()
    const disk = watchDisk()
    const dataDir = join(directory.path, 'data')
    const env = {
      ...UNLIMITED,
      LIMIT_SENDS_PER_NUMBER_BURST: '1000/600',
      ...mailbox.env,
      ...disk.env,
    }
    const services = await Promise.all(
      Array.from({ length: nodes }, () => startService(dataDir, env)),
    )
    for (const service of services) await followLog(service)
    const endOther =
      nodes > 1 && (await checkpointAtAnyMoment(join(dataDir, 'countersign.db'), disk.env))
    ended = await logInMany({ services, mailbox, chance: chance.fork('people') }, people)
    if (endOther) await endOther()
    for (const service of services) await service.stop()
    entries = disk.entries()
    disk.remove()
  }, LIMIT_MS)
  afterAll(async () => {
    await mailbox?.close()
    directory.remove()
  })

  it('C75: no answer, message or event leaves before the sync that covers what it reveals', {
    timeout: LIMIT_MS,
  }, () => {
    const { durable, revealed } = expectNothingEarly(entries, chance, directory.path)
    // Start, message, looks, check, and the event of each.
    expect(revealed).toBeGreaterThan(ended.length * 6)
    for (const { id, how } of ended) if (how !== 'left') expect(durable).toContain(`${id} ${how}`)
    const sent = entries.filter(({ kind }) => kind === 'sent').map(({ data }) => data.toString())
    const requests = sent.filter((text) => text.startsWith('POST ') && text.includes('vrf_'))
    expect(requests.length, 'messages were seen').toBeGreaterThanOrEqual(people)
    expect(sent.some((text) => text.includes('"type":"verification.approved"'))).toBe(true)
    const begins = entries.filter(
      ({ file, kind, at }) => file === 'countersign.db-wal' && kind === 'written' && at === 0,
    )
    expect(begins.length, 'the log was checkpointed and began anew').toBeGreaterThan(1)
  })

  /** Codes that were used stay used, those that were not are good. */
  async function expectCodes(dataDir: string, told: ReadonlySet<string>): Promise<void> {
    const service = await startService(dataDir, { ...UNLIMITED, ...mailbox.env })
    const check = async ({ id, code }: Ended) =>
      (await service.post('/verify/check', { id, code })).status
    const used = ended.filter(({ id }) => told.has(`${id} approved`) || told.has(`${id} canceled`))
    const open = ended.filter(({ id, how }) => how === 'left' && told.has(`${id} started`))
    for (const one of used.slice(-20)) expect(await check(one)).toBe(409)
    for (const one of open.slice(-20)) expect(await check(one)).toBe(200)
    await service.stop()
  }

  it(
    'C75: the power cut at random moments: nothing that was revealed is missing, no used code works again',
    { timeout: LIMIT_MS },
    () =>
      expectCutsLoseNothing(entries, chance, {
        count: cuts,
        from: firstRevealed(entries),
        async also(dataDir, told, done) {
          expectLimits(dataDir)
          if (done % Math.floor(cuts / RESTARTS) === 0) await expectCodes(dataDir, told)
        },
      }),
  )
})
