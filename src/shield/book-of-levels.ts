// Every level by its rule, service and value, within a bound: what is drained goes first, then what has counted least.
// It must not grow with the number of prefixes or networks that an attack has.

import type { ShieldRule } from '../kernel/shield-rules.ts'
import { isDrained, weightOf } from './levels.ts'
import type { Level, LevelKey } from './log-ports.ts'

/** Some 6 MiB. */
const MAX_LEVELS = 20_000
/** A look over all of them makes room for so many. */
const ROOM = 0.1

export type Levels = ReturnType<typeof createLevels>

const nameOf = ({ rule, service, value }: LevelKey) => `${rule}\n${service}\n${value}`

function keyOf(name: string): LevelKey {
  const [rule = '', service = '', value = ''] = name.split('\n')
  return { rule: rule as ShieldRule, service, value }
}

export function createLevels(max = MAX_LEVELS) {
  const levels = new Map<string, Level>()
  /** Since `taken`. */
  const changed = new Set<string>()
  const drop = (name: string) => {
    levels.delete(name)
    changed.add(name)
  }
  const sweep = (now: number) => {
    for (const [name, level] of levels) if (isDrained(level, keyOf(name).rule, now)) drop(name)
  }
  const makeRoom = (now: number) => {
    sweep(now)
    const left = Math.floor(max * (1 - ROOM))
    if (levels.size <= left) return
    const sorted = [...levels].sort(([, a], [, b]) => weightOf(a) - weightOf(b))
    for (const [name] of sorted.slice(0, levels.size - left)) drop(name) // mutant: C84.levels-bounded
  }
  return {
    get: (key: LevelKey) => levels.get(nameOf(key)),
    set(key: LevelKey, level: Level) {
      const name = nameOf(key)
      if (isDrained(level, key.rule, level.at)) {
        if (levels.has(name)) drop(name)
        return
      }
      if (!levels.has(name) && levels.size >= max) makeRoom(level.at)
      levels.set(name, level)
      changed.add(name)
    },
    /** As it is stored. */
    load(key: LevelKey, level: Level) {
      levels.set(nameOf(key), level)
    },
    /** What was changed since the last time; null: it was forgotten. */
    take(): [LevelKey, Level | null][] {
      const found = [...changed].map((name): [LevelKey, Level | null] => [
        keyOf(name),
        levels.get(name) ?? null,
      ])
      changed.clear()
      return found
    },
    /** Forgets what has drained: a network or a block is not kept for longer than it counts. */
    sweep,
    size: () => levels.size,
    clear() {
      levels.clear()
      changed.clear()
    },
  }
}
