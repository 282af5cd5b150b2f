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

describe('C69: NODE_ENV', () => {
  it.each([
    ['', 'given but empty'],
    [' ', 'given but empty'],
    ['Production', 'is not one of'],
    ['PRODUCTION', 'is not one of'],
    ['prod', 'is not one of'],
    ['staging', 'is not one of'],
    ['production;', 'is not one of'],
    ['false', 'is not one of'],
    ['"production"', 'quotes'],
    ['production # here', 'comment'],
  ])('%j stops the start, and makes no key', (NODE_ENV, words) => {
    expect(refusalOf({ NODE_ENV })).toMatch(new RegExp(`^  NODE_ENV: .*${words}`, 'm'))
    expect(readdirSync(folder)).toEqual([])
  })

  it('is trimmed, and read from a file like every other', () => {
    for (const NODE_ENV of ['production\r', ' production', '\tproduction\n'])
      expect(refusalOf({ NODE_ENV })).toMatch(/^ {2}SECRET_KEY: is missing/m)
    expect(refusalOf({ NODE_ENV_FILE: '/dev/null' })).toMatch(/NODE_ENV: .*given but empty/)
    expect(refusalOf({ NODE_ENV_FILE: `${folder}/none` })).toMatch(/NODE_ENV: .*cannot be read/)
    expect(refusalOf({ NODE_ENV: '', NODE_ENV_FILE: '/dev/null' })).toContain('are both given')
  })

  it.each(['NODE_EVN', 'node_env', 'COUNTERSIGN_NODE_ENV', 'NODE_ENVIRONMENT_FILE'])(
    'misspelt as %s is named where the inbox would be open',
    (name) => {
      const refusal = refusalOf({ [name]: 'production', HOST: '0.0.0.0' })
      expect(refusal).toContain('HOST: 0.0.0.0 can be reached from other machines')
      if (name !== 'NODE_ENVIRONMENT_FILE') expect(refusal).toContain(`${name} is not a setting`)
    },
  )
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
  it.each(OPEN)('HOST=%s is refused, and no key is made', (HOST) => {
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
  ])('HOST=%s shows nobody else the codes', (HOST) => {
    const loaded = load({ HOST })
    if (!loaded.ok) throw new Error(loaded.message)
    expect(loaded.config.warnings.join()).not.toContain('/dev/inbox')
  })

  it('is allowed by name, with a warning', () => {
    const loaded = load({ HOST: '0.0.0.0', DEVELOPMENT_NETWORK: 'open' })
    if (!loaded.ok) throw new Error(loaded.message)
    expect(loaded.config.warnings.join()).toContain('reads every code in /dev/inbox')
    expect(refusalOf({ HOST: '0.0.0.0', DEVELOPMENT_NETWORK: 'yes' })).toMatch(
      /DEVELOPMENT_NETWORK: "yes"/,
    )
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
