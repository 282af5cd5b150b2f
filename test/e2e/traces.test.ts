// Traces end to end: a real collector gets what real processes export, and is searched for everything that must not leave.

import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { expect, it, type TestContext } from 'vitest'
import { startFakeTwilioCalls } from '../delivery/fake-twilio-calls.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { createDatabase } from '../postgres/databases.ts'
import { type Collector, type ReceivedSpan, startCollector } from '../telemetry/collector.ts'
import {
  ADMIN_KEY,
  API_KEY,
  SECRET_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from './service-process.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: 'acme=1' }
const PUBLIC_URL = 'https://verify.example.com'
const TO = '+14155552672'
const CALLED = '+14155552673'
const CLIENT = '203.0.113.77'
const HOOK_SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`
const TOKEN = 'a-token-of-tests'
const COLLECTOR_KEY = 'the key of the collector'

type World = { collector: Collector; twilio: FaultServer; receiver: FaultServer }
type Opened = { close(): unknown }

const opening = ({ onTestFinished }: TestContext) => {
  const opened: Opened[] = []
  onTestFinished(async () => {
    for (const one of opened.reverse()) await one.close()
  })
  return <T extends Opened>(one: T): T => {
    opened.push(one)
    return one
  }
}

const settingsOf = ({ collector, twilio, receiver }: World) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_HEADERS: `x-key=${encodeURIComponent(COLLECTOR_KEY)}`,
  OTEL_SERVICE_NAME: 'login-codes',
  DEVELOPMENT_NETWORK: 'open',
  TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
  TWILIO_AUTH_TOKEN: TOKEN,
  TWILIO_FROM: '+15005550006',
  TWILIO_BASE_URL: twilio.url,
  WEBHOOK_URL: `${receiver.url}/hooks?secret=of-the-receiver`,
  WEBHOOK_SECRET: HOOK_SECRET,
  WEBHOOK_EVENTS: 'verification.approved,delivery.delivered',
})

async function openWorld(open: ReturnType<typeof opening>): Promise<World> {
  const accepted = answer(201, '{"sid":"SM1","status":"queued"}')
  return {
    collector: open(await startCollector()),
    twilio: open(await startFaultServer(accepted)),
    receiver: open(await startFaultServer(answer(204))),
  }
}

const messagesTo = ({ seen }: FaultServer) =>
  seen.filter(({ url }) => url.endsWith('Messages.json'))
const formOf = (twilio: FaultServer) => new URLSearchParams(messagesTo(twilio).at(-1)?.body)
const codeIn = (form: URLSearchParams) => /\d{6}/.exec(form.get('Body') ?? '')?.[0] ?? ''

async function report(service: ServiceProcess, form: URLSearchParams) {
  const [callback = ''] = (form.get('StatusCallback') ?? '').split('#')
  const fields = { MessageSid: 'SM1', MessageStatus: 'delivered', To: TO }
  const response = await fetch(callback.replace(PUBLIC_URL, service.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(TOKEN, callback, fields),
      // A stranger's, for all that is known.
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    },
    body: new URLSearchParams(fields),
  })
  expect(response.status).toBe(204)
}

const isNamed = (name: string) => (span: ReceivedSpan) => span.name === name
const named = (collector: Collector, name: string) =>
  waitFor(`the span ${name}`, () => collector.spans().find(isNamed(name)))
const statusIs = (service: ServiceProcess, id: string, status: string) =>
  waitFor(status, async () =>
    (await service.get(`/verify/${id}`)).body.delivery_status === status ? true : undefined,
  )

/** Each span with the name of its parent. */
function tree(spans: readonly ReceivedSpan[]): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]))
  const line = ({ name, parentSpanId = '' }: ReceivedSpan) =>
    `${names.get(parentSpanId) ?? 'caller'} > ${name}`
  return [...new Set(spans.map(line))].sort()
}

/** What is drawn by chance, and may look like a code. */
const DRAWN =
  /"(?:traceId|spanId|parentSpanId|\w+UnixNano)":"\w*"|\b(?:vrf|whd)_[0-9a-v]+|"server.port","value":{[^}]*}/g

/** However it is written: nothing of a person, and no secret. */
function expectNothing(collector: Collector, codes: readonly string[]): void {
  const whole = collector.text()
  const text = `${whole}\n${decodeURIComponent(whole.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'))}`
  const secrets = [
    ...[TO.slice(1), '415 555', '(415)', CALLED.slice(1), CLIENT, 'Mozilla'],
    ...[API_KEY, ADMIN_KEY, SECRET_KEY, HOOK_SECRET, TOKEN, COLLECTOR_KEY, 'of-the-receiver'],
    ...['AC0123456789', 'mac=', '/receipts/', '/calls/', '.json', 'StatusCallback'],
  ]
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
  const chosen = text.replaceAll(DRAWN, '')
  expect(codes.filter((code) => code.length < 6 || chosen.includes(code))).toEqual([])
  for (const { events, status } of collector.spans()) {
    expect(events ?? []).toEqual([])
    expect(status?.message).toBeUndefined()
  }
}

it.concurrent('I7: one trace from the caller’s over a restart, tries, receipts, calls, checks and webhooks, which says nothing of a person', async (context) => {
  const open = opening(context)
  const twilio = open(await startFakeTwilioCalls(PUBLIC_URL))
  const world = { ...(await openWorld(open)), twilio: twilio.server }
  const { collector, receiver } = world
  const directory = temporaryDirectory()
  open({ close: directory.remove })
  const settings = { ...twilio.settings, ...settingsOf(world), PUBLIC_URL, VOICE_COUNTRIES: 'US' }
  const before = await startService(directory.path, settings)
  twilio.server.behave(answer(503))
  const client = { client_ip: CLIENT, user_agent: 'Mozilla' }
  const started = await before.post('/verify/start', { to: TO, ...client }, CALLER)
  const { id } = started.body
  await waitFor('its first try', () => messagesTo(twilio.server)[0])
  expect(await before.stop()).toBe(0)
  twilio.server.behave(answer(201, '{"sid":"SM1","status":"queued"}'))
  const service = await startService(directory.path, settings)
  const closed = open({ close: () => service.stop() })
  await statusIs(service, id, 'sent')
  const form = formOf(twilio.server)
  const code = codeIn(form)
  await report(service, form)
  const wrongCode = code.replace(/./g, (digit) => String((Number(digit) + 1) % 10))
  await service.post('/verify/check', { id, code: wrongCode, ...client }, CALLER)
  expect((await service.post('/verify/check', { id, code, ...client }, CALLER)).status).toBe(200)
  await waitFor('both webhooks', () => receiver.seen[1])
  const asked = { to: CALLED, channel: 'voice', ...client }
  const spoken = (await service.post('/verify/start', asked, CALLER)).body.id
  const call = await waitFor('the call', () => twilio.calls()[0])
  await statusIs(service, spoken, 'sent')
  const { action } = await twilio.pickUp({ ...call, sid: 'SM1' }, service)
  const heard = await twilio.press({ ...call, sid: 'SM1' }, '1', service, action)
  const told = heard.said.join().replaceAll(/\D/g, '').slice(0, 6)
  // Of nobody with a key: no span.
  await service.post('/verify/start', { to: TO }, { ...CALLER, authorization: 'Bearer wrong' })
  await closed.close()

  const ours = collector.spans().filter(({ traceId }) => traceId === TRACE)
  expect(tree(ours)).toEqual(
    [
      'POST /verify/start > call',
      'POST /verify/start > outbox',
      'POST /verify/start > receipt',
      'POST /verify/start > try',
      'POST /verify/start > webhook',
      'POST /verify/check > webhook',
      'caller > POST /verify/check',
      'caller > POST /verify/start',
      'try > POST',
      'webhook > POST',
    ].sort(),
  )
  expect(ours.filter(isNamed('POST /verify/start'))).toHaveLength(2)
  const about = { 'countersign.verification.id': id, 'countersign.channel': 'sms' }
  const sent = { ...about, 'countersign.provider': 'twilio', 'countersign.country': 'US' }
  const tries = ours.filter(isNamed('try')).map(({ fields }) => fields)
  expect(tries[0]).toMatchObject({ ...sent, 'countersign.try': 1, 'error.type': 'http_503' })
  // By the second process, which knows the trace from the store.
  const accepted = { ...sent, 'countersign.outcome': 'accepted' }
  expect(tries).toContainEqual(expect.objectContaining(accepted))
  const calls = ours.filter(isNamed('call')).map(({ fields }) => fields['countersign.outcome'])
  expect(calls).toEqual(['prompt', 'code'])
  expect(ours.find(isNamed('receipt'))?.fields).toMatchObject({
    ...{ ...sent, 'countersign.outcome': 'delivered' },
  })
  expect(ours.filter(isNamed('POST /verify/check')).map(({ fields }) => fields)).toMatchObject([
    { ...about, 'countersign.outcome': 'code_incorrect', 'http.response.status_code': 422 },
    { ...about, 'countersign.outcome': 'approved', 'http.route': '/verify/check' },
  ])
  expect(new Set(collector.spans().map(({ service }) => service))).toEqual(new Set(['login-codes']))

  // The caller's own state goes on with its webhooks, and neither to the provider.
  const posts = ours.filter(({ name, fields }) => name === 'POST' && !fields['http.route'])
  for (const { headers } of receiver.seen) {
    expect(headers.tracestate).toBe('acme=1')
    const [, trace, span] = String(headers.traceparent).split('-')
    expect([trace, posts.some(({ spanId }) => spanId === span)]).toEqual([TRACE, true])
  }
  for (const { headers } of twilio.server.seen) {
    expect(Object.keys(headers).filter((name) => /trace|baggage|b3/.test(name))).toEqual([])
  }
  expect(collector.seen[0]?.headers['x-key']).toBe(COLLECTOR_KEY)
  expect(collector.seen[0]?.url).toBe('/v1/traces')
  expectNothing(collector, [code, wrongCode, told])
  const output = before.output() + service.output()
  const lines = output.split('\n').filter((line) => line.includes('"event":"request"'))
  expect(lines.filter((line) => line.includes(`"trace_id":"${TRACE}"`))).toHaveLength(4)
  expect(output).not.toContain(COLLECTOR_KEY)
})

it.concurrent('a message joins its trace on another node, and in what that asks its provider', async (context) => {
  const open = opening(context)
  const world = await openWorld(open)
  const { collector, twilio, receiver } = world
  const database = await createDatabase()
  open({ close: database.drop })
  twilio.behave((response, seen) => {
    const status = seen.method === 'GET' ? 'delivered' : 'queued'
    answer(seen.method === 'GET' ? 200 : 201, JSON.stringify({ sid: 'SM1', status }))(
      response,
      seen,
    )
  })
  const directory = temporaryDirectory()
  open({ close: directory.remove })
  const begin = async (ROLE: string) => {
    const settings = { ...settingsOf(world), ROLE, DATABASE_URL: database.url }
    const service = await startService(directory.path, settings)
    return open({ ...service, close: () => service.stop() })
  }
  const [api] = await Promise.all([begin('api'), begin('worker')])
  const { id } = (await api.post('/verify/start', { to: TO }, CALLER)).body
  await waitFor('what came of it', () => receiver.seen[0])
  for (const name of ['POST /verify/start', 'poll', 'webhook']) await named(collector, name)
  const ours = collector.spans().filter(({ traceId }) => traceId === TRACE)
  expect(tree(ours)).toEqual([
    ...['POST /verify/start > outbox', 'POST /verify/start > poll', 'POST /verify/start > try'],
    ...['POST /verify/start > webhook', 'caller > POST /verify/start'],
    ...['poll > GET', 'poll > receipt', 'try > POST', 'webhook > POST'],
  ])
  expect(ours.find(isNamed('poll'))?.fields).toMatchObject({
    ...{ 'countersign.verification.id': id, 'countersign.outcome': 'delivered' },
  })
  expectNothing(collector, [codeIn(formOf(twilio))])
})
