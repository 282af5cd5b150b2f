import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, type ConfigSources, loadConfig } from '../../src/config/config.ts'
import { SettingError } from '../../src/config/parsers.ts'
import { createReader, type Environment } from '../../src/config/reader.ts'
import { wrong } from '../../src/delivery/provider-entry.ts'
import { DEFAULT_LIMITS } from '../../src/verification/policy.ts'

const SECRET = randomBytes(32).toString('base64')
const API_KEY = randomBytes(24).toString('hex')
const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  SECRET_KEY: SECRET,
  ALLOWED_COUNTRIES: 'US,de',
  POST_URL: 'smtp://mail',
  POST_FROM: 'a@example.com',
}

const sources: ConfigSources = {
  readFile: (path) => {
    const content = new Map([
      ['/run/secret', `${SECRET}\n`],
      ['/run/empty', ''],
      ['/run/services', '{"services":{"checkout":{"code_length":8},"login":{}}}'],
      ['/run/bad-services', '{"services":{"checkout":{"code_length":3,"colour":"red"}}}'],
    ]).get(path)
    if (content === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    return content
  },
  cores: 3,
  providers: [
    {
      name: 'post',
      channels: ['email'],
      read: ({ POST_FROM: from = '' }) => {
        if (!from.includes('@')) throw wrong('POST_FROM', 'is no address')
      },
      settings: [
        { name: 'POST_URL', description: '', secret: true },
        { name: 'POST_FROM', description: '' },
        { name: 'POST_BASE_URL', description: '', default: 'https://post.example' },
        { name: 'POST_EXTRA', description: '', optional: true },
      ],
    },
    {
      name: 'wire',
      channels: ['sms'],
      read: () => null,
      settings: [{ name: 'WIRE_KEY', description: '' }],
    },
  ],
  devKeys: () => ({
    secretKey: SECRET,
    apiKey: 'cs_dev_api-key-for-this',
    adminKey: 'cs_dev_admin',
  }),
}

function load(env: Environment, changes: Partial<ConfigSources> = {}) {
  return loadConfig(env, { ...sources, ...changes })
}

function problemsOf(env: Environment): readonly string[] {
  try {
    load(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('development', () => {
  it('needs nothing, and creates its keys', () => {
    const config = load({})
    expect(config).toMatchObject({
      mode: 'development',
      listen: { kind: 'tcp', host: '127.0.0.1', port: 8080 },
      store: { kind: 'sqlite', path: './data/countersign.db', synchronous: 'full' },
      limits: { kind: 'sqlite', path: './data/limits.db' },
      secretKeys: [Buffer.from(SECRET, 'base64')],
      apiKey: 'cs_dev_api-key-for-this',
      hashing: { concurrency: 3, memoryKib: 19456, passes: 2, mintSize: 256 },
      providers: [],
      defaultService: 'default',
    })
    expect(config.services.get('default')).toMatchObject({
      codeLength: 6,
      ttlSeconds: 600,
      clientIp: 'off',
      allowedCountries: '*',
      channels: ['sms', 'email'],
      limits: DEFAULT_LIMITS,
    })
    expect(config.warnings.join()).toContain('CLIENT_IP=off')
  })

  it('creates no keys where all are given', () => {
    const env = { SECRET_KEY: SECRET, API_KEY, ADMIN_KEY: `${API_KEY}x` }
    const devKeys = () => {
      throw new Error('not to be called')
    }
    expect(load(env, { devKeys }).apiKey).toBe(API_KEY)
  })

  it.each(['api', 'worker'])(
    'a SQLite file is for one process: %s is refused, and allowed on PostgreSQL',
    (ROLE) => {
      expect(problemsOf({ ROLE })).toEqual([expect.stringMatching(/^ROLE: .*PostgreSQL/)])
      expect(load({ ROLE, DATABASE_URL: 'postgres://u@localhost/d' }).role).toBe(ROLE)
    },
  )

  it('is frozen, down to the limits of a service', () => {
    const config = load({})
    const service = config.services.get('default')
    for (const part of [config, config.hashing, service, service?.limits])
      expect(Object.isFrozen(part)).toBe(true)
  })
})

describe('one setting', () => {
  it.each([
    ['HOST', 'unix:/run/c.sock', { listen: { kind: 'unix', path: '/run/c.sock' } }],
    [
      'DATABASE_URL',
      'file:/var/x/c.db',
      { store: { kind: 'sqlite', path: '/var/x/c.db' }, limits: { path: '/var/x/limits.db' } },
    ],
    ['DATABASE_URL', 'file:///var/c.db', { store: { path: '/var/c.db' } }],
    ['DATABASE_URL', 'file:c.db', { store: { path: 'c.db' }, limits: { path: './limits.db' } }],
    [
      'DATABASE_URL',
      'postgres://u:p@db/x',
      {
        store: { kind: 'postgres', url: 'postgres://u:p@db/x', connections: 10, pooler: 'none' },
        limits: { kind: 'postgres', url: 'postgres://u:p@db/x' },
      },
    ],
    [
      'RATE_LIMIT_URL',
      'rediss://:p@cache:6380/1',
      { store: { kind: 'sqlite' }, limits: { kind: 'redis', url: 'rediss://:p@cache:6380/1' } },
    ],
    ['TRUSTED_PROXIES', '10.0.0.0/8, ::1', { trustedProxies: ['10.0.0.0/8', '::1/128'] }],
    ['TRUSTED_PROXIES', '[::1],[fd00::]/8', { trustedProxies: ['::1/128', 'fd00::/8'] }],
    ['HASH_CONCURRENCY', '1', { hashing: { concurrency: 1 } }],
    ['PUBLIC_URL', 'https://localhost:8443/', { publicUrl: 'https://localhost:8443' }],
    ['SHUTDOWN_GRACE_SECONDS', '7', { shutdownGraceMs: 7000 }],
    ['SECRET_KEY_FILE', '/run/secret', { secretKeys: [Buffer.from(SECRET, 'base64')] }],
    ['PORT', ' 8081\r', { listen: { port: 8081 } }],
  ])('%s=%s is read', (name, value, expected) => {
    expect(load({ [name]: value })).toMatchObject(expected)
  })

  it.each([
    ['LIMIT_CHECK_PER_IP', '7/30', { limits: { check_per_ip: { max: 7, windowSeconds: 30 } } }],
    ['LIMIT_SENDS_PER_IP_DAY', 'off', { limits: { sends_per_ip_day: null } }],
    ['ALLOWED_COUNTRIES', 'us, DE,us', { allowedCountries: ['US', 'DE'] }],
    ['DEFAULT_LOCALE', 'pt-br', { locale: 'pt-BR' }],
    ['ORIGIN_DOMAIN', 'App.example.com', { originDomain: 'app.example.com' }],
    ['ANDROID_APP_HASH', 'FA+9qCX9VSu', { androidAppHash: 'FA+9qCX9VSu' }],
    ['SUBJECT_SHOWS_CODE', 'true', { subjectShowsCode: true }],
    ['CAMARA_OTP', 'true', { camaraOtp: true }],
    ['BRAND_NAME', ' Müller & Söhne Inc. ', { brandName: 'Müller & Söhne Inc.' }],
    [
      'TEST_RECIPIENTS',
      '+15005550006=123456@2027-01-31,+1500556*=0000@2027-02-01,a=b@x.example=4711@2028-02-29',
      {
        testRecipients: [
          { to: '+15005550006', prefix: false, code: '123456', untilMs: Date.UTC(2027, 1, 1) - 1 },
          { to: '+1500556', prefix: true, code: '0000', untilMs: Date.UTC(2027, 1, 2) - 1 },
          { to: 'a=b@x.example', prefix: false, code: '4711', untilMs: Date.UTC(2028, 2, 1) - 1 },
        ],
      },
    ],
  ])('%s=%s is read into the default service', (name, value, expected) => {
    expect(load({ [name]: value }).services.get('default')).toMatchObject(expected)
  })

  it.each([
    ['PORT', '65536'],
    ['PORT', '80a'],
    ['CODE_LENGTH', '3'],
    ['CODE_LENGTH', '11'],
    ['CODE_LENGTH', '6.5'],
    ['TTL_SECONDS', '59'],
    ['MAX_ATTEMPTS', '0'],
    // Guesses are summed from the rows (I4).
    ['RETENTION_RECIPIENT_DAYS', '1'],
    ['RETENTION_ADDRESS_DAYS', '0'],
    ['LIMIT_CHECK_PER_IP', '5'],
    ['LIMIT_CHECK_PER_IP', '0/600'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10/8'],
    ['TRUSTED_PROXIES', '[10.0.0.0/8]'],
    ['TRUSTED_PROXIES', '[::]/0'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '10.0.0.0/8,::/0'],
    ['TRUSTED_PROXIES', '::ffff:0.0.0.0/96'],
    ['TRUSTED_PROXIES', '::ffff:10.0.0.0/8'],
    ['CLIENT_IP', 'maybe'],
    ['ALLOWED_COUNTRIES', 'US,XX'],
    ['DEFAULT_LOCALE', 'not a locale'],
    ['ORIGIN_DOMAIN', 'https://app.example.com'],
    ['ANDROID_APP_HASH', 'FA+9qCX9VS='],
    ['ANDROID_APP_HASH', 'FA+9qCX9VSuQ'],
    ['SUBJECT_SHOWS_CODE', 'yes'],
    ['PUBLIC_URL', 'ftp://x'],
    ['DATABASE_URL', 'mysql://x'],
    ['TEST_RECIPIENTS', '+15005550006=123456'],
    ['TEST_RECIPIENTS', '+15005550006=123456@2027-02-31'],
    ['TEST_RECIPIENTS', '+1*=123456@2027-01-31'],
    ['TEST_RECIPIENTS', 'tester*=123456@2027-01-31'],
    ['TEST_RECIPIENTS', 'nobody=123456@2027-01-31'],
    ['SECRET_KEY', 'c2hvcnQ='],
    ['API_KEY', 'short'],
    ['SMS_ROUTES', 'nobody'],
    ['SQLITE_SYNCHRONOUS', 'off'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringMatching(`^${name}: `)])
  })

  it('verifications are kept longer than guesses are summed from them (I4)', () => {
    const week = { LIMIT_GUESSES_PER_NUMBER_DAY: '100/604800' }
    expect(problemsOf({ ...week, RETENTION_RECIPIENT_DAYS: '7' })).toEqual([
      expect.stringMatching(
        /^RETENTION_RECIPIENT_DAYS: .* guesses_per_number_day .* give at least 8$/,
      ),
    ])
    expect(load({ ...week, RETENTION_RECIPIENT_DAYS: '8' }).retentionDays.recipients).toBe(8)
    expect(load({ LIMIT_GUESSES_PER_NUMBER_DAY: 'off' }).retentionDays.recipients).toBe(90)
  })

  it.each([
    ['DATABASE_URL', 'postgres://u:secret@/x'],
    ['DATABASE_URL', 'postgres://u:secret@db'],
    ['RATE_LIMIT_URL', 'http://u:secret@cache'],
    ['RATE_LIMIT_URL', 'redis://'],
    ['RATE_LIMIT_URL', 'redis://u:secret@cache/abc'],
    ['RATE_LIMIT_URL', 'redis://u:secret@cache/0?family=6'],
    ['RATE_LIMIT_URL', 'redis://u:secret%zz@cache'],
  ])('%s=%s is refused, and its password is not shown', (name, value) => {
    const problems = problemsOf({ [name]: value })
    expect(problems).toEqual([
      expect.stringMatching(`^${name}: (must look like|may have only|contains a %) `),
    ])
    expect(problems.join()).not.toContain('secret')
  })

  it.each([
    ['https://evil.example'],
    ['evil.com'],
    ['www.evil'],
    ['two\nlines'],
    ['two\u2028lines'],
    ['\u202Eesrever'],
    ['a'.repeat(41)],
    ['{{code}}'],
  ])('C45: the brand %j is refused', (brand) => {
    expect(problemsOf({ BRAND_NAME: brand })).toEqual([expect.stringMatching(/^BRAND_NAME: /)])
  })

  it('is given by name or by file, not by both', () => {
    const problems = problemsOf({ SECRET_KEY: SECRET, SECRET_KEY_FILE: '/run/secret' })
    expect(problems).toEqual([expect.stringContaining('SECRET_KEY_FILE are both set')])
  })

  it('names the file that cannot be read', () => {
    const [problem] = problemsOf({ API_KEY_FILE: '/run/gone' })
    expect(problem).toMatch(
      /^API_KEY: the file "\/run\/gone" of API_KEY_FILE cannot be read \(ENOENT\)/,
    )
  })

  it('never repeats the text of a secret', () => {
    const secret = 'aGVsbG8gd29ybGQ-not-a-secret'
    const env = { SECRET_KEY: secret, SECRET_KEY_PREVIOUS: secret, API_KEY: 'hushhush' }
    expect(problemsOf(env)).toHaveLength(3)
    expect(problemsOf(env).join('\n')).not.toMatch(/aGVsbG8|hushhush/)
  })
})

it("hides what a secret's parser quotes", () => {
  const parse = (text: string): never => {
    throw new SettingError(`"${text}" is not right`)
  }
  const row = { name: 'X_KEY', description: '', fallback: null, secret: true, parse }
  const reader = createReader({ X_KEY: 'hush', Y_KEY: 'loud' }, () => '')
  reader.read({ row, open: { ...row, name: 'Y_KEY', secret: false } })
  expect(reader.problems()).toEqual(['X_KEY: the value is not right', 'Y_KEY: "loud" is not right'])
})

describe('production', () => {
  it('accepts the settings it needs, and no channel without a provider', () => {
    const config = load(PRODUCTION)
    expect(config.services.get('default')).toMatchObject({
      channels: ['email'],
      clientIp: 'required',
      allowedCountries: ['US', 'DE'],
    })
    expect(config).toMatchObject({
      apiKey: null,
      adminKey: null,
      routes: {},
    })
    expect(config.providers).toEqual([
      {
        name: 'post',
        channels: ['email'],
        values: {
          POST_URL: 'smtp://mail',
          POST_FROM: 'a@example.com',
          POST_BASE_URL: 'https://post.example',
        },
      },
    ])
  })

  it('lists everything that is missing or wrong at once', () => {
    const problems = problemsOf({ NODE_ENV: 'production', CODE_LENGTH: 'six', POST_URL: 'x' })
    expect(problems.map((line) => line.split(':')[0]).toSorted()).toEqual([
      'ALLOWED_COUNTRIES',
      'CODE_LENGTH',
      'POST_FROM',
      'SECRET_KEY',
    ])
  })

  it('reports a provider’s own mistakes with the others', () => {
    const problems = problemsOf({ ...PRODUCTION, POST_FROM: 'nobody', SECRET_KEY: undefined })
    expect(problems).toEqual([
      'POST_FROM: is no address',
      expect.stringMatching(/^SECRET_KEY: is missing/),
    ])
  })

  it('names the available providers when none is configured', () => {
    const problems = problemsOf({ ...PRODUCTION, POST_URL: undefined, POST_FROM: undefined })
    expect(problems).toEqual([
      expect.stringContaining('post (POST_URL, POST_FROM), wire (WIRE_KEY)'),
    ])
  })

  it('is the meaning of a misspelt NODE_ENV: the inbox never opens by mistake', () => {
    const problems = problemsOf({ ...PRODUCTION, NODE_ENV: 'prod', SECRET_KEY: undefined })
    expect(problems.map((line) => line.split(':')[0])).toEqual(['NODE_ENV', 'SECRET_KEY'])
  })

  it('creates no keys automatically', () => {
    const devKeys = () => {
      throw new Error('not to be called')
    }
    expect(() => load(PRODUCTION, { devKeys })).not.toThrow()
  })

  it.each([
    ['one byte', Buffer.alloc(32, 7)],
    ['counted bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => i))],
    ['a typed sentence', Buffer.from('please-change-this-secret-key-!!')],
    ['a repeated half', Buffer.from('0011223344556677'.repeat(4), 'hex')],
  ])('refuses a root secret of %s', (_, bytes) => {
    const problems = problemsOf({ ...PRODUCTION, SECRET_KEY: bytes.toString('base64') })
    expect(problems).toEqual([expect.stringMatching(/^SECRET_KEY: is not random/)])
  })

  it('accepts every country only when told to, with a warning', () => {
    const config = load({ ...PRODUCTION, ALLOWED_COUNTRIES: '*' })
    expect(config.warnings.join('\n')).toContain('every country is allowed')
  })

  it('accepts services that each state their countries instead of ALLOWED_COUNTRIES', () => {
    const services = (countries: string) => JSON.stringify({ services: JSON.parse(countries) })
    const env = { ...PRODUCTION, ALLOWED_COUNTRIES: undefined }
    const said = '{"a":{"allowed_countries":["US"]},"b":{"allowed_countries":"*"}}'
    const half = '{"a":{"allowed_countries":["US"]},"b":{}}'
    expect(problemsOf({ ...env, SERVICES: services(said) })).toEqual([])
    expect(problemsOf({ ...env, SERVICES: services(half) })).toEqual([
      expect.stringMatching(/^ALLOWED_COUNTRIES: /),
    ])
  })

  it('recommends budgets against toll fraud until they are set', () => {
    const budgets = {
      LIMIT_SENDS_PER_COUNTRY_HOUR: '100/3600',
      LIMIT_SENDS_PER_SERVICE_HOUR: '9/9',
    }
    expect(load(PRODUCTION).warnings.join()).toContain('toll fraud')
    expect(load({ ...PRODUCTION, ...budgets }).warnings.join()).not.toContain('toll fraud')
  })
})

describe('warnings', () => {
  it.each([
    ['CODE_LENGTH', '5', 'NIST'],
    ['TTL_SECONDS', '601', 'NIST'],
    ['DEFAULT_LOCALE', 'et', 'there is no text in et for sms; messages are in en'],
  ])('%s=%s is allowed and warned of', (name, value, words) => {
    expect(load({ [name]: value }).warnings.join()).toContain(words)
  })

  it.each(['127.0.0.1', '::1', 'localhost', 'unix:/run/c'])(
    'HOST=%s shows codes to nobody',
    (HOST) => {
      expect(load({ HOST }).warnings.join()).not.toContain('/dev/inbox')
    },
  )

  it('warns production where no window limits the guesses', () => {
    const off = { ...PRODUCTION, LIMIT_GUESSES_PER_NUMBER_HOUR: 'off' }
    expect(load(off).warnings.join()).not.toContain('guesses at one number')
    const both = load({ ...off, LIMIT_GUESSES_PER_NUMBER_DAY: 'off', HOST: '0.0.0.0' })
    expect(both.warnings.join()).toContain('guesses at one number')
    expect(both.warnings.join()).not.toContain('/dev/inbox')
  })

  it('reports a misspelt name, with the right one', () => {
    const env = {
      ALOWED_COUNTRIES: 'US',
      SECRET_KEY_FIEL: '/x',
      LIMIT_SENDS: '1/1',
      PROT: '1',
      HOME: '/',
    }
    const warnings = load(env).warnings.join('\n')
    expect(warnings).toContain('ALOWED_COUNTRIES is not a setting: did you mean ALLOWED_COUNTRIES?')
    expect(warnings).toContain('SECRET_KEY_FIEL is not a setting: did you mean SECRET_KEY_FILE?')
    expect(warnings).toContain('LIMIT_SENDS is not a setting')
    expect(warnings).toContain('PROT is not a setting: did you mean PORT?')
    expect(warnings).not.toContain('HOME')
  })

  it('reports a misspelt name beside the setting that is missing because of it', () => {
    const env = { ...PRODUCTION, ALLOWED_COUNTRIES: undefined, ALLOWED_COUNTRYS: 'US' }
    expect(() => load(env)).toThrow('did you mean ALLOWED_COUNTRIES?')
  })
})

describe('services of a file', () => {
  it('replaces the default service, with the environment as the default', () => {
    const config = load({ SERVICES_FILE: '/run/services', MAX_SENDS: '3' })
    expect([...config.services.keys()]).toEqual(['checkout', 'login'])
    expect(config.services.get('checkout')).toMatchObject({
      name: 'checkout',
      codeLength: 8,
      maxSends: 3,
    })
    expect(config.services.get('login')).toMatchObject({ codeLength: 6 })
    expect(config.defaultService).toBe('checkout')
  })

  it('names each wrong place by its path', () => {
    expect(problemsOf({ SERVICES_FILE: '/run/bad-services' })).toEqual([
      expect.stringContaining('SERVICES_FILE: services.checkout.code_length: '),
      'SERVICES_FILE: services.checkout.colour: there is no such setting',
    ])
  })

  it('refuses a key for a default service that the file does not have', () => {
    expect(problemsOf({ SERVICES_FILE: '/run/services', API_KEY })).toEqual([
      expect.stringMatching(/^API_KEY: is for the service "default"/),
    ])
  })
})
