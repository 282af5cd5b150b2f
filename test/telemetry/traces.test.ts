// Traces in this process, over real sockets: hostile contexts, the sampler's limits, and collectors in every kind of trouble.

import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Tracing } from '../../src/kernel/tracing.ts'
import type { SamplingRule, SpanResult } from '../../src/telemetry/ports.ts'
import { peerOf, shortCode } from '../../src/telemetry/traces/fields.ts'
import { NEWEST, pickTrace } from '../../src/telemetry/traces/kept.ts'
import { createSpanQueue, MAX_SPANS } from '../../src/telemetry/traces/queue.ts'
import { startSdk } from '../../src/telemetry/traces/sdk.ts'
import { answer, hang, refusedUrl } from '../delivery/fault-server.ts'
import { type Collector, startCollector } from './collector.ts'

const ALL: SamplingRule = { followsCaller: true, ratio: 1 }
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const context = (flags: string, trace = TRACE) => ({
  traceparent: `00-${trace}-${PARENT}-${flags}`,
})

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function collect(): Promise<Collector> {
  const collector = await startCollector()
  opened.push(collector)
  return collector
}

function start(url: string, sampling = ALL, share = 0.5) {
  const counts: Record<SpanResult, number> = { exported: 0, queue_full: 0, not_taken: 0 }
  const lines: unknown[] = []
  const sdk = startSdk(
    { url: `${url}/v1/traces`, headers: { 'x-key': 'hidden' }, serviceName: 'test', sampling },
    {
      shareOf: () => share,
      onSpans: (result, count) => {
        counts[result] += count
      },
      logger: { warn: (fields, message) => void lines.push([fields, message]) },
      // Shorter than its pause before another try.
      exportMs: 500,
    },
  )
  return { ...sdk, counts, lines }
}

const request = (tracing: Tracing, headers: { traceparent?: string; tracestate?: string }) =>
  tracing.beginRequest('POST /verify/start', headers, { 'http.request.method': 'POST' })
const spans = (tracing: Tracing, count: number) => {
  for (let n = 0; n < count; n += 1) tracing.begin('try', { parent: null }).end()
}

