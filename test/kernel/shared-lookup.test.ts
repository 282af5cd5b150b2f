// C22: a name that no name server answers is asked for once at a time, by messages, webhooks and sign-ins, over real sockets.

import dns from 'node:dns'
import { createServer } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { LookupFunction } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createBoundedFetch } from '../../src/access/oidc/bounded-fetch.ts'
import { createHttpClient } from '../../src/delivery/answers/http-client.ts'
import { createSharedLookup } from '../../src/kernel/shared-lookup.ts'
import { readRanges } from '../../src/webhooks/address.ts'
import { createPoster } from '../../src/webhooks/post.ts'
import { fixedClock } from '../delivery/messages.ts'
import { PATIENCE_MS } from '../long.ts'

const FOUND = [{ address: '127.0.0.1', family: 4 }]
const ALL = { all: true }

const DEAD_MS = 300
/** The first request of a kind loads its client. */
const deadlineOf = (url: string) =>
  AbortSignal.timeout(url.includes('dead') ? DEAD_MS : PATIENCE_MS)

/** Names that begin with `dead` are never answered, before `answer` says so. */
function openResolver() {
  const asked: string[] = []
  const unanswered: (() => void)[] = []
  const resolve: LookupFunction = (name, _options, callback) => {
    asked.push(name)
    if (name.startsWith('dead')) unanswered.push(() => callback(null, FOUND))
    else setImmediate(callback, null, FOUND)
  }
  return { asked, resolve, answer: () => unanswered.splice(0).map((one) => one()) }
}

describe('a shared look-up', () => {
  it('asks once for all who wait, and anew after that', () => {
    const { asked, resolve, answer } = openResolver()
    const lookup = createSharedLookup({ resolve })
    const heard = [vi.fn(), vi.fn()]
    for (const one of heard) lookup('dead.example', ALL, one)
    lookup('dead.example', { all: true, family: 6 }, vi.fn())
    expect(asked).toHaveLength(2)
    answer()
    for (const one of heard) expect(one).toHaveBeenCalledExactlyOnceWith(null, FOUND)
    lookup('dead.example', ALL, vi.fn())
    expect(asked).toHaveLength(3)
  })

  it('passes a failure on to each', async () => {
    const error = Object.assign(new Error('none'), { code: 'ENOTFOUND' })
    const lookup = createSharedLookup({
      resolve: (_name, _options, callback) => setImmediate(callback, error, []),
    })
    const heard = [1, 2].map(
      () => new Promise((resolve) => lookup('x', ALL, (...answer) => resolve(answer))),
    )
    expect(await Promise.all(heard)).toEqual([1, 2].map(() => [error, []]))
  })

  it('answers where the look-up throws, and asks anew after that', () => {
    const error = new Error('not a name')
    const throws = createSharedLookup({
      resolve() {
        throw error
      },
    })
    for (const heard of [vi.fn(), vi.fn()]) {
      throws('x', ALL, heard)
      expect(heard).toHaveBeenCalledExactlyOnceWith(error, [])
    }
  })
})

it('C22: a look-up whose packet was lost is asked again after a second, once, and whichever is answered counts', () => {
  vi.useFakeTimers()
  try {
    const pending: ((...answer: Parameters<Parameters<LookupFunction>[2]>) => void)[] = []
    const lookup = createSharedLookup({ resolve: (_name, _options, one) => void pending.push(one) })
    const heard = vi.fn()
    lookup('lost.example', ALL, heard)
    vi.advanceTimersByTime(999)
    expect(pending).toHaveLength(1)
    vi.advanceTimersByTime(60_000)
    expect(pending).toHaveLength(2)
    // One that fails waits for the other.
    pending[1]?.(new Error('none'), [])
    expect(heard).not.toHaveBeenCalled()
    pending[0]?.(null, FOUND)
    expect(heard).toHaveBeenCalledExactlyOnceWith(null, FOUND)
    const second = vi.fn()
    lookup('found.example', ALL, second)
    vi.advanceTimersByTime(1_000)
    pending[3]?.(null, FOUND)
    pending[2]?.(new Error('none'), [])
    expect(second).toHaveBeenCalledExactlyOnceWith(null, FOUND)
    const failed = vi.fn()
    lookup('none.example', ALL, failed)
    pending[4]?.(new Error('none'), [])
    expect(failed).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(60_000)
    expect(pending).toHaveLength(5)
    // While the first one still holds its thread, another look-up of the name has no second one.
    lookup('slow.example', ALL, vi.fn())
    vi.advanceTimersByTime(1_000)
    pending[6]?.(null, FOUND)
    lookup('slow.example', ALL, vi.fn())
    vi.advanceTimersByTime(60_000)
    expect(pending).toHaveLength(8)
  } finally {
    vi.useRealTimers()
  }
})

