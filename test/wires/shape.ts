// The keys and types of an answer, without its values: for comparison with a documented one.

const kindOf = (text: string) => {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return 'time'
  const sid = /^([A-Z]{2})[0-9a-f]{32}$/.exec(text)
  if (sid) return `${sid[1]}…`
  return /^https?:/.test(text) ? 'url' : 'string'
}

/** A list by its first item: whoever compares gives each at least one, or neither. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value === 'string') return kindOf(value)
  if (typeof value !== 'object') return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]))
}
