// Results that are remembered, within a bound: the oldest are forgotten.

/** @param nameOf equal for arguments with the same result */
export function remember<Given, Made extends object | string | null>(
  max: number,
  make: (given: Given) => Made,
  nameOf: (given: Given) => string = String,
): (given: Given) => Made {
  const known = new Map<string, Made>()
  return (given) => {
    const name = nameOf(given)
    const remembered = known.get(name)
    if (remembered !== undefined) return remembered
    const made = make(given)
    const [oldest] = known.keys()
    if (known.size >= max && oldest !== undefined) known.delete(oldest)
    known.set(name, made)
    return made
  }
}
