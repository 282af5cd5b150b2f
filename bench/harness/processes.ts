// Starts and ends the processes of a figure: servers, peers and loads. None outlives the run.
// It must not start anything that reaches beyond this machine.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const READY_DEADLINE_MS = 30_000
const STOP_DEADLINE_MS = 10_000
const LOOK_EVERY_MS = 5

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

export type Started = {
  pid: number
  child: ChildProcess
  /** Everything it wrote so far. */
  output(): string
  stop(): Promise<void>
}

export function track(child: ChildProcess): void {
  running.add(child)
  child.once('exit', () => running.delete(child))
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
  await gone
  clearTimeout(timer)
}

/** Its output goes to a file in `directory`: nobody has to read a pipe while time is taken. */
export function startProcess(
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string; directory: string },
): Started {
  const path = join(options.directory, `output-${performance.now()}.log`)
  const file = openSync(path, 'w')
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', ...options.env },
    cwd: options.cwd,
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  track(child)
  if (child.pid === undefined) throw new Error('could not start a process')
  return {
    pid: child.pid,
    child,
    output: () => readFileSync(path, 'utf8'),
    stop: () => stopChild(child),
  }
}

export async function waitForOutput(started: Started, pattern: RegExp): Promise<string> {
  const end = performance.now() + READY_DEADLINE_MS
  for (;;) {
    const output = started.output()
    const found = pattern.exec(output)?.[1]
    if (found !== undefined) return found
    if (started.child.exitCode !== null || performance.now() > end)
      throw new Error(`waited in vain for ${pattern}:\n${output}`)
    await sleep(LOOK_EVERY_MS)
  }
}