it('C22: names that were slow are looked up one after the other, and the others beside them, so many at once', () => {
  const { asked, resolve, answer } = openResolver()
  let at = 0
  const lookup = createSharedLookup({ resolve, most: 2, now: () => at })
  const ask = (...names: string[]) => {
    asked.splice(0)
    for (const name of names) lookup(name, ALL, vi.fn())
    return [...asked]
  }
  expect(ask('dead1', 'dead2', 'dead3')).toEqual(['dead1', 'dead2'])
  at += 10_000
  answer()
  expect(asked).toEqual(['dead1', 'dead2', 'dead3'])
  at += 10_000
  answer()
  expect(ask('dead1', 'dead2', 'dead3', 'dead4')).toEqual(['dead1', 'dead4'])
  answer()
  expect(asked).toEqual(['dead1', 'dead4', 'dead2'])
  answer()
  answer()
  // All of them were answered at once.
  expect(ask('dead1', 'dead2')).toEqual(['dead1', 'dead2'])
})

describe('C22: who uses it', () => {
  const server = createServer((_request, response) => response.end('{}'))
  let port: number
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as { port: number }).port
  })
  const opened: { close(): Promise<void> }[] = []
  afterAll(async () => {
    for (const one of opened) await one.close()
    vi.restoreAllMocks()
    syncBuiltinESMExports()
    server.closeAllConnections()
    server.close()
  })

  const users: [string, (resolve: LookupFunction) => (url: string) => Promise<unknown>][] = [
    [
      'messages',
      (resolve) => {
        const client = createHttpClient({ clock: fixedClock, resolve })
        opened.push(client)
        const about = { method: 'POST', headers: {}, body: 'x' }
        return async (url) => {
          const { verdict } = await client.send({ ...about, url }, deadlineOf(url))
          return verdict.kind
        }
      },
    ],
    [
      'webhooks',
      (resolve) => {
        const allowed = readRanges(['127.0.0.0/8'])
        const of = (deadlineMs: number) => createPoster({ allowed, resolve, deadlineMs })
        const posters = { dead: of(DEAD_MS), live: of(PATIENCE_MS) }
        opened.push(...Object.values(posters))
        const poster = (url: string) => (url.includes('dead') ? posters.dead : posters.live)
        return async (url) => (await poster(url).post({ url, headers: {}, body: 'x' })).kind
      },
    ],
  ]
  users.push([
    'sign-ins',
    (resolve) => {
      vi.spyOn(dns, 'lookup').mockImplementation(resolve as never)
      syncBuiltinESMExports()
      const done = [() => 'accepted', () => 'failed'] as const
      return (url) =>
        createBoundedFetch(deadlineOf(url))(url, { method: 'GET' } as never).then(...done)
    },
  ])
  it.each(users)('%s', async (_name, open) => {
    const { asked, resolve, answer } = openResolver()
    const send = open(resolve)
    const dead = Array.from({ length: 5 }, () => send(`http://dead.example:${port}/`))
    expect(await send(`http://live.example:${port}/`)).toMatch(/accepted|taken/)
    for (const kind of await Promise.all(dead)) expect(kind).toMatch(/temporary|failed/)
    expect(asked.toSorted()).toEqual(['dead.example', 'live.example'])
    answer()
  })
})
