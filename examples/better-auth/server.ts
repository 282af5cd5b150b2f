// The example as a program: Better Auth on SQLite, and a page. `API_KEY=… node examples/better-auth/server.ts`
// It must not believe an address that a browser sends: there is no proxy in front of it.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { Countersign } from '@countersign/client'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { createAuth } from './auth.ts'

const {
  COUNTERSIGN_URL = 'http://127.0.0.1:8080',
  API_KEY = '',
  DATABASE = ':memory:',
} = process.env
const PORT = Number(process.env.PORT ?? 3000)
const CLIENT_IP = 'x-client-ip'
const PAGE = readFileSync(new URL('page.html', import.meta.url))

const server = createServer()
await new Promise<void>((resolve) => server.listen(PORT, '127.0.0.1', resolve))
const address = server.address()
const port = typeof address === 'object' && address ? address.port : PORT
const baseURL = `http://localhost:${port}`

const auth = createAuth(new Countersign({ url: COUNTERSIGN_URL, apiKey: API_KEY }), {
  database: new DatabaseSync(DATABASE),
  baseURL,
  secret: process.env.BETTER_AUTH_SECRET ?? randomBytes(32).toString('base64url'),
  advanced: { ipAddress: { ipAddressHeaders: [CLIENT_IP] } },
})
await (await getMigrations(auth.options)).runMigrations()
const handle = toNodeHandler(auth)

server.on('request', (request, response) => {
  request.headers[CLIENT_IP] = request.socket.remoteAddress
  if (request.url?.startsWith('/api/auth/')) return void handle(request, response)
  response.writeHead(request.url === '/' ? 200 : 404, {
    'content-type': 'text/html; charset=utf-8',
  })
  response.end(request.url === '/' ? PAGE : '')
})
process.stdout.write(`The login is at ${baseURL}\n`)
