// C39: SIGTERM under load. No request that was accepted is dropped, sends in flight settle, exit 0 in time.

import { Agent, request } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { quiet } from '../quiet.ts'
import {
  API_KEY,
  LIGHT,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { integrityOf, readRows } from './stored.ts'

const CALLERS = 16
const GRACE_SECONDS = 10
/** Sends take so long that some are always in flight. */
const SEND_MS = 400

let gateway: FaultServer
let directory: ReturnType<typeof temporaryDirectory>
let service: ServiceProcess
beforeEach(async () => {
  gateway = await startFaultServer((response) => {
    setTimeout(() => response.writeHead(200).end(), SEND_MS)
  })
  directory = temporaryDirectory()
  service = await startService(directory.path, {
    ...LIGHT,
    ...UNLIMITED,
    HTTP_SMS_URL: gateway.url,
    HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
    SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS),
  })
})
afterEach(async () => {
  service.kill('SIGKILL')
  await service.exited
  await gateway.close()
  directory.remove()
})

type Outcome = { status: number; id?: string; last: boolean } | { error: string | undefined }

function startOn(agent: Agent, to: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
    const sent = request(`${service.url}/verify/start`, { method: 'POST', agent, headers })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code }))
    sent.on('response', (incoming) => {
      let text = ''
      incoming.on('data', (chunk) => {
        text += chunk
      })
      incoming.on('error', (error: NodeJS.ErrnoException) => resolve({ error: error.code }))
      incoming.on('end', () => {
        const last = incoming.headers.connection === 'close'
        resolve({ status: incoming.statusCode ?? 0, id: JSON.parse(text).id, last })
      })
    })
    sent.end(JSON.stringify({ to }))
  })
}

/** On one kept-alive connection, one request after the other, until the service says it was the last. */
async function callUntilEnd(caller: number): Promise<Outcome[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const outcomes: Outcome[] = []
  try {
    for (let n = 0; ; n += 1) {
      const to = `+1415${String(2_000_000 + caller * 10_000 + n)}`
      const outcome = await startOn(agent, to)
      outcomes.push(outcome)
      if ('error' in outcome || outcome.last) return outcomes
    }
  } finally {
    agent.destroy()
  }
}

it('C39: SIGTERM under load: every accepted request answered, sends settled, exit 0 within the grace period', async () => {
  const calling = Array.from({ length: CALLERS }, (_, caller) => callUntilEnd(caller))
  await waitFor('sends in flight', () => gateway.seen.length > 2 * CALLERS || undefined)
  const began = performance.now()
  service.kill('SIGTERM')
  const outcomes = (await Promise.all(calling)).flat()
  expect(await service.exited).toBe(0)
  expect(quiet(performance.now() - began)).toBeLessThan(GRACE_SECONDS * 1000)

  const statuses = outcomes.map((outcome) => ('error' in outcome ? outcome.error : outcome.status))
  expect([...new Set(statuses)], 'all were answered').toEqual([201])
  expect(outcomes.filter((outcome) => 'last' in outcome && outcome.last)).toHaveLength(CALLERS)

  const rows = readRows(
    directory.path,
    'SELECT v.id, d.status, d.attempts FROM deliveries d JOIN verifications v ON v.seq = d.verification_seq',
  )
  const answered = outcomes.flatMap((outcome) => ('id' in outcome ? [outcome.id] : []))
  expect(rows.map(({ id }) => id).sort(), 'durable, and no more than that').toEqual(answered.sort())
  const asked = new Set(gateway.seen.map(({ body }) => JSON.parse(body).id))
  // What was begun has its result; what was not is left as it was, for the next start.
  for (const { id, status, attempts } of rows)
    expect([status, attempts]).toEqual(asked.has(id) ? ['sent', 1] : ['queued', 0])
  expect(
    rows.some(({ status }) => status === 'queued'),
    'it ended with work left',
  ).toBe(true)
  expect(integrityOf(directory.path)).toBe('ok')
})

it('C39: the next start sends the remaining messages, once each', async () => {
  const calling = Array.from({ length: CALLERS }, (_, caller) => callUntilEnd(caller))
  await waitFor('sends in flight', () => gateway.seen.length > CALLERS || undefined)
  service.kill('SIGTERM')
  const outcomes = (await Promise.all(calling)).flat()
  expect(await service.exited).toBe(0)
  const ids = outcomes.flatMap((outcome) => ('id' in outcome && outcome.id ? [outcome.id] : []))
  gateway.behave((response) => response.writeHead(200).end())
  service = await startService(directory.path, {
    ...LIGHT,
    HTTP_SMS_URL: gateway.url,
    HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
  })
  const sentIds = () => gateway.seen.map(({ body }) => JSON.parse(body).id as string)
  await waitFor('all messages', () => ids.every((id) => sentIds().includes(id)) || undefined)
  expect(sentIds().sort()).toEqual(ids.sort())
})
