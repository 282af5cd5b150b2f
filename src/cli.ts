// The countersign command: finds the command that the words name, or shows what there is.
// It must not do a command's work, and must not print an inner error.

import { readFileSync } from 'node:fs'
import { attemptsCommand, showCommand } from './commands/attempts.ts'
import { backupCommand } from './commands/backup.ts'
import {
  type Command,
  describeCommand,
  EXIT,
  runCommand,
  type Terminal,
  UsageError,
} from './commands/command.ts'
import { forgetCommand } from './commands/forget.ts'
import { healthcheckCommand } from './commands/healthcheck.ts'
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './commands/keys.ts'
import { migrateStoreCommand } from './commands/migrate-store.ts'
import { eraseCommand, exportCommand } from './commands/people.ts'
import { restoreCommand } from './commands/restore.ts'
import { rewrapCommand } from './commands/rewrap.ts'
import { tailCommand } from './commands/tail.ts'
import { createLogger } from './kernel/logger.ts'
import { PACKAGE_FILE } from './paths.ts'

const COMMANDS: readonly Command[] = [
  attemptsCommand,
  showCommand,
  tailCommand,
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
  healthcheckCommand,
]

function describe(commands: readonly Command[]): string {
  return [
    'Usage: countersign <command> [options]',
    '',
    'Commands:',
    ...commands.map(({ words, summary }) => `  ${words.padEnd(14)} ${summary}`),
    '',
    'countersign <command> --help tells a command’s options. Settings come from the environment, as for the service.',
    '',
  ].join('\n')
}

function showVersion(terminal: Terminal): number {
  const { version } = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8')) as { version: string }
  terminal.out(`${version}\n`)
  return EXIT.ok
}

/** Commands that begin with these words: `keys` is a group. */
function under(words: readonly string[]): readonly Command[] {
  const named = words.filter((word) => !word.startsWith('-'))
  const prefix = named.slice(0, 1).join(' ')
  return COMMANDS.filter((command) => command.words.split(' ')[0] === prefix)
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const command = COMMANDS.find((one) => `${words.join(' ')} `.startsWith(`${one.words} `))
  if (command) {
    try {
      return await runCommand(command, words.slice(command.words.split(' ').length), terminal)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      terminal.err(`countersign ${command.words}: ${error.message}\n\n${describeCommand(command)}`)
      return EXIT.usage
    }
  }
  const isHelp = words.includes('--help') || words.includes('-h') || words[0] === 'help'
  if (words[0] === '--version') return showVersion(terminal)
  const group = under(words)
  const help = describe(group.length > 0 ? group : COMMANDS)
  if (isHelp) {
    terminal.out(help)
    return EXIT.ok
  }
  const said = words.length > 0 ? `there is no command "${words.join(' ')}"\n\n` : ''
  terminal.err(`${said}${help}`)
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
