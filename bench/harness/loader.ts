// Runs jobs in the load's own process, over its IPC channel; the gateway that takes messages lives there, too.
// It must not make load itself.

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Jobs } from '../load/jobs.ts'
import { stopChild, track } from './processes.ts'

export type Loader = {
  /** http://127.0.0.1:port of the gateway. */
  gatewayUrl: string
  /** What a service needs to send its messages there. */
  gatewayEnv: Record<string, string>
  run<Name extends keyof Jobs>(
    name: Name,
    args: Parameters<Jobs[Name]>[0],
  ): Promise<Awaited<ReturnType<Jobs[Name]>>>
  stop(): Promise<void>
}

type Answer = { gatewayUrl?: string; result?: unknown; error?: string }

export async function startLoader(): Promise<Loader> {
  const child = fork(fileURLToPath(new URL('../load/main.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  track(child)
  const next = () =>
    new Promise<Answer>((resolve, reject) => {
      const onExit = () => reject(new Error('the load process ended'))
      child.once('exit', onExit)
      child.once('message', (answer: Answer) => {
        child.off('exit', onExit)
        resolve(answer)
      })
    })
  const { gatewayUrl = '' } = await next()
  return {
    gatewayUrl,
    gatewayEnv: {
      HTTP_SMS_URL: `${gatewayUrl}/send`,
      HTTP_SMS_BODY: '{"id":"{{verification_id}}","code":"{{code}}"}',
    },
    async run(name, args) {
      const answer = next()
      child.send({ name, args })
      const { result, error } = await answer
      if (error !== undefined) throw new Error(`${name}: ${error}`)
      return result as never
    },
    stop: () => stopChild(child),
  }
}
