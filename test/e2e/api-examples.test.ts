// Every example of the OpenAPI document, sent as it stands to a real service: each route answers with the status that it is there
// for, in the documented shape. A route whose example needs another one first says so (`after`, define-route.ts).

import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { SHAPE } from '../factors/person.ts'
import { type Client, createClientOf } from '../http/client.ts'
import { ADMIN_KEY, API_KEY } from '../http/real.ts'
import { PATIENCE_MS } from '../long.ts'
import {
  inTime,
  type Known,
  learn,
  mainStatus,
  type Operation,
  operationsOf,
  requestOf,
} from './example-walk.ts'
import { type Steered, startSteered } from './steered-service.ts'

/** Between two examples: what the one before has started has expired. */
const APART_SECONDS = 700
/** After those that come before one: a code may be sent again. */
const RESEND_SECONDS = 61
let elsewhere: FaultServer
let mailServer: Awaited<ReturnType<typeof startMailServer>>
let steered: Steered
let clients: Record<string, Client>
let operations: Operation[]

beforeAll(async () => {
  elsewhere = await startFaultServer(answer(410))
  mailServer = await startMailServer()
  steered = await startSteered({
    ...{ PUBLIC_URL: 'https://verify.example.com', DEVELOPMENT_NETWORK: 'open' },
    WEBHOOK_URL: `${elsewhere.url}/hook`,
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    ...{ SMTP_URL: mailServer.url, MAIL_FROM: 'login@example.com' },
    ...{ WHATSAPP_CLOUD_ACCESS_TOKEN: 'token', WHATSAPP_CLOUD_PHONE_NUMBER_ID: '15550100' },
    ...{ WHATSAPP_CLOUD_TEMPLATE: 'code', WHATSAPP_CLOUD_BASE_URL: elsewhere.url },
  })
  operations = operationsOf(steered.client.documented.document)
  clients = Object.fromEntries(
    await Promise.all(
      [...new Set(operations.map(({ scope }) => scope))].map(async (scope) => [
        scope,
        await clientFor(scope),
      ]),
    ),
  )
  await steered.start({ to: 'gone@example.com' })
})
afterAll(async () => {
  await steered.close()
  await elsewhere.close()
  await mailServer.close()
})

/** Has no mailbox: who is written to comes into the suppressions. */
async function startMailServer() {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, done) =>
      done(Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 })),
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

async function clientFor(scope: string | null): Promise<Client> {
  const { documented } = steered.client
  const given: Record<string, string> = {
    verify: API_KEY,
    admin: ADMIN_KEY,
    'admin:read': ADMIN_KEY,
    'admin:support': ADMIN_KEY,
  }
  if (scope === null) return createClientOf(documented, steered.url, null)
  const made =
    given[scope] ??
    (
      await steered.admin.post('/admin/api/keys/create', {
        service: 'default',
        scopes: [scope],
        name: 'example',
      })
    ).body.key
  return createClientOf(documented, steered.url, made)
}

/** A caller's own code is given by a key for nothing else. */
const clientOf = ({ scope }: Operation, example: string | null = null): Client => {
  const client = clients[example === 'own_code' ? 'relay' : String(scope)]
  if (!client) throw new Error(`no key of the scope ${scope}`)
  return client
}

