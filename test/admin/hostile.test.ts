// C32 and C30 in the console: hostile text in whatever it shows is text, and what is secret is not shown.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { ADMIN_KEY, API_KEY, type Real, ROOT_SECRET, startReal } from '../http/real.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { createVisitor, type Visitor } from './visitor.ts'

const HOSTILE = `"><script>alert('x')</script><img src=x onerror=alert(1)>`
const TEST_CODE = '860417'
let gateway: FaultServer
let real: Real
beforeAll(async () => {
  gateway = await startFaultServer((response) => response.writeHead(503).end())
  real = await startReal({
    HTTP_SMS_URL: `${gateway.url}/hooks/the-token-in-the-path`,
    HTTP_SMS_HEADERS: '{"x-key":"the-key-in-a-header"}',
    HTTP_SMS_BODY: '{"key":"the-key-in-the-body","text":"{{text}}"}',
    HTTP_SMS_SENDER: HOSTILE,
    SMTP_URL: 'smtp://user:the-mail-password@127.0.0.1:2525',
    MAIL_FROM: 'Ann <ann@example.com>',
    TEST_RECIPIENTS: `+15005550006=${TEST_CODE}@2099-01-31`,
  })
})
afterAll(async () => {
  await real?.close()
  await gateway?.close()
})

async function signedIn(key = ADMIN_KEY): Promise<Visitor> {
  const visitor = createVisitor(real.url)
  expect((await visitor.post('/admin/session', { key })).status).toBe(303)
  return visitor
}

/** Made in the store, as the command makes them. */
async function storedKey(name: string, service: string | null): Promise<string> {
  const store = await openStore(join(real.directory, 'data/countersign.db'))
  const { text, record } = createApiKey({
    service,
    name,
    scopes: ['admin:read'],
    nowMs: Date.now(),
  })
  await store.apiKeys.insert(record)
  await store.close()
  return text
}

describe('the health page', () => {
  it('shows hostile text of settings and key names as text', async () => {
    const visitor = await signedIn(await storedKey(HOSTILE, null))
    const { text } = await visitor.get('/admin/health')
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('<img')
    expect(text.split('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)').length - 1).toBe(2)
    expect(text).toContain('Ann &lt;ann@example.com&gt;')
  })

  it('shows hostile text of the address bar as text', async () => {
    const visitor = await signedIn()
    for (const path of [`/admin/health?x=${HOSTILE}`, `/admin/sign-in?to=${HOSTILE}`]) {
      const { text } = await visitor.get(path)
      expect(text).not.toMatch(/<script>alert|<img/)
    }
  })

  it('has no secret in it, but says which are set', async () => {
    const { text } = await (await signedIn()).get('/admin/health')
    const secrets = [
      ADMIN_KEY,
      API_KEY,
      ROOT_SECRET.toString('base64'),
      'the-mail-password',
      TEST_CODE,
    ]
    for (const secret of [
      ...secrets,
      'the-token-in-the-path',
      'the-key-in-a-header',
      'the-key-in-the-body',
    ])
      expect([secret, text.includes(secret)]).toEqual([secret, false])
    for (const name of ['SECRET_KEY', 'ADMIN_KEY', 'SMTP_URL', 'HTTP_SMS_URL', 'TEST_RECIPIENTS'])
      expect(text).toMatch(new RegExp(`<code>${name}</code></th>.{1,80}set, hidden`))
  })

  it('tells what a provider said last, in words and by its code', async () => {
    const visitor = await signedIn()
    expect((await visitor.get('/admin/health')).text).toContain('not asked yet')
    await real.start()
    await vi.waitFor(async () => {
      const { text } = await visitor.get('/admin/health')
      expect(text).toMatch(/try later<\/span> <code>http_503<\/code>/)
    })
  })

  it('keeps the settings of the process from a key of one login flow', async () => {
    const visitor = await signedIn(await storedKey('shop support', 'default'))
    const { text } = await visitor.get('/admin/health')
    expect(text).toContain('shop support')
    expect(text).not.toContain('Settings in force')
  })
})
