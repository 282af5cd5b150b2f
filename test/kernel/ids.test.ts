import { describe, expect, it } from 'vitest'
import {
  createId,
  createReference,
  deliveryId,
  sendAttemptId,
  VERIFICATION_ID,
} from '../../src/kernel/ids.ts'

describe('ids', () => {
  it('have a fixed shape, differ, and sort by time', () => {
    const early = createId('vrf', 1_000_000_000_000)
    const late = createId('vrf', 1_000_000_001_000)
    expect(early).toMatch(VERIFICATION_ID)
    expect(early < late).toBe(true)
    expect(createId('vrf', 0)).not.toBe(createId('vrf', 0))
  })

  it('carry 128 random bits: no character of the random part is fixed', () => {
    const ids = Array.from({ length: 400 }, () => createId('vrf', 0).slice(4 + 7))
    for (let place = 0; place < 25; place += 1) {
      expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(20)
    }
  })

  it('name deliveries and send attempts after their verification', () => {
    const id = createId('vrf', 0)
    expect(deliveryId(id, 2)).toBe(`dlv_${id.slice(4)}_2`)
    expect(sendAttemptId(id, 2, 3)).toBe(`att_${id.slice(4)}_2_3`)
  })

  it('references are six characters without look-alikes', () => {
    for (let i = 0; i < 1_000; i += 1) {
      expect(createReference()).toMatch(/^[2-9A-HJKMNP-TV-Z]{3}-[2-9A-HJKMNP-TV-Z]{3}$/)
    }
  })
})
