// Asks /healthz all the while from a process of its own, and tells how long the answers took.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type HealthWatch = {
  /** Milliseconds of every answer, shortest first. */
  end(): Promise<number[]>
}

export async function watchHealth(url: string): Promise<HealthWatch> {
  const child = spawn(process.execPath, ['test/e2e/healthz-probe.ts', `${url}/healthz`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await once(child.stdout, 'data')
  return {
    async end() {
      const exited = once(child, 'close')
      child.stdin.end()
      const [code] = await exited
      if (code !== 0) throw new Error('the probe of /healthz failed')
      const took = JSON.parse(output.slice(output.indexOf('['))) as number[]
      return took.sort((a, b) => a - b)
    },
  }
}
