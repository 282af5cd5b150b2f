// Which steps a code is right in: the window, whole and at its edges. The codes are made up: every step has its own.

import { describe, expect, it } from 'vitest'
import { matchStep } from '../../src/factors/apps.ts'
import type { OtpShape } from '../../src/factors/types.ts'

const shape: OtpShape = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 }
const app = { secret: 'AAAA', shape }
const asked: number[] = []
const otp = {
  code(_secret: string, _shape: OtpShape, step: number) {
    asked.push(step)
    return String(step).padStart(6, '0')
  },
}
const codeOf = (step: number) => String(step).padStart(6, '0')
const at = (step: number, ms = 0) => step * 30_000 + ms

describe('the window', () => {
  it.each([0, 1, 2])('of %i steps: inside right, one further wrong', (window) => {
    for (const offset of [-window, 0, window])
      expect(matchStep(otp, app, codeOf(100 + offset), at(100), window)).toBe(100 + offset)
    for (const offset of [-window - 1, window + 1])
      expect(matchStep(otp, app, codeOf(100 + offset), at(100), window)).toBeNull()
  })

  it('a step lasts to its last millisecond', () => {
    expect(matchStep(otp, app, codeOf(100), at(100, 29_999), 0)).toBe(100)
    expect(matchStep(otp, app, codeOf(100), at(101), 0)).toBeNull()
  })

  it('compares every step whichever is right: the time reveals nothing', () => {
    for (const code of [codeOf(99), codeOf(101), '999999']) {
      asked.length = 0
      matchStep(otp, app, code, at(100), 1)
      expect(asked).toEqual([99, 100, 101])
    }
  })

  it('begins with the first step there is', () => {
    expect(matchStep(otp, app, codeOf(0), at(0), 2)).toBe(0)
  })

  it('two steps of one code: the newer one is used, and the older with it', () => {
    const same = { code: () => '123456' }
    expect(matchStep(same, app, '123456', at(100), 1)).toBe(101)
  })

  it.each(['', '12345', '1234567', '0000100'])('a code of another length is wrong: %s', (code) => {
    expect(matchStep(otp, app, code, at(100), 1)).toBeNull()
  })

  it('follows the app’s own period', () => {
    const slow = { secret: 'AAAA', shape: { ...shape, periodSeconds: 60 } }
    expect(matchStep(otp, slow, codeOf(50), at(100), 0)).toBe(50)
  })
})
