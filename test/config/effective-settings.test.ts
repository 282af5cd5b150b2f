// The settings as the console shows them: values, where they come from, and never a secret.

import { describe, expect, it } from 'vitest'
import { listInForce } from '../../src/config/effective-settings.ts'
import { createReader } from '../../src/config/reader.ts'
import { SERVER_SETTINGS } from '../../src/config/settings.ts'

function inForce(env: Record<string, string>) {
  const reader = createReader(env, () => 'from-the-file\n')
  const list = listInForce(reader, 'g', Object.values(SERVER_SETTINGS))
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
})
