// How far a backlog is counted.

/** Of a channel: some 10 ms; beyond it an operator needs no exact number. */
export const MAX_COUNTED = 20_000
