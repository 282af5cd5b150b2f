// C16: who refuses counts, and nobody else: the other budgets stay as they were, and no attempt is charged.

import { afterEach, describe, expect, it } from 'vitest'
import { type Caller, type Nodes, remaining, startNodes, tally, together } from './nodes.ts'
import { type Answer, UNLIMITED, waitFor, wrong } from './service-process.ts'

const MAX_ATTEMPTS = 5
const PER_NUMBER = 5
const PER_ADDRESS = 3
const SERVICES = JSON.stringify({
  services: {
    default: {
      client_ip: 'required',
      limits: {
        sends_per_number_burst: `${PER_NUMBER}/600`,
        sends_per_number_day: `${PER_NUMBER}/86400`,
        sends_per_ip_burst: `${PER_ADDRESS}/600`,
        sends_per_ip_day: `${PER_ADDRESS}/86400`,
        check_per_ip: `${PER_ADDRESS}/600`,
        // Of one more than the messages allow: what refused starts reserved would show.
        guesses_per_number_hour: `${(PER_NUMBER + 1) * MAX_ATTEMPTS}/3600`,
      },
    },
    guesses: {
      limits: { guesses_per_number_hour: '10/3600', sends_per_number_burst: `${PER_NUMBER}/600` },
    },
  },
})

let nodes: Nodes
afterEach(() => nodes.stop())

/** Of a burst's and a day's budget, spent alike, the one with the longer wait is told. */
const limitsOf = (answers: Answer[]) =>
  tally(
    answers.map((a) => ({
      ...a,
      body: { error: a.body.limit?.name.replace(/_(burst|day)$/, '') },
    })),
  )

describe('C16: refused by a limit', () => {
  it('C16: by address, by number, by guesses: 30 times at once, the other budgets are unspent', async () => {
    nodes = await startNodes({ engine: 'sqlite', processes: 1 }, { ...UNLIMITED, SERVICES })
    const start = (to: string, host: number) =>
      nodes.start({ to: `${to}@example.com`, client_ip: `203.0.113.${host}` })

    for (let n = 0; n < PER_ADDRESS; n += 1) expect((await start(`a${n}`, 1)).status).toBe(201)
    const byAddress = await together(30, () => start('b', 1))
    expect(limitsOf(byAddress)).toEqual({ '429 sends_per_ip': 30 })
    const fromOthers = await together(PER_NUMBER, (n) => start('b', 10 + n))
    expect(limitsOf(fromOthers), 'the number has all of its budget').toEqual({ '201': PER_NUMBER })

    const byNumber = await together(30, () => start('b', 2))
    expect(limitsOf(byNumber)).toEqual({ '429 sends_per_number': 30 })
    const toOthers = await together(PER_ADDRESS, (n) => start(`c${n}`, 2))
    expect(limitsOf(toOthers), 'the address has all of its').toEqual({ '201': PER_ADDRESS })
    expect(limitsOf([await start('d', 2)])).toEqual({ '429 sends_per_ip': 1 })

    await expectGuessRefusalsSpendNothing(await nodes.as('guesses'))
    await expectCheckRefusalsSpendNothing()
  })

  async function expectGuessRefusalsSpendNothing(caller: Caller) {
    const to = 'guessed@example.com'
    const open = await together(2, () => caller.start({ to }))
    expect(limitsOf(open)).toEqual({ '201': 2 })
    const refused = await together(30, () => caller.start({ to }))
    expect(limitsOf(refused)).toEqual({ '429 guesses_per_number_hour': 30 })
    for (let left = PER_NUMBER - 2; left > 0; left -= 1) {
      // What was not guessed is given back by a cancel, and makes room for the next.
      for (const { body } of open) await caller.post(`/verify/${body.id}/cancel`, {})
      open.splice(0, 2, await caller.start({ to }))
      expect(open[0]?.status, 'the messages are unspent').toBe(201)
    }
    await caller.post(`/verify/${open[0]?.body.id}/cancel`, {})
    expect(limitsOf([await caller.start({ to })])).toEqual({ '429 sends_per_number': 1 })
  }

  async function expectCheckRefusalsSpendNothing() {
    const { id } = (await nodes.start({ to: 'e@example.com', client_ip: '203.0.113.3' })).body
    const code = await nodes.code(id)
    const check = (typed: string, host: number) =>
      nodes.check(id, typed, { client_ip: `203.0.113.${host}` })
    const spent = await together(PER_ADDRESS, () => check(wrong(code), 3))
    expect(tally(spent)).toEqual({ '422 code_incorrect': PER_ADDRESS })
    const refused = await together(30, (n) => check(n % 2 ? code : wrong(code), 3))
    expect(limitsOf(refused)).toEqual({ '429 check_per_ip': 30 })
    expect(await remaining(nodes, id)).toBe(MAX_ATTEMPTS - PER_ADDRESS)
    expect((await check(code, 4)).status).toBe(200)
  }
})

