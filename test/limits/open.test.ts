import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { LimitsConfig } from '../../src/limits/open.ts'

const directory = mkdtempSync(join(tmpdir(), 'limits-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Which drivers a process has loaded that opened this limiter, or failed to. */
function loadedBy(config: LimitsConfig): string[] {
  const source = `
    import module from 'node:module'
    import { createServer } from 'node:net'
    import { openLimiter } from '${resolve('src/limits/open.ts')}'
    // Whoever asks it is refused at once.
    const server = createServer((socket) => socket.on('data', () => socket.write('-NOAUTH\\r\\n')))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const config = ${JSON.stringify(config)}
    if (config.kind === 'redis') config.url += server.address().port
    await openLimiter(config, { warn() {} }).catch(() => {})
    const files = Object.keys(module._cache)
    const drivers = ['pg', 'ioredis', 'better-sqlite3']
    console.log(drivers.filter((name) => files.some((file) => file.includes('/node_modules/' + name + '/'))).join())
    process.exit()`
  const words = ['--input-type=module', '--eval', source]
  return execFileSync(process.execPath, words, { encoding: 'utf8' }).trim().split(',')
}

it.each([
  [{ kind: 'sqlite', path: join(directory, 'limits.db') }, 'better-sqlite3'],
  [{ kind: 'postgres', url: 'postgres://127.0.0.1:1/x', connections: 2, pooler: 'none' }, 'pg'],
  [{ kind: 'redis', url: 'redis://127.0.0.1:' }, 'ioredis'],
] as const)(
  'loads the driver of its engine alone: %o',
  (config, driver) => {
    expect(loadedBy(config)).toEqual([driver])
  },
  20_000,
)
