// Spans of time that several parts count in, in milliseconds.
// It must not hold a setting.

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
