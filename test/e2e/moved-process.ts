// A service process whose wall clock a test can move, both ways; one that follows in the same directory
// starts with the moved wall.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type ServiceProcess, startService, waitFor } from './service-process.ts'

export type MovedProcess = ServiceProcess & {
  /** Adds to the wall, back where negative; resolves when the service has seen it. */
  moveWall(seconds: number): Promise<void>
}

export async function startMoved(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<MovedProcess> {
  const file = join(dataDir, 'wall')
  const preload = `${pathToFileURL('test/e2e/moved-clock.ts')}?${encodeURIComponent(file)}`
  const service = await startService(dataDir, { NODE_OPTIONS: `--import ${preload}`, ...env })
  let aheadMs = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  return {
    ...service,
    async moveWall(seconds) {
      aheadMs += seconds * 1000
      writeFileSync(file, String(aheadMs))
      service.kill('SIGUSR2')
      const seen = () => existsSync(`${file}.seen`) && readFileSync(`${file}.seen`, 'utf8')
      await waitFor('the wall to move', () => seen() === String(aheadMs) || undefined)
    },
  }
}
