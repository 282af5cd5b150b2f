// C3, I2: the orders that timing seldom gives, forced: each comparison waits at a gate until the test opens it.
// Everything is real but the gate in front of the hasher.

import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Hasher } from '../../src/verification/hashing-ports.ts'
import { HASH_DEADLINE_MS } from '../../src/verification/policy.ts'
import { createWorld, type World } from './world.ts'

/** Comparisons in the order of their admission, each held until `open`. */
function createGates() {
  const waiting: (() => void)[] = []
  let arrived: (() => void) | undefined
  const wrapHasher = (hasher: Hasher): Hasher => ({
    ...hasher,
    reserve() {
      const slot = hasher.reserve()
      if (!slot) return undefined
      return {
        ...slot,
        async verify(stored, code, id) {
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
            arrived?.()
          })
          return slot.verify(stored, code, id)
        },
      }
    },
  })
  /** Resolves when so many were admitted and stand at the gate. */
  const admitted = async (count: number) => {
    while (waiting.length < count)
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
  }
  return { wrapHasher, admitted, open: (n: number) => waiting[n]?.() }
}

const TO = 'Ann@example.com'
const START = { to: TO, session: null, purpose: 'login', decoy: false, ttlSeconds: 600 }

describe('C3: the right one is admitted first, the wrong one takes the last attempt but one', () => {
  let world: World
  afterEach(() => world.close())

  async function begin(maxAttempts: number) {
    const gates = createGates()
    world = await createWorld({
      service: { maxAttempts },
      wrapPorts: (ports) => ({ ...ports, hasher: gates.wrapHasher(ports.hasher) }),
    })
    const started = await world.start(START)
    if (started.kind !== 'started') throw new Error(started.kind)
    const { id } = started.verification
    const code = world.codeOf(id)
    const check = (typed: string) =>
      world.check({ id, code: typed, purpose: 'login', session: null })
    return { gates, id, code, check, row: () => world.rows().find((row) => row.id === id) }
  }

  it.each([
    { first: 'right', second: 'wrong' },
    { first: 'wrong', second: 'right' },
  ] as const)(
    'C3: $first admitted first; the wrong one is compared and committed before the right one',
    async ({ first }) => {
      const { gates, code, check, row } = await begin(2)
      const typed = { right: code, wrong: world.wrongCode(code) }
      const one = check(typed[first])
      await gates.admitted(1)
      const two = check(first === 'right' ? typed.wrong : typed.right)
      await gates.admitted(2)
      // Nothing is told of them, and nothing was charged (I2).
      expect(row()).toMatchObject({ attempts: 0, failed: 0, status: 'pending' })

      const [right, wrong] = first === 'right' ? [one, two] : [two, one]
      gates.open(first === 'right' ? 1 : 0)
      expect(await wrong).toMatchObject({ kind: 'refused', error: 'code_incorrect' })
      expect(row()).toMatchObject({ attempts: 1, failed: 1, status: 'pending' })
      gates.open(first === 'right' ? 0 : 1)
      expect(await right).toMatchObject({ kind: 'approved' })
      expect(row()).toMatchObject({
        status: 'approved',
        attempts: 2,
        approvals: 1,
        code_hash: null,
      })
    },
  )

  it('I2: no more are compared at once than attempts are left, and each place is free after its commit', async () => {
    const { gates, code, check, row } = await begin(2)
    const wrong = [check(world.wrongCode(code)), check(world.wrongCode(code))]
    await gates.admitted(2)
    // The right code, too: which of them it is must not be learned without an attempt.
    for (const typed of [code, world.wrongCode(code)])
      expect(await check(typed)).toMatchObject({ kind: 'refused', error: 'max_attempts_reached' })
    expect(row()).toMatchObject({ attempts: 0, status: 'pending' })
    gates.open(0)
    await wrong[0]
    const right = check(code)
    expect(await right).toMatchObject({ kind: 'refused', error: 'max_attempts_reached' })
    gates.open(1)
    await wrong[1]
    expect(row()).toMatchObject({ attempts: 2, failed: 2, status: 'max_attempts_reached' })
  })

  it('I2: a check that comes while another is committed has the attempt that is left', async () => {
    const committed = Promise.withResolvers<void>()
    let reads = 0
    const told = Promise.withResolvers<void>()
    world = await createWorld({
      service: { maxAttempts: 2 },
      wrapPorts: (ports) => ({
        ...ports,
        store: {
          ...ports.store,
          // In the file, and not yet known to the process: as when a thread writes, or another machine.
          async change(change) {
            const outcome = await ports.store.change(change)
            committed.resolve()
            await told.promise
            return outcome
          },
          async findToCheck(query) {
            const found = await ports.store.findToCheck(query)
            reads += 1
            return found
          },
        },
      }),
    })
    const started = await world.start(START)
    if (started.kind !== 'started') throw new Error(started.kind)
    const { id } = started.verification
    const check = (code: string) => world.check({ id, code, purpose: 'login', session: null })
    const wrong = check(world.wrongCode(world.codeOf(id)))
    await committed.promise
    const right = check(world.codeOf(id))
    await vi.waitUntil(() => reads === 2)
    await setImmediate()
    told.resolve()
    expect(await wrong).toMatchObject({ kind: 'refused', error: 'code_incorrect' })
    expect((await right).kind).toBe('approved')
  })

  it('C3: four wrong ones are committed while the right one is compared: approved, whoever came last', async () => {
    const { gates, code, check, row } = await begin(5)
    const right = check(code)
    await gates.admitted(1)
    const wrong = Array.from({ length: 4 }, () => check(world.wrongCode(code)))
    await gates.admitted(5)
    for (const n of [4, 3, 2, 1]) gates.open(n)
    for (const answer of await Promise.all(wrong))
      expect(answer).toMatchObject({ kind: 'refused', error: 'code_incorrect' })
    gates.open(0)
    expect((await right).kind).toBe('approved')
    expect(row()).toMatchObject({ attempts: 5, failed: 4, approvals: 1 })
  })

  it('C3: admitted in time, all taken, the right one still compared: neither sweeper nor expiry ends it', async () => {
    const { gates, code, check, row } = await begin(2)
    world.moveWall(START.ttlSeconds * 1000 - 1)
    const wrong = check(world.wrongCode(code))
    const right = check(code)
    await gates.admitted(2)
    expect(await check(code)).toMatchObject({ kind: 'refused', error: 'max_attempts_reached' })
    // The hash takes all it may.
    world.moveWall(HASH_DEADLINE_MS)
    await world.sweep()
    expect(row()).toMatchObject({ status: 'pending', attempts: 0 })
    gates.open(0)
    expect(await wrong).toMatchObject({ error: 'code_incorrect' })
    gates.open(1)
    expect((await right).kind).toBe('approved')
  })

  it.each(['right', 'wrong'] as const)(
    'I12: past the deadline of a hash a %s code that was admitted in time is late, and reveals nothing',
    async (which) => {
      const { gates, code, check, row } = await begin(2)
      world.moveWall(START.ttlSeconds * 1000 - 1)
      const late = check(which === 'right' ? code : world.wrongCode(code))
      await gates.admitted(1)
      world.moveWall(HASH_DEADLINE_MS + 1)
      gates.open(0)
      expect(await late).toMatchObject({ kind: 'refused', error: 'verification_expired' })
      expect(row()).toMatchObject({ attempts: 0, approvals: 0 })
    },
  )

  it('C3: canceled while it is compared: the right code is refused, and nothing is charged', async () => {
    const { gates, id, code, check, row } = await begin(2)
    const right = check(code)
    await gates.admitted(1)
    await world.cancel(id)
    gates.open(0)
    expect(await right).toMatchObject({ kind: 'refused', error: 'verification_canceled' })
    expect(row()).toMatchObject({ status: 'canceled', attempts: 0, approvals: 0 })
  })
})
