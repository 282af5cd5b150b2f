import { describe, expect, it } from 'vitest'
import {
  createId,
  createReference,
  deliveryId,
  drawBytes,
  tryId,
  VERIFICATION_ID,
} from '../../src/kernel/ids.ts'

describe('ids', () => {
  it('have a fixed shape, differ, and sort by time', () => {
    const early = createId('vrf', 1_000_000_000_000)
    const late = createId('vrf', 1_000_000_001_000)
    expect(early).toMatch(VERIFICATION_ID)
    expect(early < late).toBe(true)
    const digits = [...early.slice(4)].map((digit) => BigInt(Number.parseInt(digit, 32)))
    const number = digits.reduce((all, digit) => all * 32n + digit, 0n)
    expect(number >> 128n).toBe(1_000_000_000n)
    expect(createId('vrf', 0)).not.toBe(createId('vrf', 0))
  })

  it('carry 128 random bits: no character of the random part is fixed', () => {
    const ids = Array.from({ length: 400 }, () => createId('vrf', 0).slice(4 + 7))
    for (let place = 0; place < 25; place += 1) {
      expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(20)
    }
  })

  it('name deliveries and tries after their verification', () => {
    const id = createId('vrf', 0)
    expect(deliveryId(id, 2)).toBe(`dlv_${id.slice(4)}_2`)
    expect(tryId(id, 2, 3)).toBe(`att_${id.slice(4)}_2_3`)
  })

  it('references are six characters without look-alikes', () => {
    for (let i = 0; i < 1_000; i += 1) {
      expect(createReference()).toMatch(/^[2-9A-HJKMNP-TV-Z]{3}-[2-9A-HJKMNP-TV-Z]{3}$/)
    }
  })
})

describe('random bytes', () => {
  it('gives each draw bytes of its own, over many pages', () => {
    const drawn = Array.from({ length: 2_000 }, () => drawBytes(12))
    expect(new Set(drawn.map((bytes) => bytes.toString('hex'))).size).toBe(drawn.length)
    expect(drawn.every((bytes) => bytes.length === 12)).toBe(true)
    const zeros = Buffer.alloc(12)
    expect(drawn.some((bytes) => bytes.equals(zeros))).toBe(false)
  })

  it('does not change the values it returned', () => {
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
})
