// C9: no schedule of guesses gains more than the limits say, whatever ends, expires or is swept in between.
// C47: what a browser's session continues, and what not. Time is steered; everything else is real.

import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'
import { createWorld, type World } from './world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const PER_HOUR = 20
const PER_DAY = DEFAULT_LIMITS.guesses_per_number_day?.max ?? 0
const SPELLINGS = ['Ann@example.com', 'ann+x@EXAMPLE.com', 'ANN@example.com']

let world: World
afterEach(() => world.close())

const START = {
  to: 'ann@example.com',
  session: null,
  purpose: 'login',
  decoy: false,
  ttlSeconds: 600,
}

function mostWithin(times: number[], windowMs: number): number {
  return Math.max(
    0,
    ...times.map((end) => times.filter((at) => at > end - windowMs && at <= end).length),
  )
}

describe('C9: guesses around the ends of windows', () => {
  type Open = { id: string; wrong: string; right: string }
  type End = 'spend' | 'cancel' | 'approve' | 'leave'

  async function startUntilRefused(ttlSeconds: number): Promise<Open[]> {
    const open: Open[] = []
    for (;;) {
      const to = SPELLINGS[open.length % SPELLINGS.length] as string
      const started = await world.start({ ...START, to, ttlSeconds })
      if (started.kind === 'refused') return open
      const { id } = started.verification
      const right = world.codeOf(id)
      open.push({ id, right, wrong: world.wrongCode(right) })
    }
  }

  const check = (id: string, code: string) =>
    world.check({ id, code, purpose: 'login', session: null })

  /** One guess is kept for the end that is not a guess. */
  async function guess(open: Open[], end: End, times: number[]): Promise<void> {
    for (const { id, wrong, right } of open) {
      for (let n = 0; n < (end === 'spend' ? 6 : 4); n += 1) {
        const answer = await check(id, wrong)
        if (answer.kind === 'refused' && answer.error === 'code_incorrect')
          times.push(world.clock.now())
      }
      if (end === 'cancel') await world.cancel(id)
      if (end === 'approve') await check(id, right)
      if (end === 'leave') await world.resend(id)
    }
  }

  const ALL: End[] = ['spend', 'cancel', 'approve', 'leave']
  /** Until 30 hours have passed: start all that may be, hold them, guess, end them so, pause. */
  type Schedule = { ttl: number; holds: number[]; ends: End[]; pauses: number[] }
  const AT_ONCE = { ttl: 600, holds: [0], ends: ['spend'] as End[] }
  const LONG_LIVED = { ttl: 3600, ends: ['spend'] as End[] }
  it.each<[string, Schedule]>([
    ['as soon as it may, every ten minutes', { ...AT_ONCE, ends: ALL, pauses: [10 * MINUTE] }],
    ['just before and just after each hour', { ...AT_ONCE, pauses: [HOUR - 1, 2] }],
    [
      'around the hour and a lifetime',
      { ...AT_ONCE, ends: ALL, pauses: [HOUR + 10 * MINUTE - 1, 2, 50 * MINUTE] },
    ],
    ['around the hour and the longest lifetime', { ...AT_ONCE, pauses: [2 * HOUR - 1, 2] }],
    [
      'long-lived, guessed in their last second, and the next at once',
      { ...LONG_LIVED, holds: [HOUR - 1000, 0], pauses: [1001, 2 * HOUR] },
    ],
    [
      'long-lived, guessed as the next may start',
      { ...LONG_LIVED, ends: ALL, holds: [HOUR - 1000], pauses: [HOUR + 1001] },
    ],
    [
      'left to expire with guesses open',
      { ttl: 60, holds: [0], ends: ['leave', 'cancel'], pauses: [MINUTE + 1] },
    ],
    ['around the end of the day', { ...AT_ONCE, pauses: [DAY - HOUR, 2 * HOUR - 1, 2] }],
  ])(
    'C9: %s: never more than the limit in any hour and day',
    { timeout: 60_000 },
    async (_name, { ttl, holds, ends, pauses }) => {
      world = await createWorld({ guessesPerHour: PER_HOUR })
      const begin = world.clock.now()
      const times: number[] = []
      for (let step = 0; world.clock.now() < begin + 30 * HOUR; step += 1) {
        const open = await startUntilRefused(ttl)
        world.moveWall(holds[step % holds.length] as number)
        await guess(open, ends[step % ends.length] as End, times)
        await world.sweep()
        world.moveWall(pauses[step % pauses.length] as number)
      }
      expect(times.length, 'there were guesses').toBeGreaterThanOrEqual(PER_HOUR)
      expect(mostWithin(times, HOUR)).toBeLessThanOrEqual(PER_HOUR)
      expect(mostWithin(times, DAY)).toBeLessThanOrEqual(PER_DAY)
    },
  )

  it('C9: check_per_number: bursts around its end gain nothing either', async () => {
    const limit = { max: 8, windowSeconds: 600 }
    const limits = { ...DEFAULT_LIMITS, guesses_per_number_hour: null, check_per_number: limit }
    const unlimited = { sends_per_number_burst: null, sends_per_number_day: null }
    world = await createWorld({
      service: { limits: { ...limits, ...unlimited, guesses_per_number_day: null } },
    })
    const times: number[] = []
    const begin = async (): Promise<Open> => {
      const started = await world.start({ ...START, ttlSeconds: 3600 })
      if (started.kind === 'refused') throw new Error(started.error)
      const right = world.codeOf(started.verification.id)
      return { id: started.verification.id, right, wrong: world.wrongCode(right) }
    }
    // Some are older than the window when they are guessed.
    const kept = [await begin(), await begin(), await begin()]
    for (const pause of [700_000, 1, 599_998, 2, 599_999, 1, 300_000, 300_000, 1, 599_999]) {
      world.moveWall(pause)
      await guess([...kept.splice(0, 1), await begin(), await begin()], 'spend', times)
    }
    expect(times.length).toBeGreaterThan(limit.max)
    expect(mostWithin(times, 600_000)).toBeLessThanOrEqual(limit.max)
  })
})

