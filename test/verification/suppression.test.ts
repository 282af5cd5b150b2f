// C59: for how long a recipient is suppressed, and which answers of a provider do it.

import { describe, expect, it } from 'vitest'
import { suppressedBy } from '../../src/delivery/answers/suppress.ts'
import { permanent } from '../../src/delivery/ports.ts'
import { DAY_MS } from '../../src/kernel/clock.ts'
import { toSlice } from '../../src/storage/suppressions.ts'
import { decideSuppression, type NewSuppression } from '../../src/verification/suppression.ts'

const T0 = 1_800_000_000_000
const bytes = Buffer.alloc(16)
const report = (reason: NewSuppression['reason'], code: string | null = null): NewSuppression => ({
  ...{ id: 'sup_1', service: 'default', channel: 'sms', addressIndex: bytes, budgetIndex: bytes },
  ...{ recipientSealed: bytes, keyId: '0a1b2c3d', reason, provider: 'twilio', code },
})

describe('C59: a suppression', () => {
  it('of a mailbox or number is twice as long each time, up to 90 days', () => {
    const days: number[] = []
    let before = decideSuppression(undefined, report('bounce', 'x'), T0)
    for (let n = 0; n < 6; n += 1) {
      const { since, until } = before ?? { since: 0, until: 0 }
      days.push(((until ?? 0) - since) / DAY_MS)
      before = decideSuppression(before, report('unknown', 'x'), (until ?? 0) + 1)
    }
    expect(days).toEqual([7, 14, 28, 56, 90, 90])
  })

  it.each([
    ['bounce', 'x', 'bounce', 'x', false],
    ['bounce', 'x', 'unknown', 'x', false],
    ['unknown', 'x', 'stop', '21610', true],
    // What a provider tells of ends by itself; what the person says does not.
    ['stop', '21610', 'stop', null, true],
    ['stop', null, 'stop', '21610', false],
    ['stop', null, 'unknown', 'x', false],
    ['stop', null, 'complaint', null, true],
    ['complaint', null, 'stop', null, false],
  ] as const)('in force as %s (%s): %s (%s) changes it: %s', (was, code, reason, next, changes) => {
    const before = decideSuppression(undefined, report(was, code), T0)
    const after = decideSuppression(before, report(reason, next), T0 + 1)
    expect(after !== undefined).toBe(changes)
  })

  it('has no end where the person said it; a STOP that a provider tells of ends after a day', () => {
    const untilOf = (reason: NewSuppression['reason'], code: string | null) =>
      decideSuppression(undefined, report(reason, code), T0)?.until
    expect(untilOf('stop', null)).toBeNull()
    expect(untilOf('complaint', 'x')).toBeNull()
    expect(untilOf('stop', '21610')).toBe(T0 + DAY_MS)
  })

  it.each([
    ['twilio', '21610', 'stop'],
    ['twilio:eu', '21610', 'stop'],
    ['vonage', '1240', 'stop'],
    ['aws', 'DESTINATION_PHONE_NUMBER_OPTED_OUT', 'stop'],
    ['twilio', '30005', 'unknown'],
    ['smtp', 'smtp_550_5.1.1', 'unknown'],
    ['smtp', 'smtp_550_5.2.1', 'bounce'],
    // It may be full, or off, or a matter of the sender's; and another provider's code is another code.
    ['smtp', 'smtp_552_5.2.2', null],
    ['smtp', 'smtp_550', null],
    ['twilio', '30003', null],
    ['http', '21610', null],
  ])('is caused by %s: %s as %s', (provider, code, reason) => {
    expect(suppressedBy(provider, permanent('recipient', code, ''))).toBe(reason)
  })

  it('is not caused by what a sender, a country or an outage brings about, whatever its code', () => {
    for (const fault of ['message', 'destination', 'account'] as const)
      expect(suppressedBy('twilio', permanent(fault, '21610', ''))).toBeNull()
    const error = { code: '21610', message: '' }
    expect(suppressedBy('twilio', { kind: 'temporary', error, retryAfterMs: null })).toBeNull()
    expect(suppressedBy('twilio', { kind: 'ambiguous', error })).toBeNull()
  })

  it('lists those of one service, and reads on where a slice is full', () => {
    const rows = ['default', 'bank', 'default'].map((service, index) => ({
      ...report('stop'),
      ...{ service, id: `sup_${index}`, seq: 9 - index, since: T0, until: null, times: 1 },
    }))
    const idsOf = (service: string | null, limit: number) => {
      const slice = toSlice(rows, { service }, limit)
      return [slice.items.map(({ id }) => id), slice.nextCursor !== null]
    }
    expect(idsOf('default', 5)).toEqual([['sup_0', 'sup_2'], false])
    expect(idsOf('default', 1)).toEqual([['sup_0'], true])
    expect(idsOf(null, 5)).toEqual([['sup_0', 'sup_1', 'sup_2'], false])
    expect(JSON.stringify(toSlice(rows, { service: null }, 5))).not.toContain('seq')
  })
})
