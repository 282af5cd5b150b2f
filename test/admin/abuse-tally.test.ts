// Where abuse may be: what is added up, what is left out, and which numbers lie close together.

import { expect, it } from 'vitest'
import { createTally, type Sample } from '../../src/admin/abuse-tally.ts'
import { networkKey } from '../../src/limits/client-address.ts'
import { closest } from '../../src/shield/sequence.ts'

let made = 0
const sample = (over: Partial<Sample> = {}): Sample => {
  made += 1
  return {
    ...{ id: `vrf_${made}`, reference: `REF-${made}`, sends: 1, country: 'CI' },
    ...{ price: { currency: 'EUR', micros: 60_000 }, digits: `22507010203${made % 90}` },
    ...{ network: '203.0.113.0/24', isApproved: false, isOpen: false },
    ...over,
  }
}
const report = (samples: readonly Sample[]) => {
  const tally = createTally()
  for (const one of samples) tally.add(one)
  return tally.report()
}
const times = (n: number, over: Partial<Sample> = {}) =>
  Array.from({ length: n }, () => sample(over))

it('adds up what nobody used, by network, prefix and country, the most expensive first', () => {
  const pumped = times(6, { sends: 2, digits: '2250701020001' })
  const cheap = times(9, {
    country: 'US',
    digits: '14155550000',
    price: { currency: 'USD', micros: 8_000 },
    network: '198.51.100.0/24',
  })
  const { networks, prefixes, countries } = report([...cheap, ...pumped])
  expect(countries.map(({ value }) => value)).toEqual(['CI', 'US'])
  expect(countries[0]).toEqual({
    ...{ value: 'CI', starts: 6, approved: 0, wasted: 12 },
    costs: [{ currency: 'EUR', micros: 720_000 }],
    cases: pumped.slice(0, 3).map(({ id, reference }) => ({ id, reference })),
  })
  expect(prefixes.map(({ value }) => value)).toEqual(['225070102', '1415555'])
  expect(networks.map(({ value }) => value)).toEqual(['203.0.113.0/24', '198.51.100.0/24'])
})

it('leaves out what was approved or is still open, and what is too little to say anything', () => {
  expect(report([...times(20, { isApproved: true }), ...times(4)]).countries).toEqual([])
  expect(report(times(20, { isOpen: true })).countries).toEqual([])
  const [row] = report([...times(5), ...times(15, { isApproved: true })]).countries
  expect(row).toMatchObject({ starts: 20, approved: 15, wasted: 5 })
  expect(report(times(5, { country: null, digits: null, network: null }))).toEqual({
    ...{ networks: [], prefixes: [], countries: [], sequences: [] },
  })
})

it('names a block whose numbers lie close together, none where they are spread or were approved', () => {
  const numbers = (tails: readonly number[], over: Partial<Sample> = {}) =>
    tails.map((tail) => sample({ digits: `22507010${String(tail).padStart(4, '0')}`, ...over }))
  const counted = [10, 11, 13, 20, 44, 70, 900]
  expect(report(numbers(counted)).sequences).toMatchObject([
    { value: '22507010', numbers: 7, close: 6 },
  ])
  expect(report(numbers([10, 10, 10, 10, 10, 10, 10])).sequences).toEqual([])
  expect(report(numbers([10, 1000, 2000, 3000, 4000, 5000])).sequences).toEqual([])
  expect(report(numbers(counted, { isApproved: true })).sequences).toEqual([])
})

it.each([
  [[], 0],
  [[5], 1],
  [[0, 60, 61], 2],
  [[9, 3, 1, 2], 4],
  [[0, 30, 60, 90, 120], 3],
])('of the tails %j, %i lie within the span', (tails, most) => {
  expect(closest(tails)).toBe(most)
})

it.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2::3', '2001:db8:1::/48'],
  ['nonsense', null],
])('the network of %s is %s', (ip, network) => {
  expect(networkKey(ip) ?? null).toBe(network)
})
