// The countersign command: finds the command that the words name, or shows which there are.
// It must not print an inner error.

import { readFileSync } from 'node:fs'
import { adviceCommand } from './commands/advice.ts'
import { AUDIT_COMMANDS } from './commands/audit.ts'
import { backupCommand, restoreCommand } from './commands/backup.ts'
import {
  type Command,
  describeUsage,
  EXIT,
  printable,
  runCommand,
  type Terminal,
  UsageError,
} from './commands/command.ts'
import { costsCommand } from './commands/costs.ts'
import { doctorCommand } from './commands/doctor.ts'
import { exportLogCommand } from './commands/export-log.ts'
import { healthcheckCommand } from './commands/healthcheck.ts'
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './commands/keys.ts'
import { LIST_COMMANDS } from './commands/lists.ts'
import { migrateStoreCommand } from './commands/migrate-store.ts'
import { eraseCommand, exportCommand, liftCommand } from './commands/people.ts'
import { previewCommand } from './commands/preview.ts'
import { testProviderCommand } from './commands/provider-test.ts'
import { providersCommand } from './commands/providers.ts'
import { refusalsCommand } from './commands/refusals.ts'
import { forgetCommand, rewrapCommand } from './commands/root-keys.ts'
import { settingsCommand } from './commands/settings.ts'
import { shieldCommand } from './commands/shield.ts'
import { statsCommand } from './commands/stats.ts'
import { suppressionsCommand, unsuppressCommand } from './commands/suppressions.ts'
import { tailCommand } from './commands/tail.ts'
import { showCommand, verificationsCommand } from './commands/verifications.ts'
import { WEBHOOK_COMMANDS } from './commands/webhooks.ts'
import { createLogger } from './kernel/logger.ts'
import { PACKAGE_FILE } from './paths.ts'

export const COMMANDS: readonly Command[] = [
  ...[verificationsCommand, showCommand, tailCommand, refusalsCommand, exportLogCommand],
  ...AUDIT_COMMANDS,
  ...WEBHOOK_COMMANDS,
  ...[statsCommand, costsCommand, shieldCommand],
  ...LIST_COMMANDS,
  ...[suppressionsCommand, unsuppressCommand, liftCommand, exportCommand, eraseCommand],
  ...[createKeyCommand, listKeysCommand, revokeKeyCommand, rewrapCommand, forgetCommand],
  ...[migrateStoreCommand, backupCommand, restoreCommand],
  ...[
    doctorCommand,
    settingsCommand,
    previewCommand,
    testProviderCommand,
    adviceCommand,
    providersCommand,
  ],
  healthcheckCommand,
]

function describe(commands: readonly Command[]): string {
  return `Usage: countersign <command> [options]

Commands:
${commands.map(({ words, summary }) => `  ${words.padEnd(15)} ${summary}\n`).join('')}
countersign <command> --help lists a command’s options. Settings come from the environment, as for the service.
`
}

/** Commands that begin with this word: `keys` is a group. */
const groupOf = (word = '') => COMMANDS.filter(({ words }) => words.split(' ')[0] === word)

/** The mistake in one line, and the usage in another. */
function refuse(terminal: Terminal, who: string, problem: string, usage: string, more: string) {
  terminal.err(`countersign${who}: ${printable(problem)}\n${usage}  (${more})\n`) // mutant: C71.one-line-usage
  return EXIT.usage
}

/** No command begins with these words. */
function refuseUnknown(words: readonly string[], terminal: Terminal): number {
  const [first = ''] = words
  const group = groupOf(first)
  const problem = `there is no command "${words.slice(0, group.length > 0 ? 2 : words.length).join(' ')}"`
  if (group.length === 0) {
    const usage = 'Usage: countersign <command> [options]'
    return refuse(terminal, '', problem, usage, 'countersign --help lists the commands')
  }
  const seconds = group.map((one) => one.words.split(' ')[1] ?? '')
  const choice = `${seconds.slice(0, -1).join(', ')} or ${seconds.at(-1)}`
  const advice =
    words.length === 1 ? `${first} needs another word: ${choice}` : `${problem}: give ${choice}`
  const usage = `Usage: countersign ${first} <${seconds.join('|')}> [options]`
  return refuse(terminal, '', advice, usage, `countersign ${first} --help lists its commands`)
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

async function dispatch(given: readonly string[], terminal: Terminal): Promise<number> {
  // `help keys create` is `keys create --help`.
  const words = given[0] === 'help' ? [...given.slice(1), '--help'] : given
  const command = COMMANDS.find((one) => `${words.join(' ')} `.startsWith(`${one.words} `))
  if (command) return runOne(command, words.slice(command.words.split(' ').length), terminal)
  if (words[0] === '--version') {
    const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string }
    terminal.out(`${version}\n`)
    return EXIT.ok
  }
  const group = groupOf(words[0])
  if (words.some((word) => HELP_WORDS.includes(word))) {
    terminal.out(describe(group.length > 0 ? group : COMMANDS))
    return EXIT.ok
  }
  if (words.length > 0) return refuseUnknown(words, terminal)
  terminal.err(describe(COMMANDS))
  return EXIT.usage
}

/** @param words what follows `countersign`. @returns the exit code */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, terminal)
  } catch (error) {
    const sink = { write: (line: string) => terminal.err(line) }
    createLogger({ level: 'error', sink }).error({ err: error }, 'the command failed')
    return EXIT.failed
  }
}
