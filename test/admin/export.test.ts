// An export as it is read: page by page as somebody asks for it, and the line that says why it ended.

import { request } from 'node:http'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import {
  beginExport,
  type ExportDeps,
  type ExportOrder,
  type ExportSource,
} from '../../src/admin/export.ts'
import type { NewEvent } from '../../src/events/types.ts'
import { type AskedExport, answerExport } from '../../src/http/export-answer.ts'
import { startServer } from '../../src/http/server.ts'
import { createStreamPlaces } from '../../src/http/stream-places.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { StoreUnavailableError } from '../../src/kernel/errors.ts'

const ADMIN = { service: null, keyId: 'key_a', clientIp: null, userAgent: null }

/** Pages of two rows, without an end; `read` says how many were asked for. */
function endless(fault: (place: number) => Error | undefined = () => undefined, size = 1) {
  const read: number[] = []
  const source: ExportSource = {
    ...{ list: 'events', columns: ['n', 'b', 'c', 'd'], isPlain: false, budgetIndex: null },
    async read(after) {
      const at = Number(after ?? 0)
      const error = fault(at)
      if (error) throw error
      read.push(at)
      const rows = [at, at + 1].map((n) => ({
        fields: { n, filler: 'x'.repeat(size) },
        cursor: String(n + 1),
      }))
      return { rows, next: String(at + 2) }
    },
  }
  return { source, read }
}

function depsOf() {
  const logged: NewEvent[] = []
  const append: ExportDeps['events']['append'] = async (events) => void logged.push(...events)
  return { logged, deps: { events: { append }, clock: createClock() } }
}

const orderOf = (source: ExportSource, rest: Partial<ExportOrder> = {}): ExportOrder => ({
  ...{ admin: ADMIN, source, format: 'jsonl', after: null, closing: new AbortController().signal },
  ...rest,
})

it('reads nothing that nobody asked for, and is told apart from a whole one where its reader goes', async () => {
  const { source, read } = endless()
  const { deps, logged } = depsOf()
  const lines = await beginExport(deps, orderOf(source))
  expect([read, logged]).toEqual([[0], []])
  await lines.next()
  expect(logged.map(({ type }) => type)).toEqual(['export.started'])
  for (let n = 0; n < 3; n += 1) await lines.next()
  expect(read).toEqual([0, 2, 4])
  await lines.return()
  expect(logged.at(-1)).toMatchObject({
    type: 'export.ended',
    details: { rows: 6, complete: false },
  })
})

it.each([
  ['deadline', { monotonicMs: ticking(1_200_001) }],
  ['key_ended', { monotonicMs: ticking(3_001), isGood: async () => false }],
  ['closing', { closing: AbortSignal.abort() }],
])('ends by %s with a line that says so and where it continues', async (stopped, rest) => {
  const { deps, logged } = depsOf()
  const lines: string[] = []
  for await (const text of await beginExport(deps, orderOf(endless().source, rest)))
    lines.push(text)
  const { end } = JSON.parse(lines.at(-1) ?? '')
  expect(end).toEqual({ rows: Number(end.after), complete: false, stopped, after: end.after })
  expect(end.rows).toBeGreaterThan(0)
  expect(logged.at(-1)?.details).toMatchObject({ rows: end.rows, complete: false })
})

function ticking(by: number) {
  let now = 0
  return () => {
    now += by
    return now
  }
}

it('where the store fails on the way, the last line says so, then the error is thrown', async () => {
  const away = (at: number) => (at === 4 ? new StoreUnavailableError('away') : undefined)
  const lines = await beginExport(depsOf().deps, orderOf(endless(away).source, { format: 'csv' }))
  const given: string[] = []
  await expect(async () => {
    for await (const text of lines) given.push(text)
  }).rejects.toThrow(StoreUnavailableError)
  expect(given.at(-1)).toBe('#end,4,store_unavailable,,4\r\n')
  const first = orderOf(endless(() => new StoreUnavailableError('away')).source)
  await expect(beginExport(depsOf().deps, first)).rejects.toThrow(StoreUnavailableError)
})

it('C44: a reader that takes nothing is cut off, nothing more is read for it, and its place is free', async () => {
  const { deps, logged } = depsOf()
  const { source, read } = endless(undefined, 200_000)
  const one = { perHolder: 1, perKey: 1, perService: 1, ofServices: 1, inAll: 1 }
  const log = () => {}
  const all = {
    ...{ ...deps, closing: new AbortController().signal, exportPlaces: createStreamPlaces(one) },
    logger: { debug: log, info: log, warn: log, error: log },
  }
  const asked: AskedExport = {
    ...{ admin: ADMIN, source, format: 'jsonl', after: null, isGood: async () => true },
    holder: { id: 'a', keyId: 'a', service: null },
  }
  const app = new Hono()
  app.get(
    '/',
    async (c) => (await answerExport(c as never, all as never, asked, 300)) ?? c.text('full'),
  )
  const server = await startServer({
    ...{ app: app as never, host: '127.0.0.1', port: 0, clock: deps.clock, logger: all.logger },
  })
  const closed = new Promise<string>((resolve, reject) => {
    const held = request(server.url, (answer) => {
      // Not a byte is taken; at the end the rest is, so that the end is seen.
      answer.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
      void expect
        .poll(() => logged.at(-1)?.type)
        .toBe('export.ended')
        .then(() => answer.resume(), reject)
    })
    held.on('error', reject)
    held.end()
  })
  await expect.poll(() => logged.length).toBe(1)
  expect(await (await fetch(server.url)).text()).toBe('full')
  expect(await closed).toBe('ECONNRESET')
  expect(logged.at(-1)?.details).toMatchObject({ complete: false })
  // What the sockets of both sides hold, and no more.
  expect(read.length).toBeLessThan(40)
  const again = await fetch(server.url)
  expect(again.headers.get('content-type')).toContain('jsonl')
  await again.body?.cancel()
  await server.close(1_000)
})
