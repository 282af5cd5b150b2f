// How many guesses of one verification this node compares at once: as many as it has attempts left, for each is charged.

export type AttemptPlaces = {
  /** @returns the function that frees the place, after its attempt is committed; undefined: all are taken */
  take(id: string, most: number): (() => void) | undefined
}

/** Memory is bounded by the hasher's places: an id is forgotten with its last comparison. */
export function createAttemptPlaces(): AttemptPlaces {
  const taken = new Map<string, number>()
  return {
    take(id, most) {
      const count = taken.get(id) ?? 0
      if (count >= most) return undefined
      taken.set(id, count + 1)
      return () => {
        const left = (taken.get(id) ?? 1) - 1
        if (left === 0) taken.delete(id)
        else taken.set(id, left)
      }
    },
  }
}
