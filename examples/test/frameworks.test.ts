// The examples for frameworks, each a real server of it beside the real service, used as a browser would.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Countersign } from '@countersign/client'
import cookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import express from 'express'
import expressSession from 'express-session'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UNLIMITED, wrong } from '../../test/e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../../test/http/real.ts'
import { login as expressLogin } from '../express/login.ts'
import { addLogin } from '../fastify/login.ts'
import { login as honoLogin } from '../hono/login.ts'

const SECRET = 'a-secret-of-the-application-0123456789'

type App = { url: string; close(): unknown }

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const listening = (server: Server) =>
  new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))

const FRAMEWORKS: Record<string, (countersign: Countersign) => Promise<App>> = {
  async Express(countersign) {
    const app = express()
    app.use(expressSession({ secret: SECRET, resave: false, saveUninitialized: false }))
    app.use(expressLogin(countersign))
    const server = createServer(app).listen(0, '127.0.0.1')
    await listening(server)
    return { url: addressOf(server), close: () => server.close() }
  },
  async Fastify(countersign) {
    const app = fastify()
    await app.register(cookie)
    await app.register(fastifySession, { secret: SECRET, cookie: { secure: false } })
    addLogin(app, countersign)
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
  },
  async Hono(countersign) {
    const clientIpOf = (c: Parameters<typeof getConnInfo>[0]) => getConnInfo(c).remote.address ?? ''
    const app = honoLogin({ countersign, secret: SECRET, secure: false, clientIpOf })
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    await listening(server)
    return { url: addressOf(server), close: () => server.close() }
  },
}

let real: Real
beforeAll(async () => {
  real = await startReal({ ARGON2_MEMORY_KIB: '64', ...UNLIMITED })
})
afterAll(() => real.close())

/** Keeps its cookies, as a browser does. */
function createBrowser(url: string) {
  const jar = new Map<string, string>()
  return {
    jar,
    async post(path: string, body: object) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        },
        body: JSON.stringify(body),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '') jar.delete(name)
        else jar.set(name, value)
      }
      return { status: response.status, body: await response.json() }
    },
  }
}

async function codeTo(to: string): Promise<string> {
  const { body } = await real.client.post('/verify/list', { to })
  return (await real.message(body.verifications[0].id)).code
}

describe.each(Object.entries(FRAMEWORKS))('C91: a login in %s', (name, create) => {
  let app: App
  const to = `ann@${name.toLowerCase()}.example.com`
  beforeAll(async () => {
    app = await create(new Countersign({ url: real.url, apiKey: API_KEY }))
  })
  afterAll(() => app.close())

  it('lets in with the code, after a wrong one, and only the browser that began', async () => {
    const browser = createBrowser(app.url)
    expect(await browser.post('/login', { to: 'nobody' })).toMatchObject({
      status: 422,
      body: { reason: 'invalid' },
    })
    expect(await browser.post('/login', { to })).toMatchObject({
      status: 200,
      body: { resendAt: expect.any(String) },
    })
    // A double click sends nothing twice.
    expect((await browser.post('/login', { to })).status).toBe(200)
    const { body } = await real.client.post('/verify/list', { to })
    expect(body.verifications).toHaveLength(1)

    const code = await codeTo(to)
    const other = createBrowser(app.url)
    await other.post('/login', { to: `other@${name.toLowerCase()}.example.com` })
    expect((await other.post('/login/code', { code })).status).toBe(422)
    expect((await createBrowser(app.url).post('/login/code', { code })).status).toBe(422)
    expect(await browser.post('/login/code', { code: wrong(code) })).toMatchObject({
      ...{ status: 422, body: { reason: 'incorrect', attemptsRemaining: 4 } },
    })
    const before = new Map(browser.jar)
    expect(await browser.post('/login/code', { code })).toEqual({ status: 200, body: { user: to } })
    expect([...browser.jar.values()]).not.toEqual([...before.values()])
    expect((await browser.post('/login/code', { code })).status).toBe(422)
  })
})
