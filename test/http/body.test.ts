// Bodies that are too large, too deep, not JSON, not UTF-8: refused quickly, without a byte of them told.

import { request } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { quiet } from '../quiet.ts'
import { type Client, createClient } from './client.ts'
import { type Double, KEY, startDouble } from './double.ts'
import { openWire } from './raw-wire.ts'

let double: Double
let client: Client
beforeAll(async () => {
  double = await startDouble()
  client = await createClient(double.server.url, KEY)
})
afterAll(() => double.close())
beforeEach(() => {
  double.calls.length = 0
})

const TO = { to: '+14155552671' }
const BODY = JSON.stringify(TO)

async function expectRefused(status: number, body: string | Uint8Array, headers = {}) {
  const startedAt = performance.now()
  const answer = await client.post('/verify/start', body, headers)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(quiet(performance.now() - startedAt)).toBeLessThan(500)
  expect(double.calls).toEqual([])
  return answer
}

describe('C31: bodies', () => {
  it('of 16 KiB are read, of one byte more are 413', async () => {
    const pad = (bytes: number) => BODY.padEnd(bytes, ' ')
    expect((await client.post('/verify/start', pad(16 * 1024))).status).toBe(201)
    double.calls.length = 0
    await expectRefused(413, pad(16 * 1024 + 1))
    await expectRefused(413, pad(17 * 1024))
  })

  it('without a length are 413 at the limit, and no more is read', async () => {
    const { hostname, port } = new URL(double.server.url)
    const answer = await new Promise<{ status: number; written: number }>((resolve, reject) => {
      let written = 0
      let status = 0
      const chunk = Buffer.alloc(1024, ' ')
      const outgoing = request({
        method: 'POST',
        hostname,
        port,
        path: '/verify/start',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      })
      // A client that never ends its body: the answer comes while it is still writing.
      const writing = setInterval(() => {
        written += chunk.length
        outgoing.write(chunk)
      }, 1)
      const done = () => {
        clearInterval(writing)
        outgoing.destroy()
        resolve({ status, written })
      }
      outgoing.on('response', (incoming) => {
        status = incoming.statusCode ?? 0
        done()
      })
      outgoing.on('error', (error) => (status === 0 ? reject(error) : done()))
    })
    expect(answer.status).toBe(413)
    expect(answer.written).toBeLessThan(200 * 1024)
    expect(double.calls).toEqual([])
  })

  it.each<[string, string]>([
    ['10,000 nested arrays', '['.repeat(10_000) + ']'.repeat(6_000)],
    ['8,000 nested arrays', '['.repeat(8_000) + ']'.repeat(8_000)],
    ['nested objects', `{"to":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`],
    ['__proto__', '{"to":"+14155552671","__proto__":{"decoy":true}}'],
    ['__proto__ in metadata', '{"to":"+14155552671","metadata":{"__proto__":"x"}}'],
    ['an array', '[]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['nothing', ''],
    ['half of JSON', '{"to":"+1415'],
    ['two values', '{} {}'],
  ])('of %s are 400', async (_name, body) => {
    const { body: problem } = await expectRefused(400, body)
    expect(problem.error).toBe('invalid_request')
    expect(problem.detail).not.toMatch(/1415|Unexpected|position/)
  })

  it('with __proto__ name it', async () => {
    const { body } = await expectRefused(400, '{"to":"+14155552671","__proto__":{"decoy":true}}')
    expect(body.errors).toEqual([{ field: '__proto__', detail: 'is not a known field' }])
  })

  const AROUND = ['{"to":"+14155552671","metadata":{"k":"', '"}}'] as const
  it.each<[string, number[]]>([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut sequence', [0xf0, 0x9f, 0x98]],
  ])('with invalid UTF-8 (%s) are 400', async (_name, bytes) => {
    const [before, after] = AROUND.map((text) => Buffer.from(text))
    await expectRefused(
      400,
      Buffer.concat([before ?? '', Buffer.from(bytes), after ?? ''] as Buffer[]),
    )
  })

  it('that are nested are refused before a schema reads them', async () => {
    const { body } = await expectRefused(400, `{"metadata":${'['.repeat(50)}${']'.repeat(50)}}`)
    expect(body.errors).toMatchObject([{ detail: 'is nested too deeply' }])
  })

  it('that say they are too large are 413 before they come', async () => {
    const wire = openWire(double.server.port ?? 0)
    wire.socket.write(
      `POST /verify/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 16385\r\n\r\n`,
    )
    await expect.poll(() => wire.heard()).toMatch(/^HTTP\/1\.1 413 /)
    wire.socket.destroy()
  })

  it.each([
    ['text/plain', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['JSON in Latin-1', 'application/json; charset=iso-8859-1'],
    ['JSON in UTF-16', 'application/json;charset="utf-16"'],
    ['JSON within text', 'text/json'],
    ['a list of types', 'application/json, text/plain'],
    ['nothing', ''],
  ])('as %s are 415', async (_name, type) => {
    await expectRefused(415, BODY, { 'content-type': type })
  })

  it.each(['application/json;charset=UTF-8', 'application/merge-patch+json', 'APPLICATION/JSON'])(
    'as %s are read',
    async (type) => {
      expect((await client.post('/verify/start', BODY, { 'content-type': type })).status).toBe(201)
    },
  )

  it('that are compressed are 415', async () => {
    await expectRefused(415, gzipSync(BODY), { 'content-encoding': 'gzip' })
    await expectRefused(415, gzipSync(BODY), { 'content-encoding': 'br' })
    const plain = await client.post('/verify/start', BODY, { 'content-encoding': 'identity' })
    expect(plain.status).toBe(201)
  })

  it('that never end leave memory flat', async () => {
    const { port } = new URL(double.server.url)
    const chunk = Buffer.alloc(64 * 1024, '[')
    const TO_SEND = 8 * 1024 * 1024
    const head = `POST /verify/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n`
    const flood = () =>
      new Promise<string>((resolve) => {
        let sent = 0
        let heard = ''
        const socket = connect(Number(port), '127.0.0.1')
        const write = () => {
          while (sent < TO_SEND && socket.writable) {
            sent += chunk.length
            if (!socket.write(chunk)) return
          }
        }
        socket.on('data', (data) => {
          heard += data
        })
        socket.on('drain', write).on('error', () => {})
        socket.on('close', () => resolve(heard.slice(0, 12)))
        socket.write(head)
        write()
      })
    const floods = () => Promise.all(Array.from({ length: 40 }, flood))
    // What 40 at once take on both sides is there before it is measured, however long the machine lets them wait.
    await floods()
    const before = process.memoryUsage().rss
    // 40 × 8 MiB: kept, they would be 320 MiB.
    expect(new Set(await floods())).toEqual(new Set(['HTTP/1.1 413']))
    expect(process.memoryUsage().rss - before).toBeLessThan(96 * 1024 * 1024)
  })
})