/** What no answer holds: the code that an authenticator app shows. */
function bring({ operationId }: Operation, known: Known): void {
  const secret = known.get('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  if (operationId === 'confirmFactor' && secret)
    known.set('482913', createOtp().code(secret, SHAPE, Math.floor(Date.now() / 30_000)))
}

function find(step: string): [operation: Operation, name: string | null] {
  const [id, name = null] = step.split('#')
  const found = operations.find(({ operationId }) => operationId === id)
  if (!found) throw new Error(`no operation ${id} comes before an example`)
  return [found, name]
}

/** A step before: until it answers what was asked for, in agreement with the steps before it. */
async function takeStep(step: string, known: Known): Promise<void> {
  const [operation, name] = find(step)
  const isRead = operation.method === 'GET'
  const done = await inTime(isRead ? PATIENCE_MS : 0, async () => {
    const { method, path, ...init } = requestOf(operation, known, name)
    const { status, body, text } = await clientOf(operation, name).send(method, path, init)
    if (status >= 300) throw new Error(`${step} answers ${status}: ${text}`)
    const learned = new Map(known)
    const example = operation.answers[status].content?.['application/json'].example
    if (!learn(example, body, learned)) return undefined
    for (const [one, other] of learned) known.set(one, other)
    return true
  })
  expect([step, done]).toEqual([step, true])
}

async function prepare(operation: Operation): Promise<Known> {
  const known: Known = new Map()
  steered.forward(APART_SECONDS)
  for (const step of operation.after) await takeStep(step, known)
  if (operation.after.length > 0) steered.forward(RESEND_SECONDS)
  bring(operation, known)
  return known
}

const isStream = ({ answers }: Operation) => 'text/event-stream' in (answers[200]?.content ?? {})

async function openStream(operation: Operation, known: Known): Promise<number> {
  const { path, headers } = requestOf(operation, known)
  const stop = new AbortController()
  const authorization =
    operation.scope === null
      ? {}
      : { authorization: `Bearer ${operation.scope === 'verify' ? API_KEY : ADMIN_KEY}` }
  const { status } = await fetch(steered.url + path, {
    headers: { ...headers, ...authorization, accept: 'text/event-stream' },
    signal: stop.signal,
  })
  stop.abort()
  return status
}

async function carryOut(operation: Operation): Promise<void> {
  const { parameters, body } = operation
  const known = await prepare(operation)
  if (isStream(operation)) return expect(await openStream(operation, known)).toBe(200)
  const client = clientOf(operation)
  const filters = parameters.filter(
    (one) =>
      operation.method === 'GET' &&
      one.in === 'query' &&
      !one.required &&
      (one.example ?? one.schema.example) !== undefined,
  )
  const names = Object.keys(body?.examples ?? {}).filter((name) => name !== 'usual')
  const asked = [
    { client, ...requestOf(operation, known) },
    ...filters.map(({ name }) => ({ client, ...requestOf(operation, known, null, name) })),
    ...names.map((name) => ({
      client: clientOf(operation, name),
      ...requestOf(operation, known, name),
    })),
  ]
  for (const [i, { client: by, method, path, ...init }] of asked.entries()) {
    const { status, text, headers } = await by.send(method, path, init)
    // A start that is repeated continues: it makes nothing.
    const isAsExpected = i === 0 ? status === mainStatus(operation) : status < 300
    if (!isAsExpected) throw new Error(`${method} ${path} answers ${status} ${text}`)
    const type = headers.get('content-type')?.split(';')[0] ?? ''
    // Of a text: its first line is the answer's, or begins one of its lines.
    const shown = type.startsWith('text/') ? operation.answers[status].content[type].example : ''
    if (!`\n${text}`.includes(`\n${shown.split('\n')[0]}`))
      throw new Error(`${method} ${path} does not show ${shown}`)
  }
}

describe('the examples of the OpenAPI document', () => {
  it('C97: each is carried out, and answered with what its route is there for', async () => {
    expect(operations.length).toBeGreaterThan(60)
    const failed: string[] = []
    for (const operation of operations)
      await carryOut(operation).catch((error: Error) =>
        failed.push(`${operation.operationId}: ${error.message}`),
      )
    expect(failed).toEqual([])
  })

  it('C97: the example of each answer has the shape that its schema states', () => {
    const { documented } = steered.client
    const faults: string[] = []
    let count = 0
    for (const { method, path, answers } of operations)
      for (const [status, { content, headers }] of Object.entries(answers)) {
        const example = content?.['application/json']?.example
        if (example === undefined) continue
        const given = Object.keys(headers ?? {}).map((name): [string, string] => [name, '1'])
        const answered = new Response(null, { status: Number(status), headers: given })
        answered.headers.set('content-type', 'application/json')
        const fault = documented.fault(method, path, answered, JSON.stringify(example))
        if (fault !== undefined) faults.push(`${method} ${path} ${status}: ${fault}`)
        count += 1
      }
    expect(faults).toEqual([])
    expect(count).toBeGreaterThan(50)
  })
})
