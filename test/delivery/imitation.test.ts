// C49: a decoy must not repeat the reason of one real send word for word: its id, its time, its domain.

import { expect, it } from 'vitest'
import { imitateReason } from '../../src/delivery/imitation.ts'

const reasonOf = (reasons: readonly string[], place = 'US') =>
  imitateReason(
    reasons.map((reason) => ({ reason, place })),
    place,
    Math.random,
  )

it.each([
  [
    ['req k3j2x9 refused', 'req p0q7r1 refused', 'req m5n8s2 refused'],
    /^req [a-z]\d[a-z]\d[a-z]\d refused$/,
  ],
  [
    ['busy (1a2B-9f)', 'busy (77c0-d1)', 'busy (0e5F-22)'],
    /^busy \([0-9a-f]{3}[0-9A-F]-[0-9a-f]{2}\)$/,
  ],
  [
    ['at 10:21:07Z: full', 'at 10:21:09Z: full', 'at 10:22:31Z: full'],
    /^at \d\d:\d\d:\d\d[A-Z]: full$/,
  ],
])('C49: an id or a time is another one: %j', (reasons, shape) => {
  const made = Array.from({ length: 20 }, () => reasonOf(reasons))
  for (const one of made) expect(one).toMatch(shape)
  expect(new Set(made).size).toBeGreaterThan(10)
})

it.each([
  [
    ['error 21612: not from this sender', 'error 21612: not from this sender'],
    'error 21612: not from this sender',
  ],
  [['a', 'the credit is used up', 'b', 'the credit is used up'], 'the credit is used up'],
  [['the account 4711 is closed'], 'the account 4711 is closed'],
])('C49: a reason that recurs is repeated: %j', (reasons, expected) => {
  expect(reasonOf(reasons)).toBe(expected)
})

it('C49: a domain in it is the decoy’s own', () => {
  const told = ['a.example', 'b.example'].map((place) => ({
    ...{ reason: `${place} takes no mail (ask postmaster@${place})`, place },
  }))
  expect(imitateReason(told, 'c.example', Math.random)).toBe(
    'c.example takes no mail (ask postmaster@c.example)',
  )
})
