import { expect, it } from 'vitest'
import { drawBytes } from '../../src/kernel/random.ts'

it('gives each draw bytes of its own, over many pages', () => {
  const drawn = Array.from({ length: 2_000 }, () => drawBytes(12))
  expect(new Set(drawn.map((bytes) => bytes.toString('hex'))).size).toBe(drawn.length)
  expect(drawn.every((bytes) => bytes.length === 12)).toBe(true)
  const zeros = Buffer.alloc(12)
  expect(drawn.some((bytes) => bytes.equals(zeros))).toBe(false)
})

it('does not change what it gave out', () => {
  const first = drawBytes(16)
  const before = first.toString('hex')
  for (let i = 0; i < 1_000; i += 1) drawBytes(16)
  expect(first.toString('hex')).toBe(before)
})

it('is spread evenly', () => {
  const counts = new Array<number>(256).fill(0)
  for (let i = 0; i < 6_400; i += 1)
    for (const byte of drawBytes(16)) counts[byte] = (counts[byte] ?? 0) + 1
  // 400 are expected of each, with a deviation of 20: six of them are one run in a million.
  expect(Math.min(...counts)).toBeGreaterThan(280)
  expect(Math.max(...counts)).toBeLessThan(520)
})
