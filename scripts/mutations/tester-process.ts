// The process of tester.ts for one copy of the project: asked with a deadline, ended with all that its tests left running
// where it does not answer, and started again for the next request.
// It must not read the outcomes: run.ts does.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { endGroup } from './copy.ts'
import type { Outcome, TestRequest } from './tester.ts'

export type Tester = {
  /** Undefined: no outcome within the time limit, or the process ended. */
  run(request: TestRequest, limitMs: number): Promise<Outcome[] | undefined>
  stop(): void
}

/** A service that a mutant kept its test from ending. Without /proc it stays until the tester ends. */
function endStrays(group: number): void {
  const names = readdirSync('/', { encoding: 'utf8' }).includes('proc') ? readdirSync('/proc') : []
  for (const name of names.filter((one) => /^\d+$/.test(one) && Number(one) !== group)) {
    try {
      const words = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')
      if (Number(words?.[2]) === group) process.kill(Number(name), 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}

export function createTester(root: string, env: NodeJS.ProcessEnv): Tester {
  let child: ChildProcess | undefined
  /** Put back since. */
  let before: readonly string[] = []
  const stop = () => {
    endGroup(child?.pid)
    child = undefined
  }
  const started = async (): Promise<ChildProcess> => {
    if (child && child.exitCode === null && child.signalCode === null) return child
    child = spawn(process.execPath, ['scripts/mutations/tester.ts'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
      // A process group of its own: processes that its tests started end with it.
      detached: true,
    })
    await once(child, 'message')
    return child
  }
  return {
    async run(request, limitMs) {
      const tester = await started()
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), limitMs)
      const ended = () => limit.abort()
      tester.once('exit', ended)
      tester.send({ ...request, changed: [...before, ...request.changed] })
      before = request.changed
      try {
        const [outcomes] = await once(tester, 'message', { signal: limit.signal })
        endStrays(tester.pid ?? 0)
        return outcomes
      } catch {
        stop()
        return undefined
      } finally {
        clearTimeout(timer)
        tester.off('exit', ended)
      }
    },
    stop,
  }
}
