// Keys given twice in one object of a JSON text: JSON.parse silently takes the last of them (RFC 8259 §4).

type Frame = { keys: Set<string> | null; key: string; index: number; isKeyNext: boolean }

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],]/g

/** @param json valid JSON; @returns the path of each repeated key, `services.checkout` */
export function findDuplicateKeys(json: string): string[] {
  const stack: Frame[] = []
  const found: string[] = []
  for (const [token] of json.matchAll(TOKEN)) {
    const top = stack.at(-1)
    if (token === '{' || token === '[') {
      const isObject = token === '{'
      stack.push({ keys: isObject ? new Set() : null, key: '', index: 0, isKeyNext: isObject })
    } else if (token === '}' || token === ']') stack.pop()
    else if (token === ',' && top) {
      top.isKeyNext = top.keys !== null
      top.index += 1
    } else if (top?.isKeyNext && top.keys) {
      // Decoded: "\u0061" is "a".
      top.key = JSON.parse(token) as string
      top.isKeyNext = false
      if (top.keys.has(top.key)) found.push(pathOf(stack)) // mutant: C69.service-twice-refused
      top.keys.add(top.key)
    }
  }
  return found
}

function pathOf(stack: readonly Frame[]): string {
  return stack.map(({ keys, key, index }) => (keys ? key : String(index))).join('.')
}
