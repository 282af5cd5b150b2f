import { expect, it, vi } from 'vitest'
import { createRareNote } from '../../src/kernel/rare-note.ts'
import { T0 } from '../contract/rows.ts'

it('a line a minute of each provider says how often it happened since the last one', () => {
  let now = T0
  const warn = vi.fn()
  const note = createRareNote({ clock: { now: () => now }, logger: { warn } }, 'it was forged')
  const told = () => warn.mock.calls.splice(0).map(([fields]) => fields)
  for (let n = 0; n < 5; n += 1) note('twilio')
  note('vonage', { error: 'x' })
  expect(warn).toHaveBeenLastCalledWith(
    { provider: 'vonage', error: 'x', count: 1 },
    'it was forged',
  )
  expect(told()).toHaveLength(2)
  now += 59_999
  note('twilio')
  expect(told()).toEqual([])
  now += 1
  note('twilio')
  note('twilio')
  expect(told()).toEqual([{ provider: 'twilio', count: 6 }])
})
