// From the sidecar's file to PostgreSQL with a verification that is pending: the code that was sent before is approved after.

import { spawnSync } from 'node:child_process'
import { afterEach, expect, it } from 'vitest'
import { createDatabase } from '../postgres/databases.ts'
import { program } from '../program.ts'
import {
  ADMIN_KEY,
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
  wrong,
} from './service-process.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function startAt(dataDir: string, env: Record<string, string>): Promise<ServiceProcess> {
  const service = await startService(dataDir, env)
  closers.push(() => service.stop())
  return service
}

it('a code from before the move is approved after it, once', async () => {
  const directory = temporaryDirectory()
  closers.push(directory.remove)
  const database = await createDatabase()
  closers.push(database.drop)
  const move = () =>
    spawnSync(process.execPath, [program().bin, 'migrate-store'], {
      env: { PATH: process.env.PATH ?? '', DATA_DIR: directory.path, DATABASE_URL: database.url },
      encoding: 'utf8',
    })

  const before = await startAt(directory.path, {})
  const session = 'session-of-a-browser'
  const start = { to: '+14155552671', session }
  const idempotency = { 'idempotency-key': 'start-before-the-move' }
  const started = await before.post('/verify/start', start, idempotency)
  const { id } = started.body
  expect(started.status).toBe(201)
  const code = await codeFor(before, id)
  expect((await before.post('/verify/check', { id, session, code: wrong(code) })).status).toBe(422)
  const look = async (service: ServiceProcess) => {
    const { expires_in: _e, resend_in: _r, ...body } = (await service.get(`/verify/${id}`)).body
    return body
  }
  const seen = await waitFor('the send to be settled', async () => {
    const body = await look(before)
    return body.delivery_status === 'sent' ? body : undefined
  })
  expect(move()).toMatchObject({ status: 1, stderr: expect.stringContaining('is in use') })
  await before.stop()

  expect(move()).toMatchObject({ status: 0, stdout: expect.stringContaining('move is complete') })
  const after = await startAt(directory.path, { DATABASE_URL: database.url })
  expect(await look(after)).toEqual(seen)
  // The same request is the same answer, and the same session the same verification.
  const again = await after.post('/verify/start', start, idempotency)
  expect(again.body).toEqual(started.body)
  expect((await after.post('/verify/start', start)).body.id).toBe(id)
  const approved = await after.post('/verify/check', { id, session, code })
  expect(approved).toMatchObject({ status: 200, body: { status: 'approved' } })
  expect((await after.post('/verify/check', { id, session, code })).status).toBe(409)
  const fresh = await after.post('/verify/start', { to: '+14155552672' })
  const freshCode = await codeFor(after, fresh.body.id)
  expect((await after.post('/verify/check', { id: fresh.body.id, code: freshCode })).status).toBe(
    200,
  )

  const log = await after.get(`/admin/api/events?verification=${id}&limit=100`, {
    authorization: `Bearer ${ADMIN_KEY}`,
  })
  const types = log.body.events.map((event: { type: string }) => event.type).reverse()
  expect(types.slice(0, 2)).toEqual(['verification.started', 'delivery.attempted'])
  const count = (name: string) => types.filter((type: string) => type === name).length
  expect([count('check.incorrect'), count('verification.approved')]).toEqual([1, 1])

  // Who starts it as before meets a file that has gone on elsewhere.
  const late = await startService(directory.path, {}, { waitReady: false })
  expect(await late.exited).not.toBe(0)
  expect(late.output()).toContain('was moved to PostgreSQL')
})
