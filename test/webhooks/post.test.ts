// C34 and C57: one request to a destination, over real sockets, whatever the receiver or the resolver does.

import type { lookup } from 'node:dns'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRanges } from '../../src/webhooks/address.ts'
import { createPoster, type Poster } from '../../src/webhooks/post.ts'
import { type FaultServer, startFaultServer } from '../delivery/fault-server.ts'

const LOOPBACK = readRanges(['127.0.0.0/8'])
/** Of a receiver that hangs; the others have time on a busy machine. */
const DEADLINE_MS = 300
const PATIENT_MS = 20_000

/** Answers look-ups in turn: an attacker's name server. */
function resolverOf(...answers: string[][]) {
  const asked: string[] = []
  const resolve = ((name: string, _: object, callback: (...args: unknown[]) => void) => {
    asked.push(name)
    const addresses = answers[Math.min(asked.length, answers.length) - 1] ?? []
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    setImmediate(callback, null, found)
  }) as unknown as typeof lookup
  return { asked, resolve }
}

describe('a request to a webhook', () => {
  let receiver: FaultServer
  let poster: Poster | undefined
  beforeEach(async () => {
    receiver = await startFaultServer()
  })
  afterEach(async () => {
    await poster?.close()
    await receiver.close()
  })

  const open = (options: Partial<Parameters<typeof createPoster>[0]> = {}) => {
    poster = createPoster({ allowed: LOOPBACK, deadlineMs: PATIENT_MS, ...options })
    return (url: string) => poster?.post({ url, headers: { 'x-one': '1' }, body: '{"a":1}' })
  }
  const named = () => `http://hooks.test:${new URL(receiver.url).port}/in?x=1`

  it('is taken by any 2xx, and is sent as it was written', async () => {
    receiver.behave((response) => response.writeHead(204).end())
    expect(await open()(`${receiver.url}/in?x=1`)).toEqual({ kind: 'taken' })
    expect(receiver.seen).toMatchObject([
      { method: 'POST', url: '/in?x=1', body: '{"a":1}', headers: { 'x-one': '1' } },
    ])
  })

  it('C34: a literal that is private is refused before any socket', async () => {
    const answer = await open({ allowed: [] })(receiver.url)
    expect(answer).toMatchObject({ kind: 'failed', error: 'address_not_allowed' })
    expect(receiver.connections()).toBe(0)
  })

  it('C34: a name that resolves to a private address is refused in the look-up', async () => {
    const { resolve, asked } = resolverOf(['127.0.0.1', '169.254.169.254', '::1'])
    const answer = await open({ allowed: [], resolve })(named())
    expect(answer).toMatchObject({ kind: 'failed', error: 'address_not_allowed' })
    expect(asked).toEqual(['hooks.test'])
    expect(receiver.connections()).toBe(0)
  })

  it('C34: of several addresses only those that are allowed are tried', async () => {
    const { resolve } = resolverOf(['169.254.169.254', '10.0.0.1', '127.0.0.1'])
    expect(await open({ resolve })(named())).toEqual({ kind: 'taken' })
  })

  it('C34: an address that is allowed and leads to another is refused by its peer', async () => {
    // The system takes 0.0.0.0 for this machine.
    const allowed = readRanges(['0.0.0.0/32'])
    const answer = await open({ allowed })(receiver.url.replace('127.0.0.1', '0.0.0.0'))
    expect(answer).toMatchObject({ error: 'address_not_allowed' })
    expect(receiver.seen).toEqual([])
  })

  it('C57: a name that is public first and private at the second look-up is refused then', async () => {
    const { resolve } = resolverOf(
      ['127.0.0.1'],
      ['127.0.0.1', '169.254.169.254'],
      ['169.254.169.254'],
    )
    // Each request on a connection of its own.
    receiver.behave((response) => response.writeHead(200, { connection: 'close' }).end())
    const post = open({ resolve })
    expect(await post(named())).toEqual({ kind: 'taken' })
    expect(await post(named())).toEqual({ kind: 'taken' })
    expect(await post(named())).toMatchObject({ error: 'address_not_allowed' })
  })

  it('C57: a redirect is a failure, and is not followed', async () => {
    const inner = await startFaultServer()
    receiver.behave((response) => response.writeHead(307, { location: inner.url }).end())
    expect(await open()(receiver.url)).toMatchObject({ error: 'http_307', status: 307 })
    expect(inner.seen).toEqual([])
    await inner.close()
  })

  it('C57: one that hangs ends at the deadline, before its answer or within it', async () => {
    receiver.behave(() => {})
    const post = open({ deadlineMs: DEADLINE_MS })
    expect(await post(receiver.url)).toMatchObject({ error: 'timeout' })
    receiver.behave((response) => response.writeHead(200).write('a'))
    const began = performance.now()
    expect(await post(receiver.url)).toEqual({ kind: 'taken' })
    expect(performance.now() - began).toBeLessThan(10 * DEADLINE_MS)
  })

  it('an answer without end is cut off, and its status counts', async () => {
    receiver.behave((response) => {
      response.writeHead(200)
      let isOpen = true
      response.on('close', () => {
        isOpen = false
      })
      const more = () => {
        if (isOpen) response.write('x'.repeat(8192), () => setImmediate(more))
      }
      more()
    })
    expect(await open()(receiver.url)).toEqual({ kind: 'taken' })
  })

  it('says why in words of ours: a status with its wait, a closed port, a broken answer', async () => {
    receiver.behave((response) => response.writeHead(503, { 'retry-after': '7' }).end('secret'))
    const post = open()
    expect(await post(receiver.url)).toEqual({
      ...{ kind: 'failed', error: 'http_503', status: 503, retryAfterMs: 7000 },
    })
    receiver.behave((response) => response.destroy())
    expect(await post(receiver.url)).toMatchObject({ error: 'connection_closed' })
    expect(await post('http://127.0.0.1:1/')).toMatchObject({ error: 'connection_refused' })
    expect(await post(`https://127.0.0.1:${new URL(receiver.url).port}/`)).toMatchObject({
      error: 'tls_failed',
    })
  })
})
