// What every store keeps of codes that their callers check: who checks them, what was reported, and one report of many.
// Run on each implementation. It must not know the engine.

import { describe, expect, it } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import type { Outcome, VerificationRecord } from '../../src/verification/state.ts'
import { decideCheck } from '../../src/verification/transitions.ts'
import { decideReport } from '../../src/verification/transitions-report.ts'
import { ACTOR, HOUR, T0 } from './rows.ts'
import { guess, keyOf, type Stores, start, typesOf } from './stores.ts'

const OWN = { codeHash: null, maxAttempts: 0, checkedBy: 'caller' } as const
const REPORTS = 6

export function describeOwnCodes(factory: () => Stores & Store): void {
  const report = (record: VerificationRecord, outcome: Outcome) =>
    factory().verifications.change({
      ...{ record, now: T0 + 1, actor: ACTOR, idempotency: null },
      decide: decideReport(outcome, (after) => after.outcome),
    })

  describe('codes that their callers check', () => {
    it('are kept with who checks them, without a hash, and found so by every read', async () => {
      const stores = factory()
      const own = await start(stores, OWN)
      const native = await start(stores)
      const { verifications, front, verificationReads: reads } = stores
      for (const [record, checkedBy] of [
        [own, 'caller'],
        [native, null],
      ] as const) {
        const kept = { checkedBy, outcome: null }
        const { id } = record
        expect(record).toMatchObject(kept)
        expect(await verifications.find('default', id)).toMatchObject(kept)
        const query = { service: 'default', now: T0, numberWindowMs: null, id }
        expect((await verifications.findToCheck(query))?.record).toMatchObject(kept)
        expect((await front.open(id))?.record).toMatchObject(kept)
        expect(await reads.find(null, id)).toMatchObject(kept)
      }
      expect(await verifications.find('default', own.id)).toMatchObject({
        ...{ codeHash: null, codeSealed: own.codeSealed, maxAttempts: 0 },
      })
    })

    it('I24: of reports on several nodes at once one outcome stays, with one event', async () => {
      const stores = factory()
      const record = await start(stores, OWN)
      const wanted = Array.from(
        { length: REPORTS },
        (_, n): Outcome => (n % 2 ? 'failed' : 'approved'),
      )
      // Each decided on the row as it was before any of them.
      const results = await Promise.all(wanted.map((outcome) => report(record, outcome)))
      const after = await stores.verifications.find('default', record.id)
      expect(after).toMatchObject({ status: 'closed', endedAt: T0 + 1, codeSealed: null })
      results.forEach((result, n) => {
        if (wanted[n] === after?.outcome)
          expect(result).toEqual({ kind: 'changed', result: after?.outcome })
        else
          expect(result).toMatchObject({ kind: 'refused', refusal: { error: 'outcome_reported' } })
      })
      expect(await typesOf(stores, record.id)).toEqual([
        'verification.started',
        'verification.closed',
        'delivery.canceled',
      ])
      expect(await stores.verificationReads.find(null, record.id)).toMatchObject({
        ...{ status: 'closed', outcome: after?.outcome, checkedBy: 'caller' },
      })
    })

    it('I24: a check beside a report approves nothing and charges nothing', async () => {
      const stores = factory()
      const record = await start(stores, OWN)
      const check = () =>
        stores.verifications.change({
          ...{ record, now: T0 + 1, actor: ACTOR, idempotency: null },
          decide: decideCheck({ valid: true, use: null }, T0 + 1, (valid) => valid),
        })
      const [, ...checks] = await Promise.all([report(record, 'failed'), check(), check()])
      for (const one of checks)
        expect(one).toMatchObject({ kind: 'refused', refusal: { error: 'verified_elsewhere' } })
      const after = await stores.verifications.find('default', record.id)
      expect(after).toMatchObject({ status: 'closed', outcome: 'failed', attempts: 0, failed: 0 })
    })

    it('expire as others do, and take from nobody’s attempts', async () => {
      const stores = factory()
      const record = await start(stores, { ...OWN, expiresAt: T0 + HOUR / 60 })
      const sweep = { now: T0 + HOUR, graceMs: 14_000, limit: 200 }
      while ((await stores.verifications.sweep(sweep)) > 0);
      expect(await stores.verifications.find('default', record.id)).toMatchObject({
        ...{ status: 'expired', outcome: null, codeSealed: null },
      })
      const { items } = await stores.events.list({
        ...{ service: null, verificationId: record.id, cursor: null, limit: 10 },
      })
      const expired = items.find(({ type }) => type === 'verification.expired')
      expect(expired?.details).toEqual({ checked_by: 'caller' })
    })

    it('leave what is checked here as it was', async () => {
      const stores = factory()
      const native = await start(stores)
      expect(await report(native, 'approved')).toMatchObject({
        ...{ kind: 'refused', refusal: { error: 'verification_not_found' } },
      })
      const approved = await stores.steps.check({ ...keyOf(native), ...guess(true) })
      expect(approved).toMatchObject({ kind: 'approved' })
      expect(await stores.verifications.find('default', native.id)).toMatchObject({
        ...{ status: 'approved', checkedBy: null, outcome: null },
      })
    })
  })
}
