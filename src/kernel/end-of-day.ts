// The last moment of a day that people name, in UTC: what lasts until a day lasts until its end.

const DAY = /^\d{4}-\d\d-\d\d$/

/** @param text such as 2027-06-30. @returns milliseconds since the epoch; undefined: no such day */
export function endOfDay(text: string): number | undefined {
  const at = DAY.test(text) ? Date.parse(`${text}T23:59:59.999Z`) : Number.NaN
  // Otherwise 2027-02-31 would be March 3.
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text) ? undefined : at
}
