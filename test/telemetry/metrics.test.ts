// Metrics of a running service: what they tell, to whom, and what they never hold.

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { SendOutcome } from '../../src/delivery/ports.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { freePort } from '../e2e/service-process.ts'
import { ADMIN_KEY, type Real, startReal } from '../http/real.ts'

let real: Real
let metricsPort: number
beforeAll(async () => {
  metricsPort = await freePort()
  real = await startReal({
    METRICS_PORT: String(metricsPort),
    LIMIT_SENDS_PER_NUMBER_BURST: '2/600',
    CODE_LENGTH: '10',
    MINT_SIZE: '4',
  })
})
afterAll(() => real.close())

const open = async (path = '/metrics', method = 'GET') => {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}${path}`, { method })
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    text: await answer.text(),
  }
}

/** `name{a="x"} 3` → 3. */
function readMetric(text: string, name: string, labels: Record<string, string> = {}): number {
  const line = text
    .split('\n')
    .find(
      (one) =>
        (one.startsWith(`${name}{`) || one.startsWith(`${name} `)) &&
        Object.entries(labels).every(([label, value]) => one.includes(`${label}="${value}"`)),
    )
  return line === undefined ? Number.NaN : Number(line.slice(line.lastIndexOf(' ')))
}

it('counts starts, checks, refusals, sends, hashes and levels, and holds nothing about a person', async () => {
  const started = await real.start()
  const { code } = await real.message(started.body.id)
  const check = (typed: string) =>
    real.client.post('/verify/check', { id: started.body.id, code: typed })
  const wrong = code.startsWith('9') ? `0${code.slice(1)}` : `9${code.slice(1)}`
  expect((await check(wrong)).status).toBe(422)
  expect((await check(code)).status).toBe(200)
  await real.start()
  expect((await real.start()).status).toBe(429)
  const { text, type } = await vi.waitFor(async () => {
    const answer = await open()
    expect(readMetric(answer.text, 'countersign_send_seconds_count', { result: 'accepted' })).toBe(
      2,
    )
    return answer
  }, 5_000)
  expect(type).toContain('text/plain')
  const outcome = (operation: string, what: string) =>
    readMetric(text, 'countersign_outcomes_total', { service: 'default', operation, outcome: what })
  expect(outcome('start', 'started')).toBe(2)
  expect(outcome('start', 'rate_limited')).toBe(1)
  expect(outcome('check', 'code_incorrect')).toBe(1)
  expect(outcome('check', 'approved')).toBe(1)
  expect(readMetric(text, 'countersign_limited_total', { limit: 'sends_per_number_burst' })).toBe(1)
  expect(
    readMetric(text, 'countersign_request_seconds_count', {
      route: '/verify/check',
      status: '422',
    }),
  ).toBe(1)
  expect(readMetric(text, 'countersign_hash_seconds_count', { work: 'check' })).toBe(2)
  expect(readMetric(text, 'countersign_mint_codes', { state: 'capacity' })).toBe(4)
  expect(readMetric(text, 'countersign_hash_queue', { state: 'limit' })).toBeGreaterThan(128)
  expect(readMetric(text, 'countersign_outbox_messages', { channel: 'sms', state: 'due' })).toBe(0)
  expect(readMetric(text, 'countersign_store_reachable')).toBe(1)
  for (const secret of [code, wrong, '4155552671', started.body.id, started.body.reference])
    expect(text).not.toContain(secret)
})

it('is behind a key on the service’s own port, and alone on its own', async () => {
  expect((await real.client.get('/metrics')).status).toBe(403)
  const answer = await fetch(`${real.url}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('countersign_outcomes_total')
  expect((await fetch(`${real.url}/metrics`)).status).toBe(401)
  for (const [path, method] of [
    ['/verify/start', 'POST'],
    ['/healthz', 'GET'],
    ['/metrics', 'POST'],
  ] as const)
    expect((await open(path, method)).status).toBe(404)
})

const refused = (code: string): SendOutcome => ({
  ...{ provider: 'acme', channel: 'sms', durationMs: 20 },
  result: { kind: 'permanent', fault: 'account', error: { code, message: 'no' } },
})

