// Keeps the write-ahead log of a SQLite file short, by checkpoints of our own.
// It must not leave that to SQLite, whose own checkpoints keep a failed sync to themselves.

import { isFailedSync } from './lost-file.ts'

/** As many frames as SQLite's own checkpoints would wait for. */
const CHECKPOINT_FRAMES = 1_000

/** What is used of the driver's connection. */
type Connection = {
  pragma(text: string): unknown
  prepare(text: string): { get(): unknown }
}
type Checkpoint = { log: number; checkpointed: number }

export type WriteAheadLog = {
  /**
   * After a commit; left for the next one while another connection is in the way.
   * @returns whether all of the log was moved: the next write starts a new one, and waits for the sync of its header
   * @throws where a sync fails
   */
  keepShort(): boolean
  /**
   * Moves the log into the file and cuts it to nothing; left undone while another connection reads or writes.
   * @throws SqliteError
   */
  empty(): void
}

/**
 * At a start, before anything is written: what a failed sync left in the log may be in the system's cache alone, and what
 * is written after it would be lost with it. Left where another connection has the file: it would have failed as well.
 */
export function startFreshLog(client: Connection): void {
  client.pragma('wal_checkpoint(TRUNCATE)') // mutant: I5.fresh-log
}

export function createWriteAheadLog(client: Connection): WriteAheadLog {
  client.pragma('wal_autocheckpoint = 0') // mutant: I5.checkpoint-heard
  const look = client.prepare('PRAGMA wal_checkpoint(NOOP)')
  const move = client.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  const cut = client.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
  return {
    keepShort() {
      try {
        const { log, checkpointed } = look.get() as Checkpoint
        if (log < CHECKPOINT_FRAMES || checkpointed === log) return false
        const moved = move.get() as Checkpoint
        return moved.checkpointed === moved.log
      } catch (error) {
        if (isFailedSync(error)) throw error
        return false
      }
    },
    empty: () => void cut.get(),
  }
}