describe('C47: the session after its verification', () => {
  const SESSION = 'session-of-one-browser'
  const begin = async (more: { session?: string } = {}) => {
    const result = await world.start({ ...START, session: SESSION, ...more })
    if (result.kind === 'refused') throw new Error(result.error)
    return { kind: result.kind, id: result.verification.id }
  }
  const messagesOf = (id: string) => world.sent.filter((sent) => sent.verificationId === id).length

  it('C47: after expiry a fresh one, swept or not; the old one keeps its own end', async () => {
    for (const swept of [false, true]) {
      world = await createWorld({})
      const first = await begin()
      expect(await begin()).toEqual({ kind: 'continued', id: first.id })
      await world.deliver()
      world.moveWall(600_000)
      if (swept) await world.sweep()
      const second = await begin()
      expect(second.kind).toBe('started')
      expect(second.id).not.toBe(first.id)
      expect(await begin()).toEqual({ kind: 'continued', id: second.id })
      await world.deliver()
      expect([messagesOf(first.id), messagesOf(second.id)]).toEqual([1, 1])
      world.moveWall(60_000)
      await world.sweep()
      expect(world.rows().map(({ status }) => status)).toEqual(['expired', 'pending'])
      if (!swept) await world.close()
    }
  })

  it.each([
    { limit: 'sends_per_number_burst', max: 1 },
    { limit: 'guesses_per_number_hour', max: 5 },
  ])(
    'C47: another node’s start of it took the last of $limit meanwhile: continued, not refused',
    async ({ limit, max }) => {
      let race: (() => Promise<unknown>) | undefined
      const meanwhile = async () => {
        const once = race
        race = undefined
        await once?.()
      }
      world = await createWorld({
        service: { limits: { ...DEFAULT_LIMITS, [limit]: { max, windowSeconds: 600 } } },
        withoutLock: true,
        // The last look before what refuses: the limiter, or the sum of guesses.
        wrapPorts: ({ hasher, limiter, store }) => ({
          hasher,
          limiter: {
            ...limiter,
            async admit(keys) {
              await meanwhile()
              return limiter.admit(keys)
            },
          },
          store: {
            ...store,
            async checkStart(query, recipient) {
              if (limit.startsWith('guesses')) await meanwhile()
              return store.checkStart(query, recipient)
            },
          },
        }),
      })
      let winner: unknown
      race = async () => {
        winner = await begin()
      }
      const late = await begin()
      expect(winner).toEqual({ kind: 'started', id: late.id })
      expect(late.kind).toBe('continued')
      expect(world.rows()).toHaveLength(1)
    },
  )

  it('C47: with no attempt left, canceled or approved it is not continued either', async () => {
    world = await createWorld({ guessesPerHour: 100 })
    const check = (id: string, code: string) =>
      world.check({ id, code, purpose: 'login', session: SESSION })
    const ends = [
      async (id: string) => {
        for (let n = 0; n < 5; n += 1) await check(id, world.wrongCode(world.codeOf(id)))
      },
      (id: string) => world.cancel(id),
      (id: string) => check(id, world.codeOf(id)),
    ]
    for (const end of ends) {
      const before = await begin()
      expect(before.kind).toBe('started')
      await end(before.id)
    }
    expect((await begin()).kind).toBe('started')
  })

  it('C47: another session for the same number is another verification, each with its own code', async () => {
    world = await createWorld({})
    const one = await begin()
    const other = await begin({ session: 'session-of-another-browser' })
    expect(other).toMatchObject({ kind: 'started' })
    expect(other.id).not.toBe(one.id)
    await world.deliver()
    expect([messagesOf(one.id), messagesOf(other.id)]).toEqual([1, 1])
    const taken = await world.check({
      ...{ id: one.id, code: world.codeOf(one.id), purpose: 'login' },
      session: 'session-of-another-browser',
    })
    expect(taken).toMatchObject({ kind: 'refused', error: 'verification_mismatch' })
  })
})
