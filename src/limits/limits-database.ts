// The file of the SQLite limiter: opening, its one table, and a connection that remembers statements.

import { closeSync, existsSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { endByLoss, fileIdentity, isFailedSync, SYNC_FAILED } from '../kernel/lost-file.ts'
import { remember } from '../kernel/remember.ts'
import { createWriteAheadLog, repairLog, type WriteAheadLog } from '../kernel/write-ahead-log.ts'

export const LIMITS_TABLE = 'limit_counters'

/** Who was sent how much, if only as keyed indexes: for the service's own user only. */
const FILE_MODE = 0o600

/** The limiter uses some five texts; the bound only keeps a mistake from growing. */
const MAX_STATEMENTS = 64

/**
 * WITHOUT ROWID: one tree less. The columns are those of the library's own table (its
 * `_getCreateTableSQL`), the index is ours: its periodic delete scans the whole table.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ${LIMITS_TABLE} (
    key TEXT NOT NULL PRIMARY KEY,
    points INTEGER NOT NULL DEFAULT 0,
    expire INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS ${LIMITS_TABLE}_by_expire ON ${LIMITS_TABLE} (expire);
`

/** Small batches by the index on expiry. */
export const PURGE_SQL = `
  DELETE FROM ${LIMITS_TABLE} WHERE key IN
    (SELECT key FROM ${LIMITS_TABLE} WHERE expire < ? ORDER BY expire LIMIT ?)
`

/** Unless another window has begun since: that one ends later. */
const TAKE_BACK_SQL = `
  UPDATE ${LIMITS_TABLE} SET points = points - 1 WHERE key = ? AND points > 0 AND expire <= ?
`

export type LimitsDatabase = {
  /** The `storeClient` that the library is given: everything runs inside our own transaction. */
  readonly client: {
    prepare(sql: string): Database.Statement
    transaction<Work extends (...args: never[]) => unknown>(work: Work): Work
  }
  /** One transaction, rolled back unless it `isKept`. */
  transact<T>(work: () => Promise<{ isKept: boolean; value: T }>): Promise<T>
  /** One count less, unless the window ends later. */
  takeBack(counter: string, endsAt: number): void
  /** @returns how many rows were removed, at most `limit` */
  purge(beforeMs: number, limit: number): number
  /** False once the path leads to another file, or none: nobody reads these counters any more. */
  inPlace(): boolean
  close(): void
}

/**
 * Every step may be repeated: of six processes that open at once most get SQLITE_BUSY at
 * `journal_mode = WAL`. A zero timeout, for SQLite's own waiting blocks the event loop.
 * @param isCheckpointed another thread does, for a checkpoint waits for the disk
 * @throws SqliteError, or that of open(2)
 */
export function openLimitsDatabase(path: string, isCheckpointed = false): LimitsDatabase {
  // SQLite would make it readable for all; its -wal and -shm files take the mode of this one. An existing
  // file is not touched: closing it would drop the locks of this process' other connections (fcntl(2)).
  if (!existsSync(path)) closeSync(openSync(path, 'a', FILE_MODE))
  const db = new Database(path, { timeout: 0 })
  try {
    db.pragma('journal_mode = WAL')
    // A power cut may lose the last counts, a kill does not; it saves a sync per admission.
    db.pragma('synchronous = NORMAL')
    // A root that is read-only has no /tmp.
    db.pragma('temp_store = MEMORY') // mutant: C71.limits-memory-sort
    repairLog(db)
    db.exec(SCHEMA)
  } catch (error) {
    db.close()
    throw error
  }
  const identity = fileIdentity(path)
  const log = createWriteAheadLog(db)
  const keepShort = isCheckpointed ? () => {} : log.keepShort
  const prepare = remember(MAX_STATEMENTS, (sql: string) => db.prepare(sql))
  return {
    // The library wraps each upsert in a savepoint; inside BEGIN IMMEDIATE it would add nothing.
    client: { prepare, transaction: (work) => work },
    async transact(work) {
      prepare('BEGIN IMMEDIATE').run()
      try {
        const { isKept, value } = await work()
        prepare(isKept ? 'COMMIT' : 'ROLLBACK').run()
        if (isKept) keepShort()
        return value
      } catch (error) {
        // SQLite may have rolled back on its own (disk full, I/O error).
        if (db.inTransaction) prepare('ROLLBACK').run()
        throw error
      }
    },
    takeBack: (counter, endsAt) => void prepare(TAKE_BACK_SQL).run(counter, endsAt),
    purge(beforeMs, limit) {
      const { changes } = prepare(PURGE_SQL).run(beforeMs, limit)
      keepShort()
      return changes
    },
    inPlace: () => fileIdentity(path) === identity,
    close: () => void db.close(),
  }
}

/** Beyond its bound the log grows by what is counted between two looks. */
const CHECKPOINT_EVERY_MS = 200

/** Keeps the log short in a thread that may wait for the disk. @returns its end */
export function checkpointRegularly(path: string): () => void {
  let open: { db: Database.Database; log: WriteAheadLog; identity: string | undefined } | undefined
  const drop = () => {
    open?.db.close()
    open = undefined
  }
  const look = () => {
    try {
      // The limiter begins another file where this one was removed.
      if (open && fileIdentity(path) !== open.identity) drop() // mutant: C19.replaced-file-checkpointed
      if (!open) {
        const identity = fileIdentity(path)
        const db = new Database(path, { timeout: 0, fileMustExist: true })
        open = { db, log: createWriteAheadLog(db), identity }
      }
      const isMoved = open.log.keepShort() // mutant: C75.limits-checkpointed
      // Meanwhile an admission finds the file locked and tries again later: it would have waited for the sync itself.
      if (isMoved) open.db.pragma('user_version = 0') // mutant: C75.limits-log-started
    } catch (error) {
      if (isFailedSync(error)) return void endByLoss(path, SYNC_FAILED, error) // mutant: I11.limits-sync-ends
      // Not there yet, or what the limiter itself reports.
      drop()
    }
  }
  const timer = setInterval(look, CHECKPOINT_EVERY_MS)
  return () => {
    clearInterval(timer)
    drop()
  }
}
