// The what-if: what each rule would have stopped in the log that is stored, slice by slice.
// It must not hold more than a slice, the levels and the sums, nor change anything.

import type { ShieldRule } from '../kernel/shield-rules.ts'
import { createLevels } from './book-of-levels.ts'
import type { FactDeps } from './facts.ts'
import { createFound, type Found } from './found.ts'
import type { Stop } from './judge.ts'
import type { WatchedLog } from './log-ports.ts'
import { createPass } from './pass.ts'

/** Some 5 ms of the event loop on SQLite. */
const SLICE = 500

export type ReplayQuery = {
  /** null: every service. */
  service: string | null
  since: number
  /** Excluded. */
  until: number
  /** More are not read. */
  maxEvents?: number
}

/** Events that were read, of about so many. */
export type Progress = { events: number; total: number }
/** A start that would have been stopped, for a provider's refund: the verification shows its messages and their ids. */
export type StoppedStart = {
  verificationId: string
  at: number
  service: string
  stopped: readonly Stop[]
}
export type Replay = {
  found: Found
  /** Of the service, within the span. */
  events: number
  /** Starts that rules counted: of recipients that were not approved before. */
  starts: number
  isComplete: boolean
}

export type ReplayDeps = FactDeps & {
  log: WatchedLog
  /** Default: every rule. */
  rules?: readonly ShieldRule[]
  /** Between two slices: others have the event loop, and a caller may stop by throwing. */
  onSlice?: (progress: Progress) => Promise<void>
  onStopped?: (start: StoppedStart) => void
}

/** The number of the last event before this time: numbers and times grow together, give or take a second or two. */
async function sequenceBefore(log: WatchedLog, since: number): Promise<number> {
  let [low, high] = [0, 1]
  const isBefore = async (sequence: number) => {
    const [event] = await log.after(sequence, 1)
    return event !== undefined && event.at < since
  }
  while (await isBefore(high)) [low, high] = [high, high * 2]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await isBefore(middle)) low = middle
    else high = middle
  }
  return low
}

function createWhatIfPass(deps: ReplayDeps) {
  const { rules, onStopped } = deps
  const isOn = (rule: ShieldRule) => (rules ?? [rule]).includes(rule)
  const found = createFound()
  let starts = 0
  const pass = createPass({
    ...deps,
    levels: createLevels(),
    modeOf: (_, rule) => (isOn(rule) ? 'record' : 'off'),
    sink: {
      ...found,
      addStart(stopped, { verificationId, at, service }) {
        starts += 1
        found.addStart(stopped)
        if (stopped.length > 0) onStopped?.({ verificationId, at, service, stopped })
      },
    },
  })
  return { take: pass.take, found, starts: () => starts }
}

/** @throws StoreUnavailableError, and what `onSlice` throws */
export async function replay(deps: ReplayDeps, query: ReplayQuery): Promise<Replay> {
  const { log, onSlice } = deps
  const { service, since, until, maxEvents = Number.POSITIVE_INFINITY } = query
  const pass = createWhatIfPass(deps)
  let sequence = await sequenceBefore(log, since)
  const total = (await sequenceBefore(log, until)) - sequence
  let [events, read, isOver] = [0, 0, false]
  while (!isOver && read < maxEvents) {
    const slice = await log.after(sequence, SLICE)
    const last = slice.at(-1)
    if (!last) break
    const own = slice.filter(
      (event) =>
        event.at >= since && event.at < until && (service ?? event.service) === event.service,
    )
    await pass.take(own)
    sequence = last.sequence
    read += slice.length
    events += own.length
    isOver = slice.length < SLICE || slice.every((event) => event.at >= until)
    await onSlice?.({ events: read, total })
  }
  const isComplete = isOver || read < maxEvents
  return { found: pass.found, starts: pass.starts(), events, isComplete }
}
