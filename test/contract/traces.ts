// What every store keeps of traces: the context of each request that made a message or ended a verification, in the transaction of
// that, and nothing where none is given. Run on each implementation.

import { expect, it } from 'vitest'
import type { TraceContext } from '../../src/kernel/tracing.ts'
import type { Store } from '../../src/storage/store.ts'
import type { VerificationStore } from '../../src/verification/ports.ts'
import { ACTOR, createInput, newVerification, T0 } from './rows.ts'
import { createSteps } from './steps.ts'
import { guess, idempotency, keyOf, start } from './stores.ts'

const context = (n: number): TraceContext => ({
  traceparent: `00-${'4bf92f3577b34da6a3ce929d0e0e4736'}-${String(n).padStart(16, '0')}-01`,
  tracestate: n === 1 ? 'acme=1' : null,
})
const kept = (n: number, send: number, at: number) => ({ ...context(n), send, at })

const traced = (verifications: VerificationStore, trace: TraceContext) =>
  createSteps({
    ...verifications,
    change: (input) => verifications.change({ ...input, trace }),
  })

export function describeTraces(factory: () => Store): void {
  it('keeps the context of a start, a resend and an ending that webhooks report, each with what it did, and none of a wrong code', async () => {
    const { verifications, traces, retention } = factory()
    const input = createInput(newVerification({ maxSends: 3, service: 'hooked' }))
    const answered = { ...input, idempotency: idempotency() }
    await verifications.create({ ...answered, trace: context(1) })
    const key = keyOf(input.record as never)
    // Answered before: another request, which did nothing.
    const again = createInput(newVerification())
    await verifications.create({ ...again, idempotency: answered.idempotency, trace: context(9) })
    expect(await traces.of(again.record.id)).toEqual([])
    expect(await traces.of(key.id)).toMatchObject([kept(1, 1, T0)])

    const wrong = traced(verifications, context(2)).check({ ...key, ...guess(false) })
    expect(await wrong).toMatchObject({ kind: 'wrong' })
    const later = T0 + 60_000
    const resend = { ...key, now: later, expectedSends: 1, channel: 'sms' } as const
    await traced(verifications, context(3)).resend(resend)
    // Of another state of the row: nothing is written.
    await traced(verifications, context(4)).resend(resend)
    await traced(verifications, context(5)).check({ ...key, ...guess(true, later) })
    await traced(verifications, context(6)).check({ ...key, ...guess(true, later) })
    const rows = [...(await traces.of(key.id))].sort((a, b) => a.send - b.send)
    expect(rows).toMatchObject([kept(5, 0, later), kept(1, 1, T0), kept(3, 2, later)])

    const { budgetIndex } = input.record
    await retention.erase({ budgetIndexes: [budgetIndex], now: later, actor: ACTOR, limit: 10 })
    expect(await traces.of(key.id)).toEqual([])
  })

  it('keeps nothing where no context is given', async () => {
    const { verifications, traces } = factory()
    const record = await start({ verifications })
    await createSteps(verifications).check({ ...keyOf(record), ...guess(true) })
    expect(await traces.of(record.id)).toEqual([])
  })

  it('keeps nothing of an ending that no webhook reports', async () => {
    const { verifications, traces } = factory()
    const record = await start({ verifications })
    await traced(verifications, context(1)).check({ ...keyOf(record), ...guess(true) })
    expect(await traces.of(record.id)).toEqual([])
  })
}
