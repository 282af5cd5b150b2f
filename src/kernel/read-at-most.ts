// A file's beginning: whatever the path names, a device without an end among them, no more than that is read.

import { closeSync, openSync, readSync } from 'node:fs'

const CHUNK_BYTES = 64 * 1024

/** @throws as node:fs readFileSync */
export function readAtMost(path: string, mostBytes: number): Buffer {
  const handle = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    for (let left = mostBytes; left > 0; ) {
      const chunk = Buffer.alloc(Math.min(left, CHUNK_BYTES))
      const read = readSync(handle, chunk)
      if (read === 0) break
      chunks.push(chunk.subarray(0, read))
      left -= read
    }
    return Buffer.concat(chunks)
  } finally {
    closeSync(handle)
  }
}
