// Keeps the write-ahead log of a SQLite file whole at a start, and short by checkpoints of our own.
// It must not leave that to SQLite, whose own checkpoints keep a failed sync to themselves.

import {
  closeSync,
  fdatasyncSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  writeSync,
} from 'node:fs'
import { isFailedSync, LostFileError, SYNC_FAILED } from './lost-file.ts'

/** As many frames as SQLite's own checkpoints would wait for. */
const CHECKPOINT_FRAMES = 1_000

const CHUNK_BYTES = 1024 * 1024

/** What is used of the driver's connection. */
type Connection = {
  readonly name: string
  exec(sql: string): unknown
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

/** Written again, a page that the system took for clean is synced again. */
function rewrite(path: string): void {
  const file = openSync(path, 'r+')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let at = 0, length = -1; length !== 0; at += length) {
      length = readSync(file, chunk, 0, CHUNK_BYTES, at)
      for (let done = 0; done < length; )
        done += writeSync(file, chunk, done, length - done, at + done) // mutant: I5.log-rewritten
    }
    // Before the log is read: nothing is revealed from it that a power cut could undo.
    fdatasyncSync(file) // mutant: I5.log-synced
  } finally {
    closeSync(file)
  }
}

/**
 * At a start, before anything else: what a failed sync left in the log may be in the system's cache alone. Whatever is
 * written behind that hole would be lost with it, and a checkpoint over it leaves a damaged file if the power fails
 * before a new log is on the disk. So the same bytes are written again; the log is then as any other.
 * SQLite's locks are on other files: closing this one releases none.
 * @throws LostFileError where the sync fails again; SqliteError (busy) while another process writes
 */
export function repairLog(client: Connection): void {
  const path = `${realpathSync(client.name)}-wal`
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return
  // Nobody appends to the log meanwhile, nor begins it again.
  client.exec('BEGIN IMMEDIATE')
  try {
    rewrite(path)
  } catch (error) {
    throw new LostFileError(client.name, SYNC_FAILED, error)
  } finally {
    client.exec('ROLLBACK')
  }
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
