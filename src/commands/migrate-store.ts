// Moves the store from a SQLite file to PostgreSQL: reads the words, shows progress, tells the result.
// It must not print a database's URL: it holds a password.

import { EXIT_CONFIG } from '../config/config.ts'
import { type DatabaseUrl, describeServer, parseDatabaseUrl } from '../config/database-url.ts'
import { SettingError } from '../config/parsers.ts'
import { createReader } from '../config/reader.ts'
import { SERVER_SETTINGS } from '../config/settings.ts'
import { readSettingsFile } from '../config/settings-file.ts'
import { StartupError } from '../kernel/errors.ts'
import { MIGRATIONS_FOLDER, POSTGRES_MIGRATIONS_FOLDER } from '../paths.ts'
import type { ComparedTable, MoveResult } from '../storage/migrate-store/move.ts'
import { type Command, EXIT, type Given, type Terminal, UsageError } from './command.ts'
import { createProgressLine } from './progress-line.ts'

/** A few megabytes a transaction: fast, and quickly stopped. */
const BATCH = { default: 2_000, max: 50_000 } as const

const PHASES = { reading: 'reading again', copying: 'copying', checking: 'checking' } as const

const NOTES = `Stop the service first, run this with its environment, then start it with
DATABASE_URL=postgres://… and the same SECRET_KEY. Whatever stops this command,
run it again: it goes on where it was. Pending verifications, their messages,
the answers under Idempotency-Keys, API keys and the log go along.
The counters of the limits (limits.db) do not: their windows start again. The
guesses at a number do, for they are counted from the verifications.
Give PostgreSQL itself, not a pooler. A password is best kept off the command
line: leave --to out and set DATABASE_URL or DATABASE_URL_FILE.`

const POOLER =
  'a move needs PostgreSQL itself: give --to, or its own DATABASE_URL and no DATABASE_POOLER'

type Places = { path: string; to: string }
/** `to` may be left out where nothing is moved. */
type SaidPlaces = { path: string; to: string | undefined }

function readUrl<Kind extends DatabaseUrl['kind']>(given: Given, name: string, kind: Kind) {
  const text = given.text(name)
  if (text === undefined) return
  try {
    const url = parseDatabaseUrl(text)
    if (url.kind === kind) return url as Extract<DatabaseUrl, { kind: Kind }>
  } catch (error) {
    if (!(error instanceof SettingError)) throw error
  }
  const like = kind === 'sqlite' ? 'file:/path/to.db' : 'postgres://user@host:5432/database'
  throw new UsageError(`--${name} has to be like ${like}`)
}

/** What is not said comes from the service's own settings, of which no other is needed. */
function readPlaces(given: Given, { env }: Terminal): SaidPlaces | { problems: string[] } {
  const reader = createReader(env, readSettingsFile)
  const { dataDir, databaseUrl, databasePooler } = SERVER_SETTINGS
  const set = reader.read({ dataDir, databaseUrl, databasePooler })
  if (set.databasePooler === 'transaction' && given.text('to') === undefined)
    reader.note('DATABASE_POOLER', POOLER)
  if (reader.problems().length > 0) return { problems: reader.problems() }
  const url = set.databaseUrl
  const ownPath = url?.kind === 'sqlite' ? url.path : `${set.dataDir}/countersign.db`
  const ownUrl = url?.kind === 'postgres' ? url.url : undefined
  return {
    path: readUrl(given, 'from', 'sqlite')?.path ?? ownPath,
    to: readUrl(given, 'to', 'postgres')?.url ?? ownUrl,
  }
}

function readBatch(given: Given): number {
  const text = given.text('batch') ?? String(BATCH.default)
  const batch = Number(text)
  if (!/^\d+$/.test(text) || batch < 1 || batch > BATCH.max)
    throw new UsageError(`--batch is a whole number from 1 to ${BATCH.max}`)
  return batch
}

function describeTable({ table, source, target, isSame }: ComparedTable): string {
  const rows = (count: number) => count.toLocaleString('en').padStart(12)
  const sum = isSame
    ? `same  ${source.sha256.slice(0, 16)}`
    : `DIFFERENT  ${source.sha256.slice(0, 16)} / ${target.sha256.slice(0, 16)}`
  return `  ${table.padEnd(18)}${rows(source.rows)}${rows(target.rows)}  ${sum}\n`
}

