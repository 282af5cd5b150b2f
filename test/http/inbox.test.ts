// The development inbox: list, page, stream; and that production has none.

import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Inbox, InboxMessage } from '../../src/delivery/ports.ts'
import { MAX_INBOX_STREAMS } from '../../src/http/stream-places.ts'
import { PATIENCE_MS } from '../long.ts'
import { type Client, createClient } from './client.ts'
import { type Double, startDouble } from './double.ts'

const MESSAGE: InboxMessage = {
  id: 'att_1',
  verification_id: 'vrf_1',
  to: 'ann+<b>@example.com',
  channel: 'email',
  code: '048213',
  subject: 'Your code "048213"',
  text: 'Your code is 048213.\n</div><script>alert(1)</script>',
  html: '<p>048213</p>',
  link: null,
  at: '2026-11-23T18:00:00.000Z',
}

const messages: InboxMessage[] = []
const listeners = new Set<(message: InboxMessage) => void>()
const inbox: Inbox = {
  list: () => messages,
  subscribe(listener) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

let double: Double
let client: Client
const closing = new AbortController()
beforeAll(async () => {
  double = await startDouble({ inbox, closing: closing.signal })
  client = await createClient(double.server.url, null)
})
afterAll(() => double.close())
beforeEach(() => {
  messages.splice(0, messages.length, MESSAGE)
})

function openStream(): Promise<{ incoming: IncomingMessage; heard: () => string }> {
  return new Promise((resolve, reject) => {
    get(`${double.server.url}/dev/inbox/stream`, (incoming) => {
      let heard = ''
      incoming.on('data', (data) => {
        heard += data
      })
      incoming.on('error', () => {})
      resolve({ incoming, heard: () => heard })
    }).on('error', reject)
  })
}

describe('the list', () => {
  it('lists messages, newest first', async () => {
    const { body } = await client.get('/dev/inbox', { accept: 'application/json' })
    const { html: _html, ...told } = MESSAGE
    expect(body).toEqual([told])
  })
})

describe('the page', () => {
  it('C32: escapes everything in a message', async () => {
    const { text, headers } = await client.get('/dev/inbox', { accept: 'text/html' })
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    expect(text).toContain('048213')
    expect(text).toContain('ann+&lt;b&gt;@example.com')
    expect(text).not.toContain('<script>alert')
  })

  it('runs its own script and style only, by nonce, from this host only', async () => {
    const first = await client.get('/dev/inbox')
    const second = await client.get('/dev/inbox')
    const policy = first.headers.get('content-security-policy') ?? ''
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none'
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(first.text).toContain(`<script nonce="${nonce}">`)
    expect(second.text).not.toContain(nonce)
    expect(first.text).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    expect(first.text).not.toMatch(/ on\w+="| style="/)
  })

  it('says so when nothing has arrived yet', async () => {
    messages.length = 0
    expect((await client.get('/dev/inbox')).text).toMatch(/<div id="empty">/)
    messages.push(MESSAGE)
    expect((await client.get('/dev/inbox')).text).toMatch(/<div id="empty" hidden>/)
  })
})

describe('the stream', () => {
  it('brings new messages, and ends with its client', async () => {
    const { incoming, heard } = await openStream()
    expect(incoming.headers['content-type']).toMatch(/^text\/event-stream/)
    await expect.poll(() => listeners.size).toBe(1)
    for (const listener of listeners) listener(MESSAGE)
    await expect.poll(heard).toContain('048213')
    const data = /^data: (.*)$/m.exec(heard())?.[1] ?? ''
    expect(JSON.parse(data)).toMatchObject({ id: 'att_1', code: '048213' })
    incoming.destroy()
    await expect.poll(() => listeners.size, { timeout: Math.max(3000, PATIENCE_MS) }).toBe(0)
  })

  it('is cut off where its client reads nothing: unread bytes are bounded', async () => {
    const { incoming } = await openStream()
    incoming.pause()
    await expect.poll(() => listeners.size).toBe(1)
    const large = { ...MESSAGE, text: 'x'.repeat(20_000) }
    for (let n = 0; n < 4_000 && listeners.size > 0; n += 1) {
      for (const listener of listeners) listener(large)
      if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => listeners.size, { timeout: Math.max(3000, PATIENCE_MS) }).toBe(0)
    incoming.destroy()
  })

  it('C64: has a bounded number of listeners, and a place again once one has left', async () => {
    const all = []
    for (let n = 0; n < MAX_INBOX_STREAMS; n += 1) all.push(await openStream())
    const refused = await client.get('/dev/inbox/stream')
    expect([refused.status, refused.body.error]).toEqual([503, 'overloaded'])
    expect(listeners.size).toBe(MAX_INBOX_STREAMS)
    for (const { incoming } of all) incoming.destroy()
    await expect.poll(() => listeners.size, { timeout: PATIENCE_MS }).toBe(0)
    const { incoming } = await openStream()
    expect(incoming.statusCode).toBe(200)
    incoming.destroy()
    await expect.poll(() => listeners.size, { timeout: PATIENCE_MS }).toBe(0)
  })

  it('C40: HEAD subscribes nothing', async () => {
    await client.send('HEAD', '/dev/inbox/stream')
    expect(listeners.size).toBe(0)
  })

  it('ends when the server drains', async () => {
    const { incoming } = await openStream()
    await expect.poll(() => listeners.size).toBe(1)
    const ended = new Promise((resolve) => incoming.on('end', resolve))
    closing.abort()
    await ended
    expect(listeners.size).toBe(0)
  })
})

describe('production', () => {
  it('has no inbox, not even in the document', async () => {
    const production = await startDouble()
    const caller = await createClient(production.server.url, null)
    for (const path of ['/dev/inbox', '/dev/inbox/stream'])
      expect((await caller.get(path)).status).toBe(404)
    expect(Object.keys(caller.documented.document.paths).join()).not.toContain('inbox')
    await production.close()
  })
})
