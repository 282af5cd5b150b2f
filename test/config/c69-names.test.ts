// C69: names that are no setting's, values that another program set, and what is there twice.

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import type { Environment } from '../../src/config/reader.ts'

const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  SECRET_KEY: randomBytes(32).toString('base64'),
  ALLOWED_COUNTRIES: 'US',
  SMTP_URL: 'smtp://127.0.0.1:2525',
  MAIL_FROM: 'no-reply@example.com',
}

function warningsOf(env: Environment): string {
  const loaded = loadSettings({ ...PRODUCTION, ...env })
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.config.warnings.join('\n')
}

function refusalOf(env: Environment): string {
  const loaded = loadSettings({ ...PRODUCTION, ...env })
  return loaded.ok ? '' : loaded.message
}

describe('C69: a misspelt setting is named with the nearest one', () => {
  it.each([
    ['SMPT_URL', 'SMTP_URL'],
    ['SMTP_URI', 'SMTP_URL'],
    ['SMTP_HOST', 'SMTP_URL'],
    ['SMTP_PASSWORD_FILE', 'SMTP_URL'],
    ['EMAIL_FROM', 'MAIL_FROM'],
    ['TWILIO_TOKEN', 'TWILIO_AUTH_TOKEN'],
    ['TWILIO_SID', 'TWILIO_ACCOUNT_SID'],
    ['TWILIO_ACOUNT_SID', 'TWILIO_ACCOUNT_SID'],
    ['TWILIO_FORM', 'TWILIO_FROM'],
    ['HTTP_SMS_TEMPLATE', 'HTTP_SMS_'],
    ['COUNTERSIGN_API_KEY', 'API_KEY'],
    ['COUNTERSIGN_SECRET_KEY_FILE', 'SECRET_KEY_FILE'],
    ['ADMIN_API_KEY', 'A'],
    ['LIMIT_SENDS', 'LIMIT_SENDS_PER_'],
    ['LIMIT_CHECKS_PER_IP', 'LIMIT_CHECK_PER_IP'],
    ['TRUST_PROXIES', 'TRUSTED_PROXIES'],
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
    ['RATE_LIMIT_REDIS_URL', 'RATE_LIMIT_URL'],
    ['api_key', 'API_KEY'],
  ])('%s: did you mean %s…?', (name, meant) => {
    const said = `${name} is not a setting: did you mean ${meant}`
    expect(warningsOf({ [name]: 'x' })).toContain(said)
    expect(refusalOf({ [name]: 'x', SECRET_KEY: undefined })).toContain(said)
  })

  it('ignores settings of other programs', () => {
    const others = {
      ...{
        AWS_REGION: 'x',
        AWS_ACCESS_KEY_ID: 'x',
        HTTP_PROXY: 'x',
        HTTPS_PROXY: 'x',
        NODE_OPTIONS: 'x',
        NODE_VERSION: '26',
        HOSTNAME: 'x',
      },
      ...{ HOME: '/', PATH: '/', PWD: '/', LANG: 'C', TZ: 'UTC', MALLOC_ARENA_MAX: '1' },
      ...{ LOG_FORMAT: 'x', DATABASE_HOST: 'x', API_URL: 'x', UV_THREADPOOL_SIZE: '4' },
    }
    expect(warningsOf(others)).not.toContain('is not a setting')
  })
})

describe('C69: service links of Kubernetes (sequin 2155)', () => {
  it.each(['tcp://10.0.0.7:9090', 'udp://10.0.0.7:53', 'tcp://[fd00::7]:9090'])(
    'METRICS_PORT=%s says where it comes from, and the way out',
    (link) => {
      expect(refusalOf({ METRICS_PORT: link })).toMatch(
        /METRICS_PORT: .*service link.*the Service "metrics".*enableServiceLinks: false/,
      )
    },
  )

  it('the other variables of a Service are not misspelt settings', () => {
    const links = Object.fromEntries(
      ['COUNTERSIGN', 'SMTP', 'TWILIO', 'METRICS', 'MAIL'].flatMap((name) => [
        [`${name}_SERVICE_HOST`, '10.0.0.7'],
        [`${name}_SERVICE_PORT`, '80'],
        [`${name}_SERVICE_PORT_HTTP`, '80'],
        [`${name}_PORT_80_TCP`, 'tcp://10.0.0.7:80'],
        [`${name}_PORT_80_TCP_ADDR`, '10.0.0.7'],
        ...(name === 'METRICS' ? [] : [[`${name}_PORT`, 'tcp://10.0.0.7:80']]),
      ]),
    )
    expect(warningsOf(links)).not.toContain('is not a setting')
  })
})

