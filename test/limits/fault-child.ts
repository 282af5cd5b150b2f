// Runs in a mount namespace of its own (unshare -rm): a disk that fills up or turns read-only, for real.
// Arguments: an empty directory, `full` or `read-only`. Prints one JSON line.

import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { openSqliteLimiter } from '../../src/limits/sqlite-limiter.ts'

const [root = '', fault = ''] = process.argv.slice(2)
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root])
const directory = `${root}/data`
mkdirSync(directory)
const limiter = await openSqliteLimiter({ path: `${directory}/limits.db` })
const limit = { max: 3, windowSeconds: 600 }
const admit = async () => {
  try {
    return (await limiter.admit([{ name: 'sends_per_number_burst', key: 'number', limit }])).kind
  } catch (error) {
    return (error as Error).name
  }
}
const seen: Record<string, unknown> = { before: await admit() }
if (fault === 'full') {
  try {
    writeFileSync(`${root}/ballast`, Buffer.alloc(1 << 20))
  } catch {
    // ENOSPC, as wanted
  }
  seen.during = [await admit(), await admit(), await admit()]
  rmSync(`${root}/ballast`)
} else {
  // A mount with a file open for writing cannot be turned read-only: its connection is made to close.
  renameSync(directory, `${directory}-away`)
  await admit()
  renameSync(`${directory}-away`, directory)
  execFileSync('mount', ['--bind', directory, directory])
  execFileSync('mount', ['-o', 'remount,bind,ro', directory])
  seen.during = [await admit(), await admit(), await admit()]
  execFileSync('umount', [directory])
}
seen.after = [await admit(), await admit(), await admit()]
process.stdout.write(`${JSON.stringify(seen)}\n`)
process.exit(0)
