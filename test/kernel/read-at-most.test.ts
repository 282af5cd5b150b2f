// C69: a secret may come through a pipe, as a shell's `<(command)` gives it; a pipe without a writer does not hold up the start.

import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readSettingsFile } from '../../src/config/load.ts'
import { temporaryDirectory } from '../e2e/service-process.ts'

function makePipe(): string {
  const directory = temporaryDirectory()
  onTestFinished(directory.remove)
  const path = join(directory.path, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

const write = (path: string, command: string) =>
  spawn('sh', ['-c', `(${command}) > "$0"`, path], { stdio: 'ignore' })

it('reads what comes late, and in parts', () => {
  const path = makePipe()
  write(path, 'sleep 0.2; printf ab; sleep 0.2; printf cd')
  expect(readSettingsFile(path)).toBe('abcd')
})

it.each([
  ['nobody', ''],
  ['somebody who only opens it', 'sleep 0.6'],
  ['somebody who stops in the midst', 'printf ab; sleep 0.6'],
])('gives up on a pipe that is written by %s', (_, command) => {
  const path = makePipe()
  if (command) write(path, command)
  expect(() => readSettingsFile(path, 200)).toThrow('it is a pipe, and nobody wrote into it')
})
