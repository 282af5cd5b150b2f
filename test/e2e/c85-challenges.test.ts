// C85: a solved challenge is one start, whichever processes get it, and however often.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Challenge } from '../../src/verification/challenge-ports.ts'
import { solved } from '../shield/solve.ts'
import { LAYOUTS, type Layout, type Nodes, ON, startNodes, tally } from './nodes.ts'
import { ADMIN_KEY, type ServiceProcess, UNLIMITED, waitFor } from './service-process.ts'

const AS_ADMIN = { authorization: `Bearer ${ADMIN_KEY}` }
const PARALLEL = 24

const SHARED = LAYOUTS.filter(({ processes }) => processes > 1)
const running = new Map<Layout, Nodes>()

const startAt = (nodes: Nodes, node: number, body: object, key?: string) =>
  (nodes.all[node % nodes.all.length] as ServiceProcess).post(
    '/verify/start',
    { purpose: 'login', ...body },
    key === undefined ? {} : { 'idempotency-key': key },
  )

async function startQuestioning(layout: Layout): Promise<void> {
  const nodes = await startNodes(layout, { ...UNLIMITED, SHIELD_CHALLENGE_COST: '16' })
  running.set(layout, nodes)
  const entry = { effect: 'challenge', by: 'prefix', value: '+1415555', reason: 'pumping' }
  const made = await nodes.post('/admin/api/list-entries/create', entry, AS_ADMIN)
  expect(made.status).toBe(201)
  for (const node of nodes.all.keys())
    await waitFor('every node to know the entry', async () => {
      const { status } = await startAt(nodes, node, { to: '+14155550000' })
      return status === 403 || undefined
    })
}

// Beside each other: a node needs some seconds to hear of another's entry.
beforeAll(async () => {
  await Promise.all(SHARED.map(startQuestioning))
})
afterAll(async () => {
  await Promise.all([...running.values()].map((nodes) => nodes.stop()))
})

describe.each(SHARED)(ON, (layout) => {
  const nodesOf = () => running.get(layout) as Nodes
  const at = (node: number, body: object, key?: string) => startAt(nodesOf(), node, body, key)
  const together = (body: object, key?: string) =>
    Promise.all(Array.from({ length: PARALLEL }, (_, n) => at(n, body, key)))
  const challengeFor = async (to: string): Promise<Challenge> =>
    (await at(0, { to })).body.challenge

  it('C85: parallel replays on every node are exactly one start and one message', async () => {
    const to = '+14155550001'
    const challenge = await solved(await challengeFor(to))
    const answers = await together({ to, challenge })
    expect(tally(answers)).toEqual({ '201': 1, '403 challenge_required': PARALLEL - 1 })
    for (const { status, body } of answers) {
      if (status === 201) continue
      expect(body.detail).toMatch(
        /^the challenge has been used: a solution is for one start; solve/,
      )
      expect(body.challenge.parameters.algorithm).toBe('PBKDF2/SHA-256')
      expect(body.reference).toMatch(/^lst_/)
    }
    const id = answers.find(({ status }) => status === 201)?.body.id
    const nodes = nodesOf()
    await nodes.code(id)
    expect((await nodes.messages()).filter((message) => message.to === to)).toHaveLength(1)
  })

  it('C85: the same request under its key has one answer everywhere, and is no replay', async () => {
    const to = '+14155550002'
    const challenge = await solved(await challengeFor(to))
    const answers = await together({ to, challenge }, 'one-key')
    expect(tally(answers)).toEqual({ '201': PARALLEL })
    const [first] = answers
    const other = await solved(await challengeFor(to))
    for (const body of [{ to, challenge }, { to, challenge: other }, { to }]) {
      const again = await at(1, body, 'one-key')
      expect([again.status, again.body.id]).toEqual([201, first?.body.id])
      expect(again.headers.get('idempotency-replayed')).toBe('true')
    }
    // That one was not spent by it.
    expect((await at(1, { to, challenge: other })).status).toBe(201)
  })

  it('C85: another node takes it, another recipient or a field that is too long does not', async () => {
    const to = '+14155550003'
    const challenge = await solved(await challengeFor(to))
    const elsewhere = await at(1, { to: '+14155550004', challenge })
    expect([elsewhere.status, elsewhere.body.detail]).toEqual([
      403,
      expect.stringMatching(/^the challenge was issued for another recipient or service; solve/),
    ])
    const long = await at(1, { to, challenge: 'A'.repeat(2_001) })
    expect([long.status, long.body.errors]).toEqual([
      400,
      [{ field: 'challenge', detail: expect.stringContaining('2000') }],
    ])
    expect((await at(1, { to, challenge })).status).toBe(201)
  })
})
