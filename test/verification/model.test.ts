// Random sequences of start, resend, check, cancel, clock moves and provider outcomes drive the domain on a
// real store; after each step the invariants I1-I6, I12 and I13 must hold. A failure prints its seed and path.

import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { ProviderOutcome, World } from './world.ts'
import { createWorld } from './world.ts'

type Started = {
  id: string
  code: string
  to: string
  purpose: string
  session: string | null
  decoy: boolean
  expiresAt: number
  maxAttempts: number
  comparisons: number
  ended: boolean
}

type Model = { started: Started[]; comparedAt: Map<string, number[]> }

const RECIPIENTS = ['+14155552671', '+4915112345678', 'Ann@example.com', 'ann+x@EXAMPLE.com']
/** Both spellings of the address are one person (I10). */
const PERSON = new Map(RECIPIENTS.map((to) => [to, /ann/i.test(to) ? 'ann' : to]))
const SESSIONS = [null, 'session-aaaaaaaaaaaaaaaa', 'session-bbbbbbbbbbbbbbbb']
const GUESSES_PER_HOUR = 14
const HOUR_MS = 3_600_000

type Real = World
type Command = fc.AsyncCommand<Model, Real>

/** Newest first. */
function pickFrom(model: Model, pick: number): Started | undefined {
  return model.started.at(-1 - (pick % Math.max(1, model.started.length)))
}

function nothing(): boolean {
  return true
}

async function assertInvariants(model: Model, world: Real): Promise<void> {
  const now = world.clock.now()
  for (const row of world.rows()) {
    const known = model.started.find((started) => started.id === row.id)
    expect(known, 'every row was answered').toBeDefined()
    if (!known) continue
    expect(row.approvals, 'I1: approval events').toBeLessThanOrEqual(1)
    expect(row.approvals > 0, 'I1: status and event agree').toBe(row.status === 'approved')
    expect(known.comparisons, 'I2: comparisons').toBeLessThanOrEqual(row.max_attempts)
    expect(row.attempts, 'I2: every comparison was charged').toBe(known.comparisons)
    expect(row.started_events, 'I5: one event of the start').toBe(1)
    expect(row.deliveries, 'I5: a delivery for each send').toBe(row.sends)
    if (row.status !== 'pending') {
      expect(row.code_hash, 'I7: hash erased at the end').toBeNull()
      expect(row.code_sealed, 'I7: code erased at the end').toBeNull()
      expect(row.queued, 'I6: nothing is left to send').toBe(0)
    }
    if (row.expires_at + 60_000 < now && world.sweptAt >= row.expires_at + 60_000)
      expect(row.status, 'I12: the sweeper ended it').not.toBe('pending')
  }
  for (const times of model.comparedAt.values())
    expect(
      times.filter((at) => at > now - HOUR_MS).length,
      'I4: guesses in an hour',
    ).toBeLessThanOrEqual(GUESSES_PER_HOUR)
  for (const sent of world.sent) {
    expect(sent.pendingAtSend, 'I6: only for what is pending').toBe(true)
    expect(sent.remainingMs, 'I6: with time left to type it').toBeGreaterThanOrEqual(20_000)
    expect(sent.code, 'the same code in every message').toBe(
      model.started.find(({ id }) => id === sent.verificationId)?.code,
    )
    expect(
      model.started.find(({ id }) => id === sent.verificationId)?.decoy,
      'nothing is sent for a decoy',
    ).toBe(false)
  }
}

function command(name: string, act: (model: Model, world: Real) => Promise<void>): Command {
  return {
    check: nothing,
    async run(model, world) {
      await act(model, world)
      await assertInvariants(model, world)
    },
    toString: () => name,
  }
}

type StartArguments = {
  to: string
  session: string | null
  purpose: string
  decoy: boolean
  ttl: number
}

const start = (given: StartArguments): Command =>
  command(`start ${JSON.stringify(given)}`, async (model, world) => {
    const { to, session, purpose, decoy, ttl } = given
    const result = await world.start({ to, session, purpose, decoy, ttlSeconds: ttl })
    if (result.kind === 'started') {
      const { id, expiresAt, attemptsRemaining } = result.verification
      const code = world.codeOf(id)
      model.started.push({
        ...{ id, code, to, purpose, session, decoy, expiresAt },
        ...{ maxAttempts: attemptsRemaining, comparisons: 0, ended: false },
      })
    } else if (result.kind === 'continued') {
      const { id } = result.verification
      const known = model.started.find((started) => started.id === id)
      expect(known).toMatchObject({ purpose, session, decoy, ended: false })
      expect(world.clock.now(), 'I12: not expired').toBeLessThan(known?.expiresAt ?? 0)
    } else {
      expect(['rate_limited', 'resend_too_early', 'resend_too_late']).toContain(result.error)
    }
  })

type CheckArguments = {
  pick: number
  right: boolean
  purpose: 'same' | 'other'
  session: 'same' | 'other'
}

