// The client behind a proxy that drops, delays and garbles answers of the real service.
// It must count in the service itself what a check has cost, and what a start has sent.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { UNLIMITED } from '../../../test/e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../../../test/http/real.ts'
import { CountersignView } from '../src/browser.ts'
import { Countersign, CountersignError } from '../src/client.ts'
import { type Fault, type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'

const SESSION = 'session-of-a-browser-1'
/** A third of it is the patience with a try that hangs. */
const HANGING_MS = 4_500
const wrong = (code: string) => (code.startsWith('9') ? '0' : '9') + code.slice(1)

let real: Real
let proxy: FaultyProxy
let direct: Countersign
let client: Countersign
let count = 0

beforeAll(async () => {
  real = await startReal({
    ARGON2_MEMORY_KIB: '64',
    PUBLIC_URL: 'http://127.0.0.1:8080',
    ...UNLIMITED,
  })
  proxy = await startFaultyProxy(real.url)
  direct = new Countersign({ url: real.url, apiKey: API_KEY })
  client = new Countersign({ url: proxy.url, apiKey: API_KEY, timeoutMs: 30_000 })
})
afterAll(async () => {
  await proxy.close()
  await real.close()
})
beforeEach(() => {
  proxy.plan()
  proxy.seen.length = 0
})

async function begun() {
  const started = await direct.start({ to: `someone-${++count}@example.com`, session: SESSION })
  if (!started.ok) throw new Error(started.reason)
  const { id } = started.verification
  return { id, code: (await real.message(id)).code }
}

/** As a page ends. @returns its one-use code */
async function approvedByView(nonce: string): Promise<string> {
  const to = `someone-${++count}@example.com`
  const started = await direct.start({ to, session: SESSION, actions: true, nonce })
  if (!started.ok) throw new Error(started.reason)
  const { id, viewToken: token } = started.verification
  const view = new CountersignView({ url: real.url, token })
  const checked = await view.check((await real.message(id)).code)
  return (checked.ok && checked.view.approval) || 'none'
}

const left = async (id: string) => {
  const found = await direct.get({ id })
  return found.ok ? found.verification.attemptsRemaining : undefined
}

const patience = (fault: Fault) =>
  ['hangs', 'drips', 'lost_silence'].includes(fault) ? { timeoutMs: HANGING_MS } : {}

const ONE_FAULT: readonly Fault[] = [
  ...([
    'lost_connection',
    'lost_silence',
    'dropped',
    'hangs',
    'drips',
    'html',
    'half_body',
  ] as const),
  ...(['half_json', 'other_json', 'huge', 'busy', 'busy_html', 'gone_html', 'moved'] as const),
]

describe('C91: an answer that is spoiled on its way', () => {
  it.each(ONE_FAULT)('%s: a check is asked again, and charged once', async (fault) => {
    const { id, code } = await begun()
    proxy.plan(fault)
    const incorrect = await client.check(
      { id, code: wrong(code), session: SESSION },
      patience(fault),
    )
    expect(incorrect).toMatchObject({
      ok: false,
      reason: 'incorrect',
      attemptsRemaining: 4,
      attemptCharged: true,
    })
    expect(await left(id)).toBe(4)
    proxy.plan(fault)
    const right = await client.check({ id, code, session: SESSION }, patience(fault))
    expect(right).toMatchObject({ ok: true, verification: { id, status: 'approved' } })
    expect(new Set(proxy.seen.map(({ key }) => key)).size).toBe(2)
    expect(proxy.seen).toHaveLength(4)
    expect(proxy.thief.requests).toBe(0)
  })

  it.each(['dropped', 'half_body', 'lost_connection'] as const)(
    '%s: a start sends one message',
    async (fault) => {
      const to = `once-${fault}@example.com`
      proxy.plan(fault, fault)
      const started = await client.start({ to })
      expect(started).toMatchObject({ ok: true })
      const listed = await direct.list({ to })
      expect(
        listed.ok && listed.verifications.map((one) => [one.id, one.deliveries.length]),
      ).toEqual([[started.ok && started.verification.id, 1]])
    },
  )
})

describe('C91: no answer at all', () => {
  it.each([
    ['dropped', 'unknown', 4],
    ['other_json', 'unknown', 4],
    ['huge', 'unknown', 4],
    ['lost_connection', 'unknown', 5],
    ['busy_html', 'unknown', 5],
    ['busy', false, 5],
  ] as const)(
    '%s, each time: unavailable, and nobody claims to know what it cost',
    async (fault, charged, remaining) => {
      const { id, code } = await begun()
      proxy.plan(fault, fault, fault, fault)
      const result = await client.check({ id, code: wrong(code), session: SESSION })
      expect(result).toMatchObject({ ok: false, reason: 'unavailable', attemptCharged: charged })
      expect(proxy.seen).toHaveLength(3)
      expect(await left(id)).toBe(remaining)
      expect(JSON.stringify(result)).not.toContain(wrong(code))
    },
  )

  it.each(['dropped', 'half_body'] as const)(
    '%s: what works once, an exchange and a consumption, is answered again to its own call alone',
    async (fault) => {
      const nonce = 'n-0S6_WzA2Mj7qLfT1cQvA'
      const approval = await approvedByView(nonce)
      const exchange = () => client.exchange({ approval, session: SESSION })
      proxy.plan(fault)
      const exchanged = await exchange()
      expect(exchanged).toMatchObject({ ok: true, replayed: true, verification: { valid: true } })
      expect(new Set(proxy.seen.map(({ key }) => key)).size).toBe(1)
      expect(await exchange()).toMatchObject({ ok: false, reason: 'not_found' })
      proxy.plan(fault)
      const token = (exchanged.ok && exchanged.verification.approval) || 'none'
      const consumed = await client.consumeApproval(token)
      expect(consumed).toMatchObject({ ok: true, replayed: true, claims: { nonce } })
      expect(await client.consumeApproval(token)).toMatchObject({ reason: 'already_used' })
    },
  )

  it('says when to come back, and does not wait past its deadline', async () => {
    const { id, code } = await begun()
    proxy.plan('busy_html')
    const began = performance.now()
    const result = await client.check({ id, code, session: SESSION }, { timeoutMs: 900 })
    expect(result).toMatchObject({
      reason: 'unavailable',
      retryAfterSeconds: 1,
      problem: { status: 503 },
    })
    expect(proxy.seen).toHaveLength(1)
    expect(performance.now() - began).toBeLessThan(900)
  })

  it('ends at its deadline, whatever hangs', async () => {
    const { id, code } = await begun()
    proxy.plan('hangs', 'drips', 'lost_silence')
    const result = await client.check(
      { id, code: wrong(code), session: SESSION },
      { timeoutMs: 600 },
    )
    expect(result).toMatchObject({
      reason: 'unavailable',
      attemptCharged: 'unknown',
      problem: { error: 'no_answer' },
    })
    expect(await left(id)).toBe(4)
  })

  it('a service that nobody can reach was charged nothing', async () => {
    const gone = await startFaultyProxy(real.url)
    await gone.close()
    const nobody = new Countersign({ url: gone.url, apiKey: API_KEY })
    expect(await nobody.check({ id: 'vrf_1', code: '123456' })).toMatchObject({
      ...{ ok: false, reason: 'unavailable', attemptCharged: false },
    })
  })

  it('does not follow a redirect, and says what to set', async () => {
    const { id, code } = await begun()
    proxy.plan('moved_for_good')
    await expect(client.check({ id, code, session: SESSION })).rejects.toThrow(/308.*url/)
    expect(proxy.seen.map(({ path }) => path)).toEqual(['/verify/check'])
  })

  it('ends when it is aborted: before, while it waits for an answer, and between two tries', async () => {
    const { id, code } = await begun()
    const given = { id, code: wrong(code), session: SESSION }
    const reason = new Error('the browser went away')
    await expect(client.check(given, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(proxy.seen).toHaveLength(0)
    for (const fault of ['hangs', 'busy_html'] as const) {
      proxy.plan(fault, fault)
      const controller = new AbortController()
      const ended = client.check(given, { signal: controller.signal })
      await expect.poll(() => proxy.seen.length).toBeGreaterThan(0)
      controller.abort(reason)
      await expect(ended).rejects.toBe(reason)
      proxy.seen.length = 0
    }
  })
})

describe('C91: wrong use', () => {
  it.each([
    ['url', { url: 'verify.internal' }],
    ['url', { url: 'ftp://verify.internal' }],
    ['url', { url: 'http://user:password@verify.internal' }],
    ['apiKey', { apiKey: '' }],
    ['apiKey', { apiKey: undefined }],
    ['apiKey', { apiKey: 'key\nx-other: 1' }],
    ['timeoutMs', { timeoutMs: 0 }],
  ])('of %s is a TypeError that does not repeat it: %j', (name, given) => {
    const options = { url: 'http://127.0.0.1:1', apiKey: 'a-key', ...given } as never
    expect(() => new Countersign(options)).toThrow(TypeError)
    expect(() => new Countersign(options)).toThrow(name)
    expect(() => new Countersign(options)).not.toThrow(/password|x-other/)
  })

  it('of a call is one, too', async () => {
    await expect(client.start({} as never)).rejects.toThrow(TypeError)
    await expect(client.check({ id: 'vrf_1', code: 12345 as never })).rejects.toThrow(
      /code must be a string/,
    )
    expect(proxy.seen).toHaveLength(0)
  })

  it('shows no key where the client is printed', async () => {
    const { inspect } = await import('node:util')
    expect(inspect(client, { depth: 5, showHidden: true }) + JSON.stringify(client)).not.toContain(
      API_KEY,
    )
    const stranger = new Countersign({ url: real.url, apiKey: 'wrong-key-0123456789' })
    const error = await stranger.start({ to: 'a@example.com' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CountersignError)
    expect(inspect(error, { depth: 5 })).not.toContain('wrong-key')
  })
})
