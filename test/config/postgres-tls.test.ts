// C68: what is said of TLS to PostgreSQL is what the driver does.

import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseDatabaseUrl, postgresTls, serverOf, type Tls } from '../../src/config/database-url.ts'

/** What the driver itself makes of it. */
function driverTls(url: string): Tls {
  const { ssl } = new pg.Client({ connectionString: url }) as unknown as { ssl: unknown }
  if (!ssl) return 'none'
  if (typeof ssl === 'string') throw new Error(`it would take ${ssl} for options of TLS`)
  const options = ssl as { rejectUnauthorized?: boolean }
  return options.rejectUnauthorized === false ? 'unverified' : 'verified'
}

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-full', 'no-verify', '', 'Disable']
const QUERIES = [
  '',
  ...MODES.flatMap((mode) => [
    `sslmode=${mode}`,
    `sslmode=${mode}&ssl=true`,
    `ssl=no-verify&sslmode=${mode}`,
    `uselibpqcompat=true&sslmode=${mode}`,
    `sslmode=no-verify&sslmode=${mode}`,
    `sslmode=${mode}&sslrootcert=/dev/null`,
    `uselibpqcompat=true&sslmode=${mode}&sslrootcert=/dev/null`,
  ]),
  ...['ssl=true', 'ssl=1', 'ssl=0', 'ssl=', 'ssl=no-verify', 'ssl=0&ssl=1', 'ssl=1&ssl=0'],
  ...['sslnegotiation=direct', 'ssl=no-verify&sslnegotiation=direct', 'ssl=off&sslmode=disable'],
]

afterEach(() => void vi.unstubAllEnvs())

describe('C68: TLS to PostgreSQL', () => {
  it.each([undefined, '', ...MODES, 'verify-ca'])('with PGSSLMODE=%s', (mode) => {
    vi.stubEnv('PGSSLMODE', mode)
    for (const query of QUERIES) {
      const url = `postgres://u:p@db.example/app?${query}`
      expect(parseDatabaseUrl(url)).toEqual({ kind: 'postgres', url })
      expect(postgresTls(serverOf(url).query, mode).tls, query).toBe(driverTls(url))
    }
  })

  it.each(['false', 'require', 'True', 'off', 'verify-full'])(
    'ssl=%s would end the process at the server’s first answer: it is refused',
    (word) => {
      const url = `postgres://u:s3cr3t@db.example/app?ssl=${word}`
      expect(() => driverTls(url)).toThrow('options of TLS')
      expect(() => parseDatabaseUrl(url)).toThrow(/ssl= that is neither.*sslmode=/)
    },
  )
})
