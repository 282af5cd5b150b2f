// A value that nobody changes any more.
// It must not be given what somebody still has to fill.

/** With all that it holds; bytes stay as they are, for they cannot be frozen. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const item of value instanceof Map ? value.values() : Object.values(value)) freeze(item)
  return Object.freeze(value)
}
