// A value that nothing can change any more, with all that it holds.
// It must not be used for what is written to: bytes stay as they are, for they cannot be frozen.

export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const inner = value instanceof Map ? value.values() : Object.values(value)
  for (const item of inner) freeze(item)
  return Object.freeze(value)
}
