// C86: who has no view token costs neither a body nor a span; who has one is measured as a login flow is.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { newBrowserSecret } from '../../src/front/browser.ts'
import { type Collector, startCollector } from '../telemetry/collector.ts'
import { closeWires, openWire } from './raw-wire.ts'
import { ADMIN_KEY, type Real, startReal } from './real.ts'

const SESSION = 'b1f3c0de5a6947d2a0b8'
/** A batch of spans leaves every two seconds. */
const RETURN_URL = 'http://localhost:3000/back'

let collector: Collector
let real: Real
beforeAll(async () => {
  collector = await startCollector()
  real = await startReal({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    ...{ PUBLIC_URL: 'http://127.0.0.1:8080', RETURN_URLS: RETURN_URL },
  })
})
afterEach(closeWires)
afterAll(async () => {
  await real.close()
  await collector.close()
})

let people = 0
async function begin() {
  const to = `person${people++}@example.com`
  const { body } = await real.start({ to, session: SESSION, return_url: RETURN_URL })
  return { id: body.id as string, token: body.view_token as string, secret: newBrowserSecret() }
}
type Begun = Awaited<ReturnType<typeof begin>>

/** Headers that promise a body, which never comes. @returns the status that is answered all the same */
async function promise(path: string, type: string, more: string[] = []): Promise<string> {
  const wire = openWire(Number(new URL(real.url).port))
  const head = [`POST ${path} HTTP/1.1`, 'Host: x', `Content-Type: ${type}`, 'Content-Length: 900']
  wire.socket.write(`${[...head, ...more].join('\r\n')}\r\n\r\n`)
  await expect.poll(wire.heard).toMatch(/^HTTP\/1\.1 \d/)
  return wire.heard().slice(9, 12)
}
const JSON_TYPE = 'application/json'
const FORM = 'application/x-www-form-urlencoded'
const SAME_ORIGIN = ['Sec-Fetch-Site: same-origin']

it('C86: a forged token is refused before the body, and so is a second browser', async () => {
  const { token, secret } = await begin()
  const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
  const browser = (one: string) => [`Countersign-Browser: ${one}`]
  for (const what of ['check', 'resend', 'next'])
    for (const one of [forged, 'vt_', 'x'])
      expect(await promise(`/v/${one}/${what}`, JSON_TYPE, browser(secret))).toBe('404')
  await real.client.get(`/v/${token}.json`, { 'countersign-browser': secret })
  const other = browser(newBrowserSecret())
  expect(await promise(`/v/${token}/check`, JSON_TYPE, other)).toBe('403')
  expect(await promise(`/v/${forged}`, FORM, SAME_ORIGIN)).toBe('404')
  expect(await promise(`/v/${token}`, FORM, SAME_ORIGIN)).toBe('403')
})

const spansOf = (name: string) =>
  collector.spans().flatMap((span) => (span.name === name ? [span.fields] : []))
const check = ({ token, secret }: Begun, code: string, headers: Record<string, string> = {}) =>
  real.client.post(`/v/${token}/check`, { code }, { 'countersign-browser': secret, ...headers })

it('C86: a view is a span of its own trace, with what came of it; a stranger begins none', async () => {
  const begun = await begin()
  const { code } = await real.message(begun.id)
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  expect((await check(begun, code, { traceparent })).status).toBe(200)
  await check({ ...begun, token: 'vt_forged' }, code, { traceparent })
  await expect
    .poll(() => spansOf('POST /v/{token}/check'))
    .toEqual([
      expect.objectContaining({
        'countersign.verification.id': begun.id,
        'countersign.outcome': 'approved',
        'http.response.status_code': 200,
      }),
    ])
  expect(collector.text()).not.toContain('4bf92f3577b34da6a3ce929d0e0e4736')
  expect(collector.text()).not.toContain(begun.token)
})

it('C90: exchanges and consumptions are counted by their outcome', async () => {
  const begun = await begin()
  const { code } = await real.message(begun.id)
  const { approval } = (await check(begun, code)).body
  const exchange = (session: string, key: string) =>
    real.client.post('/approvals/exchange', { approval, session }, { 'idempotency-key': key })
  await exchange('a-session-of-somebody-else', 'one')
  for (const key of ['two', 'two', 'three']) await exchange(SESSION, key)
  await real.client.post('/approvals/consume', { token: 'not.a.token' })
  const headers = { authorization: `Bearer ${ADMIN_KEY}` }
  const text = await (await fetch(`${real.url}/metrics`, { headers })).text()
  const counted = (operation: string) =>
    Object.fromEntries(
      [...text.matchAll(/^countersign_outcomes_total\{(.*)\} (\d+)$/gm)].flatMap(
        ([, labels = '', count]) =>
          labels.includes(`operation="${operation}"`)
            ? [[/outcome="(\w+)"/.exec(labels)?.[1], Number(count)]]
            : [],
      ),
    )
  expect(counted('exchange')).toEqual({ approval_not_found: 2, approved: 1, replayed: 1 })
  expect(counted('consume')).toEqual({ approval_invalid: 1 })
  const exchanged = () =>
    spansOf('POST /approvals/exchange').map((fields) => fields['countersign.verification.id'])
  await expect.poll(exchanged).toContain(begun.id)
})
