// A channel's lane: its places for requests to providers, each free again with the provider's answer, and a bound on the
// results that wait for the store beside them. It must not know what is sent.

/** Requests and unstored results of a lane, in places: while the store takes no results, no more goes out (C24). */
const OPEN_PER_PLACE = 2

export type Lane = ReturnType<typeof createLane>

/** @param onFree a place came free, and the last claim may have left rows that are due */
export function createLane(places: number, onFree: () => void) {
  let requests = 0
  let isLeft = false
  const open = new Set<Promise<unknown>>()
  const free = () => Math.min(places - requests, OPEN_PER_PLACE * places - open.size) // mutant: C24.unstored-bound
  const freeing = (end: () => void) => {
    const before = free()
    end()
    if (isLeft && free() > before) onFree()
  }
  return {
    free,
    requests: () => requests,
    /** Each ends once its result is stored. */
    open: () => [...open],
    /** Whether the last claim took all that it had places for: more may be due. */
    isLeft: () => isLeft,
    setLeft(is: boolean) {
      isLeft = is
    },
    /** Never rejects where `run` does not. It calls `answered` once, when its request has ended. */
    async hold<T>(run: (answered: () => void) => Promise<T>): Promise<T> {
      requests += 1
      const answered = () => {
        requests -= 1
      }
      const running = run(() => freeing(answered))
      open.add(running)
      const outcome = await running
      freeing(() => void open.delete(running))
      return outcome
    },
  }
}
