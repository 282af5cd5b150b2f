// A browser's own client over the real service: it has a view token, and nothing else.

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { UNLIMITED, wrong } from '../../../test/e2e/service-process.ts'
import { API_KEY, type Real, startReal } from '../../../test/http/real.ts'
import { CountersignView, type View } from '../src/browser.ts'
import { Countersign } from '../src/client.ts'
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'

let real: Real
let proxy: FaultyProxy
let client: Countersign

beforeAll(async () => {
  real = await startReal({ ARGON2_MEMORY_KIB: '64', ...UNLIMITED })
  proxy = await startFaultyProxy(real.url)
  client = new Countersign({ url: real.url, apiKey: API_KEY })
})
afterAll(async () => {
  await proxy.close()
  await real.close()
})
beforeEach(() => {
  proxy.seen.length = 0
})

let count = 0
async function begun(actions = true) {
  const started = await client.start({ to: `view-${++count}@example.com`, actions })
  if (!started.ok) throw new Error(started.reason)
  const { id, viewToken: token } = started.verification
  return { id, token, code: (await real.message(id)).code }
}

describe('C91: the client of a browser', () => {
  it('shows what the person may know, and takes the code', async () => {
    const { id, token, code } = await begun()
    const view = new CountersignView({ url: proxy.url, token })
    expect(await view.look()).toMatchObject({
      ...{ ok: true, view: { status: 'pending', attemptsRemaining: 5, actions: ['check'] } },
    })
    expect(JSON.stringify(await view.look())).not.toContain(`view-${count}@`)
    expect(await view.resend()).toMatchObject({ ok: false, reason: 'rate_limited' })
    expect(await view.next()).toMatchObject({ ok: false, reason: 'no_more_sends' })
    expect(await view.check(wrong(code))).toMatchObject({
      ...{ ok: false, reason: 'incorrect', attemptsRemaining: 4, attemptCharged: true },
    })
    expect(await view.check(code)).toMatchObject({ ok: true, view: { status: 'approved' } })
    expect(await client.get({ id })).toMatchObject({ verification: { status: 'approved' } })
  })

  it('hears of each change until the end', async () => {
    const { id, token } = await begun()
    const seen: View['status'][] = []
    const ended = new CountersignView({ url: real.url, token }).follow(
      ({ status }) => void seen.push(status),
    )
    await expect.poll(() => seen.length).toBeGreaterThan(0)
    await client.cancel({ id })
    await ended
    expect([seen[0], seen.at(-1)]).toEqual(['pending', 'canceled'])
  })

  it('is the only one: another browser is refused, and learns nothing', async () => {
    const { token } = await begun()
    await new CountersignView({ url: real.url, token }).look()
    vi.resetModules()
    const other = await import('../src/browser.ts')
    const stranger = new other.CountersignView({ url: real.url, token })
    expect(await stranger.look()).toMatchObject({ ok: false, reason: 'mismatch' })
    expect(
      await new CountersignView({ url: real.url, token: `vt_${'A'.repeat(48)}` }).look(),
    ).toMatchObject({
      ...{ ok: false, reason: 'not_found' },
    })
  })

  it('sends a check once: what was lost may have been charged', async () => {
    const { id, token, code } = await begun()
    const view = new CountersignView({ url: proxy.url, token })
    proxy.plan('none', 'dropped')
    await view.look()
    expect(await view.check(wrong(code))).toMatchObject({
      ...{ ok: false, reason: 'unavailable', attemptCharged: 'unknown' },
    })
    expect(proxy.seen).toHaveLength(2)
    expect(await client.get({ id })).toMatchObject({ verification: { attemptsRemaining: 4 } })
    proxy.plan('dropped', 'html')
    expect(await view.look()).toMatchObject({ ok: true })
  })

  it('throws where it is given a key, or a start that allows no action', async () => {
    const { token } = await begun(false)
    const view = new CountersignView({ url: real.url, token })
    await expect(view.check('123456')).rejects.toThrow(/view_without_actions/)
    expect(() => new CountersignView({ url: real.url, token, apiKey: API_KEY } as never)).toThrow(
      /API key/,
    )
    expect(() => new CountersignView({ url: real.url, token: API_KEY })).toThrow(TypeError)
    expect(() => view.check(1 as never)).toThrow(TypeError)
  })
})
