import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createRefusalLog,
  type RefusalEntry,
  type RefusalLog,
  type RefusalLogOptions,
} from '../../src/events/refusal-log.ts'
import type { NewEvent } from '../../src/events/types.ts'
import type { RefusalLog as RefusalLogPort } from '../../src/verification/ports.ts'

const MINUTE = 60_000
let now: number
let away: boolean
let appended: NewEvent[]
let batches: number[]
let warnings: unknown[]
const logs: RefusalLog[] = []

beforeEach(() => {
  now = 1_800_000_000_000
  away = false
  appended = []
  batches = []
  warnings = []
})
afterEach(async () => {
  vi.useRealTimers()
  away = false
  for (const log of logs.splice(0)) await log.stop()
})

function createLog(options: Partial<RefusalLogOptions> = {}): RefusalLog {
  const log = createRefusalLog({
    append: async (events) => {
      await new Promise(setImmediate)
      if (away) throw new Error('away')
      batches.push(events.length)
      appended.push(...events)
    },
    clock: { now: () => now },
    logger: { warn: (fields) => warnings.push(fields) },
    ...options,
  })
  logs.push(log)
  return log
}

function refusal(subject: string, change: Partial<RefusalEntry> = {}): RefusalEntry {
  return {
    error: 'rate_limited',
    limit: 'sends_per_number_burst',
    subject,
    source: null,
    route: 'start',
    budgetIndex: new Uint8Array([1]),
    verificationId: null,
    seal: null,
    about: {},
    actor: { service: 'shop', keyId: 'key_1', clientIp: '198.51.100.1', userAgent: 'browser' },
    ...change,
  }
}
const counts = () => appended.map(({ details }) => details.count)
const total = () => counts().reduce<number>((sum, count) => sum + Number(count), 0)
const written = (rows: number) =>
  vi.waitFor(() => expect(appended).toHaveLength(rows), { interval: 1 })

it('is the service that the domain expects', () => {
  const log: RefusalLogPort = createLog()
  expect(log).toBeDefined()
})

describe('one subject', () => {
  it('its first refusal is a row at once, with all its details', async () => {
    createLog().record(refusal('a'))
    expect(appended).toEqual([])
    await written(1)
    expect(appended[0]).toEqual({
      service: 'shop',
      keyId: 'key_1',
      clientIp: '198.51.100.1',
      userAgent: 'browser',
      at: now,
      type: 'request.refused',
      verificationId: null,
      budgetIndex: new Uint8Array([1]),
      recipientSealed: null,
      details: {
        error: 'rate_limited',
        limit: 'sends_per_number_burst',
        route: 'start',
        count: 1,
      },
    })
  })

  it('later ones are counted and leave as one row with the flush', async () => {
    const log = createLog()
    for (let i = 0; i < 50; i += 1) log.record(refusal('a'))
    await written(1)
    now += MINUTE
    await log.flush()
    expect(counts()).toEqual([1, 49])
    expect(appended[1]?.at).toBe(now)
    await log.flush()
    expect(counts()).toEqual([1, 49])
  })

  it('a new window begins with a new first row, and forgets no count', async () => {
    const log = createLog({ windowMs: 10 * MINUTE })
    for (let i = 0; i < 3; i += 1) log.record(refusal('a'))
    now += 10 * MINUTE
    log.record(refusal('a'))
    await log.flush()
    expect(counts()).toEqual([1, 1, 2])
  })

  it('C73: a window’s count belongs to its own person, however the next one begins', async () => {
    const log = createLog({ windowMs: 10 * MINUTE })
    const person = { budgetIndex: new Uint8Array([7]), seal: () => new Uint8Array([9]) }
    for (let i = 0; i < 3; i += 1) log.record(refusal('a', person))
    now += 10 * MINUTE
    log.record(refusal('a', person))
    await log.flush()
    expect(counts()).toEqual([1, 1, 2])
    for (const { budgetIndex, recipientSealed } of appended)
      expect([budgetIndex?.[0], recipientSealed?.[0]]).toEqual([7, 9])
  })

  it('C73: another channel is another line, with the details of the request', async () => {
    const log = createLog()
    const about = { channel: 'sms', country: 'DE' }
    log.record(refusal('a', { about }))
    log.record(refusal('a', { about: { channel: 'email' } }))
    log.record(refusal('a', { about }))
    await log.flush()
    expect(
      appended.map(({ details }) => [details.channel, details.country, details.count]),
    ).toEqual([
      ['sms', 'DE', 1],
      ['email', undefined, 1],
      ['sms', 'DE', 1],
    ])
  })

  it('within its window it has one first row, flushed or not', async () => {
    const log = createLog({ windowMs: 10 * MINUTE })
    for (let minute = 0; minute < 9; minute += 1) {
      log.record(refusal('a'))
      now += MINUTE
      await log.flush()
    }
    expect(counts()).toEqual(Array(9).fill(1))
    log.record(refusal('a'))
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(appended).toHaveLength(9)
  })

  it('another error, limit, service or subject is another one', async () => {
    const log = createLog()
    const actor = { service: 'bank', keyId: null, clientIp: null, userAgent: null }
    for (const change of [
      {},
      { error: 'verification_expired', limit: null },
      { limit: 'sends_per_ip_burst' },
      { actor },
      { subject: 'b' },
      { subject: 'b' },
    ])
      log.record(refusal('a', change))
    await log.flush()
    expect(counts()).toEqual([1, 1, 1, 1, 1, 1])
  })
})

