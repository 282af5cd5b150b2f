import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { parseServices } from '../../src/config/services.ts'
import { DEFAULT_LIMITS, type ServicePolicy } from '../../src/verification/policy.ts'

function loadBase(): ServicePolicy {
  const { services } = loadConfig(
    {},
    {
      readFile: () => '',
      cores: 1,
      providers: [],
      devKeys: () => ({ secretKey: Buffer.alloc(32).toString('base64'), apiKey: '', adminKey: '' }),
    },
  )
  const base = services.get('default')
  if (!base) throw new Error('no default service')
  return base
}

const base = loadBase()
const CARRIERS = { sms: ['twilio'], email: [], whatsapp: [], telegram: [], voice: [] }

function parseOne(entry: unknown) {
  return parseServices(JSON.stringify({ services: { checkout: entry } }), base, CARRIERS)
}

function problemsOf(entry: unknown): readonly string[] {
  const result = parseOne(entry)
  return result.ok ? [] : result.problems
}

it('C90: each service has an audience of its own: its name, and never that of the default service', () => {
  const audiences = (services: object) => {
    const given = { ...base, approvalAudience: 'https://app.example.com' }
    const result = parseServices(JSON.stringify({ services }), given, CARRIERS)
    if (!result.ok) return result.problems
    return [...result.services.values()].map((one) => one.approvalAudience)
  }
  expect(audiences({ default: {}, bank: {} })).toEqual(['https://app.example.com', 'bank'])
  const same = { default: { approval_audience: 'bank' }, bank: {} }
  expect(audiences(same)).toEqual([
    'services.bank.approval_audience: bank is the audience of default, too; give each its own',
  ])
  for (const text of ['', 'with spaces', 'x'.repeat(256), 'umläut'])
    expect(audiences({ bank: { approval_audience: text } })).toEqual([
      'services.bank.approval_audience: must be 1-255 printable characters without spaces',
    ])
})

it('loads the example of docs/services.md as described', () => {
  const page = readFileSync(new URL('../../docs/services.md', import.meta.url), 'utf8')
  const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? ''
  const result = parseServices(example, base, CARRIERS)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  expect(result.services.get('default')).toEqual(base)
  const checkout = result.services.get('checkout')
  expect(checkout).toMatchObject({
    name: 'checkout',
    brandName: 'Acme Checkout',
    codeLength: 8,
    ttlSeconds: 300,
    maxAttempts: 3,
    maxSends: 3,
    channels: ['sms'],
    chain: [{ channel: 'sms', timeoutSeconds: 40, blind: false }],
    clientIp: 'required',
    allowedCountries: ['US', 'CA'],
    locale: 'en',
    originDomain: 'checkout.example.com',
    androidAppHash: 'FA+9qCX9VSu',
    approvalAudience: 'https://checkout.example.com',
    testRecipients: [{ to: '+15005550006', prefix: false, code: '12345678' }],
  })
  expect(checkout?.limits).toEqual({
    ...DEFAULT_LIMITS,
    sends_per_number_burst: { max: 3, windowSeconds: 600 },
    sends_per_country_hour: { max: 200, windowSeconds: 3600 },
    sends_per_service_hour: { max: 1000, windowSeconds: 3600 },
    sends_per_prefix_hour: null,
  })
  expect(Object.keys(checkout?.templates ?? {})).toEqual(['en', 'de'])
  expect(checkout?.templates.en?.emailSubject).toContain('{{code}}')
})

it('names every setting in the page', () => {
  const page = readFileSync(new URL('../../docs/services.md', import.meta.url), 'utf8')
  const wire = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  for (const name of Object.keys(base).filter((key) => key !== 'name'))
    expect(page).toContain(`\`${wire(name)}\``)
})

