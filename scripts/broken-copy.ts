// A copy of the project in which a line is changed, and the end of what a test in it left running.
// It must not touch the project itself.

import { cpSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Change } from './defences/defence.ts'

const NOT_COPIED = new Set(['.git', 'data', 'node_modules', 'dist', 'coverage'])

export function copyProject(): string {
  const root = mkdtempSync(join(tmpdir(), 'break-'))
  for (const name of readdirSync('.'))
    if (!NOT_COPIED.has(name)) cpSync(name, join(root, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  return root
}

/** The file with the change made. @throws where the text is not there once */
export function broken(text: string, { file, find, replace }: Change): string {
  const times = text.split(find).length - 1
  if (find === '' || times !== 1)
    throw new Error(`${file}: ${JSON.stringify(find)} is there ${times} times, not once`)
  return text.replace(find, () => replace)
}

export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
