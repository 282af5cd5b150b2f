// How many requests an address may make where no key is asked for: in memory, of this node, and bounded.
// It must not cost a read or a write: the limits of codes and messages are the domain's (limits/).

export type RequestRate = {
  /** Counts one. @returns after how many seconds it may come again; undefined: it is admitted */
  refuse(who: string): number | undefined
}

export function createRequestRate(options: {
  max: number
  windowMs: number
  /** Of addresses; beyond it the one that began first is forgotten. */
  most: number
  now: () => number
}): RequestRate {
  const { max, windowMs, most, now } = options
  const counted = new Map<string, { count: number; endsAt: number }>()
  return {
    refuse(who) {
      const at = now()
      const before = counted.get(who)
      if (before && at < before.endsAt) {
        before.count += 1
        return before.count > max ? Math.ceil((before.endsAt - at) / 1000) : undefined
      }
      counted.delete(who)
      const [oldest] = counted.keys()
      if (counted.size >= most && oldest !== undefined) counted.delete(oldest)
      counted.set(who, { count: 1, endsAt: at + windowMs })
      return undefined
    },
  }
}
