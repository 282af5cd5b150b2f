// The root keys that rows of a table are under: a step through an index for each.

/** @param after the smallest one that is larger; null or undefined: there is none */
export function keysUnder(after: (keyId: string) => string | null | undefined): string[] {
  const found: string[] = []
  for (let keyId = ''; ; ) {
    const next = after(keyId) ?? null
    if (next === null) return found
    found.push(next)
    keyId = next
  }
}
