// Webhooks end to end: a real receiver that checks signatures as callers do, and SIGKILL while it is being told.

import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it } from 'vitest'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { LONG } from '../long.ts'
import { createDatabase } from '../postgres/databases.ts'
import {
  codeFor,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`
/** The lease of a sender that was killed, and a start-up. */
const RECOVERY_MS = 60_000

const opened: { close(): Promise<unknown> | unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function receive(): Promise<FaultServer> {
  const receiver = await startFaultServer()
  opened.push(receiver)
  return receiver
}

async function approve(service: ServiceProcess): Promise<string> {
  const started = await service.post('/verify/start', {
    ...{ to: '+14155552671', metadata: { order: '7' } },
  })
  const { id } = started.body
  const checked = await service.post('/verify/check', { id, code: await codeFor(service, id) })
  expect(checked.status).toBe(200)
  return id
}

const read = (receiver: FaultServer, place: number) => {
  const seen = receiver.seen[place]
  const headers = (seen?.headers ?? {}) as Record<string, string>
  return {
    id: headers['webhook-id'],
    payload: new Webhook(SECRET).verify(seen?.body ?? '', headers) as {
      type: string
      data: Record<string, unknown>
    },
  }
}

async function surviveKill(env: Record<string, string>): Promise<void> {
  const receiver = await receive()
  const directory = temporaryDirectory()
  opened.push({ close: directory.remove })
  const settings = { ...env, WEBHOOK_URL: `${receiver.url}/in`, WEBHOOK_SECRET: SECRET }
  const first = await startService(directory.path, settings)
  // The receiver has read it, the sender never hears of that.
  receiver.behave(() => first.kill('SIGKILL'))
  const id = await approve(first)
  await first.exited
  expect(receiver.seen).toHaveLength(1)
  receiver.behave((response) => response.writeHead(204).end())
  const second = await startService(directory.path, settings)
  opened.push({ close: () => second.stop() })
  await waitFor('the message again', () => receiver.seen[1], RECOVERY_MS)
  expect(read(receiver, 1)).toEqual(read(receiver, 0))
  expect(read(receiver, 1).payload).toMatchObject({
    ...{ version: 1, type: 'verification.approved', sequence: 1 },
    data: {
      ...{ verification_id: id, service: 'default', channel: 'sms', status: 'approved' },
      ...{ purpose: 'login', kind: 'real', metadata: { order: '7' } },
    },
  })
  expect(JSON.stringify(receiver.seen)).not.toContain('4155552671')
  // It was taken: nothing comes a third time.
  expect(await second.stop()).toBe(0)
  expect(receiver.seen).toHaveLength(2)
}

describe('webhooks: written with their cause', () => {
  it('on SQLite: a kill while the receiver is told loses nothing, and the id stays', () =>
    surviveKill({}))

  it.runIf(LONG)(
    'on PostgreSQL: a kill while the receiver is told loses nothing, and the id stays',
    async () => {
      const database = await createDatabase()
      opened.push({ close: database.drop })
      await surviveKill({ DATABASE_URL: database.url })
    },
  )
})
