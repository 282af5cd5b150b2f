// A verification's events with identical tries folded: twenty-nine refusals are one line.
// It must not drop an event: each can be unfolded.

import type { EventRecord } from '../events/types.ts'

/** `count` tries with the same result, after a first one that has a line of its own. */
export type Tries = { kind: 'tries'; count: number; events: readonly EventRecord[] }
export type Line = { kind: 'event'; event: EventRecord } | Tries

/** Two take no longer to read than a line about them. */
const MIN_FOLDED = 2

/** Handed over and not accepted: one try. */
type Try = { events: EventRecord[]; answer: string }

const answerOf = ({ details: { provider, send, error } }: EventRecord) =>
  JSON.stringify([provider, send, error]) // mutant: C74.fold-identical-tries

/** The try that begins at `index`; undefined: none, or one with another result. */
function tryAt(events: readonly EventRecord[], index: number): Try | undefined {
  const [first, second] = [events[index], events[index + 1]]
  if (first?.type === 'delivery.retrying') return { events: [first], answer: answerOf(first) }
  if (first?.type !== 'delivery.attempted' || second?.type !== 'delivery.retrying') return undefined
  return { events: [first, second], answer: answerOf(second) }
}

/** @param events oldest first */
export function foldTries(events: readonly EventRecord[]): Line[] {
  const lines: Line[] = []
  const single = (event: EventRecord): Line => ({ kind: 'event', event })
  for (let index = 0; index < events.length; ) {
    const first = tryAt(events, index)
    if (!first) {
      lines.push(...events.slice(index, index + 1).map(single))
      index += 1
      continue
    }
    lines.push(...first.events.map(single))
    index += first.events.length
    const same: Try[] = []
    for (let next = tryAt(events, index); next?.answer === first.answer; ) {
      same.push(next)
      index += next.events.length
      next = tryAt(events, index)
    }
    const folded = same.flatMap((one) => one.events)
    if (same.length < MIN_FOLDED) lines.push(...folded.map(single))
    else lines.push({ kind: 'tries', count: same.length, events: folded })
  }
  return lines
}
