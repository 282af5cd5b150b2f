// How many streams may be open at once: for each holder of a session or key, and on this node.
// It must not count one that has ended.

export type StreamPlaces = {
  /** @returns gives the place back; undefined: there is none */
  take(holder: string): (() => void) | undefined
}

/** A stream is a socket and some 20 KiB; more than these is a mistake in a program. */
export const MAX_STREAMS = { perHolder: 6, inAll: 200 } as const

export function createStreamPlaces(most: { perHolder: number; inAll: number }): StreamPlaces {
  const held = new Map<string, number>()
  let all = 0
  return {
    take(holder) {
      const own = held.get(holder) ?? 0
      if (own >= most.perHolder || all >= most.inAll) return undefined
      held.set(holder, own + 1)
      all += 1
      return () => {
        all -= 1
        const left = (held.get(holder) ?? 0) - 1
        if (left > 0) held.set(holder, left)
        else held.delete(holder)
      }
    },
  }
}
