// The countersign command: finds the command that the words name, or shows what there is.
// It must not do a command's work, and must not print an inner error.

import { readFileSync } from 'node:fs'
import { attemptsCommand, showCommand } from './commands/attempts.ts'
import { backupCommand } from './commands/backup.ts'
import {
  type Command,
  describeUsage,
  EXIT,
  runCommand,
  type Terminal,
  UsageError,
} from './commands/command.ts'
import { doctorCommand } from './commands/doctor.ts'
import { forgetCommand } from './commands/forget.ts'
import { healthcheckCommand } from './commands/healthcheck.ts'
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './commands/keys.ts'
import { migrateStoreCommand } from './commands/migrate-store.ts'
import { eraseCommand, exportCommand } from './commands/people.ts'
import { liftCommand, refusalsCommand } from './commands/refusals.ts'
import { restoreCommand } from './commands/restore.ts'
import { rewrapCommand } from './commands/rewrap.ts'
import { sendTestCommand } from './commands/send-test.ts'
import { plain } from './commands/table.ts'
import { tailCommand } from './commands/tail.ts'
import { createLogger } from './kernel/logger.ts'
import { PACKAGE_FILE } from './paths.ts'

export const COMMANDS: readonly Command[] = [
  attemptsCommand,
  showCommand,
  tailCommand,
  refusalsCommand,
  liftCommand,
  exportCommand,
  eraseCommand,
  createKeyCommand,
  listKeysCommand,
  revokeKeyCommand,
  rewrapCommand,
  forgetCommand,
  migrateStoreCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
  sendTestCommand,
  healthcheckCommand,
]

function describe(commands: readonly Command[]): string {
  return [
    'Usage: countersign <command> [options]',
    '',
    'Commands:',
    ...commands.map(({ words, summary }) => `  ${words.padEnd(14)} ${summary}`),
    '',
    'countersign <command> --help lists a command’s options. Settings come from the environment, as for the service.',
    '',
  ].join('\n')
}

function showVersion(terminal: Terminal): number {
  const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string }
  terminal.out(`${version}\n`)
  return EXIT.ok
}

/** Commands that begin with this word: `keys` is a group. */
const groupOf = (word = '') => COMMANDS.filter(({ words }) => words.split(' ')[0] === word)

/** What is wrong in one line, and how it is used in another. */
function refuse(terminal: Terminal, who: string, problem: string, usage: string, more: string) {
  terminal.err(`countersign${who}: ${plain(problem)}\n${usage}  (${more})\n`) // mutant: C71.one-line-usage
  return EXIT.usage
}

const listWords = (words: readonly string[]) =>
  `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** No command begins with these words. */
function refuseUnknown(words: readonly string[], terminal: Terminal): number {
  const [first = ''] = words
  const group = groupOf(first)
  if (group.length === 0)
    return refuse(
      ...([terminal, '', `there is no command "${words.join(' ')}"`] as const),
      ...([
        'Usage: countersign <command> [options]',
        'countersign --help lists the commands',
      ] as const),
    )
  const seconds = group.map((one) => one.words.split(' ')[1] ?? '')
  const problem =
    words.length === 1
      ? `${first} takes another word: ${listWords(seconds)}`
      : `there is no command "${words.slice(0, 2).join(' ')}": give ${listWords(seconds)}`
  const usage = `Usage: countersign ${first} <${seconds.join('|')}> [options]`
  return refuse(terminal, '', problem, usage, `countersign ${first} --help lists its options`)
}

async function runOne(command: Command, words: readonly string[], terminal: Terminal) {
  try {
    return await runCommand(command, words, terminal)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const more = `countersign ${command.words} --help lists the options`
    return refuse(terminal, ` ${command.words}`, error.message, describeUsage(command), more)
  }
}

const HELP_WORDS = ['--help', '-h']

/** `help keys create` is `keys create --help`. */
const asOption = (words: readonly string[]) =>
  words[0] === 'help' ? [...words.slice(1), '--help'] : words

async function dispatch(said: readonly string[], terminal: Terminal): Promise<number> {
  const words = asOption(said)
  const command = COMMANDS.find((one) => `${words.join(' ')} `.startsWith(`${one.words} `))
  if (command) return runOne(command, words.slice(command.words.split(' ').length), terminal)
  if (words[0] === '--version') return showVersion(terminal)
  const group = groupOf(words[0])
  if (words.some((word) => HELP_WORDS.includes(word))) {
    terminal.out(describe(group.length > 0 ? group : COMMANDS))
    return EXIT.ok
  }
  if (words.length > 0) return refuseUnknown(words, terminal)
  terminal.err(describe(COMMANDS))
  return EXIT.usage
}

/** @param words what stands after `countersign`. @returns the exit code */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, terminal)
  } catch (error) {
    const sink = { write: (line: string) => terminal.err(line) }
    createLogger({ level: 'error', sink }).error({ err: error }, 'the command failed')
    return EXIT.failed
  }
}
