// C86: a view over two nodes on one PostgreSQL: what happens on one reaches the stream that the other holds; what works once
// works once; and streams are bounded on each node for itself.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newBrowserSecret } from '../../src/front/browser.ts'
import { type Client, createClient } from '../http/client.ts'
import { type Real, startReal } from '../http/real.ts'
import { createDatabase, type Database } from '../postgres/databases.ts'
import { UNLIMITED, wrong } from './service-process.ts'

const SESSION = 'b1f3c0de5a6947d2a0b8'

let database: Database
let nodes: Real[]
let browsers: Client[]
beforeAll(async () => {
  database = await createDatabase()
  const env = { ...UNLIMITED, DATABASE_URL: database.url, TRUSTED_PROXIES: '127.0.0.1' }
  // The first one makes the tables.
  nodes = [await startReal(env), await startReal(env)]
  browsers = await Promise.all(nodes.map(({ url }) => createClient(url, null)))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await database.drop()
})

let people = 0
async function begin(body: object = {}) {
  const given = { to: `person${people++}@example.com`, session: SESSION, actions: true, ...body }
  const { body: started } = await (nodes[0] as Real).client.post('/verify/start', given)
  return {
    id: started.id as string,
    token: started.view_token as string,
    secret: newBrowserSecret(),
  }
}
type Begun = Awaited<ReturnType<typeof begin>>
const headersOf = ({ secret }: Begun) => ({ 'countersign-browser': secret })
const act = (node: number, begun: Begun, what: string, body: object = {}) =>
  (browsers[node] as Client).post(`/v/${begun.token}/${what}`, body, headersOf(begun))

/** Any node may have sent it. */
const codeOf = ({ id }: Begun) =>
  vi.waitFor(async () => {
    for (const { client } of nodes) {
      const { body } = await client.get('/dev/inbox', { accept: 'application/json' })
      const found = body.find((one: { verification_id: string }) => one.verification_id === id)
      if (found) return found.code as string
    }
    throw new Error('no message yet')
  })

type View = { status: string; attempts_remaining: number; approval: string | null }

async function follow(node: number, begun: Begun, from = '203.0.113.1') {
  const ending = new AbortController()
  const answer = await fetch(`${nodes[node]?.url}/v/${begun.token}/events`, {
    headers: { ...headersOf(begun), 'x-forwarded-for': from },
    signal: ending.signal,
  })
  const views: View[] = []
  const read = async () => {
    let text = ''
    for await (const bytes of answer.body ?? []) {
      text += Buffer.from(bytes).toString()
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data) views.push(JSON.parse(data))
      }
    }
  }
  const reading = read().catch(() => {})
  return { status: answer.status, views, reading, end: () => ending.abort() }
}

it('C86: a check on one node reaches the stream of the other, to its end', async () => {
  const begun = await begin()
  const code = await codeOf(begun)
  const { views, reading } = await follow(1, begun)
  await expect.poll(() => views.length).toBeGreaterThan(0)
  expect((await act(0, begun, 'check', { code: wrong(code) })).status).toBe(422)
  await expect.poll(() => views.at(-1)?.attempts_remaining).toBe(4)
  expect((await act(0, begun, 'check', { code })).status).toBe(200)
  await reading
  const { status, approval } = views.at(-1) as View
  expect([status, approval]).toEqual(['approved', expect.stringMatching(/^apc_/)])

  // The same request on both nodes at the same time: answered twice, used once.
  const exchange = (node: number, key: string) =>
    (nodes[node] as Real).client.post(
      ...(['/approvals/exchange', { approval, session: SESSION }] as const),
      { 'idempotency-key': key },
    )
  const both = await Promise.all([exchange(0, 'one'), exchange(1, 'one')])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect((await exchange(1, 'another')).status).toBe(404)
  const { body } = await (nodes[1] as Real).admin.get(
    `/admin/api/events?verification=${begun.id}&limit=50`,
  )
  const types = body.events.map(({ type }: { type: string }) => type)
  expect(types.filter((type: string) => type === 'approval.exchanged')).toHaveLength(1)
})

it('C86: of two browsers, one on each node, one is the first', async () => {
  const begun = await begin()
  const other = { ...begun, secret: newBrowserSecret() }
  const seen = await Promise.all([
    browsers[0]?.get(`/v/${begun.token}.json`, headersOf(begun)),
    browsers[1]?.get(`/v/${begun.token}.json`, headersOf(other)),
  ])
  expect(seen.map((answer) => answer?.status).toSorted()).toEqual([200, 403])
})

describe('C86: streams', () => {
  it('200 are open on a node, from whatever addresses, and the other node has places of its own', async () => {
    const persons = await Promise.all(Array.from({ length: 51 }, () => begin()))
    const streams = await Promise.all(
      persons.flatMap((begun, n) =>
        Array.from({ length: 4 }, () => follow(0, begun, `203.0.113.${1 + (n % 5)}`)),
      ),
    )
    const open = streams.filter(({ status }) => status === 200)
    expect([open.length, streams.length]).toEqual([200, 204])
    const [first] = persons as [Begun]
    expect((await follow(0, first, '198.51.100.7')).status).toBe(503)
    const elsewhere = await follow(1, first, '198.51.100.7')
    expect(elsewhere.status).toBe(200)
    for (const one of [...streams, elsewhere]) one.end()
    // Each place is free again once its stream has ended.
    await expect.poll(async () => (await follow(0, first)).status).toBe(200)
  })
})
