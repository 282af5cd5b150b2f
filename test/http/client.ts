// A caller over a real socket; every answer is held against the OpenAPI document.

import { expect } from 'vitest'
import { type Documented, fetchDocument } from './document.ts'

export type Answer = {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  body: any
  text: string
}

export type Client = {
  documented: Documented
  send(method: string, path: string, init?: RequestInit): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** An object goes as JSON; a string or bytes as they are. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** @param url of the server; @param key goes with every request */
export async function createClient(url: string, key: string | null): Promise<Client> {
  return createClientOf(await fetchDocument(url), url, key)
}

export function createClientOf(documented: Documented, url: string, key: string | null): Client {
  const authorization: Record<string, string> =
    key === null ? {} : { authorization: `Bearer ${key}` }
  const send: Client['send'] = async (method, path, init = {}) => {
    const headers = { ...authorization, ...(init.headers as Record<string, string>) }
    const response = await fetch(url + path, { ...init, method, headers, redirect: 'manual' })
    const text = await response.text()
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    const isJson = type.endsWith('json')
    if (method !== 'HEAD')
      expect(
        documented.fault(method, path, response, text),
        `${method} ${path}: ${text.slice(0, 300)}`,
      ).toBe(undefined)
    const body = isJson && text !== '' ? JSON.parse(text) : null
    return { status: response.status, headers: response.headers, body, text }
  }
  return {
    documented,
    send,
    get: (path, headers = {}) => send('GET', path, { headers }),
    post(path, body, headers = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array
      return send('POST', path, {
        headers: { 'content-type': 'application/json', ...headers },
        body: (raw ? body : JSON.stringify(body)) as RequestInit['body'] & {},
      })
    },
  }
}
