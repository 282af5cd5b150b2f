// Counts the log as it grows, each event once: a step adds the counts and moves the place in the log in one commit.
// It must not hold up a start or a check, nor lose or repeat an event, whoever dies when.

import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { createLoop, type Loop } from '../kernel/loop.ts'
import { KEPT_MS, SIZES } from './buckets.ts'
import { fold } from './fold.ts'
import { createNames, NAMED, type NameOf } from './names.ts'
import { type CountStore, DIMENSIONS, LEVELS } from './ports.ts'

/** Few enough that one step reads and adds up for some milliseconds. */
const BATCH = 500
const EVERY_MS = 2_000
/** Another node counts: this one looks from time to time whether it still does. */
const ELSEWHERE_MS = 10_000
/** Between two steps of a long log, which the service was running without: flows come first. */
const PAUSE_MS = 25
/** What a page waits for at the most; the rest is counted in the background. */
const MAX_CATCH_UP = 4
/** A log that is further behind is told of. */
const TOLD_EVERY_STEPS = 1_000
const PURGE_EVERY_MS = 3_600_000
const PURGE_BATCH = 500

type Step = 'none' | 'some' | 'more' | 'elsewhere'

/** `until`: the time of the newest event that is counted. `isBehind`: there are more. */
export type Counted = { until: number; isBehind: boolean }

export type Counter = {
  start(): void
  /** Resolves when the current step is done. */
  stop(): Promise<void>
  /** Counts what there is, within bounds, so that a page shows it. Never rejects. */
  catchUp(): Promise<Counted>
}

type CounterDeps = {
  store: Pick<CountStore, 'next' | 'apply' | 'names' | 'purge'>
  clock: Clock
  logger: Pick<Logger, 'info' | 'warn'>
  batch?: number
  everyMs?: number
  pauseMs?: number
}

/** One step at a time in this process; whoever asks meanwhile gets the one that runs. */
function createSteps({ store, clock, batch = BATCH }: CounterDeps) {
  let names: NameOf | undefined
  let last: Counted = { until: 0, isBehind: false }
  let running: Promise<Step> | undefined
  const readNames = async () =>
    createNames(await store.names(NAMED.map((dimension) => DIMENSIONS[dimension])))

  const stepOnce = async (): Promise<Step> => {
    const { from, events, to, hasMore } = await store.next(batch)
    if (events.length === 0 && to.sequence === from.sequence) {
      last = { until: from.at, isBehind: false }
      return 'none'
    }
    names ??= await readNames()
    if (
      !(await store.apply({
        from,
        to,
        rows: fold(events, { now: clock.now(), from, nameOf: names }),
      }))
    ) {
      // Others counted, and may have met names that this one does not know.
      names = undefined
      return 'elsewhere'
    }
    last = { until: to.at, isBehind: hasMore }
    return hasMore ? 'more' : 'some'
  }
  return {
    step() {
      running ??= stepOnce().finally(() => {
        running = undefined
      })
      return running
    },
    last: () => last,
    idle: () => running?.catch(() => {}),
  }
}

async function purgeOld({ store, clock, pauseMs = PAUSE_MS }: CounterDeps, loop: Loop) {
  for (const level of ['minute', 'hour', 'day'] as const) {
    const before = clock.now() - KEPT_MS[level] - SIZES[level]
    const input = { level: LEVELS[level], before, limit: PURGE_BATCH }
    while (loop.isRunning() && (await store.purge(input)) > 0) await loop.pause(pauseMs)
  }
}

export function createCounter(deps: CounterDeps): Counter {
  const { logger, everyMs = EVERY_MS, pauseMs = PAUSE_MS } = deps
  const { step, last, idle } = createSteps(deps)
  let steps = 0
  let purgedAt = Number.NEGATIVE_INFINITY

  const loop: Loop = createLoop({
    async round() {
      const done = await step()
      steps = done === 'more' ? steps + 1 : 0
      if (steps > 0 && steps % TOLD_EVERY_STEPS === 0)
        logger.info({ counted_until: new Date(last().until).toISOString() }, 'counting the log')
      if (done === 'more') return pauseMs
      if (performance.now() - purgedAt > PURGE_EVERY_MS) {
        purgedAt = performance.now()
        await purgeOld(deps, loop)
      }
      return done === 'elsewhere'
        ? Math.max(everyMs, ELSEWHERE_MS) * (0.5 + Math.random())
        : everyMs
    },
    onFailure(error, failures) {
      if (failures === 1) logger.warn({ err: error }, 'the log is not counted')
      return everyMs
    },
  })

  return {
    start: loop.start,
    async stop() {
      await loop.stop()
      await idle()
    },
    async catchUp() {
      try {
        for (let steps = 0; steps < MAX_CATCH_UP; steps += 1) if ((await step()) === 'none') break
      } catch {
        // The reading that follows reports it.
      }
      return last()
    },
  }
}
