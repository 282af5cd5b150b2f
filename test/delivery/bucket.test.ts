import { describe, expect, it } from 'vitest'
import { bucketOf, putBack, takeFrom } from '../../src/delivery/pace/bucket.ts'
import { rateOf, withRate } from '../../src/delivery/pace/rate.ts'
import { ProviderSettingError } from '../../src/delivery/provider-entry.ts'
import { twilioEntry } from '../../src/delivery/providers/twilio/twilio.ts'
import { T0 } from '../contract/rows.ts'

const rate = (messages: number, perMs = 1000) => bucketOf({ messages, perMs })

describe('a bucket', () => {
  it.each([
    [rate(10), 3],
    [rate(400), 101],
    [rate(1), 1],
    [rate(10, 60_000), 1],
  ])('%o holds a quarter of a second and one message more', (bucket, burst) => {
    expect(bucket.burst).toBe(burst)
  })

  it('gives what it holds, and says when the next token comes', () => {
    const bucket = rate(10)
    const first = takeFrom(0, bucket, 5, T0)
    expect(first).toEqual({ granted: 3, fullAt: T0 + 300, waitMs: 100 })
    expect(takeFrom(first.fullAt, bucket, 5, T0 + 99)).toMatchObject({ granted: 0, waitMs: 1 })
    expect(takeFrom(first.fullAt, bucket, 5, T0 + 100)).toMatchObject({ granted: 1, waitMs: 100 })
    expect(takeFrom(first.fullAt, bucket, 5, T0 + 250)).toMatchObject({ granted: 2, waitMs: 50 })
  })

  it('gives no more than the rate over ten seconds, however it is asked', () => {
    const bucket = rate(7)
    let fullAt = 0
    let sum = 0
    for (let at = T0; at < T0 + 10_000; at += 13) {
      const taken = takeFrom(fullAt, bucket, 20, at)
      fullAt = taken.fullAt
      sum += taken.granted
    }
    expect(sum).toBeGreaterThanOrEqual(70)
    expect(sum).toBeLessThanOrEqual(70 + bucket.burst)
  })

  it('makes up for a worker that comes late by less than it holds', () => {
    const bucket = rate(100)
    let fullAt = 0
    let sum = 0
    for (let at = T0; at < T0 + 10_000; at += 200) {
      const taken = takeFrom(fullAt, bucket, 1000, at)
      fullAt = taken.fullAt
      sum += taken.granted
    }
    expect(sum).toBeGreaterThan(990)
  })

  it('waits no longer than it takes to fill, whatever the clock or the rate was', () => {
    const taken = takeFrom(T0 + 3_600_000, rate(10), 5, T0)
    expect(taken).toMatchObject({ granted: 0, waitMs: 100 })
  })

  it('has back what was not used', () => {
    const bucket = rate(10)
    const { fullAt } = takeFrom(0, bucket, 3, T0)
    expect(takeFrom(putBack(fullAt, bucket, 2), bucket, 5, T0).granted).toBe(2)
    expect(takeFrom(putBack(fullAt, bucket, 50), bucket, 50, T0).granted).toBe(3)
  })
})

describe('the setting', () => {
  const entry = withRate(twilioEntry)
  const of = (text: string) => rateOf(entry, undefined, { TWILIO_RATE: text })

  it('is a number of messages a second or a minute, of one account', () => {
    expect(of('10/s')).toEqual({ key: 'twilio', messages: 10, perMs: 1_000 })
    expect(of(' 600 / min ')).toEqual({ key: 'twilio', messages: 600, perMs: 60_000 })
    expect(rateOf(entry, 'eu', { TWILIO_RATE: '1/s' })).toMatchObject({ key: 'twilio:eu' })
    expect(rateOf(entry, undefined, {})).toBeNull()
  })

  it.each(['10', '0/s', '10/h', '-1/s', '10000/s', '1.5/s', ''])('refuses %j', (text) => {
    expect(() => of(text)).toThrow(ProviderSettingError)
    expect(() => of(text)).toThrow('TWILIO_RATE: is not like 10/s or 600/min (from 1 to 9999)')
  })
})
