// Takes settings out of the environment, each by NAME or NAME_FILE, and collects what is wrong instead of throwing.
// It must not know any setting's meaning, and must not repeat a secret's text.

import { describeServiceLink, findFault, type GivenName, isServiceLink } from './given-text.ts'
import { SettingError } from './parsers.ts'
import type { Setting } from './settings.ts'
import { findSuspects, type Suspect } from './slips.ts'

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
  /** The text of NAME or of the file that NAME_FILE names, without blanks around it; what is wrong with it is noted. */
  text(setting: GivenName): string | undefined
  /** Where `text` finds it; `default`: nowhere. */
  origin(name: string): 'environment' | 'file' | 'default'
  note(name: string, problem: string): void
  /** Did anything wrong come up for this name? */
  isNoted(name: string): boolean
  /** `NAME: what is wrong`, one each, in the order of reading. */
  problems(): string[]
  /** Names that nobody asked for, and are a slip of the finger away from one that was. */
  suspects(): Suspect[]
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
  const isNoted = (name: string) => noted.some((entry) => entry.name === name)

  /** The text where nothing is wrong with it; `where` names the file that it is from. */
  function checked(text: string, setting: GivenName, where = ''): string | undefined {
    const fault = findFault(text, setting)
    if (fault === undefined) return text.trim()
    if (!isNoted(setting.name)) note(setting.name, `${where}${fault}`)
    return undefined
  }

  function fromFile(setting: GivenName, given: string): string | undefined {
    const { name } = setting
    const path = checked(given, { name }, `${name}_FILE `)
    if (path === undefined) return undefined
    try {
      return checked(readFile(path), setting, `the file "${path}" of ${name}_FILE `)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
      const why = error instanceof SettingError ? `: ${error.message}` : ` (${code})`
      note(name, `the file "${path}" of ${name}_FILE cannot be read${why}`)
      return undefined
    }
  }

  function text(setting: GivenName): string | undefined {
    const { name } = setting
    asked.add(name)
    const path = env[`${name}_FILE`]
    const direct = env[name]
    if (path === undefined) return direct === undefined ? undefined : checked(direct, setting)
    if (direct === undefined) return fromFile(setting, path)
    note(name, `${name} and ${name}_FILE are both given: leave one out`)
    return undefined
  }

  function readOne(setting: Setting<unknown>): unknown {
    const given = text(setting)
    const fallback = setting.fallback === null ? undefined : setting.parse(setting.fallback)
    if (given === undefined) return fallback
    try {
      return setting.parse(given)
    } catch (error) {
      const isLink = isServiceLink(setting.name, given)
      note(setting.name, isLink ? describeServiceLink(setting.name) : describe(error, setting)) // mutant: C69.service-link-named
      return fallback
    }
  }

  return {
    read<Rows extends Record<string, Setting<unknown>>>(rows: Rows) {
      const entries = Object.entries(rows).map(([key, row]) => [key, readOne(row)])
      return Object.fromEntries(entries) as Values<Rows>
    },
    text,
    origin: (name) =>
      env[`${name}_FILE`] !== undefined
        ? 'file'
        : env[name] !== undefined
          ? 'environment'
          : 'default',
    note,
    isNoted,
    problems: () => noted.map(({ name, problem }) => `${name}: ${problem}`),
    suspects: () => findSuspects(env, asked),
  }
}
