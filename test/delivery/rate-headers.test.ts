// What answers say about a provider's own limit, in the forms of the drafts and of those before them.

import { describe, expect, it } from 'vitest'
import { readAllowance } from '../../src/delivery/pace/rate-headers.ts'
import { T0 } from '../contract/rows.ts'

const times = { now: T0, wallMs: null }
const read = (headers: Record<string, string>) => readAllowance(headers, false, times)

describe('the headers of an answer', () => {
  it.each([
    [{ ratelimit: '"default";r=50;t=30' }, { left: 50, resetMs: 30_000 }],
    [{ ratelimit: '"burst";r=3;t=1, "day";r=900;t=40000' }, { left: 3, resetMs: 1_000 }],
    [{ ratelimit: 'limit=100, remaining=7, reset=5' }, { left: 7, resetMs: 5_000 }],
    [
      { 'ratelimit-remaining': '0', 'ratelimit-reset': '2' },
      { left: 0, resetMs: 2_000 },
    ],
    [
      { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '20' },
      { left: 1, resetMs: 20_000 },
    ],
    [
      { 'x-rate-limit-remaining': '4', 'x-rate-limit-reset': '0.5' },
      { left: 4, resetMs: 500 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(T0 / 1000) + 9) },
      { left: 0, resetMs: (Math.ceil(T0 / 1000) + 9) * 1000 - T0 },
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(T0 + 900) },
      { left: 0, resetMs: 900 },
    ],
    [{ 'retry-after': '3' }, { left: 0, resetMs: 3_000 }],
    [
      { ratelimit: '"a";r=9;t=9', 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': '5' },
      { left: 2, resetMs: 5_000 },
    ],
  ])('%j', (headers, allowance) => {
    expect(read(headers as Record<string, string>)).toEqual(allowance)
  })

  it.each([
    {},
    { ratelimit: 'soon' },
    { ratelimit: '"default";r=50' },
    { 'x-ratelimit-remaining': '5' },
    { 'x-ratelimit-remaining': 'few', 'x-ratelimit-reset': '5' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' },
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000000001' },
    { 'retry-after': 'later' },
  ])('nothing is read from %j', (headers) => {
    expect(read(headers as Record<string, string>)).toBeNull()
  })

  it('nobody is parked for longer than a minute', () => {
    const day = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '86400' }
    expect(read(day)).toEqual({ left: 0, resetMs: 60_000 })
    expect(read({ ratelimit: '"day";r=0;t=999999999999' })).toEqual({ left: 0, resetMs: 60_000 })
  })

  it('a time is read by the provider’s clock where it sends one', () => {
    const at = 2_000_000_000
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(at) }
    expect(readAllowance(headers, false, { now: T0, wallMs: at * 1000 - 4_000 })).toEqual({
      left: 0,
      resetMs: 4_000,
    })
  })

  it('a refusal’s Retry-After is about its message; its limits count', () => {
    expect(readAllowance({ 'retry-after': '30' }, true, times)).toBeNull()
    const headers = { 'retry-after': '30', ratelimit: '"default";r=0;t=7' }
    expect(readAllowance(headers, true, times)).toEqual({ left: 0, resetMs: 7_000 })
  })
})