describe('C16: refused by a full hasher', () => {
  /** Some 200 ms a hash, one at once and one waiting, none made in advance. */
  const FULL_WITH_TWO = {
    ...{ ARGON2_MEMORY_KIB: '65536', ARGON2_PASSES: '4' },
    ...{ HASH_CONCURRENCY: '1', HASH_QUEUE: '1', MINT_SIZE: '0' },
  }
  const REFUSALS = 5
  /** One a round: on a busy machine a hash may end before the requests that it should keep out have come. */
  const ATTEMPTS = 10

  it('C16: 503 with Retry-After, five times: no attempt is charged, no budget spent', async () => {
    const LIMITS = { LIMIT_SENDS_PER_NUMBER_BURST: `${PER_NUMBER}/600` }
    nodes = await startNodes(
      { engine: 'sqlite', processes: 1 },
      { ...UNLIMITED, ...LIMITS, ...FULL_WITH_TWO, MAX_ATTEMPTS: String(ATTEMPTS) },
    )
    const [own, one, two] = await startAll([
      'own@example.com',
      'one@example.com',
      'two@example.com',
    ])
    const starts: Answer[] = []
    const checks: Answer[] = []
    const refusals = (answers: Answer[]) => answers.filter(({ status }) => status === 503)

    for (
      let round = 0;
      refusals(checks).length < REFUSALS || refusals(starts).length < REFUSALS;
      round += 1
    ) {
      expect(round, 'the hasher is full in nearly every round').toBeLessThan(ATTEMPTS - 1)
      const busy = [one, two].map(({ id, code }) => nodes.check(id, wrong(code)))
      await waitFor(
        'both places to be taken',
        async () => (await nodes.hashing()) === busy.length || undefined,
      )
      const tries = await Promise.all([
        nodes.start({ to: 'other@example.com' }),
        nodes.check(own.id, wrong(own.code)),
        nodes.start({ to: 'other@example.com' }),
      ])
      starts.push(tries[0], tries[2])
      checks.push(tries[1])
      await Promise.all(busy)
    }
    for (const { body, headers } of [...refusals(starts), ...refusals(checks)]) {
      expect(body.error).toBe('overloaded')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const compared = tally(checks)['422 code_incorrect'] ?? 0
    expect(await remaining(nodes, own.id)).toBe(ATTEMPTS - compared)
    expect(await nodes.events(own.id, 'check.incorrect')).toHaveLength(compared)
    await expectWholeBudget(tally(starts)['201'] ?? 0)
    expect((await nodes.check(own.id, own.code)).status).toBe(200)
  })

  async function startAll(recipients: string[]) {
    const started = []
    for (const to of recipients) {
      const { id } = (await nodes.start({ to })).body
      started.push({ id: id as string, code: await nodes.code(id) })
    }
    return started as [Started, Started, Started]
  }

  /** One after the other, so that the hasher has room for each. */
  async function expectWholeBudget(accepted: number) {
    for (let n = accepted; n < PER_NUMBER; n += 1)
      expect((await nodes.start({ to: 'other@example.com' })).status).toBe(201)
    expect((await nodes.start({ to: 'other@example.com' })).status).toBe(429)
  }
})

type Started = { id: string; code: string }
