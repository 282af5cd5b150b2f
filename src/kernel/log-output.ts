// Lines to standard output without ever waiting for who reads them: one may stand still, go away, or be a full disk.
// It must not throw, block or end the process: a log that can't be written stops nothing.

import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'

/** Past the bound lines are dropped: nobody reads them, and memory is not theirs to fill. */
const MAX_HELD_BYTES = 8 * 1024 * 1024
/** A pipe that is full is tried again. */
const RETRY_MS = 100
/** At the end of the process: a reader that is only slow gets the last lines. */
const FLUSH_MS = 500
const FLUSH_LOOK_MS = 10

export type LogOutput = {
  write(line: string): void
  /** Writes what waits; gives up after half a second, or where nobody reads any more. */
  flushSync(): void
}

/**
 * A pipe as a file of our own that does not block: a write to a full one would hold a thread of the pool (hashing
 * needs them) and the end of the process. Another kind, or one that may not be opened, is written to as it is.
 */
function withoutBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return fd
  }
}

const isFull = (error: unknown) => (error as NodeJS.ErrnoException | null)?.code === 'EAGAIN'

/** @returns what is left of `chunk`: all of it where the pipe is full, nothing where it can't be written at all */
function writeNow(fd: number, chunk: Buffer): Buffer {
  try {
    return chunk.subarray(writeSync(fd, chunk))
  } catch (error) {
    return isFull(error) ? chunk : Buffer.alloc(0)
  }
}

/** @param standard the descriptor to write to */
export function createLogOutput(standard = 1, maxHeldBytes = MAX_HELD_BYTES): LogOutput {
  const fd = withoutBlocking(standard)
  let lines: string[] = []
  /** Taken from `lines`, and not with the pool. */
  let chunk: Buffer = Buffer.alloc(0)
  /** Everything that is not written yet, with the pool or not. */
  let heldBytes = 0
  let isUnderWay = false
  let isPlanned = false

  const take = () => {
    if (chunk.length > 0) return
    chunk = Buffer.from(lines.join(''))
    lines = []
  }
  const next = () => {
    isPlanned = false
    if (isUnderWay) return
    take()
    if (chunk.length === 0) return
    const given = chunk
    chunk = Buffer.alloc(0)
    isUnderWay = true
    write(fd, given, (error, written) => {
      isUnderWay = false
      const left = isFull(error) ? given : given.subarray(error ? given.length : written)
      heldBytes -= given.length - left.length
      // Behind it what a flush has taken meanwhile.
      chunk = Buffer.concat([left, chunk])
      if (isFull(error)) setTimeout(next, RETRY_MS).unref()
      else next()
    })
  }

  const output: LogOutput = {
    write(line) {
      const bytes = Buffer.byteLength(line)
      if (heldBytes + bytes > maxHeldBytes) return
      lines.push(line)
      heldBytes += bytes
      if (isPlanned || isUnderWay) return
      // The lines of one turn together; and what is logged last is still here to be flushed.
      isPlanned = true
      setImmediate(next)
    },
    flushSync() {
      const until = performance.now() + FLUSH_MS
      const look = new Int32Array(new SharedArrayBuffer(4))
      while (performance.now() < until) {
        take()
        if (chunk.length === 0) return
        const left = writeNow(fd, chunk)
        if (left === chunk) Atomics.wait(look, 0, 0, FLUSH_LOOK_MS)
        heldBytes -= chunk.length - left.length
        chunk = left
      }
    },
  }
  process.once('exit', output.flushSync)
  return output
}
