// C68: unencrypted transports, certificates that nobody looks at, and keys that can be guessed are named at the start of production.

import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type ConfigSources, loadConfig } from '../../src/config/config.ts'
import { isGuessableKey } from '../../src/config/guessable.ts'
import type { Environment } from '../../src/config/reader.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const sources: ConfigSources = {
  readFile: () => '',
  cores: 1,
  providers: PROVIDERS,
  devKeys: () => ({
    secretKey: randomBytes(32).toString('base64'),
    apiKey: 'cs_dev_api-key-for-this',
    adminKey: 'cs_dev_admin-key-for-this',
  }),
}
const BASE: Environment = {
  NODE_ENV: 'production',
  SECRET_KEY: randomBytes(32).toString('base64'),
  ALLOWED_COUNTRIES: 'US',
  HTTP_SMS_URL: 'https://gateway.example/send',
}
const SMTP = (url: string) => ({ SMTP_URL: url, MAIL_FROM: 'a@example.com' })
const TWILIO = (url: string) => ({
  TWILIO_ACCOUNT_SID: 'AC1',
  TWILIO_AUTH_TOKEN: 't',
  TWILIO_FROM: '+15005550006',
  TWILIO_BASE_URL: url,
})
const POSTGRES = (rest: string) => ({ DATABASE_URL: `postgres://u:s3cr3t@${rest}` })
const METRICS = (host: string) => ({ METRICS_PORT: '9090', METRICS_HOST: host })

/** What is said of transports and keys alone. */
function warningsOf(env: Environment): string[] {
  const said = loadConfig({ ...BASE, ...env }, sources).warnings
  return said.filter((text) => /unencrypted|certificate|easy to guess/.test(text))
}

