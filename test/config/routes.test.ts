import { describe, expect, it } from 'vitest'
import { SettingError } from '../../src/config/parsers.ts'
import { parseRoutes } from '../../src/config/routes.ts'
import { chooseRoute, drawOrder } from '../../src/delivery/routes/routes.ts'

const ROUTES = parseRoutes(
  'IN, BD -> infobip, twilio; +4478, +1 -> vonage; default -> twilio, vonage;',
)
const namesFor = (to: string, country: string | null) =>
  chooseRoute(ROUTES, to, country)?.map(({ name }) => name)

describe('a route by country and prefix', () => {
  it.each([
    ['a country', '+919812345678', 'IN', ['infobip', 'twilio']],
    ['a prefix before its country', '+447812345678', 'GB', ['vonage']],
    ['another number of that country', '+447012345678', 'GB', ['twilio', 'vonage']],
    ['no country', '+88312345678', null, ['twilio', 'vonage']],
  ])('%s', (_, to, country, names) => {
    expect(namesFor(to, country)).toEqual(names)
  })

  it('the longest prefix wins, wherever it stands', () => {
    const routes = parseRoutes('+44 -> a; +4478 -> b; +447 -> c')
    expect(chooseRoute(routes, '+447812345678', 'GB')?.[0]?.name).toBe('b')
    expect(chooseRoute(routes, '+447012345678', 'GB')?.[0]?.name).toBe('c')
    expect(chooseRoute(routes, '+4915112345678', 'DE')).toBeUndefined()
  })

  it('a bare list is the default route', () => {
    expect(chooseRoute(parseRoutes('twilio:eu, vonage'), '+1', 'US')).toEqual([
      { name: 'twilio:eu', weight: null },
      { name: 'vonage', weight: null },
    ])
  })
})

describe('a route that cannot be meant', () => {
  it.each([
    ['no provider', 'IN ->', /is an empty list|1 to 20/],
    ['no place', '-> twilio', /neither a country/],
    ['a country that is none', 'XX -> twilio', /"XX" is neither a country/],
    ['a country code without its plus', '44 -> twilio', /"44"/],
    ['a prefix with letters', '+44x -> twilio', /"\+44x"/],
    ['two arrows', 'IN -> a -> b', /is not like/],
    ['one rule without an arrow', 'IN -> a; b', /"b" is not like/],
    ['a country twice', 'IN -> a; in -> b', /IN has two routes/],
    ['two defaults', 'default -> a; default -> b', /default has two routes/],
    ['a provider twice', 'a, b, a', /lists a twice/],
    ['weights for some', 'a*70, b', /each provider/],
    ['weights of nought', 'a*0, b*0', /every weight/],
    ['a weight that is none', 'a*x', /is not a provider/],
    ['a negative weight', 'a*-1', /is not a provider/],
    ['21 providers', Array.from({ length: 21 }, (_, n) => `p${n}`).join(), /1 to 20/],
  ])('%s', (_, text, words) => {
    expect(() => parseRoutes(text)).toThrow(SettingError)
    expect(() => parseRoutes(text)).toThrow(words)
  })
})

describe('the order for one send', () => {
  const [weighted] = parseRoutes('a*70, b*30, c*0')
  const providers = weighted?.providers ?? []

  it.each([
    [
      [0, 0],
      ['a', 'b', 'c'],
    ],
    [
      [0.69, 0],
      ['a', 'b', 'c'],
    ],
    [
      [0.7, 0],
      ['b', 'a', 'c'],
    ],
    [
      [0.999, 0],
      ['b', 'a', 'c'],
    ],
  ])('drawn by weight at %j', (points, order) => {
    const left = [...points]
    expect(drawOrder(providers, () => left.shift() ?? 0)).toEqual(order)
  })

  it('without weights it is the order as written, and nothing is drawn', () => {
    const [rule] = parseRoutes('b, a')
    const random = () => {
      throw new Error('drawn')
    }
    expect(drawOrder(rule?.providers ?? [], random)).toEqual(['b', 'a'])
  })

  it('each comes once, and in proportion', () => {
    let firsts = 0
    for (let n = 0; n < 1000; n += 1) {
      const points = [n / 1000, 0.5, 0.5]
      const order = drawOrder(providers, () => points.shift() ?? 0)
      expect(order.toSorted()).toEqual(['a', 'b', 'c'])
      if (order[0] === 'a') firsts += 1
    }
    expect(firsts).toBe(700)
  })
})
