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

/** Ended with the test, and whatever it runs. */
function write(path: string, command: string): void {
  const { pid } = spawn('sh', ['-c', `(${command}) > "$0"`, path], {
    ...{ stdio: 'ignore', detached: true },
  })
  onTestFinished(() => {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  })
}

it('reads what comes late, and in parts', () => {
  const path = makePipe()
  write(path, 'sleep 0.2; printf ab; sleep 0.2; printf cd')
  expect(readSettingsFile(path)).toBe('abcd')
})

it('takes a shell’s pipe that is empty for an empty file', () => {
  const read = `import('./src/kernel/read-at-most.ts').then((m) => console.log(m.readAtMost('/dev/stdin', 9, 60_000).length))`
  const said = execFileSync('sh', ['-c', `true | "$0" -e "$1"`, process.execPath, read])
  expect(said.toString()).toBe('0\n')
})

it.each([
  ['nobody', ''],
  ['somebody who only opens it', 'sleep 60'],
  ['somebody who stops in the midst', 'printf ab; sleep 60'],
])('gives up on a pipe that is written by %s', (_, command) => {
  const path = makePipe()
  if (command) write(path, command)
  expect(() => readSettingsFile(path, 200)).toThrow('it is a pipe, and nobody wrote into it')
})