const IN_CLEAR: [Environment, string][] = [
  [SMTP('smtp://mail.example.com'), 'SMTP_URL: codes can go to mail.example.com unencrypted'],
  [SMTP('smtp://u:s3cr3t@mail.example.com?requireTLS=false'), 'add ?requireTLS=true'],
  [SMTP('smtp://10.0.0.5:25'), 'SMTP_URL: codes can go to 10.0.0.5 unencrypted'],
  [SMTP('smtp://host.docker.internal'), 'SMTP_URL: '],
  [{ HTTP_SMS_URL: 'http://gateway.example/send?key=s3cr3t' }, 'HTTP_SMS_URL: codes can go to'],
  [{ HTTP_SMS_URL: 'HTTP://u:s3cr3t@192.168.1.4/' }, 'HTTP_SMS_URL: codes can go to 192.168.1.4'],
  [{ HTTP_EMAIL_URL: 'http://[2001:db8::1]/' }, 'HTTP_EMAIL_URL: codes can go to 2001:db8::1'],
  [{ HTTP_SMS_URL: 'http://localhost.example/' }, 'HTTP_SMS_URL: '],
  [{ HTTP_SMS_URL: 'http://127.0.0.1.nip.example/' }, 'HTTP_SMS_URL: '],
  [TWILIO('http://api.twilio.example'), 'TWILIO_BASE_URL: codes can go to api.twilio.example'],
  [POSTGRES('db.example/app'), 'DATABASE_URL: the connection to db.example is unencrypted'],
  [POSTGRES('10.0.0.7:5432/app?sslmode=disable'), 'sslmode=verify-full'],
  [POSTGRES('db.example/app?ssl=0'), 'DATABASE_URL: '],
  [
    { ...POSTGRES('db.example/app'), PGSSLMODE: 'disable' },
    'DATABASE_URL: the connection to db.exam',
  ],
  [
    { ...POSTGRES('db.example/app'), PGSSLMODE: 'allow' },
    'DATABASE_URL: the connection to db.example',
  ],
  [
    { ...POSTGRES('db.example/app?ssl=0'), PGSSLMODE: 'verify-full' },
    'DATABASE_URL: the connection',
  ],
  [
    { ...POSTGRES('db.example/app'), PLAINTEXT_HOSTS: 'db' },
    'DATABASE_URL: the connection to db.exam',
  ],
  [{ ...POSTGRES('db.example/app?sslmode=disable'), PGSSLMODE: 'require' }, 'DATABASE_URL: '],
  [POSTGRES('db.example/app?sslmode=require&sslmode=disable'), 'DATABASE_URL: '],
  [
    POSTGRES('localhost/app?host=db.example'),
    'DATABASE_URL: the connection to db.example is unencrypted',
  ],
  [
    { RATE_LIMIT_URL: 'redis://:s3cr3t@cache.example:6379' },
    'RATE_LIMIT_URL: the connection to cache',
  ],
  [{ RATE_LIMIT_URL: 'redis://[fd00::1]:6379' }, 'RATE_LIMIT_URL: the connection to fd00::1'],
  [METRICS('0.0.0.0'), 'METRICS_HOST=0.0.0.0'],
  [METRICS('::'), 'METRICS_HOST=::'],
  [METRICS('[::]'), 'METRICS_HOST='],
  [METRICS('203.0.113.9'), 'METRICS_HOST=203.0.113.9'],
]
/** Development has another rule for them (c69-reach.test.ts). */
const OWN_ADDRESS: [Environment, string][] = [
  [{ PUBLIC_URL: 'http://verify.example.com' }, 'PUBLIC_URL=http://verify.example.com: people and'],
  [{ PUBLIC_URL: 'http://10.0.0.8:8080' }, 'put https in front of it'],
]
const UNVERIFIED: [Environment, string][] = [
  [SMTP('smtps://mail.example.com?tls.rejectUnauthorized=false'), 'SMTP_URL: the certificate of'],
  [
    SMTP('smtp://u:p@mail.example.com?tls.rejectUnauthorized=false'),
    'SMTP_URL: the certificate of',
  ],
  [POSTGRES('db.example/app?sslmode=no-verify'), 'DATABASE_URL: the certificate of db.example'],
  [POSTGRES('db.example/app?ssl=no-verify'), 'DATABASE_URL: the certificate of db.example'],
  [POSTGRES('db.example/app?uselibpqcompat=true&sslmode=require'), 'DATABASE_URL: the certif'],
  [{ ...POSTGRES('db.example/app'), PGSSLMODE: 'no-verify' }, 'PGSSLMODE: the certificate of db.'],
  [
    { ...POSTGRES('db.example/app?sslmode=no-verify'), PLAINTEXT_HOSTS: 'db.example' },
    'DATABASE_URL: the certificate of db.example',
  ],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED=0: no certificate'],
]
const QUIET: [Environment][] = [
  [SMTP('smtp://u:p@mail.example.com')],
  [SMTP('smtp://mail.example.com?requireTLS=true')],
  [SMTP('smtps://mail.example.com')],
  [SMTP('smtp://127.0.0.1:25')],
  [SMTP('smtp://localhost?tls.rejectUnauthorized=false')],
  [SMTP('smtp://[::1]:2525')],
  [{ HTTP_SMS_URL: 'http://127.0.0.53:8080/' }],
  [{ HTTP_SMS_URL: 'http://[::ffff:127.0.0.1]/' }],
  [TWILIO('https://api.twilio.com')],
  [POSTGRES('db.example/app?sslmode=verify-full')],
  [POSTGRES('db.example/app?sslmode=require')],
  [{ ...POSTGRES('db.example/app'), PGSSLMODE: 'require' }],
  [{ ...POSTGRES('db.example/app?sslmode='), PGSSLMODE: 'verify-full' }],
  [{ ...POSTGRES('db.example/app?sslmode=verify-full'), PGSSLMODE: 'no-verify' }],
  [{ ...POSTGRES('localhost/app'), PGSSLMODE: 'no-verify' }],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }],
  [{ NODE_TLS_REJECT_UNAUTHORIZED: 'false' }],
  [{ ...POSTGRES('db.example/app'), PLAINTEXT_HOSTS: 'cache, DB.Example.' }],
  [{ ...POSTGRES('[fd00::7]/app'), PLAINTEXT_HOSTS: '[fd00:0:0::7]' }],
  [{ RATE_LIMIT_URL: 'redis://cache:6379', PLAINTEXT_HOSTS: 'postgres,cache' }],
  [{ ...SMTP('smtp://relay.internal:25'), PLAINTEXT_HOSTS: 'relay.internal' }],
  [{ HTTP_SMS_URL: 'http://10.0.0.9/send', PLAINTEXT_HOSTS: '10.0.0.9' }],
  [POSTGRES('localhost/app')],
  [POSTGRES('[::1]:5432/app')],
  [POSTGRES('localhost/app?host=/run/postgresql')],
  [POSTGRES('%2Frun%2Fpostgresql/app')],
  [{ RATE_LIMIT_URL: 'rediss://cache.example:6379' }],
  [{ RATE_LIMIT_URL: 'redis://127.0.0.1:6379' }],
  [{ PUBLIC_URL: 'https://verify.example.com' }],
  [{ PUBLIC_URL: 'http://localhost:8080' }],
  [{ PUBLIC_URL: 'http://verify.internal', PLAINTEXT_HOSTS: 'verify.internal' }],
  [METRICS('127.0.0.1')],
  [METRICS('10.1.2.3')],
  [{ METRICS_HOST: '0.0.0.0' }],
  [{ API_KEY: randomBytes(32).toString('base64'), ADMIN_KEY: randomBytes(16).toString('hex') }],
]

