// countersign migrate-store: the store moved from a SQLite file to PostgreSQL.
// It must not print a database's URL: it holds a password.

import { type DatabaseUrl, describeServer, parseDatabaseUrl } from '../config/database-url.ts'
import { readSettingsFile } from '../config/load.ts'
import { SettingError } from '../config/parsers.ts'
import { createReader } from '../config/reader.ts'
import { SERVER_SETTINGS } from '../config/settings.ts'
import { MIGRATIONS_FOLDER, POSTGRES_MIGRATIONS_FOLDER } from '../paths.ts'
import type { ComparedTable, MoveResult } from '../storage/migrate-store/move.ts'
import {
  type Command,
  EXIT,
  flagOption,
  type Given,
  interruptible,
  JSON_OPTION,
  readCount,
  type Terminal,
  textOption,
  toJson,
  UsageError,
} from './command.ts'
import { refuseSettings, reportFaults } from './store.ts'

/** A few megabytes a transaction: fast, and quickly stopped. */
const BATCH = { default: 2_000, max: 50_000 } as const

const PHASES = { reading: 'reading again', copying: 'copying', checking: 'checking' } as const

const POOLER =
  'a move needs PostgreSQL itself: give --to, or its own DATABASE_URL without DATABASE_POOLER'

/** `to` is needed only where something is moved. */
type Places = { path: string; to: string | undefined }

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
  throw new UsageError(`--${name} must look like ${like}`)
}

/** What the options leave out comes from the service's own settings, of which no other is needed. */
function readPlaces(given: Given, { env }: Terminal): Places | { problems: string[] } {
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

/** A row of the table, as wide in the heading. */
const columns = (table: string, source: string, target: string, sum: string) =>
  `  ${table.padEnd(18)}${source.padStart(12)}${target.padStart(12)}  ${sum}\n`

function describeTable({ table, source, target, isSame }: ComparedTable): string {
  const [one, other] = [source.sha256.slice(0, 16), target.sha256.slice(0, 16)]
  const sum = isSame ? `same  ${one}` : `DIFFERENT  ${one} / ${other}`
  return columns(table, source.rows.toLocaleString('en'), target.rows.toLocaleString('en'), sum)
}

const RESULTS = {
  complete: `The move is complete: start the service with this database as its DATABASE_URL.
limits.db was not moved: the windows of the limits start over.
Services refuse the file from now on (--undo lifts that). It still holds sealed and hashed data:
remove it once you are certain that you will not go back.
`,
  before: 'The move was already complete, and the file has not changed since. Nothing was done.\n',
  differs:
    'The move is NOT complete: the database does not match the file. Something else has written to it, or it is damaged; run this again to start over, or give an empty database.\n',
}

function describe({ kind, tables }: MoveResult, path: string, url: string, isJson: boolean) {
  const [from, to] = [`file:${path}`, describeServer(url)]
  const head = columns('table', 'SQLite', 'PostgreSQL', 'SHA-256 of the rows')
  if (!isJson)
    return `${from} -> ${to}\n${head}${tables.map(describeTable).join('')}${RESULTS[kind]}`
  const rows = tables.map(({ table, source, target, isSame }) => {
    return { table, same: isSame, sqlite: source, postgres: target }
  })
  return toJson({ result: kind, from, to, tables: rows, not_moved: ['limits.db'] })
}

async function move({ path, to: url }: Places, given: Given, terminal: Terminal): Promise<number> {
  if (url === undefined) throw new UsageError('--to is missing')
  const batch = readCount(given, 'batch', BATCH)
  const { moveStore } = await import('../storage/migrate-store/move.ts')
  const { createProgressLine } = await import('./table.ts')
  const line = createProgressLine(terminal, 'rows')
  const stopped = 'Stopped. What was copied stays: run the same command again to continue.'
  return interruptible(terminal, stopped, async (signal) => {
    const result = await moveStore({
      path,
      url,
      batch,
      signal,
      sqliteMigrations: MIGRATIONS_FOLDER,
      postgresMigrations: POSTGRES_MIGRATIONS_FOLDER,
      onProgress: ({ phase, done, total }) => line.show({ name: PHASES[phase], done, total }),
      onNote(note) {
        line.end()
        terminal.err(`${note}\n`)
      },
    }).finally(line.end)
    terminal.out(describe(result, path, url, given.flag('json')))
    return result.kind === 'differs' ? EXIT.failed : EXIT.ok
  })
}

async function undo(path: string, terminal: Terminal): Promise<number> {
  const { undoMove } = await import('../storage/migrate-store/move.ts')
  terminal.err(
    undoMove(path, MIGRATIONS_FOLDER)
      ? `A service can use ${path} again. What PostgreSQL has received since the move is not in it: let no service use that database any more.\n`
      : `${path} was not moved: a service can use it.\n`,
  )
  return EXIT.ok
}

export const migrateStoreCommand: Command = {
  words: 'migrate-store',
  summary: 'Moves the store from a SQLite file to PostgreSQL, compares both, and can be run again.',
  options: {
    from: textOption(
      '<url>',
      'file:/path/to.db (default: DATABASE_URL, or countersign.db in DATA_DIR)',
    ),
    to: textOption(
      '<url>',
      'postgres://user@host:5432/database, an empty one (default: DATABASE_URL)',
    ),
    batch: textOption('<rows>', `Rows per transaction (default: ${BATCH.default})`),
    undo: flagOption('Only let services use the moved file again'),
    ...JSON_OPTION,
  },
  notes: `Stop the service first, run this with its environment, then start it with
DATABASE_URL=postgres://… and the same SECRET_KEY. If the command is stopped, run it
again: it continues where it was. Pending verifications, their messages, the responses
stored under Idempotency-Keys, API keys and the log are moved. The counters of the
limits (limits.db) are not: their windows start over. Guesses at a number are,
because they are counted from the verifications.
Give PostgreSQL itself, not a pooler. To keep a password off the command line, leave
--to out and set DATABASE_URL or DATABASE_URL_FILE.`,
  async run(given, terminal) {
    const places = readPlaces(given, terminal)
    if ('problems' in places) return refuseSettings(terminal, places.problems)
    return reportFaults(terminal, () =>
      given.flag('undo') ? undo(places.path, terminal) : move(places, given, terminal),
    )
  },
}
