// Running numbers of people: none is used twice while the load's process lives.
// It must not start over: limits count by recipient and address.

let taken = 0

/** @returns the first of `count` numbers */
export function takePeople(count = 1): number {
  const first = taken
  taken += count
  return first
}
