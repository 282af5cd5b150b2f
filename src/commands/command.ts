// A command: its words, options, help and exit code, and what several commands ask of a terminal.
// It must not write to the process's streams itself: they are handed in.

import { parseArgs } from 'node:util'
import type { Environment } from '../config/reader.ts'

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

export type Terminal = {
  env: Environment
  /** Results only: what a script reads. */
  out(text: string): void
  /** Everything else. */
  err(text: string): void
  /** Whether `err` is a terminal, where a line may be overwritten. */
  isLive?: boolean
  /** Asks the person at the keyboard; absent: there is none. */
  ask?(question: string): Promise<string>
  /** Aborted once nobody reads `out` any more: the other end of the pipe has closed. */
  gone?: AbortSignal
}

export type Options = Readonly<Record<string, OptionRow>>
type OptionRow = {
  type: 'string' | 'boolean'
  multiple?: boolean
  /** One letter. */
  short?: string
  /** As help shows the value: `<name>`. */
  value?: string
  description: string
}
export type Given = {
  /** Undefined: the option was not given. */
  text(name: string): string | undefined
  /** All values of a `multiple` option, in order. */
  texts(name: string): string[]
  flag(name: string): boolean
  positionals: readonly string[]
}

export type Command = {
  /** `keys create`. */
  words: string
  /** Words that it takes beyond its own, as help names them. */
  operands?: readonly string[]
  /** One more, which may be left out. */
  optional?: string
  summary: string
  options: Options
  /** More than a line, shown by --help below the options. */
  notes?: string
  /** @returns the exit code */
  run(given: Given, terminal: Terminal): Promise<number>
}

/** The words do not fit the command; the message says which. */
export class UsageError extends Error {}

export const textOption = (value: string, description: string): OptionRow => ({
  type: 'string',
  value,
  description,
})
export const flagOption = (description: string): OptionRow => ({ type: 'boolean', description })

export const JSON_OPTION: Options = { json: flagOption('Print JSON, for programs') }
export const YES_OPTION: Options = {
  yes: flagOption('Do not ask for confirmation; required where nobody can be asked'),
}
const HELP: OptionRow = { type: 'boolean', short: 'h', description: 'Show this help' }

/** Controls, and what changes the direction of a line (UAX #9): marks, embeddings and isolates. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** Without the characters that a terminal would obey: some texts come from strangers and providers. */
export const printable = (text: string) => text.replaceAll(UNPRINTABLE, '\ufffd')

export const toJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

/** `1 factor`, `2 factors` */
export const countOf = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** The value of an option that counts something. @throws UsageError */
export function readCount(
  given: Given,
  name: string,
  { max, ...count }: { default: number; max: number },
): number {
  const text = given.text(name) ?? String(count.default)
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > max)
    throw new UsageError(`--${name} must be a whole number from 1 to ${max}`)
  return value
}

/** Undefined: --yes was given, or the answer was yes. @returns the exit code where it was not */
export async function refuseUnconfirmed(given: Given, terminal: Terminal, question: string) {
  if (given.flag('yes')) return undefined
  const answer = await terminal.ask?.(`${question} Type yes to continue: `)
  if (answer?.trim().toLowerCase() === 'yes') return undefined
  terminal.err(
    terminal.ask ? 'Nothing was removed.\n' : 'Nothing was removed: give --yes to confirm.\n',
  )
  return terminal.ask ? EXIT.failed : EXIT.usage
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Runs a job that SIGINT and SIGTERM stop by its signal, not by ending the process. */
export async function untilInterrupted<T>(job: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const end = () => stop.abort()
  for (const signal of SIGNALS) process.once(signal, end)
  try {
    return await job(stop.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, end)
  }
}

/** @param stopped the message where the job was interrupted. @returns its exit code */
export function interruptible(
  terminal: Terminal,
  stopped: string,
  job: (stop: AbortSignal) => Promise<number>,
): Promise<number> {
  return untilInterrupted(async (stop) => {
    try {
      return await job(stop)
    } catch (error) {
      if (!stop.aborted) throw error
      terminal.err(`${stopped}\n`)
      return EXIT.failed
    }
  })
}

function describeOption([name, { value, description }]: [string, OptionRow]): string {
  return `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(22)} ${description}`
}

export function describeUsage({ words, operands = [], optional }: Command): string {
  const names = [...operands.map((name) => `<${name}>`), ...(optional ? [`[${optional}]`] : [])]
  return `Usage: countersign ${[words, ...names].join(' ')} [options]`
}

function describeCommand(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP })
  const notes = command.notes ? [command.notes, ''] : []
  const usage = [describeUsage(command), '', 'Options:', ...rows.map(describeOption)]
  return [command.summary, '', ...usage, '', ...notes].join('\n')
}

type Token = { kind: string; name?: string }

/** The last one would count, and the other be lost without notice. @throws UsageError */
function refuseRepeated(options: Options, tokens: readonly Token[]): void {
  const names = tokens.flatMap(({ kind, name }) => (kind === 'option' && name ? [name] : []))
  const twice = names.find(
    (name, i) =>
      names.indexOf(name) < i && options[name]?.type === 'string' && !options[name].multiple,
  )
  if (twice !== undefined) throw new UsageError(`--${twice} is given twice: give it once`)
}

/** @throws UsageError */
function parse(command: Command, words: readonly string[]): Given {
  const options = { ...command.options, help: HELP }
  let parsed: ReturnType<typeof parseArgs>
  try {
    const ways = { allowPositionals: true, strict: true, tokens: true }
    parsed = parseArgs({ ...ways, args: [...words], options })
  } catch (error) {
    // Node's own sentence, the first of them: it quotes the option, and options hold no secrets.
    throw new UsageError((error as Error).message.split(/\. To specify|\.?\n/)[0])
  }
  const { values, positionals, tokens = [] } = parsed
  refuseRepeated(options, tokens) // mutant: C71.option-once
  const texts = (name: string): string[] =>
    [values[name]].flat().filter((value) => typeof value === 'string')
  return {
    text: (name) => texts(name)[0],
    texts,
    flag: (name) => values[name] === true,
    positionals,
  }
}

/** Runs the command, or shows its help. @throws UsageError */
export async function runCommand(
  command: Command,
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const given = parse(command, words)
  if (given.flag('help')) {
    terminal.out(describeCommand(command))
    return EXIT.ok
  }
  const operands = command.operands ?? []
  const missing = operands[given.positionals.length]
  if (missing) throw new UsageError(`<${missing}> is missing`)
  const extra = given.positionals[operands.length + (command.optional ? 1 : 0)]
  if (extra) throw new UsageError(`unexpected argument "${extra}"`) // mutant: C71.stray-word-refused
  return command.run(given, terminal)
}