const check = (given: CheckArguments): Command =>
  command(`check ${JSON.stringify(given)}`, async (model, world) => {
    const known = pickFrom(model, given.pick)
    if (!known) return
    const other = known.purpose === 'login' ? 'change_email' : 'login'
    const purpose = given.purpose === 'same' ? known.purpose : other
    const session = given.session === 'same' ? known.session : 'session-of-somebody-else'
    const code = given.right ? known.code : world.wrongCode(known.code)
    const now = world.clock.now()
    const open = !known.ended && now < known.expiresAt && known.comparisons < known.maxAttempts
    const fits = given.purpose === 'same' && given.session === 'same'
    const result = await world.check({ id: known.id, code, purpose, session })
    if (!fits || !open) {
      expect(result.kind, 'I13, I12, I1: never approved').toBe('refused')
      if (result.kind === 'refused') expect(result.error).not.toBe('code_incorrect')
      return
    }
    known.comparisons += 1
    const isRight = given.right && !known.decoy
    if (!isRight) {
      const person = PERSON.get(known.to) ?? known.to
      model.comparedAt.set(person, [...(model.comparedAt.get(person) ?? []), now])
    }
    if (isRight) expect(result.kind, 'I3: the right code in time').toBe('approved')
    else expect(result).toMatchObject({ kind: 'refused', error: 'code_incorrect' })
    known.ended = isRight || known.comparisons >= known.maxAttempts
  })

const resend = (pick: number): Command =>
  command(`resend ${pick}`, async (model, world) => {
    const known = pickFrom(model, pick)
    if (!known) return
    const result = await world.resend(known.id)
    if (result.kind === 'resent') {
      expect(known.ended, 'I6: nothing is sent after the end').toBe(false)
      expect(result.verification.expiresAt, 'the expiry never moves').toBe(known.expiresAt)
      expect(result.verification.attemptsRemaining, 'I4: no attempt is renewed').toBe(
        known.maxAttempts - known.comparisons,
      )
    }
  })

const cancel = (pick: number): Command =>
  command(`cancel ${pick}`, async (model, world) => {
    const known = pickFrom(model, pick)
    if (!known) return
    await world.cancel(known.id)
    known.ended = true
  })

const moveClock = (ms: number): Command =>
  command(`clock ${ms > 0 ? '+' : ''}${ms} ms`, async (_model, world) => {
    const before = world.clock.now()
    world.moveWall(ms)
    expect(world.clock.now(), 'I12: time does not go back').toBeGreaterThanOrEqual(before)
  })

const provider = (outcome: ProviderOutcome): Command =>
  command(`provider ${outcome}`, async (_model, world) => {
    world.setProvider(outcome)
  })

const deliver = command('deliver', async (_model, world) => {
  await world.deliver()
})
const sweep = command('sweep', async (_model, world) => {
  await world.sweep()
})

/** Biased to the newest: a sequence that dwells on one verification gets further into it. */
const pick = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat({ max: 9 }) },
)
const mostly = <T>(usual: T, rare: T) =>
  fc.oneof(
    { weight: 7, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constant(rare) },
  )
const starts = fc
  .record({
    to: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('Ann@example.com', 'ann+x@EXAMPLE.com') },
      { weight: 1, arbitrary: fc.constantFrom(...RECIPIENTS) },
    ),
    session: fc.constantFrom(...SESSIONS),
    purpose: mostly('login', 'change_email'),
    decoy: mostly(false, true),
    ttl: mostly(600, 60),
  })
  .map(start)
const checks = fc
  .record({
    pick,
    right: mostly(false, true),
    purpose: mostly('same' as const, 'other' as const),
    session: mostly('same' as const, 'other' as const),
  })
  .map(check)
const weighted = (weight: number, arbitrary: fc.Arbitrary<Command>) =>
  Array.from({ length: weight }, () => arbitrary)
/** fc.commands draws from the list evenly: what stands more often comes more often. */
const commands = [
  ...weighted(5, starts),
  ...weighted(10, checks),
  ...weighted(2, pick.map(resend)),
  pick.map(cancel),
  ...weighted(2, fc.constantFrom(1_000, 31_000, 61_000).map(moveClock)),
  fc.constantFrom(560_000, 600_000, 3_600_000, 86_400_000, -3_600_000).map(moveClock),
  fc.constantFrom<ProviderOutcome>('accepted', 'temporary', 'permanent', 'ambiguous').map(provider),
  ...weighted(3, fc.constant(deliver)),
  fc.constant(sweep),
]

describe('the domain against its model', () => {
  const worlds: World[] = []
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close()
  })

  it('I1-I6, I12, I13 hold after every step of any sequence', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands(commands, { maxCommands: 200, size: 'max' }),
        async (sequence) => {
          const world = await createWorld({ guessesPerHour: GUESSES_PER_HOUR })
          worlds.push(world)
          const setup = () => ({
            model: { started: [], comparedAt: new Map() } as Model,
            real: world,
          })
          await fc.asyncModelRun(setup, sequence)
          await world.close()
          worlds.splice(worlds.indexOf(world), 1)
        },
      ),
      { numRuns: Number(process.env.COUNTERSIGN_TEST_RUNS ?? 40) },
    )
  })
})
