// A file's beginning: whatever the path names, a device without an end or a pipe without a writer among them, no more than that
// is read, and nothing is waited for without a deadline.

import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs'

const CHUNK_BYTES = 64 * 1024
/** Of a pipe's writer: a shell's `<(command)` asks somebody else for the secret. */
const WRITER_MS = 20_000

/** Into a pipe nobody wrote, or not for so long. */
export class SilentPipeError extends Error {}
const LOOK_EVERY_MS = 20

const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** @returns bytes read; 0 at the end; undefined: there may be some later */
function readNow(handle: number, chunk: Buffer): number | undefined {
  try {
    return readSync(handle, chunk)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}

/** By its path: nobody may have opened it to write. A shell's has its writer, or is at its end. */
function isNamedPipe(handle: number): boolean {
  if (!fstatSync(handle).isFIFO()) return false
  try {
    return !readlinkSync(`/proc/self/fd/${handle}`).startsWith('pipe:')
  } catch {
    return true
  }
}

/**
 * Blocks the thread, as readFileSync does.
 * @param writerMs how long a pipe may be silent
 * @throws SilentPipeError; else as node:fs readFileSync
 */
export function readAtMost(path: string, mostBytes: number, writerMs = WRITER_MS): Buffer {
  // The open of a pipe that nobody writes into waits forever otherwise (open(2)).
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const isNamed = isNamedPipe(handle)
    const chunks: Buffer[] = []
    let deadline = performance.now() + writerMs
    for (let left = mostBytes; left > 0; ) {
      const chunk = Buffer.alloc(Math.min(left, CHUNK_BYTES))
      const read = readNow(handle, chunk)
      // Before the first byte, a pipe's end says only that its writer has not come.
      const isToCome = isNamed && chunks.length === 0
      if (read) {
        chunks.push(chunk.subarray(0, read))
        left -= read
        deadline = performance.now() + writerMs
      } else if (read === 0 && !isToCome) break
      else if (performance.now() > deadline)
        throw new SilentPipeError(`nobody wrote into it for ${Math.round(writerMs / 1000)} s`)
      else Atomics.wait(sleeper, 0, 0, LOOK_EVERY_MS)
    }
    return Buffer.concat(chunks)
  } finally {
    closeSync(handle)
  }
}