function describeTables(tables: readonly ComparedTable[]): string {
  const head = `  ${'table'.padEnd(18)}${'SQLite'.padStart(12)}${'PostgreSQL'.padStart(12)}  SHA-256 of the rows\n`
  return head + tables.map(describeTable).join('')
}

const WORDS = {
  complete: 'The move is complete: start the service with DATABASE_URL of this database.',
  before: 'The move was complete before, and the file has not changed since. Nothing was done.',
  differs:
    'The move is NOT complete: the database does not hold what the file holds. Something else has written to it, or it is damaged; run this again to start over, or give an empty database.',
}

const NOT_MOVED = `limits.db was not moved: the windows of the limits start again.
The file is refused to services from now on (--undo takes that back). It still holds what is sealed and hashed:
remove it once nobody wants to go back.
`

function tell({ kind, tables }: MoveResult, places: Places, isJson: boolean): string {
  const from = `file:${places.path}`
  const to = describeServer(places.to)
  if (!isJson)
    return `${from} -> ${to}\n${describeTables(tables)}${WORDS[kind]}\n${kind === 'complete' ? NOT_MOVED : ''}`
  const rows = tables.map(({ table, source, target, isSame }) => ({
    table,
    same: isSame,
    sqlite: source,
    postgres: target,
  }))
  const summary = { result: kind, from, to, tables: rows, not_moved: ['limits.db'] }
  return `${JSON.stringify(summary, null, 2)}\n`
}

async function move(places: Places, given: Given, terminal: Terminal): Promise<number> {
  const { moveStore } = await import('../storage/migrate-store/move.ts')
  const line = createProgressLine(terminal, 'rows')
  const stop = new AbortController()
  const stopOnce = () => stop.abort()
  process.once('SIGINT', stopOnce)
  process.once('SIGTERM', stopOnce)
  try {
    const result = await moveStore({
      path: places.path,
      url: places.to,
      sqliteMigrations: MIGRATIONS_FOLDER,
      postgresMigrations: POSTGRES_MIGRATIONS_FOLDER,
      batch: readBatch(given),
      signal: stop.signal,
      onProgress: ({ phase, done, total }) => line.show({ name: PHASES[phase], done, total }),
      onNote(note) {
        line.end()
        terminal.err(`${note}\n`)
      },
    })
    line.end()
    terminal.out(tell(result, places, given.flag('json')))
    return result.kind === 'differs' ? EXIT.failed : EXIT.ok
  } catch (error) {
    line.end()
    if (!stop.signal.aborted) throw error
    terminal.err('Stopped. What was copied stays: run the same command again to go on.\n')
    return EXIT.failed
  } finally {
    process.off('SIGINT', stopOnce)
    process.off('SIGTERM', stopOnce)
  }
}

async function undo(path: string, terminal: Terminal): Promise<number> {
  const { undoMove } = await import('../storage/migrate-store/move.ts')
  const said = undoMove(path, MIGRATIONS_FOLDER)
    ? `${path} can be used by a service again. What PostgreSQL has got since the move is not in it: let no service use that database any more.\n`
    : `${path} was not moved: a service can use it.\n`
  terminal.err(said)
  return EXIT.ok
}

export const migrateStoreCommand: Command = {
  words: 'migrate-store',
  summary: 'Moves the store from a SQLite file to PostgreSQL, compares both, and can be run again.',
  options: {
    from: {
      type: 'string',
      value: '<url>',
      description: 'file:/path/to.db (default: DATABASE_URL, or countersign.db in DATA_DIR)',
    },
    to: {
      type: 'string',
      value: '<url>',
      description: 'postgres://user@host:5432/database, empty (default: DATABASE_URL)',
    },
    batch: {
      type: 'string',
      value: '<rows>',
      description: `Rows of a transaction (default: ${BATCH.default})`,
    },
    undo: { type: 'boolean', description: 'Only let services use the moved file again' },
    json: { type: 'boolean', description: 'Tell the result as JSON' },
  },
  notes: NOTES,
  async run(given, terminal) {
    const places = readPlaces(given, terminal)
    if ('problems' in places) {
      terminal.err(`countersign: ${places.problems.join('\ncountersign: ')}\n`)
      return EXIT_CONFIG
    }
    try {
      if (given.flag('undo')) return await undo(places.path, terminal)
      const { path, to } = places
      if (to === undefined) throw new UsageError('--to is missing')
      return await move({ path, to }, given, terminal)
    } catch (error) {
      if (!(error instanceof StartupError)) throw error
      terminal.err(`countersign: ${error.message}\n`)
      return EXIT.failed
    }
  },
}
