// What tests start as a process: the bundle that the image holds, made once a run by the first who asks, or the sources.
// What runs in the test's own process is imported from src/: only its database thread is the bundle's.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DATABASE_THREAD } from '../src/paths.ts'

const MAKE_DEADLINE_MS = 120_000
const LOOK_MS = 20
const ROOT = join(import.meta.dirname, '..')

export type Program = { main: string; bin: string; thread: URL }

const SOURCES: Program = {
  main: join(ROOT, 'src/main.ts'),
  bin: join(ROOT, 'bin/countersign.mjs'),
  thread: DATABASE_THREAD,
}

/** The directory of this run's bundle (program-setup.ts); without one, the sources run. */
export const BUNDLE_DIRECTORY = 'COUNTERSIGN_TEST_BUNDLE'

/** By the first who asks, whichever test process that is; the others wait. @param make is given the path to write to */
export function madeOnce(directory: string, name: string, make: (out: string) => void): string {
  const made = join(directory, name)
  try {
    mkdirSync(join(directory, `${name}-begun`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const end = performance.now() + MAKE_DEADLINE_MS
    while (!existsSync(made)) {
      if (performance.now() > end) throw new Error(`${name} was not made in time`)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS)
    }
    return made
  }
  const out = join(directory, `${name}-unfinished`)
  make(out)
  renameSync(out, made)
  return made
}

const bundle = (out: string) => {
  execFileSync(process.execPath, ['scripts/bundle.ts', '--out', out], { cwd: ROOT, stdio: 'pipe' })
  // A thread of the test's process: two copies of SQLite in one would release each other's locks (fcntl(2)).
  cpSync(join(out, 'dist'), join(out, 'thread/dist'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(out, 'thread/node_modules'))
}

/** A start of the bundle takes a third of what the sources take: they are parsed and stripped of their types each time. */
export function program(): Program {
  const directory = process.env[BUNDLE_DIRECTORY]
  if (!directory) return SOURCES
  const made = madeOnce(directory, 'image', bundle)
  return {
    main: join(made, 'dist/main.js'),
    bin: join(made, 'bin/countersign.mjs'),
    thread: pathToFileURL(join(made, 'thread/dist/service/database-thread.js')),
  }
}
