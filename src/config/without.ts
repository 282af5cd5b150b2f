// An object without the keys whose value is undefined: what one entry leaves out, another supplies.

export function without<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, item]) => item !== undefined),
  ) as ReturnType<typeof without<T>>
}
