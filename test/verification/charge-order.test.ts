// C3: the orders that timing seldom gives, forced: each comparison waits at a gate until the test opens it.
// Everything is real but the gate in front of the hasher.

import { afterEach, describe, expect, it } from 'vitest'
import type { Hasher } from '../../src/verification/hashing-ports.ts'
import { HASH_DEADLINE_MS } from '../../src/verification/policy.ts'
import { createWorld, type World } from './world.ts'

/** Comparisons in the order of their charges, each held until `open`. */
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
  /** Resolves when so many have been charged and stand at the gate. */
  const charged = async (count: number) => {
    while (waiting.length < count)
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
  }
  return { wrapHasher, charged, open: (n: number) => waiting[n]?.() }
}

/** C37 */
const MUST_END_WITHIN_MS = 55_000
const TO = 'Ann@example.com'
const START = { to: TO, session: null, purpose: 'login', decoy: false, ttlSeconds: 600 }

describe('C3: the right one is charged first, the wrong one takes the last attempt', () => {
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
    return { gates, code, check, row: () => world.rows().find((row) => row.id === id) }
  }

  it.each([
    { first: 'right', second: 'wrong' },
    { first: 'wrong', second: 'right' },
  ] as const)(
    'C3: $first charged first; the wrong last attempt is compared and settled before the right one',
    async ({ first }) => {
      const { gates, code, check, row } = await begin(2)
      const typed = { right: code, wrong: world.wrongCode(code) }
      const one = check(typed[first])
      await gates.charged(1)
      const two = check(first === 'right' ? typed.wrong : typed.right)
      await gates.charged(2)
      expect(row()).toMatchObject({ attempts: 2, failed: 0, status: 'pending' })

      const [right, wrong] = first === 'right' ? [one, two] : [two, one]
      gates.open(first === 'right' ? 1 : 0)
      expect(await wrong).toMatchObject({ kind: 'refused', error: 'code_incorrect' })
      expect(row()).toMatchObject({ failed: 1, status: 'pending' })
      gates.open(first === 'right' ? 0 : 1)
      expect(await right).toMatchObject({ kind: 'approved' })
      expect(row()).toMatchObject({ status: 'approved', approvals: 1, code_hash: null })
    },
  )

  it('C3: four wrong ones settle while the right one is compared: approved, whoever came last', async () => {
    const { gates, code, check, row } = await begin(5)
    const right = check(code)
    await gates.charged(1)
    const wrong = Array.from({ length: 4 }, () => check(world.wrongCode(code)))
    await gates.charged(5)
    for (const n of [4, 3, 2, 1]) gates.open(n)
    for (const answer of await Promise.all(wrong))
      expect(answer).toMatchObject({ kind: 'refused', error: 'code_incorrect' })
    gates.open(0)
    expect((await right).kind).toBe('approved')
    expect(row()).toMatchObject({ attempts: 5, failed: 4, approvals: 1 })
  })

  it('C3: charged in time, all taken, the right one still compared: neither sweeper nor expiry ends it', async () => {
    const { gates, code, check, row } = await begin(2)
    world.moveWall(START.ttlSeconds * 1000 - 1)
    const wrong = check(world.wrongCode(code))
    const right = check(code)
    await gates.charged(2)
    expect(await check(code)).toMatchObject({ kind: 'refused', error: 'max_attempts_reached' })
    // The hash takes all it may, and the file was locked before and after it.
    world.moveWall(HASH_DEADLINE_MS + 3_000)
    await world.sweep()
    expect(row()).toMatchObject({ status: 'pending', attempts: 2 })
    gates.open(0)
    expect(await wrong).toMatchObject({ error: 'code_incorrect' })
    gates.open(1)
    expect((await right).kind).toBe('approved')
  })

  it('C3: a comparison that never comes back does not hold it open', async () => {
    const { gates, code, check, row } = await begin(2)
    const lost = [check(world.wrongCode(code)), check(world.wrongCode(code))]
    await gates.charged(2)
    world.moveWall(MUST_END_WITHIN_MS)
    await world.sweep()
    expect(row()).toMatchObject({ status: 'max_attempts_reached', code_hash: null })
    gates.open(0)
    gates.open(1)
    await Promise.all(lost)
    expect(row()).toMatchObject({ status: 'max_attempts_reached', approvals: 0 })
  })
})
