// The whole service in this process: real files, real sockets, the development inbox as its provider.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { createLogger } from '../../src/kernel/logger.ts'
import { compose } from '../../src/service/compose.ts'
import { type Answer, type Client, createClient } from './client.ts'

export const API_KEY = 'the-key-of-the-default-service'
export const ADMIN_KEY = 'the-key-of-the-administrator'
export const ROOT_SECRET = Buffer.alloc(32, 7)
const SECRET_KEY = ROOT_SECRET.toString('base64')
/** Light, for argon2 is not under test here. */
const LIGHT = { ARGON2_MEMORY_KIB: '7168', ARGON2_PASSES: '1', HASH_CONCURRENCY: '2' }
const DRAIN_MS = 5000

export type Real = {
  url: string
  directory: string
  client: Client
  admin: Client
  lines: string[]
  /** The message of a verification, once it is in the inbox. */
  message(id: string): Promise<{ code: string; to: string; text: string; link: string | null }>
  start(body?: object, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

/** @param env beside the defaults; `SERVICES` is written to a file */
export async function startReal(env: Record<string, string> = {}): Promise<Real> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-http-'))
  const { SERVICES, ...rest } = env
  const file = join(directory, 'services.json')
  if (SERVICES) writeFileSync(file, SERVICES)
  const loaded = loadSettings({
    DATA_DIR: join(directory, 'data'),
    PORT: '0',
    API_KEY,
    ADMIN_KEY,
    SECRET_KEY,
    ...LIGHT,
    ...(SERVICES && { SERVICES_FILE: file }),
    ...rest,
  })
  if (!loaded.ok) throw new Error(loaded.message)
  const lines: string[] = []
  const sink = { write: (line: string) => void lines.push(line) }
  const running = await compose(loaded.config, createLogger({ level: 'trace', sink }))
  const { url } = await running.listen()
  const client = await createClient(url, API_KEY)
  return {
    url,
    directory,
    client,
    admin: await createClient(url, ADMIN_KEY),
    lines,
    async message(id) {
      return vi.waitFor(
        async () => {
          const { body } = await client.get('/dev/inbox', { accept: 'application/json' })
          const found = body.find((one: { verification_id: string }) => one.verification_id === id)
          if (!found) throw new Error('no message yet')
          return found
        },
        { timeout: 5000 },
      )
    },
    start: (body = {}, headers = {}) =>
      client.post('/verify/start', { to: '+14155552671', ...body }, headers),
    async close() {
      await running.drain(DRAIN_MS)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
