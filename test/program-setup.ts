// A directory for the run's bundle (program.ts), and its end.
// It must not make the bundle: a run of unit tests needs none.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUNDLE_DIRECTORY } from './program.ts'

export default function setup(): () => void {
  // Mutants are changes of the sources: a bundle for each would cost more than it saves.
  if (process.env.COUNTERSIGN_TEST_SOURCES === '1') return () => {}
  const directory = mkdtempSync(join(tmpdir(), 'countersign-bundle-'))
  process.env[BUNDLE_DIRECTORY] = directory
  return () => rmSync(directory, { recursive: true, force: true })
}
