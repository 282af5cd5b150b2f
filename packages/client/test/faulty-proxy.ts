// What may stand or break between a login flow and the service: it forwards requests, and spoils their answers in order.
// It must not change what the service does with a request that it forwards.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** `lost_…`: the request never arrived. Every other kind, but those of the proxy alone, happens after it took effect. */
export type Fault =
  | 'none'
  | 'lost_connection'
  | 'lost_silence'
  | 'dropped'
  | 'hangs'
  | 'drips'
  | 'html'
  | 'half_body'
  | 'half_json'
  | 'other_json'
  | 'huge'
  | 'busy'
  | 'busy_html'
  | 'gone_html'
  | 'moved'
  | 'moved_for_good'

export type FaultyProxy = {
  url: string
  /** Of the next requests, in order; after them there is none. */
  plan(...faults: Fault[]): void
  /** Of every request that came: its path and its Idempotency-Key. */
  seen: { path: string; key: string | undefined }[]
  /** Where a redirect leads: somebody who would like the key and the code. */
  thief: { requests: number }
  close(): Promise<void>
}

const HTML = '<!doctype html><title>Bad gateway</title>'
const DRIP_MS = 20
const HUGE_CHUNK = Buffer.alloc(256 * 1024, ' ')

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** Bytes for as long as the other side reads. */
function pour(response: ServerResponse, chunk: Buffer | string, everyMs: number): void {
  const timer = setInterval(() => response.write(chunk), everyMs)
  response.once('close', () => clearInterval(timer))
}

type Answered = { status: number; headers: Record<string, string>; text: string }

/** Faults that need no answer of the service. @returns false: it is forwarded */
function answerAlone(fault: Fault, response: ServerResponse, url: string): boolean {
  const html = { 'content-type': 'text/html' }
  switch (fault) {
    case 'lost_connection':
      response.destroy()
      return true
    case 'lost_silence':
      return true
    case 'busy': {
      const problem = {
        type: '/docs#overloaded',
        title: 'busy',
        status: 503,
        detail: 'busy',
        instance: 'req_1',
      }
      const body = JSON.stringify({ ...problem, error: 'overloaded', retry_after_seconds: 1 })
      response
        .writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '1' })
        .end(body)
      return true
    }
    case 'busy_html':
      response.writeHead(503, { ...html, 'retry-after': '1' }).end(HTML)
      return true
    case 'gone_html':
      response.writeHead(404, html).end(HTML)
      return true
    case 'moved':
      response.writeHead(302, { location: `${url}/thief` }).end()
      return true
    case 'moved_for_good':
      response.writeHead(308, { location: `${url}/thief` }).end()
      return true
    default:
      return false
  }
}

function spoil(fault: Fault, response: ServerResponse, { status, headers, text }: Answered): void {
  const half = text.slice(0, Math.floor(text.length / 2))
  switch (fault) {
    case 'dropped':
      return void response.destroy()
    case 'hangs':
      return
    case 'drips':
      response.writeHead(status, headers)
      return void pour(response, ' ', DRIP_MS)
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
    case 'half_body':
      response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(text)) })
      return void response.write(half, () => response.destroy())
    case 'half_json':
      return void response.writeHead(status, headers).end(half)
    case 'other_json':
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"success":true,"valid":true}')
    case 'huge':
      response.writeHead(status, headers)
      return void pour(response, HUGE_CHUNK, 1)
    default:
      return void response.writeHead(status, headers).end(text)
  }
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const faults: Fault[] = []
  const seen: FaultyProxy['seen'] = []
  const thief = { requests: 0 }
  let url = ''
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { url: path = '', method = 'GET', headers } = request
    if (path === '/thief') thief.requests += 1
    const body = await bodyOf(request)
    seen.push({ path, key: headers['idempotency-key'] as string | undefined })
    const fault = faults.shift() ?? 'none'
    if (answerAlone(fault, response, url)) return
    const { authorization = '', 'idempotency-key': key, 'content-type': type } = headers
    const browser = headers['countersign-browser']
    const answer = await fetch(target + path, {
      method,
      headers: {
        authorization,
        ...(key && { 'idempotency-key': String(key) }),
        ...(type && { 'content-type': type }),
        ...(browser && { 'countersign-browser': String(browser) }),
      },
      ...(body !== '' && { body }),
    })
    const kept = ['content-type', 'retry-after', 'idempotency-replayed'].flatMap((name) => {
      const value = answer.headers.get(name)
      return value === null ? [] : [[name, value]]
    })
    spoil(fault, response, {
      status: answer.status,
      headers: Object.fromEntries(kept),
      text: await answer.text(),
    })
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    plan: (...next) => void faults.splice(0, faults.length, ...next),
    seen,
    thief,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
