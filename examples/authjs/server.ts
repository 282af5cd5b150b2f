// The example as a program: Auth.js with its SQLite adapter, and a form for the code. `API_KEY=… node examples/authjs/server.ts`
// It must not believe an address that a browser sends: there is no proxy in front of it.

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { Auth, type AuthConfig } from '@auth/core'
import { DrizzleAdapter } from '@auth/drizzle-adapter'
import { Countersign } from '@countersign/client'
import { type HttpBindings, serve } from '@hono/node-server'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { CODE_PAGE, createEmailLogin } from './email.ts'

const {
  COUNTERSIGN_URL = 'http://127.0.0.1:8080',
  API_KEY = '',
  DATABASE = ':memory:',
} = process.env
const secret = process.env.AUTH_SECRET ?? randomBytes(32).toString('base64url')

const database = new Database(DATABASE)
database.exec(`
  create table if not exists user (id text primary key, name text, email text unique, emailVerified integer, image text);
  create table if not exists account (userId text not null references user (id) on delete cascade, type text not null,
    provider text not null, providerAccountId text not null, refresh_token text, access_token text, expires_at integer,
    token_type text, scope text, id_token text, session_state text, primary key (provider, providerAccountId));
  create table if not exists session (sessionToken text primary key,
    userId text not null references user (id) on delete cascade, expires integer not null);
  create table if not exists verificationToken (identifier text not null, token text not null, expires integer not null,
    primary key (identifier, token));
`)

const config: AuthConfig = {
  ...{ adapter: DrizzleAdapter(drizzle(database)), providers: [], basePath: '/auth' },
  ...{ secret, trustHost: true, session: { strategy: 'database' } },
}
const countersign = new Countersign({ url: COUNTERSIGN_URL, apiKey: API_KEY })
const login = createEmailLogin({ countersign, secret, config })

const ERRORS = new Map([
  ['incorrect', 'This is not the code.'],
  ['invalid', 'This is not a code, or not an address.'],
  ['rate_limited', 'Too often. Please try again later.'],
  ['unavailable', 'Please try again in a moment.'],
])

function page(body: string): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in</title><style>body{font:16px system-ui;max-width:22rem;margin:4rem auto;padding:0 1rem}input,button{font:inherit;width:100%;padding:.6rem;margin:.3rem 0;box-sizing:border-box}[role=alert]{color:#b00020}</style>${body}</html>`
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } })
}

function codePage({ searchParams }: URL): Response {
  const error = searchParams.get('error')
  const said = error === null ? '' : (ERRORS.get(error) ?? 'This is over. Please start again.')
  return page(`<h1>Enter the code</h1><p role="alert">${said}</p><form method="post"><label>Code
<input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus></label><button>Sign in</button></form>
<p><a href="/auth/signin">Start again</a></p>`)
}

async function homePage(request: Request): Promise<Response> {
  const url = new URL('/auth/session', request.url)
  const session = await (await Auth(new Request(url, { headers: request.headers }), config)).json()
  if (!session) return page('<h1>Welcome</h1><p><a href="/auth/signin">Sign in</a></p>')
  const name = String(session.user.email).replace(/[<>&]/g, (one) => `&#${one.charCodeAt(0)};`)
  return page(`<h1>Welcome</h1><p id="user">${name}</p><p><a href="/auth/signout">Sign out</a></p>`)
}

async function answer(request: Request, { incoming }: HttpBindings): Promise<Response> {
  const url = new URL(request.url)
  const clientIp = incoming.socket.remoteAddress ?? ''
  if (url.pathname.startsWith('/auth/')) return login.auth(request, clientIp)
  if (url.pathname === CODE_PAGE)
    return request.method === 'POST' ? login.code(request, clientIp) : codePage(url)
  return url.pathname === '/' ? homePage(request) : new Response(null, { status: 404 })
}

serve(
  { fetch: answer as never, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' },
  ({ port }: AddressInfo) => process.stdout.write(`The login is at http://localhost:${port}\n`),
)
