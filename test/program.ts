// What tests start as a process: the bundle that the image holds, made once a run by the first who asks, or the sources.
// It must not be asked by a test that runs in the process itself: those import src/.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

const BUNDLE_DEADLINE_MS = 120_000
const LOOK_MS = 20
const ROOT = join(import.meta.dirname, '..')

export type Program = { main: string; bin: string }

const SOURCES: Program = {
  main: join(ROOT, 'src/main.ts'),
  bin: join(ROOT, 'bin/countersign.mjs'),
}

/** The directory of this run's bundle (program-setup.ts); without one, the sources run. */
export const BUNDLE_DIRECTORY = 'COUNTERSIGN_TEST_BUNDLE'

function bundleOnce(directory: string): string {
  const made = join(directory, 'image')
  try {
    mkdirSync(join(directory, 'begun'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const end = performance.now() + BUNDLE_DEADLINE_MS
    while (!existsSync(made)) {
      if (performance.now() > end) throw new Error('the bundle was not made in time')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS)
    }
    return made
  }
  const out = join(directory, 'unfinished')
  execFileSync(process.execPath, ['scripts/bundle.ts', '--out', out], { cwd: ROOT, stdio: 'pipe' })
  renameSync(out, made)
  return made
}

/** A start of the bundle takes a third of what the sources take: they are parsed and stripped of their types each time. */
export function program(): Program {
  const directory = process.env[BUNDLE_DIRECTORY]
  if (!directory) return SOURCES
  const made = bundleOnce(directory)
  return { main: join(made, 'dist/main.js'), bin: join(made, 'bin/countersign.mjs') }
}
