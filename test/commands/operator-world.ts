// What doctor and providers test meet: settings of a store of the test's own, a gateway, and the command in this process.
// It must not answer in the place of the code under test.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { runCli } from '../../src/cli.ts'
import { MIGRATIONS_FOLDER } from '../../src/paths.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'

export const SECRET_KEY = Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64')

export async function run(env: Record<string, string>, ...words: string[]) {
  const texts = { out: '', err: '' }
  const hear = (name: keyof typeof texts) => (text: string) => {
    texts[name] += text
  }
  const status = await runCli(words, { env, out: hear('out'), err: hear('err') })
  return { status, ...texts }
}

/** As a service leaves it at its first start. */
export async function makeStore(dataDir: string): Promise<void> {
  const path = `${dataDir}/countersign.db`
  ;(await openDatabase({ path, migrationsFolder: MIGRATIONS_FOLDER })).close()
}

export type Gateway = { url: string; asked: string[]; bodies: string[]; close(): void }

export async function startGateway(answer: RequestListener): Promise<Gateway> {
  const asked: string[] = []
  const bodies: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      answer(request, response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    bodies,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
