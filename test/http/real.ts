// The whole service in this process: real files, real sockets, the development inbox as its provider.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { createLogger } from '../../src/kernel/logger.ts'
import { compose } from '../../src/service/compose.ts'
import { startThread } from '../../src/service/thread.ts'
import { program } from '../program.ts'
import { type Answer, type Client, createClientOf } from './client.ts'
import { type Documented, fetchDocument } from './document.ts'

export const API_KEY = 'the-key-of-the-default-service'
export const ADMIN_KEY = 'the-key-of-the-administrator'
export const ROOT_SECRET = Buffer.alloc(32, 7)
const SECRET_KEY = ROOT_SECRET.toString('base64')
/** Light, for argon2 is not under test here: 256 codes made ahead were two seconds of a core for each service. */
const LIGHT = {
  ...{ ARGON2_MEMORY_KIB: '64', ARGON2_PASSES: '1', HASH_CONCURRENCY: '2' },
  MINT_SIZE: '8',
}
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

const documents = new Map<string, Promise<Documented>>()

/** As the first service of this mode serves it: the document depends on nothing else, and takes a while to make. */
function documentOf(mode: string, url: string): Promise<Documented> {
  const found = documents.get(mode) ?? fetchDocument(url)
  documents.set(mode, found)
  return found
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
  const { config } = loaded
  const logger = createLogger({ level: 'trace', sink })
  // The sources of a thread are read and stripped of their types at each start: that took six times as long.
  const thread = startThread(config, logger, program().thread)
  const running = await compose(config, logger, thread)
  const { url } = await running.listen()
  const documented = await documentOf(config.mode, url)
  const client = createClientOf(documented, url, API_KEY)
  return {
    url,
    directory,
    client,
    admin: createClientOf(documented, url, ADMIN_KEY),
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
