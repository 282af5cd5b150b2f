// Routes whose code is loaded with the first request for one of them.

import { OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import type { AppEnv } from '../../src/http/deps.ts'
import { addLate } from '../../src/http/late.ts'
import type { App } from '../../src/http/register.ts'
import { createRouter } from '../../src/http/router.ts'

/** An app with `/pages/one`, which comes late, and counts of what its requests met. */
function late(load: () => Promise<void> = async () => {}, isExpected = false) {
  const seen = { loads: 0, logged: [] as string[] }
  const app: App = new OpenAPIHono<AppEnv>({ router: createRouter() })
  addLate(app, {
    under: '/pages/*',
    covers: (path) => path !== '/pages/api',
    isExpected,
    async add(to) {
      seen.loads += 1
      await load()
      to.post('/pages/one', async (c) => c.text(`one: ${await c.req.text()}`))
    },
  })
  app.use(async (c, next) => {
    await next()
    seen.logged.push(`${c.req.path} ${c.res.status}`)
  })
  app.onError((error, c) => c.text(error.message, 500))
  app.get('/pages/api', (c) => c.text('early'))
  app.get('/other', (c) => c.text('other'))
  return { seen, ask: (path: string, init?: RequestInit) => app.request(path, init) }
}

const ONE = { method: 'POST', body: 'its body' }

describe('late routes', () => {
  it('are loaded by the first request for one of them, which they answer, body and all', async () => {
    const { seen, ask } = late()
    for (const path of ['/other', '/pages/api']) expect((await ask(path)).status).toBe(200)
    expect(seen.loads).toBe(0)
    for (const _ of [1, 2])
      expect(await (await ask('/pages/one', ONE)).text()).toBe('one: its body')
    expect((await ask('/pages/none')).status).toBe(404)
    expect(seen.loads).toBe(1)
    expect(seen.logged).toEqual([
      '/other 200',
      '/pages/api 200',
      '/pages/one 200',
      '/pages/one 200',
      '/pages/none 404',
    ])
  })

  it('are loaded soon after the start where they are expected, once, and else by nobody', async () => {
    const [expected, other] = [late(async () => {}, true), late()]
    await expect.poll(() => expected.seen.loads).toBe(1)
    expect(await (await expected.ask('/pages/one', ONE)).text()).toBe('one: its body')
    expect([expected.seen.loads, other.seen.loads]).toEqual([1, 0])
  })

  it('are loaded once for requests that come together', async () => {
    const { seen, ask } = late()
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask('/pages/one', ONE)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(seen).toMatchObject({ loads: 1, logged: Array(4).fill('/pages/one 200') })
  })

  it('are tried again by the next request where they could not be loaded', async () => {
    let failures = 1
    const { seen, ask } = late(async () => {
      if (failures-- > 0) throw new Error('not there yet')
    })
    expect((await ask('/pages/one', ONE)).status).toBe(500)
    expect((await ask('/pages/one', ONE)).status).toBe(200)
    expect(seen.loads).toBe(2)
  })
})