it('strangers’ input becomes no label: paths, methods, and a provider’s many codes', async () => {
  for (let n = 0; n < 20; n += 1) await fetch(`${real.url}/nobody-${n}`)
  const { text } = await open()
  expect(text).not.toContain('nobody-')
  const metrics = createMetrics()
  for (let n = 0; n < 500; n += 1) metrics.observeSend(refused(`code-${n}`))
  const told = await metrics.text()
  expect(told.match(/countersign_send_errors_total\{/g)).toHaveLength(201)
  const others = { code: 'other', fault: 'account' }
  expect(readMetric(told, 'countersign_send_errors_total', others)).toBe(300)
})

const SHARES = {
  ...{ channel: 'sms' as const, provider: 'twilio', country: 'BR', recipients: 200 },
  ...{ late: 0.31, failed: 0.02, approved: null },
}
const ADVICE = {
  ...{ channel: 'sms' as const, country: 'BR', measure: 'late' as const, weight: 80, text: '' },
  ...{ from: SHARES, to: { ...SHARES, provider: 'vonage', late: 0.06 } },
}

/** Of one of each metric; `le` is the histograms' own, `instance` Prometheus'. */
async function everyLabel(): Promise<Set<string>> {
  const metrics = createMetrics()
  metrics.observeRequest('/verify/start', 'POST', 201, 1)
  metrics.countOutcome('default', 'start', 'started')
  metrics.countLimited('default', 'sends_per_number_day')
  metrics.countWrongKey('api')
  metrics.countStop('default', 'prefix', 'record')
  metrics.observeSend(refused('30003'))
  metrics.observeHash('start', 1)
  metrics.countWebhook('default', 'whd_0', 'taken')
  metrics.countFailover({ channel: 'sms', from: 'twilio', to: 'vonage' })
  const channels = { sms: 0, email: 0, whatsapp: 0, telegram: 0, voice: 0 }
  metrics.readLevelsBy(async () => ({
    hashing: { running: 0, waiting: 0, limit: 1 },
    mint: { ready: 0, capacity: 1 },
    sending: channels,
    rests: [
      {
        channel: 'sms',
        provider: 'twilio',
        country: 'IN',
        reason: 'destination',
        code: '21408',
        ...{ since: 0, until: 1 },
      },
    ],
    lanes: [
      {
        ...{ channel: 'sms', provider: 'twilio', due: 312, isMore: false, waitMs: 31_200 },
        rate: { key: 'twilio', messages: 600, perMs: 60_000 },
      },
    ],
    weights: { shares: [SHARES], advice: [ADVICE] },
    auditStream: null,
    webhooks: [
      { id: 'whd_0', service: 'default', url: 'https://a.example', failingSince: 0, offSince: 1 },
    ],
    outbox: [{ channel: 'sms', due: 0, retrying: 0, oldestDueMs: 0 }],
  }))
  const told = await metrics.text()
  const lane = { channel: 'sms', provider: 'twilio' }
  expect(readMetric(told, 'countersign_provider_rate', lane)).toBe(10)
  expect(readMetric(told, 'countersign_provider_due', lane)).toBe(312)
  expect(readMetric(told, 'countersign_provider_wait_seconds', lane)).toBe(31.2)
  const there = { ...lane, country: 'BR' }
  expect(readMetric(told, 'countersign_provider_share', { ...there, measure: 'late' })).toBe(0.31)
  const advised = { ...there, provider: 'vonage', from: 'twilio' }
  expect(readMetric(told, 'countersign_provider_advised_weight', advised)).toBe(80)
  return new Set(['instance', ...[...told.matchAll(/(\w+)="/g)].map(([, name = '']) => name)])
}

it('the dashboard and the alert rules name metrics and labels that exist', async () => {
  const { text } = await open()
  const known = new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  )
  const labels = await everyLabel()
  for (const file of ['deploy/prometheus/alerts.yaml', 'deploy/prometheus/dashboard.json']) {
    const source = readFileSync(file, 'utf8')
    const asked = [
      ...source.matchAll(/\bby \(([^)]*)\)/g),
      ...source.matchAll(/[{,]\s*(\w+)(?:=~|!=|!~|=)\\?"/g),
      ...source.matchAll(/\$labels\.(\w+)/g),
      ...source.matchAll(/\{\{\s*(\w+)\s*\}\}/g),
    ].flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    expect(asked.length, file).toBeGreaterThan(5)
    for (const label of asked) expect(labels, `${file}: ${label}`).toContain(label)
    const named = [...source.matchAll(/\b(countersign_[a-z_]+|nodejs_[a-z_]+|process_[a-z_]+)\b/g)]
    expect(named.length, file).toBeGreaterThan(5)
    for (const [, name] of named) expect(known, `${file}: ${name}`).toContain(name)
  }
})
