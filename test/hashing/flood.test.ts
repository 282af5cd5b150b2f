import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('C36: of 500 parallel checks those with a place are answered, memory stays bounded, files are not held up', () => {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, 'flood-child.ts')], {
    encoding: 'utf8',
    // As the image sets them (toolchain): more threads than hashes, and one arena for all.
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: '6',
      MALLOC_ARENA_MAX: '1',
      MALLOC_TRIM_THRESHOLD_: '268435456',
      MALLOC_MMAP_THRESHOLD_: '33554432',
    },
  })
  const seen = JSON.parse(output)
  expect(seen).toMatchObject({ right: 31, wrong: 31, refused: 438, mostRunning: 2, idle: true })
  // One hash ran before: a second block of 19 MiB, and some for 500 promises. Six at once would be 95.
  expect(seen.grownMib).toBeLessThan(2 * 19 + 20)
  // 62 hashes queued in libuv's pool would hold a file up for as long as they all take.
  expect(seen.slowestFile).toBeLessThan(seen.tookMs / 2)
})
