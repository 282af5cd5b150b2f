// I21: which entries a start meets, and which of them decides.

import { describe, expect, it } from 'vitest'
import { compile, decide, type Looked } from '../../src/shield/match.ts'
import type { ListEntry } from '../../src/shield/ports.ts'
import { newEntry, T0 } from '../contract/rows.ts'

const PERSON = Buffer.alloc(16, 1)

const phone = (over: Partial<Looked> = {}): Looked => ({
  ...{ service: 'default', number: '+2250701020304', country: 'CI', domain: null },
  ...{ clientIp: '203.0.113.7', personIndexes: () => [PERSON], now: T0 },
  ...over,
})
const mail = (domain: string): Looked => phone({ number: null, country: null, domain })
const find = (entries: readonly ListEntry[], looked: Looked) =>
  compile(entries)
    .find(looked)
    .map(({ id }) => id)
const isFound = (entry: Partial<ListEntry>, looked: Looked) =>
  find([newEntry(entry)], looked).length === 1

describe('I21: entries that a start meets', () => {
  it.each([
    ['prefix', '2250701'],
    ['prefix', '22507010203'],
    ['country', 'CI'],
    ['network', '203.0.113.0/24'],
    ['network', '203.0.113.7/32'],
    ['network', '203.0.112.0/22'],
    ['network', '203.0.113.6/31'],
  ] as const)('%s %s', (by, value) => {
    expect(isFound({ by, value }, phone())).toBe(true)
  })

  it.each([
    ['prefix', '22508'],
    ['prefix', '0225070'],
    ['country', 'GH'],
    ['network', '203.0.112.0/24'],
    ['network', '203.0.113.8/31'],
    ['network', '2001:db8::/32'],
    ['domain', 'example.com'],
  ] as const)('not %s %s', (by, value) => {
    expect(isFound({ by, value }, phone())).toBe(false)
  })

  it.each([
    ['2001:db8::/32', '2001:db8:1:2::3', true],
    ['2001:db8:1:2::/64', '2001:db8:1:2:ffff::1', true],
    ['2001:db8:1:2::/64', '2001:db8:1:3::1', false],
    ['2001:db8:1:2::3/128', '2001:db8:1:2::3', true],
    ['2001:db8:fff8::/45', '2001:db8:ffff::1', true],
    ['2001:db8:fff8::/45', '2001:db8:fff7::1', false],
    // By 6to4 and by Teredo, a host of 198.51.100.7.
    ['198.51.100.0/24', '2002:c633:6407::1', true],
    ['198.51.100.0/24', '2001:0:4136:e378:8000:63bf:39cc:9bf8', true],
    ['198.51.101.0/24', '2002:c633:6407::1', false],
    ['2002:c633:6407::/48', '2002:c633:6407::1', true],
    // The same first bits, of another kind of address.
    ['32.1.13.184/32', '2001:db8::', false],
  ])('network %s and the address %s: %s', (value, clientIp, is) => {
    expect(isFound({ by: 'network', value }, phone({ clientIp }))).toBe(is)
  })

  it('a domain with its subdomains, and no look-alike', () => {
    const entry = newEntry({ by: 'domain', value: 'example.com' })
    for (const domain of ['example.com', 'a.example.com', 'a.b.example.com'])
      expect(find([entry], mail(domain))).toEqual([entry.id])
    for (const domain of ['badexample.com', 'example.com.evil.org', 'com'])
      expect(find([entry], mail(domain))).toEqual([])
  })

  it('a person by their index, of one service or of all; before its end alone', () => {
    const about = { by: 'number', value: null, budgetIndex: PERSON } as const
    expect(isFound(about, phone())).toBe(true)
    expect(isFound({ ...about, service: 'default' }, phone())).toBe(true)
    expect(isFound({ ...about, service: 'another' }, phone())).toBe(false)
    expect(isFound(about, phone({ personIndexes: () => [Buffer.alloc(16, 2)] }))).toBe(false)
    expect(isFound({ ...about, endsAt: T0 + 1 }, phone())).toBe(true)
    expect(isFound({ ...about, endsAt: T0 }, phone())).toBe(false)
  })

  it('asks for no index of a person where there is no entry about one', () => {
    const never = () => {
      throw new Error('asked')
    }
    expect(isFound({ by: 'country', value: 'CI' }, phone({ personIndexes: never }))).toBe(true)
  })
})

describe('I21: the entry that decides', () => {
  const entries = {
    country: newEntry({ by: 'country', value: 'CI' }),
    network: newEntry({ by: 'network', value: '203.0.113.0/24' }),
    prefix: newEntry({ value: '22507' }),
    longer: newEntry({ value: '2250701', effect: 'challenge' }),
    person: newEntry({ by: 'number', value: null, budgetIndex: PERSON, effect: 'allow' }),
  }
  const { country, network, prefix, longer, person } = entries

  it('is none where one of them allows it, however wide', () => {
    expect(decide([prefix, person])).toBeUndefined()
    expect(
      decide([prefix, newEntry({ by: 'country', value: 'CI', effect: 'allow' })]),
    ).toBeUndefined()
    expect(decide([])).toBeUndefined()
  })

  it('refuses before it challenges, and the narrowest names itself', () => {
    expect(decide([country, longer, prefix, network])).toEqual({
      ...{ effect: 'refuse', entry: prefix.id, about: 'recipient' },
    })
    expect(decide([country, network])).toEqual({
      ...{ effect: 'refuse', entry: network.id, about: 'client' },
    })
    expect(decide([longer])).toEqual({
      ...{ effect: 'challenge', entry: longer.id, about: 'recipient' },
    })
    const own = newEntry({ value: '22507', service: 'default' })
    expect(decide([prefix, own])?.entry).toBe(own.id)
    const everybody = [country, network, prefix, longer].map((one) => ({
      ...one,
      effect: 'refuse',
    }))
    expect(decide(everybody as ListEntry[])?.entry).toBe(longer.id)
  })

  it('is found among ten thousand as fast as among ten', () => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      newEntry({ value: String(10_000_000 + n) }),
    )
    const compiled = compile([...many, prefix])
    const started = performance.now()
    for (let n = 0; n < 1_000; n += 1) expect(compiled.find(phone())).toHaveLength(1)
    // 1,000 scans of 10,000 entries would take seconds.
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
