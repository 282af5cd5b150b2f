// C15 and C47: starts in parallel, from one process, from two on one SQLite file, and from four on one PostgreSQL.
// What a session does after its verification's end is in test/verification/session-ends.test.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Caller,
  LAYOUTS,
  type Nodes,
  ON,
  startNodes,
  startPatiently,
  tally,
  together,
} from './nodes.ts'
import { UNLIMITED, waitFor } from './service-process.ts'

const LIMIT = 5
const WARM_UP = 24
const SERVICES = JSON.stringify({
  services: {
    default: { limits: { sends_per_number_burst: `${LIMIT}/600` } },
    // Guesses of five verifications, and no other limit.
    guesses: { limits: { guesses_per_number_hour: `${LIMIT * 5}/3600` } },
    addresses: { client_ip: 'required', limits: { sends_per_ip_burst: `${LIMIT}/600` } },
    free: {},
    'guess-once': { limits: { guesses_per_number_hour: '5/3600' } },
    once: { limits: { sends_per_number_burst: '1/600' } },
  },
})

describe.each(LAYOUTS)(ON, (layout) => {
  let nodes: Nodes
  beforeAll(async () => {
    // More than start at once: none may meet a full queue.
    nodes = await startNodes(layout, { ...UNLIMITED, SERVICES, MINT_SIZE: '256' })
    // Every pool has its connections: on a busy machine opening them takes longer than a start may wait for one.
    const free = await nodes.as('free')
    await together(WARM_UP, (n) => startPatiently(free, { to: `warm-${n}@example.com` }))
  })
  afterAll(() => nodes.stop())

  /** When all that was accepted has been sent: how many messages are there for these recipients? */
  async function messagesTo(caller: Caller, ids: string[], to: string): Promise<number> {
    await waitFor('every message to be sent', async () => {
      const all = await Promise.all(ids.map((id) => caller.get(`/verify/${id}`)))
      return all.every(({ body }) => body.delivery_status === 'sent') || undefined
    })
    return (await nodes.messages()).filter((message) => message.to === to).length
  }

  it.each([
    { service: 'default', limit: 'sends_per_number_burst' },
    { service: 'guesses', limit: 'guesses_per_number_hour' },
    { service: 'addresses', limit: 'sends_per_ip_burst' },
  ])('C15: 100 parallel starts at $limit of 5: exactly 5', async ({ service, limit }) => {
    const caller = await nodes.as(service)
    const to = `fifty-${service}@example.com`
    const answers = await together(100, (n) =>
      caller.start(
        service === 'addresses'
          ? { to: `${n}-${to}`, client_ip: `2001:db8::${n + 1}` }
          : { to: n % 2 ? to : to.replace('@', '+tag@') },
      ),
    )
    const { '503 store_unavailable': late = 0, ...counts } = tally(answers)
    // One that was counted may find no connection to the store within its 2 s: what was counted stays so.
    const started = counts['201'] ?? 0
    expect(started).toBeLessThanOrEqual(LIMIT)
    expect(started).toBeGreaterThanOrEqual(LIMIT - late)
    expect(counts).toEqual({ '201': started, '429 rate_limited': 100 - late - started })
    for (const { status, body, headers } of answers) {
      if (status !== 429) continue
      expect(body.limit.name).toBe(limit)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const ids = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []))
    const sent = await nodes.codes(ids)
    expect(sent).toHaveLength(started)
    const messages = (await nodes.messages()).filter((message) => message.to.includes(service))
    expect(messages, 'nothing was sent for a refused one').toHaveLength(started)
  })

  it('C47: one session started 50 times at once: one verification, one message', async () => {
    const to = 'one-session@example.com'
    const start = { to, session: `session-in-${layout.processes}-processes` }
    const answers = await together(50, () => startPatiently(nodes, start))
    expect(tally(answers)).toEqual({ '201': 1, '200': 49 })
    const ids = [...new Set(answers.map(({ body }) => body.id as string))]
    expect(ids).toHaveLength(1)
    expect(await messagesTo(nodes, ids, to)).toBe(1)
    expect(await nodes.events(ids[0] as string, 'verification.started')).toHaveLength(1)
    const later = await nodes.start(start)
    expect(later, 'back button').toMatchObject({ status: 200, body: { id: ids[0] } })
    const code = await nodes.code(ids[0] as string)
    expect((await nodes.check(ids[0] as string, code, start)).status).toBe(200)
    expect((await nodes.start(start)).status, 'an approved one is not continued').toBe(201)
  })

  it('C47: continuing spends no budget', async () => {
    const caller = await nodes.as('once')
    const to = 'one-send@example.com'
    const start = { to, session: 'session-with-one-send-only' }
    expect((await caller.start(start)).status).toBe(201)
    expect(tally(await together(20, () => startPatiently(caller, start)))).toEqual({ '200': 20 })
    expect((await caller.start({ to })).status, 'a new one would').toBe(429)
  })

  it.each([
    { service: 'guess-once', limit: 'guesses' },
    { service: 'once', limit: 'messages' },
  ])('C47: nor does it meet the end of $limit that its own start took', async ({ service }) => {
    const caller = await nodes.as(service)
    for (let round = 0; round < 15; round += 1) {
      const start = { to: `last-${round}@example.com`, session: 'session-that-takes-the-last' }
      const counts = tally(await together(6, () => caller.start(start)))
      // Between one node's counting of a message and its commit another one sees the limit only.
      if (service !== 'once' || layout.processes === 1)
        expect(counts).toEqual({ '201': 1, '200': 5 })
      expect(counts['201']).toBe(1)
      expect((await caller.start(start)).status).toBe(200)
    }
  })

  it('C47: another session, purpose, number or service is another verification, at once too', async () => {
    const free = await nodes.as('free')
    const bare = { to: '+14155550123', session: 'session-that-all-of-them-share' }
    const starts: [Caller, object][] = [
      [free, bare],
      [free, { ...bare, session: 'session-of-another-browser' }],
      [free, { ...bare, purpose: 'change_email' }],
      [free, { ...bare, to: '+14155550124' }],
      [await nodes.as('guesses'), bare],
    ]
    const answers = await Promise.all(
      [...starts, ...starts].map(([caller, body]) => caller.start(body as { to: string })),
    )
    expect(tally(answers)).toEqual({ '201': starts.length, '200': starts.length })
    const ids = answers.map(({ body }) => body.id)
    expect(new Set(ids).size).toBe(starts.length)
    expect(ids.slice(0, starts.length)).toEqual(ids.slice(starts.length))
  })
})