describe('C80: the caller’s context', () => {
  it('is ignored where it is not valid, with its state', async () => {
    const collector = await collect()
    const { tracing, drain } = start(collector.url)
    const zeros = [`00-${'0'.repeat(32)}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`]
    const hostile = [
      ...['', 'x', `ff-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01-more`, ...zeros],
      ...[`00-${TRACE.toUpperCase()}-${PARENT}-01`, `01-${TRACE}-${PARENT}-01-${'x'.repeat(200)}`],
      ...[`00-${TRACE}-${PARENT}`, `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ]
    for (const traceparent of hostile) {
      const span = request(tracing, { traceparent, tracestate: 'acme=1' })
      expect([traceparent, span.traceId === TRACE, span.context()?.tracestate]).toEqual([
        ...[traceparent, false, null],
      ])
      span.end()
    }
    const valid = { ...context('01'), tracestate: 'acme=1' }
    expect(request(tracing, valid).context()?.tracestate).toBe('acme=1')
    const long = { ...context('01'), tracestate: `acme=${'x'.repeat(600)}` }
    const span = request(tracing, long)
    expect([span.traceId, span.context()?.tracestate]).toEqual([TRACE, null])
    await drain(5_000)
    expect(collector.spans()).toHaveLength(hostile.length)
    expect(collector.text()).not.toContain('acme')
  })

  it('can have less recorded than the sampler says, and never more', async () => {
    const collector = await collect()
    const isRecorded = (rule: SamplingRule, share: number, flags: string | null) => {
      const { tracing } = start(collector.url, rule, share)
      return request(tracing, flags === null ? {} : context(flags)).context() !== null
    }
    const ratio = { followsCaller: true, ratio: 0.25 }
    const table: [SamplingRule, number, string | null, boolean][] = [
      [ratio, 0.2, '01', true],
      [ratio, 0.2, '00', false],
      [ratio, 0.2, null, true],
      [ratio, 0.3, '01', false],
      [ratio, 0.3, 'ff', false],
      [ratio, 0.3, null, false],
      [{ followsCaller: false, ratio: 0.25 }, 0.2, '00', true],
      [{ followsCaller: false, ratio: 0.25 }, 0.3, '01', false],
      [{ followsCaller: true, ratio: 0 }, 0, '01', false],
      [ALL, 0.99, '01', true],
      [ALL, 0.99, '00', false],
    ]
    for (const [rule, share, flags, expected] of table)
      expect([rule, share, flags, isRecorded(rule, share, flags)]).toEqual([
        ...[rule, share, flags, expected],
      ])
    // What this service decided stands, on another node and later.
    const { tracing } = start(collector.url, ratio, 0.9)
    const kept = { ...context('01'), tracestate: null }
    expect(tracing.begin('try', { parent: kept }).context()).not.toBeNull()
  })
})

describe('C80: a collector in trouble costs the service nothing but its spans', () => {
  it('one that hangs: so many wait, the others are counted and told of in one line, and a shutdown ends in its time', async () => {
    const collector = await collect()
    collector.behave(hang)
    const { tracing, drain, counts, lines } = start(collector.url)
    spans(tracing, MAX_SPANS + 700)
    expect(counts).toEqual({ exported: 0, queue_full: 700, not_taken: 0 })
    expect(lines).toEqual([
      [{ spans: 1, reason: 'queue_full' }, expect.stringContaining('spans of traces were lost')],
    ])
    const began = performance.now()
    await drain(300)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it.each([
    ['answers 500', answer(500, 'the key hidden is wrong'), 'http_500'],
    ['is down', null, 'ECONNREFUSED'],
  ])('one that %s: what it did not take is counted', async (_, behaviour, reason) => {
    const collector = await collect()
    if (behaviour) collector.behave(behaviour)
    const url = behaviour ? collector.url : await refusedUrl()
    const { tracing, drain, counts, lines } = start(url)
    spans(tracing, 3)
    await drain(30_000)
    expect(counts).toEqual({ exported: 0, queue_full: 0, not_taken: 3 })
    expect(lines).toEqual([[{ spans: 3, reason }, expect.any(String)]])
    expect(JSON.stringify(lines)).not.toContain('hidden')
  })

  it('one that comes back gets what follows, and a batch that never ends gives its place back', async () => {
    const taken: number[] = []
    const counts: [SpanResult, number][] = []
    const lines: unknown[] = []
    let now = 0
    let isStuck = true
    const queue = createSpanQueue({
      exporter: {
        export(batch, done) {
          if (isStuck) return
          taken.push(batch.length)
          done({ code: 0 })
        },
        shutdown: async () => {},
      },
      onSpans: (result, count) => void counts.push([result, count]),
      logger: { warn: (fields) => void lines.push(fields) },
      now: () => now,
      batchMs: 20,
    })
    const span = { spanContext: () => ({ traceFlags: 1 }), resource: {} } as never
    queue.onEnd(span)
    await queue.forceFlush().catch(() => {})
    expect(counts).toEqual([['not_taken', 1]])
    queue.onEnd(span)
    await queue.forceFlush().catch(() => {})
    now = 60_000
    queue.onEnd(span)
    await queue.forceFlush().catch(() => {})
    expect(lines).toEqual([
      { spans: 1, reason: 'TIMEOUT' },
      { spans: 2, reason: 'TIMEOUT' },
    ])
    isStuck = false
    for (let n = 0; n < MAX_SPANS; n += 1) queue.onEnd(span)
    await vi.waitFor(async () => {
      await queue.forceFlush()
      expect(taken.reduce((sum, count) => sum + count, 0)).toBe(MAX_SPANS)
    })
  })
})

it('I7: a span says no more of an answer or an address than a short code and a host', () => {
  const codes = ['30034', 'http_503', 'timeout', '21610', 'WA_131.026']
  expect(codes.map(shortCode)).toEqual(codes)
  const texts = ['483920', '+14155552672', 'to 4155552672', 'ann@example.com', 'x'.repeat(65), '']
  expect(texts.map(shortCode)).toEqual(texts.map(() => 'other'))
  expect(peerOf('https://user:secret@api.example.com/bot123:token/send?to=%2B1415')).toEqual({
    ...{ 'server.address': 'api.example.com', 'server.port': 443 },
  })
  expect(peerOf('http://[::1]:8080/')).toEqual({ 'server.address': '[::1]', 'server.port': 8080 })
})

it('a message joins the request that made it: a step of a chain the one before it, an ending its own', () => {
  const kept = [0, 1, 3].map((send) => ({
    send,
    at: send,
    tracestate: null,
    traceparent: `${send}`,
  }))
  const picked = (send: number) => pickTrace(kept, send)?.send
  expect([0, 1, 2, 3, 4, NEWEST].map(picked)).toEqual([0, 1, 1, 3, 3, 3])
  expect(pickTrace(kept.slice(1), 0)?.send).toBe(3)
  expect(pickTrace([], 1)).toBeNull()
})
