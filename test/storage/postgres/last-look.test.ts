// What a worker saw at its last look for due rows, and for how long it goes by that.

import { expect, it } from 'vitest'
import { createLastLook } from '../../../src/storage/postgres/last-look.ts'
import { HOUR, T0 } from '../../contract/rows.ts'

it('C23: what is due by itself is looked for once a second, and at once where another node announces it', async () => {
  let monotonic = 0
  let looks = 0
  const lastLook = createLastLook(() => monotonic)
  const lanes = [
    { channel: 'sms' as const, provider: 'acme', at: T0 + HOUR },
    { channel: 'email' as const, provider: null, at: T0 + 2 * HOUR },
  ]
  const dueLanes = () =>
    lastLook.dueLanes(async () => {
      looks += 1
      return lanes
    })
  lastLook.use()
  for (let n = 0; n < 5; n += 1) expect(await dueLanes()).toEqual(lanes)
  expect([looks, lastLook.mayBeDue(T0), lastLook.mayBeDue(T0 + HOUR)]).toEqual([1, false, true])
  monotonic += 1_000
  expect(lastLook.mayBeDue(T0)).toBe(true)
  await dueLanes()
  lastLook.forget()
  await dueLanes()
  expect(looks).toBe(3)
})

it('what is claimed in its start is announced to no other node; what is due is, once', () => {
  const lastLook = createLastLook()
  lastLook.use()
  expect(lastLook.takeUntold()).toBe(false)
  lastLook.open()
  expect([lastLook.takeUntold(), lastLook.takeUntold()]).toEqual([true, false])
})
