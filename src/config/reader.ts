// Takes settings out of the environment, each by NAME or NAME_FILE, and collects what is wrong instead of throwing.
// It must not know any setting's meaning, and must not repeat a secret's text.

import { SettingError } from './parsers.ts'
import type { Setting } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A row's value: a setting without a fallback may be absent. */
type ValueOf<Row> = Row extends { parse: (text: string) => infer T; fallback: infer F }
  ? F extends string
    ? T
    : T | undefined
  : never
export type Values<Rows> = { -readonly [Key in keyof Rows]: ValueOf<Rows[Key]> }

export type Reader = {
  /** Each row's value. A wrong one is noted and stands in as its fallback, so that the rest is still looked at. */
  read<Rows extends Record<string, Setting<unknown>>>(rows: Rows): Values<Rows>
  /** The text of NAME or of the file that NAME_FILE names; empty is absent. */
  text(name: string): string | undefined
  /** Where `text` finds it; `default`: nowhere. */
  origin(name: string): 'environment' | 'file' | 'default'
  note(name: string, problem: string): void
  /** Did anything wrong come up for this name? */
  isNoted(name: string): boolean
  /** `NAME: what is wrong`, one each, in the order of reading. */
  problems(): string[]
  /** Names that nobody asked for, and are a slip of the finger away from one that was. */
  suspects(): { name: string; meant: string }[]
}

/** Hides the value of a secret setting: parsers of others may quote it. */
function describe(error: unknown, setting: Setting<unknown>): string {
  if (error instanceof SettingError && !setting.secret) return error.message
  if (error instanceof SettingError) return error.message.replaceAll(/"[^"]*"/g, 'the value')
  throw error
}

export function createReader(env: Environment, readFile: (path: string) => string): Reader {
  const noted: { name: string; problem: string }[] = []
  const asked = new Set<string>()
  const note = (name: string, problem: string): void => {
    noted.push({ name, problem })
  }

  function fromFile(name: string, path: string): string | undefined {
    try {
      return readFile(path).replace(/\r?\n$/, '') || undefined
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
      const why = error instanceof SettingError ? `: ${error.message}` : ` (${code})`
      note(name, `the file "${path}" of ${name}_FILE cannot be read${why}`)
      return undefined
    }
  }

  function text(name: string): string | undefined {
    asked.add(name)
    const path = env[`${name}_FILE`]
    const direct = env[name] || undefined
    if (!path) return direct
    if (direct === undefined) return fromFile(name, path)
    note(name, `${name} and ${name}_FILE are both given: leave one out`)
    return undefined
  }

  function readOne(setting: Setting<unknown>): unknown {
    const given = text(setting.name)
    const fallback = setting.fallback === null ? undefined : setting.parse(setting.fallback)
    if (given === undefined) return fallback
    try {
      return setting.parse(given.trim())
    } catch (error) {
      note(setting.name, describe(error, setting))
      return fallback
    }
  }

  return {
    read<Rows extends Record<string, Setting<unknown>>>(rows: Rows) {
      const entries = Object.entries(rows).map(([key, row]) => [key, readOne(row)])
      return Object.fromEntries(entries) as Values<Rows>
    },
    text,
    origin: (name) => (env[`${name}_FILE`] ? 'file' : env[name] ? 'environment' : 'default'),
    note,
    isNoted: (name) => noted.some((entry) => entry.name === name),
    problems: () => noted.map(({ name, problem }) => `${name}: ${problem}`),
    suspects: () => findSuspects(env, asked),
  }
}

/** Which characters a name has, a bit each. */
const lettersOf = (name: string) =>
  Array.from(name).reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) & 31)), 0)

function countBits(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count += 1
  return count
}

/**
 * Optimal string alignment distance: insertions, deletions, substitutions and neighbours swapped.
 * Given up where it is surely over `most`: every variable meets every setting, 30 ms at each start.
 */
function isWithin(most: number, a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > most) return false
  let [before, previous] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    if (Math.min(...row) > most && Math.min(...previous) > most) return false
    ;[before, previous] = [previous, row]
  }
  return (previous[b.length] ?? 0) <= most
}

/** A short name has many innocent neighbours (HOST, HOME, POST). */
const SHORT_NAME = 6
const MAX_SLIPS = 2

function findSuspects(env: Environment, asked: ReadonlySet<string>) {
  const known = new Set([...asked].flatMap((name) => [name, `${name}_FILE`]))
  const candidates = [...known].map((name) => ({ name, letters: lettersOf(name) }))
  const suspects: { name: string; meant: string }[] = []
  for (const name of Object.keys(env)) {
    if (known.has(name)) continue
    const slips = name.length < SHORT_NAME ? 1 : MAX_SLIPS
    const upper = name.toUpperCase()
    const letters = lettersOf(upper)
    // A slip changes two of the letters at most: nearly all are told apart by this.
    const isNear = (candidate: { name: string; letters: number }) =>
      countBits(candidate.letters ^ letters) <= 2 * slips && isWithin(slips, upper, candidate.name)
    const meant = candidates.find(isNear)?.name
    const isLimit = name.startsWith('LIMIT_')
    if (meant || isLimit) suspects.push({ name, meant: meant ?? 'one of the LIMIT_ settings' })
  }
  return suspects
}
