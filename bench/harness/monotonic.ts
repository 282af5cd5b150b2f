// The machine's monotonic clock, which all processes share.
// It must not be the wall clock.

export const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6
