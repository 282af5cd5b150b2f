// C71: DATABASE_URL as operators write it: what is read, what is refused in words, and what is shown of it.

import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { describeServer, parseDatabaseUrl } from '../../src/config/database-url.ts'
import { loadSettings } from '../../src/config/load.ts'

describe('C71: taken as given, and shown without user and password', () => {
  it.each([
    ['postgres://u:p@db:5433/x', 'postgres://db:5433/x'],
    ['postgresql://u@db/x?sslmode=disable', 'postgres://db/x'],
    ['postgres://u:p%40%2F@db/x', 'postgres://db/x'],
    ['postgres://db/x', 'postgres://db/x'],
    ['postgres://u:p@[2001:db8::5]:5433/x', 'postgres://[2001:db8::5]:5433/x'],
    ['postgres://u:p@/x?host=/run/pg', 'postgres:///x?host=/run/pg'],
    ['postgres:///x?host=/run/pg&password=p&port=6432', 'postgres:///x?host=/run/pg&port=6432'],
    ['postgres://u:p@%2Frun%2Fpg:6432/x', 'postgres:///x?host=/run/pg&port=6432'],
    ['postgres://u:p@ignored/x?host=db2', 'postgres://db2/x'],
  ])('C71: %s', (url, shown) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'postgres', url })
    expect(describeServer(url)).toBe(shown)
  })
})

describe('C71: refused in words, and never repeated', () => {
  it.each([
    ['postgres://u:secret@a,b/x', /several hosts.*follows the primary/],
    ['postgres://u:secret@a:5432,b:5433/x', /several hosts/],
    ['postgresql://u:secret@/x?host=a,b', /several hosts/],
    ['postgres://u:secret@/x?host=/run/a,/run/b', /several hosts/],
    ['postgres://u:secret@db/x?port=5432,5433', /several hosts/],
    ['postgres://u:secret@db/x?hostaddr=10.0.0.1', /hostaddr=, which is not read/],
    ['postgres://u:secret@/x?service=main', /service=/],
    ['postgres://u:secret@db?dbname=x', /dbname=/],
    ['postgres://u:secret@/x?host=/run/pg/.s.PGSQL.5432', /give the folder/],
    ['postgres://u:secret@/x', /must look like .*\?host=\/var\/run\/postgresql/],
    ['postgres:///x', /must look like/],
    ['postgres://u:secret@db', /must look like/],
    ['postgres://u:secret@db/', /must look like/],
    ['postgres://u:secret@/?host=/run/pg', /must look like/],
    ['postgres://u:secret@db:port/x', /must look like/],
    ['postgres://u:secret@[::1/x', /must look like/],
    ['postgres://u:secret@%zz/x', /must look like/],
    ['postgres:u:secret@db/x', /must look like/],
  ])('C71: %s', (url, message) => {
    const parse = () => parseDatabaseUrl(url)
    expect(parse).toThrow(message)
    expect(parse).not.toThrow(/secret/)
  })
})

it.each([
  ['postgres://u@/x?host=/run/pg', 0],
  ['postgres:///x?host=/run/pg&user=u', 0],
  ['postgres://u@%2Frun%2Fpg/x', 0],
  ['postgres://u:p@[::1]:5432/x', 0],
  ['postgres://u:p@[2001:db8::1]/x', 1],
  ['postgres://u:p@db/x?host=/a&host=db2', 1],
  ['postgres://u:p@db/x?sslmode=verify-full', 0],
])('C71: the settings accept it, in production, too: %s', (url, warnings) => {
  const loaded = loadSettings(
    {
      ...{ NODE_ENV: 'production', ALLOWED_COUNTRIES: 'US', DATABASE_URL: url },
      ...{
        HTTP_SMS_URL: 'https://sms.example.com/',
        SECRET_KEY: randomBytes(32).toString('base64'),
      },
    },
    { isCommand: true },
  )
  const told = loaded.ok ? loaded.config.warnings : [loaded.message]
  expect(loaded.ok, told.join()).toBe(true)
  expect(told.filter((text) => text.startsWith('DATABASE_URL'))).toHaveLength(warnings)
})
