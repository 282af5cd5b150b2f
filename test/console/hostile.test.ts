// C32 and C30 in the console: hostile text in whatever it shows is text, and what is secret is not shown.

import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createApiKey } from '../../src/access/api-keys.ts'
import type { Scope } from '../../src/access/ports.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { changeRows } from '../e2e/stored.ts'
import { ADMIN_KEY, API_KEY, type Real, ROOT_SECRET, startReal } from '../http/real.ts'
import { openStore } from '../storage/sqlite/fixture.ts'
import { hasBrowser, openBrowser, openContext, overflow, signIn } from './browser.ts'
import { createVisitor, formTokenOf, type Visitor } from './visitor.ts'

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
async function storedKey(
  name: string,
  service: string | null,
  scope: Scope = 'admin:read',
): Promise<string> {
  const store = await openStore(join(real.directory, 'data/countersign.db'))
  const { text, record } = createApiKey({
    service,
    name,
    scopes: [scope],
    nowMs: Date.now(),
  })
  await store.apiKeys.insert(record)
  await store.close()
  return text
}

describe('the pages Settings and Health', () => {
  it('shows hostile text of settings and key names as text', async () => {
    const visitor = await signedIn(await storedKey(HOSTILE, null))
    const { text } = await visitor.get('/admin/settings')
    expect(text).not.toContain('<script>alert')
    expect(text).not.toContain('<img')
    expect(text.split('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)').length - 1).toBe(3)
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
    const { text } = await (await signedIn()).get('/admin/settings')
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
      expect(text).toMatch(new RegExp(`<code>${name}</code>.{1,900}?set, hidden`))
  })

  it('shows a provider’s last answer, in words and by its code', async () => {
    const visitor = await signedIn()
    expect((await visitor.get('/admin/health')).text).toContain('no message yet')
    await real.start()
    await vi.waitFor(async () => {
      const { text } = await visitor.get('/admin/health')
      expect(text).toMatch(/try later<\/span> <code><bdi>http_503<\/bdi><\/code>/)
    })
  })
})

describe('the pages of a verification and of a person', () => {
  /** Turns the rest of a line around, breaks it, and does not end. */
  const LONG = `${HOSTILE}\u202e\u2067\n\r\n${'long'.repeat(250)}`
  let path: string
  let personPath: string

  /** As if a provider, a browser, a login flow and an operator had each said the worst; the columns are set from outside. */
  beforeAll(async () => {
    const data = join(real.directory, 'data')
    const { body } = await real.start({ to: '+14155558001', user_agent: `agent:${HOSTILE}` })
    path = `/admin/verifications/${body.id}`
    await vi.waitFor(async () => {
      const { body: page } = await real.admin.get(`/admin/api/events?verification=${body.id}`)
      expect(page.events[0].type).toBe('delivery.retrying')
    })
    const name = `key:${HOSTILE}${'long'.repeat(50)}`
    const visitor = await signedIn(await storedKey(name, null, 'admin'))
    const form_token = formTokenOf(await visitor.get(path))
    await visitor.post(`${path}/cancel`, { form_token })
    const change = (sql: string, ...values: unknown[]) =>
      expect(changeRows(data, sql, ...values)).toBeGreaterThan(0)
    const seq = '(select seq from verifications where id = ?)'
    change(
      'update verifications set purpose = ?, reference = ? where id = ?',
      ...[`purpose:${LONG}`, `reference:${LONG}`, body.id],
    )
    change(
      `update deliveries set error_code = ?, error_message = ?, provider = ? where verification_seq = ${seq}`,
      ...[`code:${LONG}`, `message:${LONG}`, `provider:${LONG}`, body.id],
    )
    change(
      `update send_attempts set error_message = ?, reference = ? where verification_seq = ${seq}`,
      ...[`said:${LONG}`, `id:${LONG}`, body.id],
    )
    const event = (type: number, details: object) =>
      change(
        `insert into events (at, type, verification_seq, service, details) select ?, ?, seq, service, ? from verifications where id = ?`,
        ...[Date.now(), type, JSON.stringify(details), body.id],
      )
    event(10, { provider: `by:${LONG}`, send: 1, attempt: 1, duration_ms: 'x' })
    event(11, { provider: null, send: 1, attempt: 1, error: `error:${LONG}`, retry_in_ms: null })
    event(12, { provider: 'http', send: 9, attempt: 1, error: 'http_500', message: `why:${LONG}` })
    event(15, { error: `refused:${LONG}`, count: 2 })
    event(13, { send: 1, reason: `reason:${LONG}` })
    const { text } = await visitor.get(path)
    personPath = /href="(\/admin\/person\?who=[^"]+)"/.exec(text)?.[1] ?? ''
  })

  it('show it as text, each', async () => {
    const visitor = await signedIn()
    const { status, text } = await visitor.get(path)
    expect(status).toBe(200)
    expect(text).not.toMatch(/<script>alert|<img/)
    const shown = [
      ...['purpose', 'reference', 'provider', 'code', 'message', 'agent', 'key'],
      ...['said', 'id', 'by', 'error', 'why', 'refused', 'reason'],
    ]
    for (const name of shown)
      expect([name, text.includes(`${name}:&quot;&gt;&lt;script&gt;alert`)]).toEqual([name, true])
    const person = await visitor.get(personPath)
    expect(person.status).toBe(200)
    expect(person.text).not.toMatch(/<script>alert|<img/)
    expect(person.text).toContain('code:&quot;&gt;&lt;script&gt;alert')
  })

  it.skipIf(!hasBrowser)('run nothing of it, and hold their shape at 360 px', async () => {
    const browser = await openBrowser()
    for (const size of ['small', 'large'] as const) {
      const { page, errors } = await openContext(browser, { size })
      page.on('dialog', (dialog) => {
        errors.push(dialog.message())
        void dialog.dismiss()
      })
      await signIn(page, real.url)
      for (const at of [path, personPath, personPath.replace('?', '/erase?')]) {
        await page.goto(real.url + at)
        expect([at, await overflow(page)]).toEqual([at, 0])
        expect(await page.locator('main img, main script').count()).toBe(0)
      }
      expect(errors).toEqual([])
    }
    await browser.close()
  })
})
