// The log as a file of JSON Lines, for an agent that reads it: each batch is on disk before the next one is read.
// It must not write into a file that was moved away, nor glue a line to one that a crash tore.

import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Sink } from './sink.ts'

/** Readable for its owner alone: it names people's addresses. */
const MODE = 0o600

async function openAtEnd(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+', MODE)
  const { size } = await file.stat()
  if (size === 0) return file
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] !== 0x0a) await file.appendFile('\n')
  return file
}

export function createFileSink(path: string): Sink {
  let file: FileHandle | undefined

  /** A rotation moves the file away: the next batch begins a new one. */
  const isStillThere = async () => {
    if (!file) return false
    const [here, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
    return here.ino === there?.ino && here.dev === there.dev
  }
  const close = async () => {
    const open = file
    file = undefined
    await open?.close()
  }
  return {
    confirmMs: 0,
    broken: () => 0,
    async write(lines) {
      try {
        if (!(await isStillThere())) {
          await close()
          file = await openAtEnd(path)
        }
        await file?.appendFile(lines.map(({ text }) => `${text}\n`).join(''))
        await file?.datasync()
        return 0
      } catch (error) {
        // A part of a line may be there: the next one begins a line of its own.
        await close().catch(() => {})
        throw error
      }
    },
    close,
  }
}
