// C85: a start that is questioned needs a solved challenge, once, and every limit counts it still.

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Refusal, StartResult } from '../../src/verification/api.ts'
import type { Challenge } from '../../src/verification/challenge-ports.ts'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'
import type { Verdict } from '../../src/verification/verdict.ts'
import { solved } from '../shield/solve.ts'
import { createWorld, NOBODY, type World } from './world.ts'

const TO = '+14155552671'
const SESSION = 'a-session-of-sixteen-characters'
const QUESTIONED: Verdict = { effect: 'challenge', entry: 'lst_1', about: 'recipient' }
const limits = { ...DEFAULT_LIMITS, sends_per_number_burst: { max: 2, windowSeconds: 600 } }

let world: World
let verdict: Verdict | undefined
let asked = 0
beforeEach(async () => {
  verdict = QUESTIONED
  asked = 0
  world = await createWorld({
    service: { limits },
    judge: () => verdict,
    wrapPorts: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        isSpent(id) {
          asked += 1
          return ports.store.isSpent(id)
        },
      },
    }),
  })
})
afterEach(() => world.close())

type Given = { to?: string; decoy?: boolean; session?: string; challenge?: string }
const start = (given: Given = {}, key: string | null = null) =>
  world.service.start(world.caller, {
    ...{ channel: null, channels: null, country: null, locale: null, codeLength: null },
    ...{ to: TO, decoy: false, session: null, purpose: 'login', ttlSeconds: 600, metadata: {} },
    ...{ authenticated: false, challenge: null, ...given, ...NOBODY },
    idempotency: key === null ? null : { key, body: { to: given.to ?? TO } },
  })
const kindOf = (result: StartResult) => ('error' in result ? result.error : result.kind)

async function challengeFor(given: Given = {}): Promise<Challenge> {
  const refusal = (await start(given)) as Refusal
  if (!refusal.challenge) throw new Error(kindOf(refusal))
  return refusal.challenge
}
const solutionFor = async (given: Given = {}) => solved(await challengeFor(given))

it('C85: it is refused with a challenge, says what to do, and starts with the solution', async () => {
  const refusal = (await start()) as Refusal
  expect(refusal).toMatchObject({ error: 'challenge_required' })
  expect(refusal.detail).toBe(
    'this start needs a solved challenge first; solve the challenge of this answer, and start again with the solution in the field challenge; nothing was sent or counted',
  )
  expect(world.rows()).toEqual([])
  const challenge = await solved(refusal.challenge as Challenge)
  expect(kindOf(await start({ challenge }))).toBe('started')
  expect(world.rows()).toHaveLength(1)
})

it('C85: a second start needs another one, and the refusal says so and brings it', async () => {
  const challenge = await solutionFor()
  expect(kindOf(await start({ challenge }))).toBe('started')
  const again = (await start({ challenge })) as Refusal
  expect(again.detail).toMatch(/^the challenge has been used: a solution is for one start; solve/)
  expect(kindOf(await start({ challenge: await solved(again.challenge as Challenge) }))).toBe(
    'started',
  )
})

it('C85: a replay and a wrong solution count nothing, a solved one counts as any start', async () => {
  const challenge = await solutionFor()
  expect(kindOf(await start({ challenge }))).toBe('started')
  for (const given of [challenge, challenge, 'bm90aGluZw==', null])
    expect(kindOf(await start(given === null ? {} : { challenge: given }))).toBe(
      'challenge_required',
    )
  // Two messages in ten minutes: the second is left, and there is no third.
  expect(kindOf(await start({ challenge: await solutionFor() }))).toBe('started')
  expect(kindOf(await start({ challenge: await solutionFor() }))).toBe('rate_limited')
  expect(world.rows()).toHaveLength(2)
})

it('C85: parallel replays are one start', async () => {
  const challenge = await solutionFor()
  const results = await Promise.all(Array.from({ length: 8 }, () => start({ challenge })))
  expect(results.map(kindOf).sort()).toEqual([...Array(7).fill('challenge_required'), 'started'])
})

it('C85: the same request again under its key has the stored answer, with another solution or none', async () => {
  const challenge = await solutionFor()
  const first = await start({ challenge }, 'a-key')
  expect(kindOf(first)).toBe('started')
  for (const given of [{ challenge }, { challenge: await solutionFor() }, {}])
    expect(await start(given, 'a-key')).toMatchObject({
      kind: 'started',
      replayed: true,
      verification: { id: (first as Extract<StartResult, { kind: 'started' }>).verification.id },
    })
})

it('C85: a session continues its verification without a challenge', async () => {
  const given = { session: SESSION }
  expect(kindOf(await start({ ...given, challenge: await solutionFor(given) }))).toBe('started')
  expect(kindOf(await start(given))).toBe('continued')
})

it('C85: a decoy is questioned and let through as anybody', async () => {
  const given = { decoy: true }
  const challenge = await solutionFor(given)
  expect(kindOf(await start({ ...given, challenge }))).toBe('started')
})

it('C85: where nobody is questioned, a solution is not read, and none is asked for in the store', async () => {
  verdict = undefined
  expect(kindOf(await start({ challenge: 'anything' }))).toBe('started')
  expect(kindOf(await start({ to: '+14155552672' }))).toBe('started')
  expect(asked).toBe(0)
})
