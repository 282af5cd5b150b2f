// countersign backup: a copy of the SQLite store in one file, while the service runs.
// It must not change the store, nor make one.

import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, EXIT, type Given, type Terminal, UsageError } from './command.ts'
import { withSqlitePath } from './sqlite-place.ts'

/** A folder gets a file that is named by the time: for a job that runs every night. */
function destination(given: Given): string {
  const to = given.text('to')
  if (!to) throw new UsageError('--to is missing: a new file, or a folder')
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory()
  if (!isFolder && to.endsWith('/'))
    throw new UsageError(`there is no folder ${to}: make it first (mkdir -p), or name a new file`)
  if (!isFolder) return resolve(to)
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return join(resolve(to), `countersign-${stamp}.db`)
}

/** Stopped, it leaves nothing behind; killed, a later backup to the same folder removes what it left. */
async function copy(path: string, to: string, terminal: Terminal, isJson: boolean) {
  const { backUp } = await import('../storage/sqlite/backup.ts')
  const stop = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  const onSignal = () => stop.abort()
  for (const signal of signals) process.once(signal, onSignal)
  try {
    const copied = await backUp(path, to, stop.signal)
    if (isJson) terminal.out(`${JSON.stringify({ store: resolve(path), ...copied })}\n`)
    else {
      terminal.err(`${resolve(path)} was copied, ${copied.bytes} bytes:\n`)
      terminal.out(`${copied.path}\n`)
    }
    return EXIT.ok
  } catch (error) {
    if (error !== stop.signal.reason) throw error
    terminal.err('Stopped: there is no copy.\n')
    return EXIT.failed
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

export const backupCommand: Command = {
  words: 'backup',
  summary: 'Copies the SQLite store into one file, as it is at one moment, while the service runs.',
  options: {
    to: {
      type: 'string',
      value: '<path>',
      description: 'A new file, or a folder for one that is named by the time',
    },
    json: { type: 'boolean', description: 'Answer as JSON' },
  },
  notes: `The copy is complete, checked and on the disk before it has its name, for its owner
alone. limits.db is not in it. Without SECRET_KEY it holds no readable recipient and
no code: keep that key elsewhere. PostgreSQL has backups of its own.
Put it back with countersign restore, not by copying: an old copy would make used
codes good again.`,
  async run(given, terminal) {
    const to = destination(given)
    return withSqlitePath(terminal, async (path) => {
      const { requireFile } = await import('../storage/open.ts')
      requireFile(path)
      return copy(path, to, terminal, given.flag('json'))
    })
  },
}
