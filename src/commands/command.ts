// What every command is: words of its own, options, help, and an exit code.
// It must not write to the process's streams by itself: they are handed in.

import { parseArgs } from 'node:util'
import type { Environment } from '../config/reader.ts'

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

export type Terminal = {
  env: Environment
  /** Results only: what a script reads. */
  out(text: string): void
  /** Everything else. */
  err(text: string): void
  /** A person looks at `err`: a line may be written over. */
  isLive?: boolean
  /** Asks the person at the keyboard; absent: there is none. */
  ask?(question: string): Promise<string>
  /** Aborted when nobody reads `out` any more: the pipe's other end has gone. */
  gone?: AbortSignal
}

export type Options = Readonly<Record<string, OptionRow>>
export type OptionRow = {
  type: 'string' | 'boolean'
  multiple?: boolean
  /** One letter. */
  short?: string
  /** As help shows the value: `<name>`. */
  value?: string
  description: string
}
export type Given = {
  /** In order; for `multiple` options all of them. */
  text(name: string): string | undefined
  texts(name: string): string[]
  flag(name: string): boolean
  positionals: readonly string[]
}

export type Command = {
  /** `keys create`. */
  words: string
  /** `<id>`, where it takes words beyond its own. */
  operands?: readonly string[]
  summary: string
  options: Options
  /** More than a line, shown by --help below the options. */
  notes?: string
  /** @returns the exit code */
  run(given: Given, terminal: Terminal): Promise<number>
}

/** The words do not fit the command; the message says which. */
export class UsageError extends Error {}

const HELP: OptionRow = { type: 'boolean', short: 'h', description: 'Show this help' }

function describeOption([name, row]: [string, OptionRow]): string {
  return `  ${`--${name}${row.value ? ` ${row.value}` : ''}`.padEnd(22)} ${row.description}`
}

export function describeUsage({ words, operands = [] }: Command): string {
  return `Usage: countersign ${words}${operands.map((operand) => ` <${operand}>`).join('')} [options]`
}

function describeCommand(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP })
  return [
    command.summary,
    '',
    describeUsage(command),
    '',
    'Options:',
    ...rows.map(describeOption),
    '',
    ...(command.notes ? [command.notes, ''] : []),
  ].join('\n')
}

const WAYS = { allowPositionals: true, strict: true, tokens: true } as const

type Token = { kind: string; name?: string }

/** The last one would hold, and the other be lost without a word. @throws UsageError */
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
    parsed = parseArgs({ ...WAYS, args: [...words], options })
  } catch (error) {
    // Node's own sentence, the first of them: it quotes the option, and options hold no secrets.
    throw new UsageError((error as Error).message.split(/\. To specify|\.?\n/)[0])
  }
  const { values, positionals, tokens = [] } = parsed
  refuseRepeated(options, tokens) // mutant: C71.option-once
  const texts = (name: string): string[] =>
    [values[name]].flat().filter((value) => typeof value === 'string')
  return {
    text: (name) => texts(name).at(-1),
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
  const extra = given.positionals[operands.length]
  if (extra) throw new UsageError(`"${extra}" is one word too many`) // mutant: C71.stray-word-refused
  return command.run(given, terminal)
}