describe('C69: all mistakes of a provider are reported at once', () => {
  it.each([
    [{ SMTP_URL: 'mail.example.com', MAIL_FROM: 'nobody' }],
    [{ TWILIO_BASE_URL: 'ftp://x' }, ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM']],
    [
      {
        ...{ HTTP_SMS_URL: 'gateway', HTTP_SMS_METHOD: 'DELETE', HTTP_SMS_HEADERS: '[]' },
        ...{ HTTP_SMS_SECRET: 'whsec_!', HTTP_SMS_ID_POINTER: 'id' },
      },
    ],
    [
      { SMTP_URL: 'x', MAIL_FROM: 'nobody', TWILIO_FROM: '"+1"' },
      ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'],
    ],
  ])('%j', (env: Environment, also: string[] = []) => {
    const refusal = refusalOf(env)
    for (const name of [...Object.keys(env), ...also])
      expect(refusal).toMatch(new RegExp(`^  ${name}: `, 'm'))
  })
})

it('C69: of a password that is not encoded nothing is repeated', () => {
  const refusal = refusalOf({ SMTP_URL: 'smtp://user:4711?hush-@mail.example.com' })
  expect(refusal).toContain('SMTP_URL: has an unknown option')
  expect(refusal).not.toContain('hush')
  expect(refusalOf({ SMTP_URL: 'smtp://mail?requireTsl=true' })).toContain('option requireTsl')
})

describe('C69: duplicates are refused', () => {
  const services = (text: string) => refusalOf({ SERVICES: text })
  it.each([
    ['the same service', '{"services":{"a":{},"b":{},"a":{}}}', 'services.a: '],
    ['the same service, written otherwise', '{"services":{"a":{},"\\u0061":{}}}', 'services.a: '],
    [
      'a setting of a service',
      '{"services":{"a":{"ttl_seconds":60,"ttl_seconds":90}}}',
      'services.a.ttl_seconds: ',
    ],
    [
      'a limit',
      '{"services":{"a":{"limits":{"check_per_ip":"1/2","check_per_ip":"off"}}}}',
      'services.a.limits.check_per_ip: ',
    ],
    ['the services', '{"services":{"a":{}},"services":{"b":{}}}', 'services: '],
    [
      'a test recipient',
      '{"services":{"a":{"test_recipients":["+15005550006=1234@2030-01-01","+15005550006=9999@2030-01-01"]}}}',
      'services.a.test_recipients: ',
    ],
  ])('%s', (_, text, path) => {
    expect(services(text)).toMatch(new RegExp(`SERVICES_FILE: ${path}.*twice`))
  })

  it('another recipient, another header, and a prefix beside one of its numbers are there once', () => {
    const [date, url] = ['2030-01-01', 'https://gateway.example.com']
    const recipients = [`+15005550006=1234@${date}`, `+15005550*=5678@${date}`]
    expect(refusalOf({ TEST_RECIPIENTS: recipients.join() })).toBe('')
    const headers = '{"x-key":"a","key":"a"}'
    expect(refusalOf({ HTTP_SMS_URL: url, HTTP_SMS_HEADERS: headers })).not.toContain('twice')
    const own = (code: string) => ({ test_recipients: [`+15005550006=${code}@${date}`] })
    const two = { services: { a: own('1234'), b: own('5678') } }
    expect(services(JSON.stringify(two))).toBe('')
  })

  it('names it beside other mistakes, and not where a text only looks like a key', () => {
    expect(services('{"services":{"a":{"colour":1},"a":{}}}')).toMatch(
      /services\.a: is given twice/,
    )
    const text =
      '{"services":{"a":{"templates":{"en":{"sms":"{\\"a\\":1,\\"a\\":{{code}}"}}},"b":{"channels":["email"]}}}'
    expect(services(text)).toBe('')
  })

  it('reports where the file is not JSON, without quoting it', () => {
    expect(services('{"services": {\n  "a": {},\n}}')).toMatch(
      /SERVICES_FILE: is not valid JSON \(line 3 column 1\)/,
    )
  })

  it.each([
    ['TEST_RECIPIENTS', '+15005550006=1234@2030-01-01,+15005550006=1234@2031-01-01'],
    ['HTTP_SMS_HEADERS', '{"authorization":"a","Authorization":"b"}'],
    ['HTTP_SMS_HEADERS', '{"x":"a","x":"b"}'],
    ['HTTP_SMS_HEADERS', '{"x":"a","\\u0078":"b"}'],
    ['HTTP_EMAIL_HEADERS', '{"x-api-key":"a","X-API-Key":"b"}'],
    ['TEST_RECIPIENTS', 'ann@example.com=1234@2030-01-01,ANN@example.com=5678@2030-01-01'],
    ['TEST_RECIPIENTS', '+15005550*=1234@2030-01-01,+15005550*=5678@2030-01-01'],
  ])('%s=%s', (name, value) => {
    const url = 'https://gateway.example.com'
    const gateways = { HTTP_SMS_URL: url, HTTP_EMAIL_URL: url }
    expect(refusalOf({ ...gateways, [name]: value })).toMatch(
      new RegExp(`^  ${name}: .*twice`, 'm'),
    )
  })
})
