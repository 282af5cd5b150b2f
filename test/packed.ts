// A package as the registry would have it: built and packed by npm, once a run by the first who asks.
// It must not be asked by a test that imports the package's sources.

import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUNDLE_DIRECTORY, madeOnce } from './program.ts'

const ROOT = join(import.meta.dirname, '..')

/** @param name of a folder of packages/; its dist/ is current afterwards. @returns the path of the tarball */
export function packed(name: string): string {
  // A run without a directory of its own is one of mutants, file by file.
  const directory =
    process.env[BUNDLE_DIRECTORY] ?? mkdtempSync(join(tmpdir(), 'countersign-packed-'))
  const folder = madeOnce(directory, `packed-${name}`, (out) => {
    mkdirSync(out)
    const args = ['pack', '--silent', '--pack-destination', out]
    execFileSync('npm', args, { cwd: join(ROOT, 'packages', name), stdio: 'pipe' })
  })
  const [tarball] = globSync('*.tgz', { cwd: folder })
  if (!tarball) throw new Error(`npm packed nothing of ${name}`)
  return join(folder, tarball)
}
