// The settings as the console shows them: values, where they come from, and never a secret.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listInForce } from '../../src/config/effective-settings.ts'
import { loadSettings } from '../../src/config/load.ts'
import { createReader } from '../../src/config/reader.ts'
import { SERVER_SETTINGS } from '../../src/config/settings.ts'

const ROOT = Buffer.alloc(32, 9)
const ACCOUNT = {
  TWILIO__EU_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO__EU_AUTH_TOKEN: 'the-token',
  TWILIO__EU_FROM: '+15005550006',
}
const ABOUT = { group: 'g', documentation: 'docs/settings.md#g' }

function inForce(env: Record<string, string>) {
  const reader = createReader(env, () => 'from-the-file\n')
  const list = listInForce(reader, ABOUT, Object.values(SERVER_SETTINGS))
  return (name: string) => {
    const { value, origin } = list.find((one) => one.name === name) ?? {}
    return [value, origin]
  }
}

describe('settings in force', () => {
  it('say where a value comes from', () => {
    const of = inForce({ HOST: '0.0.0.0', LOG_LEVEL_FILE: '/run/level' })
    expect(of('HOST')).toEqual(['0.0.0.0', 'environment'])
    expect(of('LOG_LEVEL')).toEqual(['from-the-file', 'file'])
    expect(of('PORT')).toEqual(['8080', 'default'])
    expect(of('PUBLIC_URL')).toEqual([null, 'unset'])
  })

  it('say of a secret that it is set, and of a database where it is', () => {
    const secret = 'p%40ss'
    const of = inForce({
      SECRET_KEY: secret,
      ADMIN_KEY_FILE: '/run/key',
      DATABASE_URL: `postgres://ann:${secret}@db.example:5433/codes?password=${secret}`,
      RATE_LIMIT_URL: `redis://:${secret}@cache.example:6379/0`,
      SERVICES: '{"services":{}}',
    })
    expect(of('SECRET_KEY')).toEqual([null, 'environment'])
    expect(of('ADMIN_KEY')).toEqual([null, 'file'])
    expect(of('DATABASE_URL')).toEqual(['postgres://db.example:5433/codes', 'environment'])
    expect(of('RATE_LIMIT_URL')).toEqual(['redis://cache.example:6379/0', 'environment'])
    expect(of('SERVICES')).toEqual([null, 'environment'])
    expect(inForce({ DATABASE_URL: 'file:/data/x.db' })('DATABASE_URL')).toEqual([
      'file:/data/x.db',
      'environment',
    ])
  })

  it('lead to a heading of their documentation', () => {
    const loaded = loadSettings({ SECRET_KEY: ROOT.toString('base64'), ...ACCOUNT })
    if (!loaded.ok) throw new Error(loaded.message)
    const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
    // As GitHub makes them: lower case, spaces as hyphens, without punctuation.
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(
      ([, title = '']) =>
        `docs/settings.md#${title.toLowerCase().replaceAll(/[:,.]/g, '').replaceAll(' ', '-')}`,
    )
    const named = new Set(loaded.config.inForce.map(({ documentation }) => documentation))
    expect(named.size).toBeGreaterThan(12)
    expect([...named].filter((one) => !anchors.includes(one))).toEqual([])
    const account = loaded.config.inForce.find(({ name }) => name === 'TWILIO__EU_FROM')
    expect(account).toMatchObject({ documentation: 'docs/settings.md#provider-twilio-sms' })
  })
})
