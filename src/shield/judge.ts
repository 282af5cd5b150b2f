// All rules over one event of the log: what each counts, which starts it stops or would have stopped.
// It must not know where events come from, nor what becomes of a stop.

import type { ShieldMode, ShieldRule } from '../kernel/shield-rules.ts'
import type { Levels } from './book-of-levels.ts'
import { type Fact, valuesOf } from './facts.ts'
import { count, emptyLevel, isStopping } from './levels.ts'
import type { Level } from './log-ports.ts'

/** Starts under this value, from `since` to `until`. `strikes`: how often it was stopped, this time included. */
export type Stop = Pick<Level, 'since' | 'until' | 'strikes'> & {
  rule: ShieldRule
  service: string
  value: string
}

export type Judged = {
  /** By these the start that the event is about is stopped, or would have been. */
  stopped: Stop[]
  /** These begin with it. */
  begun: Stop[]
}

export type ModeOf = (service: string, rule: ShieldRule) => ShieldMode

const stopOf = (level: Level, about: Pick<Stop, 'rule' | 'service' | 'value'>): Stop => ({
  ...about,
  since: level.since,
  until: level.until,
  strikes: level.strikes,
})

export function createJudge(deps: { levels: Levels; modeOf: ModeOf }) {
  const { levels, modeOf } = deps
  /** The latest end of any stop: most events are after it, and need no look. */
  let lastUntil = 0
  const rulesOf = (fact: Fact) =>
    valuesOf(fact).filter(([rule]) => modeOf(fact.service, rule) !== 'off')
  const stopsOf = (fact: Fact): Stop[] =>
    rulesOf(fact).flatMap(([rule, value]) => {
      const about = { rule, service: fact.service, value }
      const level = levels.get(about)
      return level && isStopping(level, fact.startedAt) ? [stopOf(level, about)] : []
    })

  return {
    judge(fact: Fact): Judged {
      const judged: Judged = { stopped: [], begun: [] }
      for (const [rule, value] of rulesOf(fact)) {
        const about = { rule, service: fact.service, value }
        const level = levels.get(about)
        if (level && isStopping(level, fact.startedAt)) {
          judged.stopped.push(stopOf(level, about))
          // It would not have been there to be counted. Where the rule is in force, it has passed, and is.
          if (modeOf(fact.service, rule) === 'record') continue // mutant: C84.stopped-not-counted
        }
        const { level: counted, trips } = count(level ?? emptyLevel(rule, fact.at), rule, fact)
        levels.set(about, counted)
        if (!trips) continue
        judged.begun.push(stopOf(counted, about))
        lastUntil = Math.max(lastUntil, counted.until)
      }
      return judged
    },
    /** Whether a start of this time may be one that is stopped. */
    mayBeStopped: (startedAt: number) => startedAt < lastUntil,
    stopsOf,
    /** Of levels that were loaded. */
    remember(until: number) {
      lastUntil = Math.max(lastUntil, until)
    },
  }
}
