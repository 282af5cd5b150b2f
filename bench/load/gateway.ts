// The provider of every figure: an HTTP gateway on loopback that takes a message and remembers its code; and a receiver of webhooks.
// It must not do more per message than a provider's front would: the load shares the cores.

import { createServer } from 'node:http'
import { monotonicMs } from '../harness/monotonic.ts'

/** Where they come in; `/hang` answers neither. */
export type Kind = '/send' | '/hook'

export type Gateway = {
  url: string
  /** The code that was sent under this id; waits for it. */
  codeFor(id: string): Promise<string>
  /** When the last message for this id was seen, by the monotonic clock of the machine, in ms. */
  seenAt(id: string): number | undefined
  /** How long it takes to answer. */
  delayMs: number
  /** Messages, or webhooks, that came since it last forgot. */
  received(kind?: Kind): number
  /** Where their provider would report of the messages, as far as it was said. */
  callbacks(): readonly string[]
  forget(): void
}

const CODE_DEADLINE_MS = 30_000

export async function startGateway(): Promise<Gateway> {
  const codes = new Map<string, string>()
  const seen = new Map<string, number>()
  const waiting = new Map<string, (code: string) => void>()
  let received: Record<Kind, number> = { '/send': 0, '/hook': 0 }
  let callbacks: string[] = []

  const take = (text: string, at: number) => {
    const { id, code, callback } = JSON.parse(text) as Record<'id' | 'code', string> & {
      callback?: string
    }
    received['/send'] += 1
    if (callback) callbacks.push(callback)
    seen.set(id, at)
    const resolve = waiting.get(id)
    if (!resolve) return void codes.set(id, code)
    waiting.delete(id)
    resolve(code)
  }

  const server = createServer((request, response) => {
    const at = monotonicMs()
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      text += chunk
    })
    if (request.url === '/hang') return void request.resume()
    request.on('end', () => {
      if (request.url === '/hook') received['/hook'] += 1
      else take(text, at)
      if (gateway.delayMs === 0) response.end()
      else setTimeout(() => response.end(), gateway.delayMs)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('no port')

  const gateway: Gateway = {
    url: `http://127.0.0.1:${address.port}`,
    delayMs: 0,
    codeFor(id) {
      const code = codes.get(id)
      if (code !== undefined) {
        codes.delete(id)
        return Promise.resolve(code)
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(id)
          reject(new Error(`no message for ${id}`))
        }, CODE_DEADLINE_MS)
        waiting.set(id, (found) => {
          clearTimeout(timer)
          resolve(found)
        })
      })
    },
    seenAt: (id) => seen.get(id),
    received: (kind = '/send') => received[kind],
    callbacks: () => callbacks,
    forget() {
      codes.clear()
      seen.clear()
      received = { '/send': 0, '/hook': 0 }
      callbacks = []
    },
  }
  return gateway
}
