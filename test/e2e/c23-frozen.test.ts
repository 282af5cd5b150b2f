// C23: two processes on one SQLite file, and one of them frozen past its lease by SIGSTOP in the middle of a send.
// One claims at a time; the second send comes after the lease alone, with the same code, and is told in the log.

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FaultServer, hang, startFaultServer } from '../delivery/fault-server.ts'
import { type MovedProcess, startMoved } from './moved-process.ts'
import { ADMIN_KEY, LIGHT, temporaryDirectory, UNLIMITED, waitFor } from './service-process.ts'

/** Since the claim; the worker's lease is 30 s. Some of it passes by itself. */
const UNDER_LEASE_SECONDS = 20
const PAST_LEASE_SECONDS = 31

let gateway: FaultServer
let directory: ReturnType<typeof temporaryDirectory>
const nodes: MovedProcess[] = []
beforeEach(async () => {
  gateway = await startFaultServer()
  directory = temporaryDirectory()
})
afterEach(async () => {
  for (const node of nodes.splice(0)) {
    node.kill('SIGCONT')
    node.kill('SIGKILL')
    await node.exited
  }
  await gateway.close()
  directory.remove()
})

async function serve(): Promise<MovedProcess> {
  const node = await startMoved(directory.path, {
    ...LIGHT,
    ...UNLIMITED,
    HTTP_SMS_URL: gateway.url,
    HTTP_SMS_BODY: '{"id":"{{verification_id}}","attempt":"{{attempt_id}}","code":"{{code}}"}',
  })
  nodes.push(node)
  return node
}

const sentFor = (id: string) =>
  gateway.seen.map(({ body }) => JSON.parse(body)).filter((sent) => sent.id === id)
const start = async (node: MovedProcess, to: string) =>
  (await node.post('/verify/start', { to })).body.id as string
const delivery = async (node: MovedProcess, id: string) =>
  (await node.get(`/verify/${id}`)).body.deliveries[0]
const sent = (node: MovedProcess, id: string) =>
  waitFor(`${id} to be sent`, async () => (await delivery(node, id)).status === 'sent' || undefined)

async function eventsOf(node: MovedProcess, id: string): Promise<{ type: string }[]> {
  const authorization = `Bearer ${ADMIN_KEY}`
  const { body } = await node.get(`/admin/api/events?verification=${id}&limit=100`, {
    authorization,
  })
  return body.events.reverse()
}

function isLocked(): boolean {
  const db = new Database(join(directory.path, 'countersign.db'), { timeout: 0 })
  try {
    db.exec('BEGIN IMMEDIATE')
    db.exec('ROLLBACK')
    return false
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return true
    throw error
  } finally {
    db.close()
  }
}

/** Between two commits: one that is frozen within a commit keeps the file to itself. */
async function freeze(node: MovedProcess): Promise<void> {
  await waitFor('a moment without a commit', async () => {
    node.kill('SIGSTOP')
    // A thread stops when it is next scheduled.
    await sleep(20)
    if (!isLocked()) return true
    node.kill('SIGCONT')
    return undefined
  })
}

it('C23: frozen in the middle of a send: nothing before the lease ends, then one more with the same code', async () => {
  const frozen = await serve()
  gateway.behave(hang)
  const id = await start(frozen, '+14155552671')
  await waitFor('the first request', () => sentFor(id)[0])
  const claimed = performance.now()
  await freeze(frozen)
  gateway.behave((response) => response.writeHead(200).end())

  const other = await serve()
  let moved = 0
  const moveTo = async (seconds: number) => {
    const passed = moved + (performance.now() - claimed) / 1000
    const by = Math.max(0, Math.ceil(seconds - passed))
    moved += by
    await other.moveWall(by)
  }
  await moveTo(UNDER_LEASE_SECONDS)
  // It works, and looks at what is due all the while: what is leased is none of its business.
  for (const n of [2, 3]) await sent(other, await start(other, `+1415555267${n}`))
  expect(sentFor(id)).toHaveLength(1)
  expect(await delivery(other, id)).toMatchObject({ status: 'sending', attempts: 1 })

  await moveTo(PAST_LEASE_SECONDS)
  await sent(other, id)
  const [first, second, ...more] = sentFor(id)
  expect(more).toEqual([])
  expect(second.code).toBe(first.code)
  expect(second.attempt).not.toBe(first.attempt)

  frozen.kill('SIGCONT')
  await waitFor(
    'the frozen one to notice',
    () => frozen.output().includes('the lease had run out') || undefined,
    15_000,
  )
  expect(await delivery(other, id)).toMatchObject({ status: 'sent', attempts: 2 })
  expect(sentFor(id)).toHaveLength(2)
  const told = (await eventsOf(other, id)).map(({ type }) => type)
  expect(told.filter((type) => type === 'delivery.reclaimed')).toHaveLength(1)
  expect(told.filter((type) => type === 'delivery.sent')).toHaveLength(1)
  expect(told.indexOf('delivery.reclaimed')).toBeLessThan(told.indexOf('delivery.sent'))
  expect((await other.post('/verify/check', { id, code: first.code })).status).toBe(200)
})

it('C23: two processes, 60 starts at once: each message is claimed and sent by one', async () => {
  const both = await Promise.all([serve(), serve()])
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      both[n % 2]?.post('/verify/start', { to: `+1415555${String(3000 + n)}` }),
    ),
  )
  const ids = answers.map((answer) => answer?.body.id as string)
  await waitFor('all messages', () => ids.every((id) => sentFor(id).length > 0) || undefined)
  for (const node of both) expect(await node.stop()).toBe(0)
  for (const id of ids) expect(sentFor(id)).toHaveLength(1)
})
