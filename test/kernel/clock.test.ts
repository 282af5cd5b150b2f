import { describe, expect, it } from 'vitest'
import { createClock } from '../../src/kernel/clock.ts'

function steered(wall: number, floorMs = 0) {
  const at = { wall, monotonic: 0 }
  const clock = createClock({ wallMs: () => at.wall, monotonicMs: () => at.monotonic, floorMs })
  return { at, clock }
}

describe('clock', () => {
  it('starts at the wall', () => {
    expect(steered(1_000).clock.now()).toBe(1_000)
  })

  it('C37: adopts a jump forward and continues from there when the wall clock jumps back', () => {
    const { at, clock } = steered(1_000)
    at.wall += 86_400_000
    expect(clock.now()).toBe(86_401_000)
    at.wall = 1_000
    at.monotonic = 500
    expect(clock.now()).toBe(86_401_500)
    at.monotonic = 2_000
    expect(clock.now()).toBe(86_403_000)
  })

  it('C37: ignores a jump back, and time continues', () => {
    const { at, clock } = steered(7_200_000)
    at.wall -= 3_600_000
    at.monotonic = 60_000
    expect(clock.now()).toBe(7_260_000)
  })

  it('does not begin before the newest stored time', () => {
    expect(steered(1_000, 5_000).clock.now()).toBe(5_000)
  })

  it('does not go back when the monotonic source does', () => {
    const { at, clock } = steered(1_000)
    at.monotonic = 100
    expect(clock.now()).toBe(1_100)
    at.monotonic = 50
    expect(clock.now()).toBe(1_100)
  })
})