describe('C51: a flood', () => {
  it('10,000 refused of 10,000 subjects are a bounded number of rows, and add up', async () => {
    const log = createLog()
    for (let i = 0; i < 10_000; i += 1) log.record(refusal(`subject-${i}`))
    await log.flush()
    expect(appended.length).toBe(201)
    expect(total()).toBe(10_000)
    expect(appended.at(-1)).toMatchObject({
      service: 'shop',
      keyId: null,
      clientIp: null,
      userAgent: null,
      budgetIndex: null,
      details: { error: 'rate_limited', overflow: true, count: 9_800 },
    })
  })

  it('the same over hours, with subjects that come back: bounded rows a minute, exact sum', async () => {
    const log = createLog()
    let sent = 0
    for (let minute = 0; minute < 120; minute += 1) {
      const before = appended.length
      for (let i = 0; i < 2_000; i += 1) {
        log.record(refusal(`subject-${(minute * 700 + i) % 5_000}`))
        sent += 1
      }
      now += MINUTE
      await log.flush()
      expect(appended.length - before).toBeLessThanOrEqual(200 + 1_000 + 1)
    }
    await log.stop()
    expect(total()).toBe(sent)
  })

  it('10,000 refused of one subject are two rows', async () => {
    const log = createLog()
    for (let i = 0; i < 10_000; i += 1) log.record(refusal('a'))
    await log.flush()
    expect(counts()).toEqual([1, 9_999])
  })

  it('the overflow is one row for each service, error and limit', async () => {
    const log = createLog({ maxFirstRows: 0 })
    for (let i = 0; i < 100; i += 1) {
      log.record(refusal(`s-${i}`))
      log.record(refusal(`s-${i}`, { error: 'overloaded', limit: null }))
    }
    await log.flush()
    expect(counts()).toEqual([100, 100])
  })

  it('subjects find no place beyond the bound until quiet ones have left', async () => {
    const log = createLog({ maxSubjects: 10 })
    for (let i = 0; i < 15; i += 1) log.record(refusal(`s-${i}`))
    log.record(refusal('s-0'))
    await log.flush()
    expect(counts()).toEqual([...Array(10).fill(1), 1, 5])
    log.record(refusal('s-new'))
    log.record(refusal('s-0'))
    await log.flush()
    // s-0 was not quiet and kept its place: counted, no second first row.
    expect(appended.slice(12).map(({ details }) => details.overflow)).toEqual([
      undefined,
      undefined,
    ])
    expect(total()).toBe(18)
  })

  it('C73: from one address does not hide the refusals of other addresses', async () => {
    const log = createLog()
    const flooder = { source: '203.0.113.1' }
    for (let i = 0; i < 5_000; i += 1) log.record(refusal(`victim-${i}`, flooder))
    log.record(refusal('ann', { source: '198.51.100.7', budgetIndex: new Uint8Array([7]) }))
    log.record(refusal('bob', { budgetIndex: new Uint8Array([8]) }))
    await log.flush()
    expect(appended.filter(({ budgetIndex }) => budgetIndex?.[0] === 7)).toHaveLength(1)
    expect(appended.filter(({ budgetIndex }) => budgetIndex?.[0] === 8)).toHaveLength(1)
    // The rest of the flood is one row of that address, and its count.
    const ofMany = appended.filter(({ details }) => details.overflow)
    expect(ofMany.map(({ details }) => details.count)).toEqual([1, 4_979])
    expect(ofMany[0]).toMatchObject({ budgetIndex: null, recipientSealed: null, keyId: 'key_1' })
    expect(appended).toHaveLength(20 + 2 + 2)
    expect(total()).toBe(5_002)
    for (let i = 0; i < 30; i += 1) log.record(refusal(`another-${i}`, flooder))
    await log.flush()
    expect(appended.filter(({ details }) => !details.overflow)).toHaveLength(22 + 20)
  })

  it('C73: from many addresses is as bounded as from none, in rows and in memory', async () => {
    const log = createLog()
    let sealed = 0
    const seal = () => {
      sealed += 1
      return new Uint8Array([9])
    }
    for (let i = 0; i < 10_000; i += 1) log.record(refusal(`s-${i}`, { source: `a-${i}`, seal }))
    await log.flush()
    expect(appended).toHaveLength(201)
    expect(total()).toBe(10_000)
    expect(sealed).toBe(200)
  })

  it('a tick is one append, and no append is long', async () => {
    const log = createLog()
    for (let i = 0; i < 150; i += 1) log.record(refusal(`s-${i}`))
    await written(150)
    expect(batches).toEqual([150])
    for (let i = 0; i < 150; i += 1) log.record(refusal(`s-${i}`))
    for (let i = 150; i < 250; i += 1) log.record(refusal(`s-${i}`))
    await log.flush()
    expect(Math.max(...batches)).toBeLessThanOrEqual(200)
    expect(total()).toBe(400)
  })
})

