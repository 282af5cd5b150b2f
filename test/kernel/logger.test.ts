import { describe, expect, it } from 'vitest'
import { createLogger } from '../../src/kernel/logger.ts'

const CODE = '4829130576'
const NUMBER = '+14155552671'
const ADDRESS = 'jane.doe+tag@example.com'

function listen(level = 'trace') {
  const lines: string[] = []
  const logger = createLogger({ level, sink: { write: (line) => lines.push(line) } })
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

function nest(depth: number, value: unknown): unknown {
  return depth === 0 ? value : { inner: nest(depth - 1, value) }
}

describe('a line', () => {
  it('is JSON with level, time and event, and ends at its end', () => {
    const { logger, lines, last } = listen()
    logger.info({ note: 'a\nb\u001b[31mred' }, 'listening')
    expect(lines[0]?.match(/\n/g)).toHaveLength(1)
    expect(lines[0]).not.toContain('\u001b')
    expect(last()).toMatchObject({ level: 'info', event: 'listening', note: 'a\nb\u001b[31mred' })
    expect(new Date(String(last().time)).toISOString()).toBe(last().time)
  })

  it('is not written under the level', () => {
    const { logger, lines } = listen('warn')
    logger.info({}, 'quiet')
    logger.child({ part: 'worker' }).debug({}, 'quiet')
    expect(lines).toEqual([])
  })

  it('carries what a child is bound to, hidden alike', () => {
    const { logger, last } = listen()
    logger.child({ part: 'worker', to: NUMBER }).child({ secret: 'x' }).warn({ n: 1 }, 'slow')
    expect(last()).toMatchObject({ part: 'worker', to: '[hidden]', secret: '[hidden]', n: 1 })
  })

  it('stays bounded, whatever it is given', () => {
    const { logger, lines } = listen()
    const loop: Record<string, unknown> = {}
    loop.self = loop
    logger.info({ loop, long: 'x'.repeat(1e6), many: Array.from({ length: 1e5 }, () => 1) }, 'big')
    expect(lines[0]?.length).toBeLessThan(10_000)
  })
})

describe('C30: values that must not be logged', () => {
  it.each([
    'code',
    'to',
    'authorization',
    'Authorization',
    'secret',
    'secret_key',
    'authToken',
    'api-key',
    'password',
    'cookie',
    'session',
    'body',
    'text',
    'codeSealed',
  ])('is hidden under the key %s at every depth', (key) => {
    for (const depth of [0, 1, 2, 3, 4, 5, 6, 9]) {
      const { logger, lines } = listen()
      logger.error({ some: nest(depth, { [key]: 'hush-hush' }) }, 'failed')
      logger.error({ some: nest(depth, [{ [key]: { value: 'hush-hush' } }]) }, 'failed')
      expect(lines.join()).not.toContain('hush-hush')
      expect(lines.join()).toMatch(/\[hidden\]|\[deep\]/)
    }
  })

  it.each([
    ['a number', NUMBER],
    ['a number with spaces', '+1 415 555 2671'],
    ['a number without its plus', '14155552671'],
    ['an address', ADDRESS],
    ['a long code', CODE],
  ])('%s does not pass in a text', (_, value) => {
    const { logger, lines } = listen()
    const words = `sent to ${value} at once`
    logger.trace({ note: words, list: [words], [`key ${value}`]: 1 }, words)
    logger.trace({ err: new Error(words, { cause: new TypeError(words) }) }, 'failed')
    expect(lines.join()).not.toContain(value)
    expect(lines.join()).toContain('[hidden]')
  })

  it('a code does not pass in the message of an error, in any grouping', () => {
    const { logger, lines, last } = listen()
    logger.error({ err: new Error('482913 or 482-913 or 482 913') }, 'failed')
    expect(lines.join()).not.toMatch(/482.?913/)
    expect(last().err).toMatchObject({ name: 'Error', said: '[hidden] or [hidden] or [hidden]' })
  })

  it('nothing of a SyntaxError is logged: it quotes its input', () => {
    const { logger, lines } = listen()
    try {
      JSON.parse('hush-hush')
    } catch (error) {
      logger.error({ err: error }, 'failed')
    }
    expect(lines.join()).not.toContain('hush')
    expect(lines.join()).toContain('SyntaxError')
  })

  it('bytes do not pass', () => {
    const { logger, last } = listen()
    logger.info({ hash: Buffer.from('hush'), list: new Uint8Array(3) }, 'kept')
    expect(last()).toMatchObject({ hash: '[hidden]', list: '[hidden]' })
  })
})

it('keeps what support needs: ids, addresses of machines, statuses, the place of an error', () => {
  const { logger, last } = listen()
  const id = 'vrf_0d3s2k41m5n6p7q8r9s0t1u2v3abcdef'
  const error = Object.assign(new Error('no'), { code: 'SQLITE_BUSY' })
  logger.warn({ id, client_ip: '203.0.113.7', status: 503, duration_ms: 1234567, err: error }, 'x')
  expect(last()).toMatchObject({ id, client_ip: '203.0.113.7', status: 503, duration_ms: 1234567 })
  expect(last().err).toMatchObject({ name: 'Error', error_code: 'SQLITE_BUSY' })
  expect(JSON.stringify(last().err)).toContain('logger.test.ts')
})
