// Brings the database to the schema of this version: the SQL files that drizzle-kit wrote, in order, once.
// It must not take anything away that the previous version needs, unless its file says so (`-- oldest-usable: N`).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartupError } from '../../kernel/errors.ts'
import { SEARCH_PATH } from '../../kernel/postgres.ts'

/** "CSGN": whoever migrates holds this lock (pg_advisory_xact_lock), the others wait for it. */
const LOCK = 0x4353474e
const LOCK_SECONDS = 120

const UNPINNED = `select p.oid from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname like 'cs\\_%'
  and not exists (select 1 from unnest(p.proconfig) c where c like 'search_path=%')`

/**
 * Whatever its caller's search_path is, each function of ours finds our tables and functions, and no namesakes. Of all
 * migrations, those to come included: none has to remember it. ALTER keeps the body, so an older program is not met by it.
 */
const PIN_FUNCTIONS = `do $$ declare f regprocedure; begin
  for f in ${UNPINNED} loop execute format('alter routine %s set search_path = ${SEARCH_PATH}', f); end loop;
end $$`

/** The part of a connection that is needed: several statements in one text, without parameters. */
export type Runner = (text: string) => Promise<{ rows: Record<string, unknown>[] }>

type Journal = { entries: { tag: string }[] }

function readJournal(folder: string): Journal['entries'] {
  return (JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as Journal).entries
}

export const countMigrations = (folder: string) => readJournal(folder).length

function readMigrations(folder: string): string[] {
  return readJournal(folder).map(({ tag }) => readFileSync(join(folder, `${tag}.sql`), 'utf8'))
}

/** How many migrations are applied, and the oldest program (by how many it knows) that can still use the result. */
type State = { version: number; oldestUsable: number }

export async function readState(run: Runner): Promise<State> {
  // Asked of the catalogue, not of to_regclass: that may answer from before the lock was waited for.
  const { rows: found } = await run(`select exists (select 1 from pg_class
    where relname = 'schema_version' and relnamespace = 'public'::regnamespace) as known`)
  if (!found[0]?.known) return { version: 0, oldestUsable: 0 }
  const { rows } = await run(
    'select version, oldest_usable from public.schema_version order by version desc limit 1',
  )
  return {
    version: Number(rows[0]?.version ?? 0),
    oldestUsable: Number(rows[0]?.oldest_usable ?? 0),
  }
}

function refuseNewer(state: State, known: number): void {
  if (state.oldestUsable > known)
    throw new StartupError(
      `the database was migrated by a newer version of Countersign that no longer works beside this one (schema ${state.version}, usable from ${state.oldestUsable}; this one knows ${known}): start that version or a newer one, or restore the backup made before the upgrade.`,
    )
}

async function applyMissing(run: Runner, migrations: readonly string[]): Promise<void> {
  await run(`begin; set local lock_timeout = '${LOCK_SECONDS}s'; set local statement_timeout = 0;
    set local search_path = ${SEARCH_PATH}`)
  try {
    await run(`select pg_advisory_xact_lock(${LOCK})`)
    const state = await readState(run)
    refuseNewer(state, migrations.length)
    await run(`create table if not exists schema_version (
      version integer primary key, oldest_usable integer not null, at timestamptz not null default now())`)
    let { oldestUsable } = state
    for (const [index, text] of migrations.entries()) {
      if (index < state.version) continue
      oldestUsable = Number(/^-- oldest-usable: (\d+)$/m.exec(text)?.[1] ?? oldestUsable)
      await run(text)
      await run(
        `insert into schema_version (version, oldest_usable) values (${index + 1}, ${oldestUsable})`,
      )
    }
    await run(PIN_FUNCTIONS) // mutant: C71.pg-function-path
    await run('commit')
  } catch (error) {
    await run('rollback').catch(() => {})
    throw error
  }
}

/**
 * Nodes that start together migrate once. A database that is further on than this program knows is used as it is
 * where its migrations only added: a version runs alongside the next one, and one can return to it.
 * @throws StartupError where the database is used by a version that no longer works beside this one, or holds no
 * store and must
 */
export async function migrate(run: Runner, folder: string, mustExist = false): Promise<void> {
  const migrations = readMigrations(folder)
  const state = await readState(run)
  // mutant: C71.pg-storeless-command
  if (mustExist && state.version === 0)
    throw new StartupError(
      'the database that DATABASE_URL names holds no store, and commands do not create one: the service does at its first start. Give the command the DATABASE_URL of its service.',
    )
  refuseNewer(state, migrations.length)
  const { rows: unpinned } = await run(`${UNPINNED} limit 1`)
  if (state.version < migrations.length || unpinned.length > 0) await applyMissing(run, migrations)
}
