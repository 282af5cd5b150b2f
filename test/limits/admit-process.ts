// Starts admit-child.ts: its arguments, and what it reports.
// It must not decide what is right: the tests do.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LimitKey } from '../../src/verification/limit-ports.ts'

export type AdmitTask = {
  engine: 'sqlite' | 'postgres' | 'redis'
  /** Path or URL. */
  at: string
  keys: LimitKey[]
  /** At once. */
  times: number
  /** How far its wall is off. */
  aheadMs?: number
  /** Beside its own environment. */
  env?: Record<string, string>
}

export type AdmitProcess = {
  child: ChildProcess
  /** The next line: `open`, then `5 admitted, 0 failed`. */
  line(): Promise<string | undefined>
  go(): void
}

export function startAdmitting(task: AdmitTask): AdmitProcess {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'admit-child.ts'), JSON.stringify(task)],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...task.env } },
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    line: async () => (await lines.next()).value as string | undefined,
    go: () => void child.stdin.end('go\n'),
  }
}

/** All are open before any begins. @returns how many passed in all; @throws where one failed */
export async function admitTogether(tasks: readonly AdmitTask[]): Promise<number> {
  const processes = tasks.map(startAdmitting)
  for (const { line } of processes)
    if ((await line()) !== 'open') throw new Error('it did not open')
  for (const { go } of processes) go()
  const lines = await Promise.all(processes.map(({ line }) => line()))
  return lines.reduce((sum, line) => {
    const [, count] = /^(\d+) admitted, 0 failed$/.exec(line ?? '') ?? []
    if (count === undefined) throw new Error(`a process reported: ${line}`)
    return sum + Number(count)
  }, 0)
}
