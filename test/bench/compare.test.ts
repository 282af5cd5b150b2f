// What a comparison with the last run says: moved beyond the rounds' spread, or a target that was lost.

import { expect, it } from 'vitest'
import { compare, describeChanges } from '../../bench/harness/compare.ts'
import { measure } from '../../bench/harness/figure.ts'

const atMost = (rounds: number[], target = 2) => measure('B0', 'a wait', rounds, { atMost: target })
const atLeast = (rounds: number[], target = 2) =>
  measure('B0', 'a wait', rounds, { atLeast: target })

it.each([
  ['lower than all rounds before', atMost([0.7, 0.8, 0.9]), [1, 1.1, 1.2], 'better'],
  ['higher than all rounds before', atMost([1.3, 1.4, 1.5]), [1, 1.1, 1.2], 'worse'],
  ['higher where more is better', atLeast([1.3, 1.4, 1.5]), [1, 1.1, 1.2], 'better'],
  ['a median among the rounds before', atMost([0.1, 1.15, 9]), [1, 1.1, 1.2], 'within the spread'],
  ['rounds around the median before', atMost([0.5, 1.3, 1.4]), [1, 1.1, 1.2], 'within the spread'],
  ['one round alone', atMost([1.5]), [1], 'within the spread'],
] as const)('%s', (_, now, before, kind) => {
  expect(compare(now, [atMost([...before])])).toMatchObject({ kind, isLost: false })
})

it.each([
  ['another name', { name: 'another wait' }],
  ['another unit', { unit: 'ms' }],
  ['no value', { value: null }],
])('%s is not comparable, and loses nothing', (_, change) => {
  const written = { ...atMost([1, 1.1]), ...change }
  expect(compare(atMost([3, 3.1]), [written])).toMatchObject({
    kind: 'not comparable',
    isLost: false,
  })
})

it('a target that was met and is missed now is lost, within the spread as well', () => {
  const change = compare(atMost([1.9, 2.1, 2.2]), [atMost([1.8, 2, 2.3])])
  expect(change).toMatchObject({ kind: 'within the spread', isLost: true })
  expect(describeChanges([change], 'then').join('\n')).toMatch(/B0 .*was met and is missed now/)
})

it.each([
  ['a target that was missed before', atMost([3, 3.1]), atMost([2.5, 2.6])],
  ['a target that was easier before', atMost([1.6, 1.7], 1.5), atMost([1.6, 1.7], 2)],
  ['no target', measure('B0', 'a wait', [3, 4], { better: 'lower' }), atMost([1, 1.1])],
])('%s is not lost', (_, now, before) => {
  expect(compare(now, [before]).isLost).toBe(false)
})

it('names what moved, and lists the rest by id', () => {
  const moved = compare(atMost([0.7, 0.8]), [atMost([1, 1.1])])
  const still = compare({ ...atMost([1, 1.1]), id: 'B9' }, [{ ...atMost([1, 1.1]), id: 'B9' }])
  expect(describeChanges([moved, still], 'then')).toEqual([
    'Compared with bench/results.json (then):',
    '  better: B0 a wait: 1.05 (1.00 – 1.10) → 0.750 (0.700 – 0.800)',
    '  within the spread of their rounds: B9',
  ])
})
