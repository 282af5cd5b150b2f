// C41 over nodes: the root key is changed node by node, and no code is lost on the way.
// First every node learns the new key, then every node uses it: the order that docs/operations.md tells.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, type Database } from '../postgres/databases.ts'
import {
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { type SmtpSink, startSmtpSink } from './smtp-sink-process.ts'

const OLD = randomBytes(32).toString('base64')
const NEW = randomBytes(32).toString('base64')
const learned = { SECRET_KEY: OLD, SECRET_KEY_PREVIOUS: `${NEW},${OLD}` }
const changed = { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD }

/** Six processes start one after the other, on a machine that does other things as well. */
const ROLL_MS = 120_000

const directory = temporaryDirectory()
let database: Database
let sink: SmtpSink
let nodes: ServiceProcess[] = []
beforeAll(async () => {
  database = await createDatabase()
  sink = await startSmtpSink()
})
afterAll(async () => {
  for (const node of nodes) node.kill('SIGKILL')
  await Promise.all(nodes.map(({ exited }) => exited))
  await sink.stop()
  await database.drop()
  directory.remove()
})

const startNode = (keys: Record<string, string>) =>
  startService(directory.path, {
    ...UNLIMITED,
    ...keys,
    DATABASE_URL: database.url,
    SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
    MAIL_FROM: 'codes@example.com',
  })

async function replace(n: number, keys: Record<string, string>): Promise<void> {
  expect(await nodes[n]?.stop()).toBe(0)
  nodes[n] = await startNode(keys)
}

let people = 0
/** Begun on one node; whichever sends it. */
async function begin(n: number): Promise<{ id: string; code: string }> {
  people += 1
  const to = `rotation-${people}@example.com`
  const { status, body } = (await nodes[n]?.post('/verify/start', { to })) ?? {}
  expect(status).toBe(201)
  const mail = await waitFor('the mail', () => sink.mails.find((one) => one.to === to))
  return { id: body.id, code: mail.code ?? '' }
}

async function check(n: number, { id, code }: { id: string; code: string }): Promise<void> {
  const answer = await nodes[n]?.post('/verify/check', { id, code })
  expect(answer?.body, `checked on node ${n}`).toMatchObject({ status: 'approved' })
}

it('C41: each step node by node: every verification started anywhere is sent, and approved anywhere', {
  timeout: ROLL_MS,
}, async () => {
  nodes = await Promise.all([startNode({ SECRET_KEY: OLD }), startNode({ SECRET_KEY: OLD })])
  const waiting = [await begin(0), await begin(1), await begin(0), await begin(1)]
  for (const [n, keys] of [
    [0, learned],
    [1, learned],
    [0, changed],
    [1, changed],
  ] as const) {
    await replace(n, keys)
    for (const from of [0, 1]) for (const at of [0, 1]) await check(at, await begin(from))
    const before = waiting.shift()
    if (before) await check(1 - n, before)
  }
})

it('C41: a node without the key answers 503, charges nothing, and leaves the sending to the others', async () => {
  await replace(0, { SECRET_KEY: OLD })
  const started = await nodes[1]?.post('/verify/start', { to: 'stranger@example.com' })
  const { id } = started?.body ?? {}
  const mail = await waitFor('the mail', () =>
    sink.mails.find((one) => one.to === 'stranger@example.com'),
  )
  const refused = await nodes[0]?.post('/verify/check', { id, code: mail.code ?? '' })
  expect([refused?.status, refused?.body.error]).toEqual([503, 'store_unavailable'])
  expect((await nodes[1]?.get(`/verify/${id}`))?.body.attempts_remaining).toBe(5)
  await check(1, { id, code: mail.code ?? '' })
})