describe('a store that is down', () => {
  it('loses no count, stays bounded, and is tried again by the flush alone', async () => {
    let tries = 0
    const log = createLog({
      append: async (events) => {
        tries += 1
        if (away) throw new Error('away')
        appended.push(...events)
      },
    })
    away = true
    let sent = 0
    for (let minute = 0; minute < 60; minute += 1) {
      for (let i = 0; i < 1_500; i += 1) {
        log.record(refusal(`subject-${minute * 100 + (i % 400)}`))
        sent += 1
      }
      await new Promise(setImmediate)
      now += MINUTE
      await log.flush()
    }
    expect(appended).toEqual([])
    expect(tries).toBeLessThanOrEqual(61)
    expect(warnings).toHaveLength(tries)
    away = false
    await log.flush()
    await log.flush()
    expect(total()).toBe(sent)
    expect(appended.length).toBeLessThan(2_500)
  })

  it('record never throws, stop never rejects', async () => {
    const log = createLog()
    away = true
    expect(() => log.record(refusal('a'))).not.toThrow()
    await expect(log.stop()).resolves.toBeUndefined()
    expect(appended).toEqual([])
  })

  it('rows that come while an append is in progress follow it, once each', async () => {
    const log = createLog()
    log.record(refusal('a'))
    const flushing = log.flush()
    log.record(refusal('b'))
    log.record(refusal('b'))
    await flushing
    await log.flush()
    expect(counts()).toEqual([1, 1, 1])
  })
})

it('flushes once a minute automatically, and no more after stop', async () => {
  vi.useFakeTimers()
  const log = createLog({
    append: async (events) => {
      appended.push(...events)
    },
  })
  log.record(refusal('a'))
  log.record(refusal('a'))
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(counts()).toEqual([1, 1])
  log.record(refusal('a'))
  await log.stop()
  expect(counts()).toEqual([1, 1, 1])
  expect(vi.getTimerCount()).toBe(0)
})
