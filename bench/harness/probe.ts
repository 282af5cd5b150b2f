// Asks /healthz while a load runs: how long a balancer's probe waits.
// It must not share the load's process, whose own work would be counted.

import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'undici'

const EVERY_MS = 10

export async function probeDuring<Result>(
  url: string,
  load: Promise<Result>,
): Promise<{ result: Result; healthzMs: number[] }> {
  const client = new Client(url)
  const healthzMs: number[] = []
  let isOver = false
  const probing = (async () => {
    while (!isOver) {
      const asked = performance.now()
      const answer = await client.request({ method: 'GET', path: '/healthz' })
      await answer.body.dump()
      healthzMs.push(performance.now() - asked)
      await sleep(EVERY_MS)
    }
  })()
  const result = await load.finally(() => {
    isOver = true
  })
  await probing
  await client.close()
  return { result, healthzMs }
}
