// Reads settings from the environment, each by NAME or NAME_FILE, and collects what is wrong instead of throwing.
// It must not repeat a secret's text.

import { SettingError } from './parsers.ts'
import type { Setting } from './settings.ts'
import { describeServiceLink, findSuspects, isServiceLink, type Suspect } from './slips.ts'

/** A name, and whether its text may hold quotes, comments and lines: JSON, a template. */
export type GivenName = { readonly name: string; readonly free?: true }

const LINE_BREAK = /[\r\n\v\f\u0085\u2028\u2029]/
/** `docker --env-file` and Kubernetes keep quotes (moby 46773); shells and Compose remove them. */
const QUOTED = /^(?:".*"|'.*'|`.*`|[“”„].*[“”]|[‘’‚].*[‘’]|«.*»)$/s
/** A template may be a JSON string: its double quotes stay. */
const QUOTED_FREE = /^(?:'.*'|[“”„].*[“”])$/s
/** `Studio #1` is a name, `abc # my key` is not. */
const COMMENT = /(?:^|\s)#(?!\d)/
/** Format characters, except the two that join and separate letters in many scripts. */
const INVISIBLE = /[[\p{Cc}\p{Cf}]--[\u200c\u200d]]/v

const MAX_PROBLEM = 1_000

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

function repeatsName(text: string, name: string): boolean {
  const [first = ''] = text.replace(/^export\s+/, '').split('=', 1)
  return text.includes('=') && [name, `${name}_FILE`].includes(first.trim())
}

/** The fault of a text, whatever its meaning: a sentence without the setting's name. The text may be a secret's, and is not repeated. */
function findFault(text: string, { name, free }: GivenName): string | undefined {
  // In UTF-16 every other byte of ASCII is zero; a decoder replaces what is not UTF-8 with U+FFFD.
  if (/[\0\uFFFD]/.test(text)) return 'is not in UTF-8 (UTF-16?): save it as UTF-8' // mutant: C69.utf16-refused
  if (text.includes('\uFEFF')) return 'contains a byte order mark (U+FEFF): save it without one' // mutant: C69.bom-refused
  const trimmed = text.trim()
  if (trimmed === '') return 'is set but empty: give a value, or leave the setting out' // mutant: C69.empty-refused
  if (free) return QUOTED_FREE.test(trimmed) ? quoted() : undefined
  if (repeatsName(trimmed, name)) return `repeats the setting’s name: leave "${name}=" out` // mutant: C69.repeated-name-refused
  if (LINE_BREAK.test(trimmed)) return 'has several lines: give one value on one line' // mutant: C69.multiline-refused
  if (QUOTED.test(trimmed)) return quoted() // mutant: C69.quotes-refused
  // mutant: C69.comment-refused
  if (COMMENT.test(trimmed))
    return 'contains a comment (#), which would be part of the value: put it on a line of its own'
  const [invisible] = INVISIBLE.exec(trimmed) ?? [] // mutant: C69.invisible-refused
  return (
    invisible && `contains an invisible character (${codePoint(invisible)}): type the value again`
  )
}

/** A problem may repeat its value: what it is begins it, and what to do ends it. */
function shorten(problem: string): string {
  if (problem.length <= MAX_PROBLEM) return problem
  return `${problem.slice(0, MAX_PROBLEM / 2)} … ${problem.slice(-MAX_PROBLEM / 2)}`
}

function quoted(): string {
  return 'is in quotes, which would be part of the value (docker --env-file keeps them): remove them'
}

export type Environment = Readonly<Record<string, string | undefined>>

/** A row's value: a setting without a fallback may be absent. */
type ValueOf<Row> = Row extends { parse: (text: string) => infer T; fallback: infer F }
  ? F extends string
    ? T
    : T | undefined
  : never
export type Values<Rows> = { -readonly [Key in keyof Rows]: ValueOf<Rows[Key]> }

export type Reader = {
  /** Each row's value. A wrong one is noted and replaced by its fallback, so that the rest is still read. */
  read<Rows extends Record<string, Setting<unknown>>>(rows: Rows): Values<Rows>
  /** The text of NAME or of the file in NAME_FILE, trimmed; what is wrong with it is noted. */
  text(setting: GivenName): string | undefined
  /** Where `text` comes from; `default`: neither. */
  origin(name: string): 'environment' | 'file' | 'default'
  note(name: string, problem: string): void
  /** Whether anything is wrong with this one. */
  isNoted(name: string): boolean
  /** `NAME: what is wrong`, in the order of reading. */
  problems(): string[]
  /** Names in the environment that no setting has, and that are nearly one. */
  suspects(): Suspect[]
}

/** Parsers may quote the value: that of a secret is hidden. */
function describe(error: unknown, setting: Setting<unknown>): string {
  if (error instanceof SettingError && !setting.secret) return error.message
  if (error instanceof SettingError) return error.message.replaceAll(/"[^"]*"/g, 'the value')
  throw error
}

/** @param prefixes of providers that may have several accounts, for names that look misspelt */
export function createReader(
  env: Environment,
  readFile: (path: string) => string,
  prefixes: readonly string[] = [],
): Reader {
  const noted: { name: string; problem: string }[] = []
  const asked = new Set<string>()
  const note = (name: string, problem: string) =>
    void noted.push({ name, problem: shorten(problem) })
  const isNoted = (name: string) => noted.some((entry) => entry.name === name)

  /** Undefined: something is wrong with it. @param where names the file that it is from */
  function accept(text: string, setting: GivenName, where = ''): string | undefined {
    const fault = findFault(text, setting)
    if (fault === undefined) return text.trim()
    if (!isNoted(setting.name)) note(setting.name, `${where}${fault}`)
    return undefined
  }

  function fromFile(setting: GivenName, given: string): string | undefined {
    const { name } = setting
    const path = accept(given, { name }, `${name}_FILE `)
    if (path === undefined) return undefined
    try {
      return accept(readFile(path), setting, `the file "${path}" of ${name}_FILE `)
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
    if (path === undefined) return direct === undefined ? undefined : accept(direct, setting)
    if (direct === undefined) return fromFile(setting, path)
    note(name, `${name} and ${name}_FILE are both set: remove one of them`)
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
    suspects: () => findSuspects(env, asked, prefixes),
  }
}
