// C6: what all verifications of one recipient together may be guessed, from one process, from two on one SQLite file, and from four on one PostgreSQL.
// It is decided at start; no check is ever refused for it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, LAYOUTS, type Nodes, ON, startNodes, tally, together } from './nodes.ts'
import { type Answer, UNLIMITED, wrong } from './service-process.ts'

const GUESSES = 20
const MAX_ATTEMPTS = 5
/** check_per_number as by default: what starts allow can't reach it. No limit on sends, which would refuse first. */
const { LIMIT_CHECK_PER_NUMBER: _, ...ENV } = UNLIMITED
const SERVICES = JSON.stringify({
  services: {
    default: { limits: { guesses_per_number_hour: `${GUESSES}/3600` } },
    fifty: { limits: { guesses_per_number_hour: '50/3600' } },
    daily: { limits: { guesses_per_number_day: `${GUESSES}/86400` } },
  },
})

function expectGuessesRefused(answer: Answer, name = 'guesses_per_number_hour'): void {
  expect(answer).toMatchObject({ status: 429, body: { error: 'rate_limited', limit: { name } } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
}

describe.each(LAYOUTS)(ON, (layout) => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes(layout, { ...ENV, SERVICES })
  })
  afterAll(() => nodes.stop())

  type Guessed = { started: number; compared: number; open: { id: string; code: string }[] }

  /** Starts while it may, guesses wrong four times each, and goes on as `end` says. */
  async function guessUntilRefused(
    caller: Caller,
    spellings: string[],
    end: (id: string, code: string) => Promise<unknown>,
    limit?: string,
  ): Promise<Guessed> {
    const open: Guessed['open'] = []
    for (;;) {
      const started = await caller.start({ to: spellings[open.length % spellings.length] })
      if (started.status !== 201) {
        expectGuessesRefused(started, limit)
        return { started: open.length, compared: open.length * 4, open }
      }
      const { id } = started.body
      const code = await nodes.code(id)
      for (let guess = 0; guess < 4; guess += 1)
        expect(tally([await caller.check(id, wrong(code))])).toEqual({ '422 code_incorrect': 1 })
      await end(id, code)
      open.push({ id, code })
    }
  }

  it('C6: start, 4 wrong, start again, …, in any spelling: open verifications count in full', async () => {
    const spellings = ['+14155552671', '+1 (415) 555-2671', '+1-415-555-2671']
    const { started, compared, open } = await guessUntilRefused(nodes, spellings, async () => {})
    expect(started).toBe(GUESSES / MAX_ATTEMPTS)
    // The last attempt of each, in parallel and more than once: the limit, exactly.
    const answers = await together(open.length * 5, (n) => {
      const { id = '', code = '' } = open[n % open.length] ?? {}
      return nodes.check(id, wrong(code))
    })
    const counts = tally(answers)
    expect(compared + (counts['422 code_incorrect'] ?? 0)).toBe(GUESSES)
    expect(counts['409 max_attempts_reached']).toBe(answers.length - open.length)
    expectGuessesRefused(await nodes.start({ to: '+14155552671' }))
  })

  it('C6: the same over a day', async () => {
    const to = 'daily@example.com'
    const caller = await nodes.as('daily')
    const name = 'guesses_per_number_day'
    const { started } = await guessUntilRefused(caller, [to], async () => {}, name)
    expect(started).toBe(GUESSES / MAX_ATTEMPTS)
  })

  it('C6: a cancel in between gives no guess back', async () => {
    const { compared } = await guessUntilRefused(nodes, ['cancel@example.com'], (id) =>
      nodes.post(`/verify/${id}/cancel`, {}),
    )
    expect(compared).toBe(16)
  })

  it('C6: nor does an approval', async () => {
    const { compared } = await guessUntilRefused(
      nodes,
      ['approve@example.com'],
      async (id, code) => {
        expect((await nodes.check(id, code)).status).toBe(200)
      },
    )
    expect(compared).toBe(16)
  })

  it.each([
    { service: 'fifty', opened: 10 },
    { service: 'default', opened: 4 },
  ])(
    'C6: 10 starts at once open $opened; 50 and again 50 parallel checks spread over them',
    async ({ service, opened }) => {
      const caller = await nodes.as(service)
      const to = `parallel-${service}@example.com`
      const starts = await together(10, () => caller.start({ to }))
      const ids = starts.flatMap(({ status, body }) => (status === 201 ? [body.id as string] : []))
      expect(ids).toHaveLength(opened)
      const codes = await nodes.codes(ids)
      const [own = '', ...others] = ids.map((id, n) => ({ id, code: codes[n] as string }))
      if (own === '') throw new Error('nothing was started')

      // The owner slips once while all the rest is spent at once, twice over.
      const burst = () =>
        together(50, (n) => {
          const { id = '', code = '' } = others[n % others.length] ?? {}
          return caller.check(id, wrong(code))
        })
      const [slip, ...bursts] = await Promise.all([
        caller.check(own.id, wrong(own.code)),
        burst(),
        burst(),
      ])
      expect(slip.status).toBe(422)
      expect(tally(bursts.flat())).toEqual({
        '422 code_incorrect': others.length * MAX_ATTEMPTS,
        '409 max_attempts_reached': 100 - others.length * MAX_ATTEMPTS,
      })
      expectGuessesRefused(await caller.start({ to }))
      expect((await caller.check(own.id, own.code)).status, 'the owner is not refused').toBe(200)
    },
  )
})
