// A database file that cannot be trusted any more: a sync of it failed, or its path leads elsewhere. The process must end.
// It must not be caught: whatever is answered from such a file may be missing after the next start.

import { statSync } from 'node:fs'

/** Linux marks pages clean whose sync has failed: the next one succeeds over the hole that they leave. */
const FAILED_SYNC = /^SQLITE_IOERR_(DIR_)?FSYNC$/

export function isFailedSync(error: unknown): boolean {
  return error instanceof Error && 'code' in error && FAILED_SYNC.test(String(error.code))
}

/** Undefined where there is no file. */
export function fileIdentity(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}

export class LostFileError extends Error {
  override name = 'LostFileError'
  readonly file: string

  constructor(file: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.file = file
  }
}

/** By its name: a thread hands its errors over as copies. */
export function isLostFile(error: unknown): error is LostFileError {
  return error instanceof Error && error.name === 'LostFileError'
}

/** Ends the process, or the thread, by an error that nobody catches. What waits for this is never answered. */
export function endByLoss(file: string, message: string, cause?: unknown): Promise<never> {
  queueMicrotask(() => {
    throw new LostFileError(file, message, cause)
  })
  return new Promise(() => {})
}

export const SYNC_FAILED = 'a sync of the database file failed'
