// Makes the folder of a file that is about to be created, with what is missing above it.
// It must not use Node's recursive mkdir: where the system answers ENOENT below a folder that exists (/proc), it never returns.

import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Sealed and hashed values, for the service's own user only. */
const DIRECTORY_MODE = 0o700

const isDirectory = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** From the first ancestor that exists downwards: as many calls as the path has parts. */
function makeFolder(path: string): void {
  if (isDirectory(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  try {
    mkdirSync(path, { mode: DIRECTORY_MODE }) // mutant: C71.folders-step-by-step
  } catch (error) {
    // Another process that starts at the same moment.
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && isDirectory(path)
    if (!isThere) throw error // mutant: C71.folder-made-twice
  }
}

/** @throws a system error whose `path` is the file: what it means is described for that (file-fault.ts) */
export function makeFolderOf(file: string): void {
  try {
    makeFolder(dirname(file))
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { path: file }) : error
  }
}