describe('a wrong entry is reported with its path', () => {
  it.each([
    ['code_length', { code_length: 3 }],
    ['code_length', { code_length: '6' }],
    ['ttl_seconds', { ttl_seconds: 3601 }],
    ['max_attempts', { max_attempts: 0 }],
    ['max_sends', { max_sends: 11 }],
    ['chain.1', { chain: ['sms', 'email'] }],
    ['chain.1', { chain: ['sms', { channel: 'sms', blind: true }] }],
    ['chain', { chain: ['sms'], channels: ['email'] }],
    ['chain.0', { chain: [{ channel: 'sms', timeout_seconds: 9 }] }],
    ['brand_name', { brand_name: 'evil.com' }],
    ['channels.0', { channels: ['pigeon'] }],
    ['channels', { channels: [] }],
    ['limits.check_per_ip', { limits: { check_per_ip: '5' } }],
    ['limits.check_per_moon', { limits: { check_per_moon: '5/6' } }],
    ['client_ip', { client_ip: 'maybe' }],
    ['allowed_countries', { allowed_countries: ['XX'] }],
    ['allowed_countries', { allowed_countries: [] }],
    ['locale', { locale: '!' }],
    ['origin_domain', { origin_domain: 'https://x' }],
    ['android_app_hash', { android_app_hash: 'com.example' }],
    ['subject_shows_code', { subject_shows_code: 'true' }],
    ['camara_otp', { camara_otp: 'on' }],
    ['templates.en.sms', { templates: { en: { sms: 'no code' } } }],
    ['templates.en.email_subject', { templates: { en: { email_subject: 'two\nlines' } } }],
    ['templates.en.email_html', { templates: { en: { email_html: '{{code}}' } } }],
    ['templates.!', { templates: { '!': {} } }],
    ['test_recipients.0', { test_recipients: ['+15005550006'] }],
    ['codeLength', { codeLength: 6 }],
  ])('%s', (path, entry) => {
    expect(problemsOf(entry)).toEqual([expect.stringMatching(`services.checkout.${path}: .`)])
  })

  it('all of them at once', () => {
    expect(problemsOf({ code_length: 1, ttl_seconds: 1, colour: 'red' })).toHaveLength(3)
  })

  it.each([
    ['not JSON', '{', 'is not valid JSON'],
    ['no services', '{"services":{}}', 'services: is empty'],
    ['a bad name', '{"services":{"Check Out":{}}}', 'services.Check Out: is not a name'],
    ['another root', '{"checkout":{}}', 'checkout: there is no such setting'],
    ['a list', '[]', 'the file: '],
  ])('%s', (_, text, problem) => {
    const result = parseServices(text, base, CARRIERS)
    expect(result.ok ? [] : result.problems.join('\n')).toContain(problem)
  })

  it('a name like __proto__ is not a service', () => {
    const result = parseServices('{"services":{"__proto__":{"code_length":4}}}', base, CARRIERS)
    expect(result.ok).toBe(false)
  })
})

it('a domain can be taken away from one service', () => {
  const result = parseServices(
    '{"services":{"a":{"origin_domain":null}}}',
    {
      ...base,
      originDomain: 'app.example.com',
    },
    CARRIERS,
  )
  expect(result.ok && result.services.get('a')?.originDomain).toBeNull()
})

it('C50: landlines follow the service’s own setting, and the default service’s otherwise', () => {
  const strict = { ...base, landlines: 'refused' as const }
  const text = JSON.stringify({ services: { own: { landlines: 'allowed' }, other: {} } })
  const result = parseServices(text, strict, CARRIERS)
  const landlines = result.ok ? [...result.services.values()].map((one) => one.landlines) : []
  expect([base.landlines, ...landlines]).toEqual(['allowed', 'allowed', 'refused'])
  expect(problemsOf({ landlines: 'off' })).toEqual([expect.stringContaining('checkout.landlines')])
})

it('C50: the countries that are called follow the service’s own setting, and the default service’s otherwise', () => {
  const some = { ...base, voiceCountries: ['US'] }
  const own = { voice_countries: ['DE', 'at'] }
  const services = {
    own,
    none: { voice_countries: [] },
    every: { voice_countries: '*' },
    other: {},
  }
  const result = parseServices(JSON.stringify({ services }), some, CARRIERS)
  const called = result.ok ? [...result.services.values()].map((one) => one.voiceCountries) : []
  expect([base.voiceCountries, ...called]).toEqual([[], ['DE', 'AT'], [], '*', ['US']])
  expect(problemsOf({ voice_countries: ['XX'] })).toEqual([
    expect.stringContaining('checkout.voice_countries'),
  ])
})

it('C66: a channel that no configured provider serves is refused by name', () => {
  const text = JSON.stringify({ services: { checkout: { channels: ['email', 'sms'] } } })
  const result = parseServices(text, { ...base, channels: ['email'] }, CARRIERS)
  expect(result.ok ? [] : result.problems).toEqual([
    'services.checkout.channels: no provider carries sms (carried: email)',
  ])
  expect(problemsOf({ channels: ['email', 'sms'] })).toEqual([])
})
