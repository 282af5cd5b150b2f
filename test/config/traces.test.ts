// The settings of traces: OpenTelemetry's own, read as it reads them, and what is wrong in words.

import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const bytes = (name: string) => createHash('sha256').update(name).digest('base64')
const load = (env: Record<string, string>) =>
  loadConfig(
    {
      ...{ NODE_ENV: 'production', SECRET_KEY: bytes('root'), ALLOWED_COUNTRIES: 'US' },
      ...{ ADMIN_KEY: 'cs_2p7r5t9y1u3i6o8a0s4d7f9g', MAIL_FROM: 'login@example.com' },
      ...{ SMTP_URL: 'smtps://user:pass@mail.example.com', ...env },
    },
    {
      readFile: () => 'api-key=of%20a%20file',
      cores: 2,
      providers: PROVIDERS,
      devKeys: () => undefined,
    },
  )

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS'
const at = (env: Record<string, string>) => load({ [ENDPOINT]: 'http://collector:4318', ...env })

it('is off without an endpoint, and where the SDK is disabled', () => {
  expect(load({ OTEL_SERVICE_NAME: 'x', [HEADERS]: 'a=b' }).traces).toBeNull()
  expect(at({ OTEL_SDK_DISABLED: 'true' }).traces).toBeNull()
  expect(at({}).traces).toEqual({
    ...{ url: 'http://collector:4318/v1/traces', headers: {}, serviceName: 'countersign' },
    sampling: { followsCaller: true, ratio: 1 },
  })
})

it('takes an endpoint for traces as it is, and adds the path to one for everything', () => {
  const urlOf = (env: Record<string, string>) => at(env).traces?.url
  expect(urlOf({ [ENDPOINT]: 'https://c.example.com/otlp/?x=1' })).toBe(
    'https://c.example.com/otlp/v1/traces?x=1',
  )
  expect(urlOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t.example.com/' })).toBe(
    'https://t.example.com/',
  )
})

it('reads headers percent-encoded, those for traces first, from a file too, and shows none', () => {
  const given = {
    [HEADERS]: 'Api-Key=a%2Cb, other=1=2',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'other=3',
  }
  const config = at(given)
  expect(config.traces?.headers).toEqual({ 'api-key': 'a,b', other: '3' })
  expect(at({ [`${HEADERS}_FILE`]: '/run/secrets/otel' }).traces?.headers).toEqual({
    'api-key': 'of a file',
  })
  const shown = config.inForce.filter(({ name }) => name.startsWith('OTEL_'))
  expect(shown.filter(({ name }) => name.endsWith('HEADERS')).map(({ value }) => value)).toEqual([
    ...[null, null],
  ])
  expect(shown.find(({ name }) => name === ENDPOINT)?.value).toBe('http://collector:4318/')
})

it.each([
  ['always_on', { followsCaller: false, ratio: 1 }],
  ['always_off', { followsCaller: false, ratio: 0 }],
  ['traceidratio', { followsCaller: false, ratio: 0.25 }],
  ['parentbased_always_off', { followsCaller: true, ratio: 0 }],
  ['parentbased_traceidratio', { followsCaller: true, ratio: 0.25 }],
])('%s', (sampler, expected) => {
  const env = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0.25' }
  expect(at(env).traces?.sampling).toEqual(expected)
})

it('says what is wrong without a header’s text', () => {
  const problemsOf = (env: Record<string, string>) => {
    try {
      at(env)
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
  }
  expect(problemsOf({ [ENDPOINT]: 'collector:4318' })).toMatchObject([/not an http or https URL/])
  expect(problemsOf({ [ENDPOINT]: 'http://user:hidden@collector' })).toEqual([
    `${ENDPOINT}: must not contain a password: give it in ${HEADERS}`,
  ])
  for (const header of ['hidden', 'a b=hidden', 'a=hidden%zz', 'a=hidden%0a']) {
    const [problem = '', ...more] = problemsOf({ [HEADERS]: header })
    expect([
      problem.includes('is not like api-key=value'),
      problem.includes('hidden'),
      more,
    ]).toEqual([true, false, []])
  }
  for (const share of ['2', '-0.1', 'half', '1e-1'])
    expect(problemsOf({ OTEL_TRACES_SAMPLER_ARG: share })).toEqual([
      expect.stringContaining('is not a number from 0 to 1'),
    ])
})

it('C68: warns of a collector’s key that travels unencrypted', () => {
  const warned = (env: Record<string, string>) =>
    at(env).warnings.filter((one) => one.startsWith('OTEL_'))
  expect(warned({})).toEqual([])
  expect(warned({ [HEADERS]: 'a=hidden' })).toEqual([
    `${HEADERS}: the key of the collector goes to collector unencrypted; use https`,
  ])
  expect(warned({ [HEADERS]: 'a=hidden', PLAINTEXT_HOSTS: 'collector' })).toEqual([])
  expect(warned({ [HEADERS]: 'a=hidden', [ENDPOINT]: 'https://collector' })).toEqual([])
})
