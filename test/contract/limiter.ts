// The contract of the Limiter port, run on every implementation.
// It must not know the engine, nor move its clock: a suite takes a function that opens a limiter.

import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type {
  Admission,
  Limiter,
  LimitKey,
  LimitLifts,
  LimitReads,
} from '../../src/verification/limit-ports.ts'
import type { LimitName } from '../../src/verification/policy.ts'
import { waitFor } from '../e2e/service-process.ts'

export function keyOf(name: LimitName, key: string, max: number, windowSeconds = 600): LimitKey {
  return { name, key, limit: { max, windowSeconds } }
}
export const admitted = (answers: readonly Admission[]) =>
  answers.filter(({ kind }) => kind === 'admitted').length
export const remaining = (answer: Admission) =>
  answer.kind === 'admitted' ? answer.budgets.map((budget) => budget.remaining) : answer

/** @param open the same store at each call, as a process that starts anew sees it */
export function describeLimiter(
  name: string,
  open: () => Promise<Limiter & LimitReads & LimitLifts & { close(): Promise<void> }>,
): void {
  describe(`limiter contract: ${name}`, () => {
    let person = ''
    beforeEach(() => {
      person = randomUUID()
    })
    const ip = (max: number) => keyOf('sends_per_ip_burst', person, max)
    const number = (max: number) => keyOf('sends_per_number_burst', person, max)
    const day = (max: number) => keyOf('sends_per_number_day', person, max, 86_400)

    it('C15: of 100 parallel admissions at a limit of 5 exactly 5 pass', async () => {
      const limiter = await open()
      const asked = Array.from({ length: 100 }, () => limiter.admit([number(5)]))
      expect(admitted(await Promise.all(asked))).toBe(5)
    })

    it('counts can be read, and reading counts nothing', async () => {
      const limiter = await open()
      expect(await limiter.read([])).toEqual([])
      await limiter.admit([number(5), day(9)])
      await limiter.admit([day(9)])
      for (let n = 0; n < 3; n += 1) {
        const [counted, twice, never] = await limiter.read([number(5), day(9), ip(3)])
        expect(counted).toMatchObject({ name: 'sends_per_number_burst', used: 1 })
        expect(counted?.endsInMs).toBeGreaterThan(590_000)
        expect(counted?.endsInMs).toBeLessThanOrEqual(600_000)
        expect(twice).toMatchObject({ limit: { max: 9 }, used: 2 })
        expect(never).toMatchObject({ name: 'sends_per_ip_burst', used: 0, endsInMs: null })
      }
    })

    it('C73: a lifted counter starts at zero again, and nobody else’s does', async () => {
      const limiter = await open()
      const other = keyOf('sends_per_number_burst', randomUUID(), 2)
      for (let n = 0; n < 2; n += 1) await limiter.admit([ip(9), number(2), day(9), other])
      expect(await limiter.admit([number(2)])).toMatchObject({ kind: 'refused' })
      await limiter.lift([number(2), keyOf('sends_per_number_day', randomUUID(), 2)])
      const used = async () =>
        (await limiter.read([ip(9), number(2), day(9), other])).map((one) => one.used)
      expect(await used()).toEqual([2, 0, 2, 2])
      expect(await limiter.admit([number(2)])).toMatchObject({ kind: 'admitted' })
      expect(await limiter.admit([other])).toMatchObject({ kind: 'refused' })
      await limiter.lift([])
      expect(await used()).toEqual([2, 1, 2, 2])
    })

    it('C73: lifted while it is counted in, it is never more than one window’s', async () => {
      const limiter = await open()
      const asked = Array.from({ length: 40 }, () => limiter.admit([number(5)]))
      const lifted = limiter.lift([number(5)])
      const passed = admitted(await Promise.all(asked))
      await lifted
      expect(passed).toBeGreaterThanOrEqual(5)
      expect(passed).toBeLessThanOrEqual(10)
    })

    it("C16: a refusal by the address leaves the number's budgets alone, and the other way round", async () => {
      const limiter = await open()
      await limiter.admit([ip(1)])
      for (let i = 0; i < 10; i += 1) {
        expect(await limiter.admit([ip(1), number(5), day(5)])).toMatchObject({
          kind: 'refused',
          name: 'sends_per_ip_burst',
        })
      }
      expect(remaining(await limiter.admit([number(5), day(5)]))).toEqual([4, 4])
      for (let i = 0; i < 4; i += 1) await limiter.admit([number(5)])
      for (let i = 0; i < 10; i += 1)
        expect((await limiter.admit([ip(9), number(5), day(5)])).kind).toBe('refused')
      expect(remaining(await limiter.admit([ip(9), day(5)]))).toEqual([7, 3])
    })

    it('budgets come in the order of the keys, with the remainder and the end of the window', async () => {
      const limiter = await open()
      await limiter.admit([day(4)])
      const answer = await limiter.admit([day(4), ip(9)])
      expect(answer).toMatchObject({
        kind: 'admitted',
        budgets: [
          { name: 'sends_per_number_day', limit: { max: 4, windowSeconds: 86_400 }, remaining: 2 },
          { name: 'sends_per_ip_burst', limit: { max: 9, windowSeconds: 600 }, remaining: 8 },
        ],
      })
      const resets = answer.kind === 'admitted' ? answer.budgets.map((b) => b.resetSeconds) : []
      expect(resets[0]).toBeGreaterThan(86_390)
      expect(resets[0]).toBeLessThanOrEqual(86_400)
      expect(resets[1]).toBeGreaterThan(590)
      expect(resets[1]).toBeLessThanOrEqual(600)
    })

    it('of several refusals the one with the longest wait is reported, in whole seconds', async () => {
      const limiter = await open()
      await limiter.admit([number(1), day(1)])
      for (const keys of [
        [number(1), day(1)],
        [day(1), number(1)],
      ]) {
        const refused = await limiter.admit(keys)
        expect(refused).toMatchObject({ kind: 'refused', name: 'sends_per_number_day' })
        const seconds = refused.kind === 'refused' ? refused.retryAfterSeconds : 0
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeGreaterThan(86_390)
      }
    })

    it('I8: what was admitted can be given back, once, and nothing but that', async () => {
      const limiter = await open()
      await limiter.admit([number(5), day(9)])
      const admission = await limiter.admit([number(5), day(9)])
      if (admission.kind !== 'admitted') throw new Error('refused')
      await limiter.giveBack(admission.counts)
      const used = async () => (await limiter.read([number(5), day(9)])).map((one) => one.used)
      expect(await used()).toEqual([1, 1])
      await limiter.giveBack([])
      await limiter.lift([number(5)])
      await limiter.giveBack(admission.counts)
      expect(await used()).toEqual([0, 0])
      expect(remaining(await limiter.admit([number(5), day(9)]))).toEqual([4, 8])
    })

    it('I8: nothing is given back into the next window', async () => {
      const limiter = await open()
      const short = keyOf('sends_per_number_burst', person, 5, 1)
      const admission = await limiter.admit([short, day(9)])
      if (admission.kind !== 'admitted') throw new Error('refused')
      const long = keyOf('sends_per_number_burst', person, 5)
      // In its last millisecond a window is read as ended and still counts.
      const begun = async () => {
        await limiter.admit([long])
        const [counter] = await limiter.read([long])
        return (counter?.endsInMs ?? 0) > 60_000 || undefined
      }
      await waitFor('the next window', () => begun().catch(() => undefined))
      await limiter.giveBack(admission.counts)
      expect((await limiter.read([short, day(9)])).map((one) => one.used)).toEqual([1, 0])
    })

    it('limits with the same key, maximum and window do not share a counter', async () => {
      const limiter = await open()
      await limiter.admit([keyOf('sends_per_ip_burst', person, 1)])
      expect((await limiter.admit([keyOf('check_per_ip', person, 1)])).kind).toBe('admitted')
    })

    it('a limit of 0 admits nothing, no limit admits everything', async () => {
      const limiter = await open()
      expect((await limiter.admit([number(0)])).kind).toBe('refused')
      expect(await limiter.admit([])).toEqual({ kind: 'admitted', budgets: [], counts: [] })
    })

    it('a maximum that was changed counts what was admitted before', async () => {
      const limiter = await open()
      for (let i = 0; i < 3; i += 1) await limiter.admit([number(5)])
      expect((await limiter.admit([number(3)])).kind).toBe('refused')
      expect(remaining(await limiter.admit([number(9)]))).toEqual([5])
    })

    it('keeps its counters over a restart', async () => {
      const first = await open()
      for (let i = 0; i < 5; i += 1) await first.admit([number(5)])
      await first.close()
      expect((await (await open()).admit([number(5)])).kind).toBe('refused')
    })
  })
}
