// C69: the mode of the service, and who reaches what development shows.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import type { Environment } from '../../src/config/reader.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reach-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const load = (env: Environment) => loadSettings({ DATA_DIR: folder, ...env })
const refusalOf = (env: Environment) => {
  const loaded = load(env)
  return loaded.ok ? '' : loaded.message
}

/** With keys of its own it makes none. */
const KEYS = {
  SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  ...{ API_KEY: 'an-api-key-of-ones-own', ADMIN_KEY: 'an-admin-key-of-ones-own' },
}
const refusalWithKeys = (env: Environment) => refusalOf({ ...KEYS, ...env })

describe('C69: NODE_ENV', () => {
  it.each([
    ['', 'set but empty'],
    [' ', 'set but empty'],
    ['Production', 'is not one of'],
    ['PRODUCTION', 'is not one of'],
    ['prod', 'is not one of'],
    ['staging', 'is not one of'],
    ['production;', 'is not one of'],
    ['false', 'is not one of'],
    ['"production"', 'quotes'],
    ['production # here', 'comment'],
  ])('%j stops the start, and creates no key', (NODE_ENV, words) => {
    expect(refusalOf({ NODE_ENV })).toMatch(new RegExp(`^  NODE_ENV: .*${words}`, 'm'))
    expect(readdirSync(folder)).toEqual([])
  })

  it('is trimmed, and read from a file like every other', () => {
    for (const NODE_ENV of ['production\r', ' production', '\tproduction\n'])
      expect(refusalOf({ NODE_ENV })).toMatch(/^ {2}SECRET_KEY: is missing/m)
    expect(refusalOf({ NODE_ENV_FILE: '/dev/null' })).toMatch(/NODE_ENV: .*set but empty/)
    expect(refusalOf({ NODE_ENV_FILE: `${folder}/none` })).toMatch(/NODE_ENV: .*cannot be read/)
    expect(refusalOf({ NODE_ENV: '', NODE_ENV_FILE: '/dev/null' })).toContain('are both set')
  })

  const SLIPS = [
    ...['NODE_EVN', 'node_env', 'NODE-ENV', 'NODEENV', 'COUNTERSIGN_NODE_ENV', 'NODE_ENV_FIL'],
    ...['NODE_ENVIRONMENT', 'NODE_ENVIRONMENT_FILE', 'Node_Env', 'CS_NODE_ENV'],
  ]
  it.each(SLIPS)('misspelt as %s is not development, not even on loopback', (name) => {
    for (const HOST of ['0.0.0.0', undefined]) {
      const refusal = refusalOf({ [name]: 'production', HOST })
      expect(refusal).toContain(`NODE_ENV: is not set, but ${name} is`)
      if (HOST) expect(refusal).toContain('HOST: other machines can reach 0.0.0.0')
    }
    expect(readdirSync(folder)).toEqual([])
  })

  it('a name of another program, or beside the right one, is not a mistake', () => {
    for (const env of [
      { NODE_ENV: 'development', NODE_EVN: 'production' },
      { NODE_OPTIONS: 'x', NODE_PATH: 'x', NODE_VERSION: 'x', NODENV_ROOT: 'x', NVM_DIR: 'x' },
      { RAILS_ENV: 'production', NODE_EXTRA_CA_CERTS: 'x', NODE_PENDING_DEPRECATION: '1' },
    ])
      expect(refusalWithKeys(env)).toBe('')
  })
})

describe('C69: PUBLIC_URL in development', () => {
  it.each(['https://verify.example.com', 'http://10.0.0.1:8080', 'http://[2001:db8::1]'])(
    '%s would open the inbox to the world',
    (PUBLIC_URL) => {
      expect(refusalOf({ PUBLIC_URL })).toMatch(/^ {2}PUBLIC_URL: .*NODE_ENV=production/m)
      expect(refusalWithKeys({ PUBLIC_URL, DEVELOPMENT_NETWORK: 'open' })).toBe('')
    },
  )

  it.each(['http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:8080'])(
    '%s does not',
    (PUBLIC_URL) => {
      expect(refusalWithKeys({ PUBLIC_URL })).toBe('')
    },
  )
})

