// Builds dist/image of a clone as its Dockerfile does, and clones another commit of this repository to build that.
// It must not change the clone that it runs in, but for dist/.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Image = {
  /** The folder that the image is. */
  readonly directory: string
  /** What the Dockerfile's last stage sets. */
  readonly env: Readonly<Record<string, string>>
}

/** The predecessor that a run was asked to compare with. */
export type OldImage = { readonly commit: string; readonly image: Image }

const SOURCE_MAPS = new URL('./with-source-maps.mjs', import.meta.url).href

/** `ENV NAME=value \` lines of the Dockerfile's last stage. */
function readEnvironment(root: string): Record<string, string> {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
  const line = /^ENV (.*)$/m.exec(text)?.[1] ?? ''
  return Object.fromEntries(
    line
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split(/=(.*)/s).slice(0, 2)),
  )
}

export function imageOf(root: string): Image {
  return { directory: join(root, 'dist/image'), env: readEnvironment(root) }
}

export function findCompiler(...names: string[]): string | undefined {
  return names.find((name) => spawnSync(name, ['--version']).status === 0)
}

/**
 * By the Dockerfile's command; without a compiler argon2's portable build runs, and the results say so. The maps beside
 * the code are for profiles alone.
 */
export function makeImage(root: string): Image {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
  const words = /^RUN node (scripts\/bundle\.ts.*)$/m.exec(dockerfile)?.[1]?.split(' ') ?? []
  const given = findCompiler('g++') ? words : words.filter((word) => word !== '--avx2')
  execFileSync(process.execPath, ['--import', SOURCE_MAPS, ...given], {
    cwd: root,
    stdio: 'inherit',
  })
  return imageOf(root)
}

/**
 * A clone that shares this one's objects, so that git remembers nothing of it; packages by the commit's own lockfile.
 * @param commit as git names it: 8302897, HEAD~3, a tag
 */
export function makeImageOf(commit: string, root: string, directory: string): OldImage {
  const git = (cwd: string, ...words: string[]) =>
    execFileSync('git', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  const id = git(root, 'rev-parse', '--verify', `${commit}^{commit}`).trim()
  git(root, 'clone', '--quiet', '--shared', '--no-checkout', root, directory)
  git(directory, 'checkout', '--quiet', '--detach', id)
  // No install scripts, as in the Dockerfile: the Node that runs this runs the image.
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync('npm', words, { cwd: directory, stdio: 'inherit' })
  return { commit, image: makeImage(directory) }
}
