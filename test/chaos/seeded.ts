// Chance that can be repeated: everything that the chaos run draws comes from one seed.
// It must not be used for anything secret, and must not share a stream between two callers: each forks its own.

export type Chance = {
  /** In [0, 1). */
  next(): number
  /** Whole, both ends included. */
  between(min: number, max: number): number
  happens(probability: number): boolean
  pick<T>(items: readonly T[]): T
  shuffled<T>(items: readonly T[]): T[]
  /** A stream of its own: what one caller draws does not depend on how often another did. */
  fork(name: string): Chance
}

const UINT32 = 2 ** 32

/** FNV-1a, so that neighbouring seeds and names give streams that have nothing in common. */
function mixName(seed: number, name: string): number {
  let hash = (2_166_136_261 ^ seed) >>> 0
  for (const character of name)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0
  return hash
}

/** Mulberry32: small, and even enough for choosing. */
export function createChance(seed: number, name = 'chaos'): Chance {
  const root = mixName(seed, name)
  let state = root
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / UINT32
  }
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    between,
    happens: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] as (typeof items)[number],
    shuffled(items) {
      const left = [...items]
      for (let i = left.length - 1; i > 0; i -= 1) {
        const j = between(0, i)
        ;[left[i], left[j]] = [left[j] as (typeof left)[number], left[i] as (typeof left)[number]]
      }
      return left
    },
    fork: (inner) => createChance(root, inner),
  }
}