describe('C69: calls need a PUBLIC_URL that leads here from outside', () => {
  const VOICE = {
    ...{ TWILIO_ACCOUNT_SID: 'AC0', TWILIO_AUTH_TOKEN: 'x', TWILIO_VOICE_FROM: '+15005550006' },
    DEVELOPMENT_NETWORK: 'open',
  }

  it.each([
    ['none', {}],
    ['localhost', { PUBLIC_URL: 'http://localhost:8080' }],
    ['::1', { PUBLIC_URL: 'http://[::1]:8080' }],
  ])('C69: calls cannot do with %s', (_, env) => {
    const refusal = refusalOf({ ...VOICE, ...env })
    expect(refusal).toMatch(/^ {2}PUBLIC_URL: .* twilio cannot ask what a call is to say: give/m)
  })

  it('an origin of its own is enough', () => {
    expect(refusalWithKeys({ ...VOICE, PUBLIC_URL: 'https://verify.example.com' })).toBe('')
  })
})

describe('C69: development on a host that is not loopback', () => {
  const OPEN = [
    '0.0.0.0',
    '::',
    '[::]',
    '::0',
    '10.1.2.3',
    'fe80::1%eth0',
    'app.internal',
    '127.evil.example',
  ]
  it.each(OPEN)('HOST=%s is refused, and no key is created', (HOST) => {
    for (const NODE_ENV of ['development', 'test', undefined])
      expect(refusalOf({ HOST, NODE_ENV })).toMatch(/^ {2}HOST: .*NODE_ENV=production/m)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST',
    'unix:/run/c',
  ])('HOST=%s shows the codes to nobody else', (HOST) => {
    const loaded = load({ HOST })
    if (!loaded.ok) throw new Error(loaded.message)
    expect(loaded.config.warnings.join()).not.toContain('/dev/inbox')
  })

  it('is allowed by name, with a warning', () => {
    const loaded = load({ HOST: '0.0.0.0', DEVELOPMENT_NETWORK: 'open' })
    if (!loaded.ok) throw new Error(loaded.message)
    expect(loaded.config.warnings.join()).toContain('can read every code in /dev/inbox')
    expect(refusalOf({ HOST: '0.0.0.0', DEVELOPMENT_NETWORK: 'yes' })).toMatch(
      /DEVELOPMENT_NETWORK: "yes"/,
    )
  })
})

describe('C69: PORT and METRICS_PORT', () => {
  const ask = (env: Environment) =>
    refusalWithKeys({ DEVELOPMENT_NETWORK: 'open', PORT: '9000', METRICS_PORT: '9000', ...env })

  it('have to differ where they are on one address', () => {
    const words = 'METRICS_PORT: is 9000, as PORT is: give it a port of its own'
    expect(ask({})).toContain(words)
    expect(ask({ HOST: '0.0.0.0' })).toContain(words)
    expect(ask({ HOST: '10.0.0.5' })).toBe('')
    expect(ask({ HOST: 'unix:/run/x.sock', METRICS_HOST: '0.0.0.0' })).toBe('')
    expect(ask({ PORT: '0', METRICS_PORT: '0' })).toBe('')
  })
})

describe('C69: HOST', () => {
  it.each([
    ['[::]', '::'],
    ['[::1]', '::1'],
    ['[2001:db8::5]', '2001:db8::5'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['app_1.internal.', 'app_1.internal.'],
  ])('%s listens at %s', (HOST, host) => {
    const loaded = load({
      HOST,
      METRICS_HOST: HOST,
      METRICS_PORT: '0',
      DEVELOPMENT_NETWORK: 'open',
    })
    if (!loaded.ok) throw new Error(loaded.message)
    expect(loaded.config.listen).toMatchObject({ kind: 'tcp', host })
    expect(loaded.config.metrics).toMatchObject({ host })
  })

  it.each([
    'http://0.0.0.0',
    '0.0.0.0:8080',
    '[::]:8080',
    '::]',
    '[0.0.0.0]',
    '[localhost]',
    '0',
    '127.1',
    '0x7f.1',
    '1.2.3.4.5',
    'a b',
    '*',
    'unix:',
    'unix://run/c',
  ])('%s is refused by name', (HOST) => {
    expect(refusalOf({ HOST })).toMatch(/^ {2}HOST: /m)
    expect(refusalOf({ METRICS_HOST: HOST })).toMatch(/^ {2}METRICS_HOST: /m)
  })
})
