// How long a message would wait, and which starts are refused for it.

import { describe, expect, it, vi } from 'vitest'
import { describeLane } from '../../src/admin/advice/lanes.ts'
import type { Backlog } from '../../src/delivery/pace/ports.ts'
import { createWaits } from '../../src/delivery/pace/waits.ts'
import type { Provider } from '../../src/delivery/ports.ts'
import { createChooser } from '../../src/delivery/routes/chooser.ts'
import { createRests } from '../../src/delivery/routes/rests.ts'
import { createRouting } from '../../src/delivery/routes/routing.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'
import { T0 } from '../contract/rows.ts'

const provider = (name: string, messages?: number, perMs = 1_000): Provider => ({
  name,
  channels: ['sms'],
  send: async () => ({ kind: 'accepted', reference: null }),
  ...(messages && { rate: { key: name, messages, perMs } }),
})
const MESSAGE = { service: 'default', channel: 'sms' as const, to: '+14155552671', country: 'US' }
type Due = { due: number; oldestDueMs: number }

function world(providers: Provider[], due: Record<string, Due>) {
  let now = T0
  const clock = { now: () => now }
  const read = vi.fn<Backlog>(async (lanes) =>
    lanes.map(({ provider: name, limit }) => {
      const { due: count = 0, oldestDueMs = 0 } = due[name] ?? {}
      return { due: Math.min(count, limit), oldestDueMs }
    }),
  )
  const routing = createRouting(providers)
  let monotonic = 0
  const monotonicMs = () => monotonic
  const waits = createWaits({ backlog: read, providers, routing, clock, monotonicMs })
  const { isFull } = waits
  const chooser = createChooser({ routing, rests: createRests(), clock, random: () => 0, isFull })
  /** As two starts ask, the second one after the first one's read. */
  const ask = async () => {
    await waits.tooLong(MESSAGE)
    await vi.waitUntil(() => read.mock.results.every(({ type }) => type === 'return'))
    await Promise.resolve()
    return waits.tooLong(MESSAGE)
  }
  const jump = (ms: number) => {
    now += ms
  }
  const pass = (ms: number) => {
    jump(ms)
    monotonic += ms
  }
  return { waits, chooser, read, ask, pass, jump }
}

describe('a start', () => {
  it.each([
    [599, null],
    [600, { waitMs: 60_000, retryAfterSeconds: 1 }],
    [601, { waitMs: 60_100, retryAfterSeconds: 1 }],
  ])('C53: at 10/s with %i messages due: %j', async (due, refusal) => {
    const { ask } = world([provider('a', 10)], { a: { due, oldestDueMs: 5_000 } })
    expect(await ask()).toEqual(refusal)
  })

  it('is refused by a rate a minute, and told when to come back, within a minute', async () => {
    const { ask, pass } = world([provider('a', 2, 60_000)], { a: { due: 3, oldestDueMs: 90_000 } })
    pass(90_000)
    expect(await ask()).toEqual({ waitMs: 90_000, retryAfterSeconds: 30 })
    const hours = world([provider('a')], { a: { due: 1, oldestDueMs: 3_600_000 } })
    hours.pass(3_600_000)
    expect(await hours.ask()).toEqual({ waitMs: 3_600_000, retryAfterSeconds: 60 })
  })

  it('without a rate waits as long as the oldest has waited', async () => {
    const late = { a: { due: 20_000, oldestDueMs: 59_999 } }
    const { ask, pass } = world([provider('a')], late)
    pass(60_000)
    expect(await ask()).toBeNull()
    late.a.oldestDueMs = 60_000
    pass(1_000)
    expect(await ask()).toMatchObject({ retryAfterSeconds: 1 })
  })

  it('C53: is not refused for messages that were due before this process ran, or by a jump of the clock', async () => {
    const due = { a: { due: 1, oldestDueMs: 3_600_000 } }
    const { ask, pass, jump } = world([provider('a')], due)
    expect(await ask()).toBeNull()
    jump(3_600_000)
    expect(await ask()).toBeNull()
    for (let n = 0; n < 59; n += 1) {
      pass(1_000)
      expect(await ask()).toBeNull()
    }
    pass(1_000)
    expect(await ask()).toMatchObject({ waitMs: 60_000 })
    due.a.oldestDueMs = 0
    pass(1_000)
    expect(await ask()).toBeNull()
    due.a.oldestDueMs = 3_600_000
    pass(59_000)
    expect(await ask()).toBeNull()
  })

  it('goes by another provider of its route while one has room, and is refused where none has', async () => {
    const full = { due: 900, oldestDueMs: 0 }
    const providers = [provider('a', 10), provider('b', 10)]
    const one = world(providers, { a: full })
    expect(await one.ask()).toBeNull()
    expect(one.chooser.first(MESSAGE)).toBe('b')
    const both = world(providers, { a: full, b: { due: 700, oldestDueMs: 0 } })
    expect(await both.ask()).toMatchObject({ waitMs: 60_100 })
    expect(both.chooser.first(MESSAGE)).toBe('a')
  })

  it('costs one bounded read a second, which it does not wait for', async () => {
    const { waits, read, pass } = world([provider('a', 10), provider('b')], {})
    for (let n = 0; n < 50; n += 1) expect(await waits.tooLong(MESSAGE)).toBeNull()
    expect(read.mock.calls.map(([lanes]) => lanes.map(({ limit }) => limit))).toEqual([[601, 1]])
    pass(999)
    await waits.tooLong(MESSAGE)
    expect(read).toHaveBeenCalledTimes(1)
    pass(1)
    await waits.tooLong(MESSAGE)
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('is not refused for what is over', async () => {
    const due = { a: { due: 900, oldestDueMs: 0 } }
    const { waits, ask, pass } = world([provider('a', 10)], due)
    expect(await ask()).toMatchObject({ waitMs: 60_100 })
    pass(5_000)
    due.a.due = 0
    expect(await waits.tooLong(MESSAGE)).toBeNull()
  })

  it('is not refused where the store cannot be asked', async () => {
    const { ask, read } = world([provider('a', 10)], {})
    read.mockRejectedValue(new StoreUnavailableError('gone'))
    expect(await ask().catch(() => 'thrown')).toBeNull()
  })
})

it('is described in words', () => {
  const lane = { channel: 'sms' as const, provider: 'twilio', isMore: false }
  const rate = { key: 'twilio', messages: 10, perMs: 1_000 }
  expect(describeLane({ ...lane, rate, due: 312, waitMs: 31_200 })).toBe(
    'twilio: 10/s, 312 messages due, about 31 s',
  )
  expect(describeLane({ ...lane, rate, due: 1, waitMs: 100 })).toBe(
    'twilio: 10/s, 1 message due, no wait',
  )
  expect(describeLane({ ...lane, rate: null, due: 0, waitMs: 0 })).toBe(
    'twilio: no rate, nothing due, no wait',
  )
  const minute = { ...rate, messages: 600, perMs: 60_000 }
  expect(
    describeLane({ ...lane, rate: minute, due: 20_000, isMore: true, waitMs: 2_000_000 }),
  ).toBe('twilio: 600/min, 20000+ messages due, about 2000 s')
})
