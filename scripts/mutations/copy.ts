// A copy of the project in which a mutant is tried, and the end of processes that a test left running.
// It must not touch the project itself.

import { cpSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'

const NOT_COPIED = new Set(['.git', 'data', 'node_modules', 'dist', 'coverage'])

export function copyProject(): string {
  const root = mkdtempSync(join(tmpdir(), 'mutants-'))
  const filter = (path: string) => !NOT_COPIED.has(basename(path))
  for (const name of readdirSync('.'))
    if (!NOT_COPIED.has(name)) cpSync(name, join(root, name), { recursive: true, filter })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  return root
}

export function writeTexts(root: string, texts: ReadonlyMap<string, string>): void {
  for (const [file, text] of texts) writeFileSync(join(root, file), text)
}

export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
