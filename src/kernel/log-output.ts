// Lines to standard output without waiting for their reader, which may stand still, go away, or be a full disk.
// It must not throw: a log that cannot be written stops nothing. Where standard output is a pipe it must not block
// either; a socket (systemd's journal) whose reader stands still takes a thread of the pool, and may delay the end.
// (sonic-boom writes pipes through the pool as well: in a flood of lines 8 % fewer hashes, and lines twice as late.)

import { constants, fstatSync, openSync, write as writeLater, writeSync } from 'node:fs'

/** Past the bound lines are dropped: nobody reads them, and they must not fill the memory. */
const MAX_HELD_BYTES = 8 * 1024 * 1024
/** Until what could not be written is tried again. */
const RETRY_MS = 100
/** After a write the lines of so long go with the next: one a turn was a fiftieth of a login flow, and a thread's place. */
const PAUSE_MS = 20
/** At the end of the process: a reader that is only slow gets the last lines. */
const FLUSH_MS = 500
const FLUSH_LOOK_MS = 10

export type LogOutput = {
  write(line: string): void
  /** Writes what is held; gives up after half a second, or when nobody reads any more. */
  flushSync(): void
}

/** Writes `chunk`; `done` gets what is left of it, and whether to wait before the next try. */
type Write = (chunk: Buffer, done: (left: Buffer, isFull: boolean) => void) => void
type Target = { fd: number; write: Write }

const NOTHING: Buffer = Buffer.alloc(0)
const isFull = (error: unknown) => (error as NodeJS.ErrnoException | null)?.code === 'EAGAIN'

/** @returns what is left of `chunk`: all of it where the pipe is full, nothing where it cannot be written at all */
function writeNow(fd: number, chunk: Buffer): Buffer {
  try {
    return chunk.subarray(writeSync(fd, chunk))
  } catch (error) {
    return isFull(error) ? chunk : NOTHING
  }
}

/** A file or a terminal: through the pool, for a disk may take its time. */
function byPool(fd: number): Write {
  return (chunk, done) =>
    writeLater(fd, chunk, (error, written) => {
      if (error) done(isFull(error) ? chunk : NOTHING, isFull(error))
      else done(chunk.subarray(written), false)
    })
}

/** A pipe is opened as a file of our own that does not block: a write takes microseconds, or fails because it is full. */
function openTarget(standard: number): Target {
  const pooled = { fd: standard, write: byPool(standard) }
  try {
    if (!fstatSync(standard).isFIFO()) return pooled
    const fd = openSync(`/proc/self/fd/${standard}`, constants.O_WRONLY | constants.O_NONBLOCK)
    const write: Write = (chunk, done) => {
      const left = writeNow(fd, chunk)
      done(left, left.length > 0)
    }
    return { fd, write }
  } catch {
    return pooled
  }
}

/** @param standard the descriptor to write to */
export function createLogOutput(standard = 1, maxHeldBytes = MAX_HELD_BYTES): LogOutput {
  const target = openTarget(standard)
  let lines: string[] = []
  /** Taken from `lines`, and not being written. */
  let chunk = NOTHING
  /** Not written yet, `chunk` included. */
  let heldBytes = 0
  /** A write is in progress or planned; further lines go with the next one. */
  let isBusy = false

  const take = () => {
    if (chunk.length > 0) return
    chunk = Buffer.from(lines.join(''))
    lines = []
  }
  const next = () => {
    take()
    isBusy = chunk.length > 0
    if (!isBusy) return
    const given = chunk
    chunk = NOTHING
    target.write(given, (left, isToWait) => {
      heldBytes -= given.length - left.length
      // After it whatever a flush has taken meanwhile.
      chunk = Buffer.concat([left, chunk])
      setTimeout(next, isToWait ? RETRY_MS : PAUSE_MS).unref()
    })
  }

  const output: LogOutput = {
    write(line) {
      const bytes = Buffer.byteLength(line)
      if (heldBytes + bytes > maxHeldBytes) return
      lines.push(line)
      heldBytes += bytes
      if (isBusy) return
      // The lines of one turn go together; and the last ones before an exit are still here to be flushed.
      isBusy = true
      setImmediate(next)
    },
    flushSync() {
      const until = performance.now() + FLUSH_MS
      const look = new Int32Array(new SharedArrayBuffer(4))
      while (performance.now() < until) {
        take()
        if (chunk.length === 0) return
        const left = writeNow(target.fd, chunk)
        if (left === chunk) Atomics.wait(look, 0, 0, FLUSH_LOOK_MS)
        heldBytes -= chunk.length - left.length
        chunk = left
      }
    },
  }
  process.once('exit', output.flushSync)
  return output
}