describe('C68: at the start of production', () => {
  it.each([...IN_CLEAR, ...OWN_ADDRESS, ...UNVERIFIED])('%j is warned of', (env, words) => {
    const said = warningsOf(env)
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(words)
    expect(said[0]).not.toContain('s3cr3t')
  })

  it.each(QUIET)('%j is not', (env) => {
    expect(warningsOf(env)).toEqual([])
  })

  it.each(['postgres:5432', 'redis://cache', '*', '10.0.0', 'unix:/run/x', ''])(
    'PLAINTEXT_HOSTS=%s names no host',
    (text) => {
      const load = () => loadConfig({ ...BASE, PLAINTEXT_HOSTS: text }, sources)
      expect(load).toThrow(/PLAINTEXT_HOSTS/)
    },
  )

  it('all of them are named at once', () => {
    const [smtp, database] = [SMTP('smtp://mail.example.com'), POSTGRES('db.example/app')]
    const more = { ...METRICS('0.0.0.0'), RATE_LIMIT_URL: 'redis://cache.example' }
    expect(
      warningsOf({ ...smtp, ...database, ...more, HTTP_SMS_URL: 'http://g.example' }),
    ).toHaveLength(5)
  })

  it.each(IN_CLEAR)('in development %j needs no warning', (env) => {
    expect(warningsOf({ ...env, NODE_ENV: 'development' })).toEqual([])
  })

  it.each(['API_KEY', 'ADMIN_KEY'])(
    '%s that can be guessed is warned of, and not repeated',
    (name) => {
      const key = 'countersign-production-2026'
      const said = warningsOf({ [name]: key })
      expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} is easy to guess`))])
      expect(said.join()).not.toContain(key)
    },
  )
})

describe('C68: a key that can be guessed', () => {
  it.each([
    'change-me-change-me',
    'correct-horse-battery-staple',
    'Correct Horse Battery Staple',
    'your-api-key-here-1234',
    'P@ssw0rd-P@ssw0rd',
    'acme-verification-2026',
    'ThisIsTheApiKeyForProduction',
    'abcdefghijklmnopqrstuvwx',
    'zyxwvutsrqponmlkjihg',
    '0123456789abcdef',
    'qwertyuiopasdfghjkl',
    'deadbeefdeadbeef',
    'k3Jx9k3Jx9k3Jx9k3Jx9',
    '11112222333344445555',
    'sk_test_1234567890abcdef',
  ])('%s', (key) => {
    expect(isGuessableKey(key)).toBe(true)
  })

  it.each([
    ['openssl rand -base64 32', () => randomBytes(32).toString('base64')],
    ['openssl rand -hex 16', () => randomBytes(16).toString('hex')],
    ['with a prefix', () => `acme_live_${randomBytes(24).toString('base64url')}`],
    ['a UUID', () => randomUUID()],
  ])('is not a random key: %s', (_, make) => {
    const guessed = Array.from({ length: 500 }, make).filter(isGuessableKey)
    // Once in some thousands a random one holds words; all of them would be a fault.
    expect(guessed.length).toBeLessThan(5)
  })
})
