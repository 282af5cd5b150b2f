// C1, C2, C4: one verification, many checks at once, from one process, from two on one SQLite file, and from four on one PostgreSQL.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LONG } from '../long.ts'
import { LAYOUTS, type Nodes, ON, remaining, startNodes, tally, together } from './nodes.ts'
import { UNLIMITED, wrong } from './service-process.ts'

const ROUNDS = LONG ? 8 : 3
const PARALLEL = 50
const MAX_ATTEMPTS = 5
/** How a check may be answered that was not compared. */
const NOT_COMPARED = ['409 verification_approved', '409 max_attempts_reached', '503 overloaded']

function sumOf(counts: Record<string, number>, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (counts[name] ?? 0), 0)
}

describe.each([
  ...LAYOUTS.map((layout) => ({ ...layout, queue: '128' })),
  // Most find the hasher full: 503, and nothing charged.
  { engine: 'sqlite' as const, processes: 2, queue: '1' },
])(`${ON}, $queue hashes waiting`, ({ queue, ...layout }) => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes(layout, { ...UNLIMITED, HASH_QUEUE: queue })
  })
  afterAll(() => nodes.stop())

  const begin = async (to: string) => {
    const started = await nodes.start({ to })
    expect(started.status, started.body.detail).toBe(201)
    const { id } = started.body
    return { id, code: await nodes.code(id) }
  }

  it(`C1: ${PARALLEL} right answers in parallel: one 200 and one approval event`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id, code } = await begin(`right-${round}@example.com`)
      const counts = tally(await together(PARALLEL, () => nodes.check(id, code)))
      expect(counts['200'], JSON.stringify(counts)).toBe(1)
      expect(sumOf(counts, NOT_COMPARED)).toBe(PARALLEL - 1)
      expect(await nodes.events(id, 'verification.approved')).toHaveLength(1)
      expect(await nodes.events(id, 'check.incorrect')).toEqual([])
      expect((await nodes.get(`/verify/${id}`)).body.status).toBe('approved')
      expect(tally([await nodes.check(id, code)])).toEqual({ '409 verification_approved': 1 })
    }
  })

  it(`C2: ${PARALLEL} wrong answers in parallel: max_attempts comparisons, whatever is refused`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id, code } = await begin(`wrong-${round}@example.com`)
      const burst = () => together(PARALLEL, () => nodes.check(id, wrong(code)))
      const answers = await burst()
      if (queue !== '1')
        expect(tally(answers)).toEqual({
          '422 code_incorrect': MAX_ATTEMPTS,
          '409 max_attempts_reached': PARALLEL - MAX_ATTEMPTS,
        })
      // What the full hasher refused is tried again until everything is spent: no more, and no fewer.
      while ((await remaining(nodes, id)) > 0) answers.push(...(await burst()))
      const counts = tally(answers)
      expect(counts['422 code_incorrect'], JSON.stringify(counts)).toBe(MAX_ATTEMPTS)
      expect(sumOf(counts, NOT_COMPARED)).toBe(answers.length - MAX_ATTEMPTS)
      expect(await nodes.events(id, 'check.incorrect')).toHaveLength(MAX_ATTEMPTS)
      expect(await nodes.events(id, 'verification.max_attempts_reached')).toHaveLength(1)
      expect(tally([await nodes.check(id, code)])).toEqual({ '409 max_attempts_reached': 1 })
    }
  })

  it('C4: the right code on the last allowed attempt is approved', async () => {
    const { id, code } = await begin('last@example.com')
    for (let left = MAX_ATTEMPTS - 1; left >= 1; left -= 1) {
      const answer = await nodes.check(id, wrong(code))
      expect(answer).toMatchObject({ status: 422, body: { attempts_remaining: left } })
    }
    const last = await nodes.check(id, code)
    expect(last).toMatchObject({ status: 200, body: { status: 'approved', valid: true } })
  })
})
