// countersign doctor against real parts: files, a database, a mail server, gateways, a name server. Nothing is sent or made.

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyring } from '../../src/kernel/keyring.ts'
import type { StoreConfig } from '../../src/storage/open.ts'
import { openStore } from '../../src/storage/open.ts'
import { startProvider } from '../console/real-provider.ts'
import { createInput, newVerification } from '../contract/rows.ts'
import { answer, refusedUrl } from '../delivery/fault-server.ts'
import { type MailServer, PASSWORD, startMailServer, USER } from '../delivery/smtp-server.ts'
import { createDatabase } from '../postgres/databases.ts'
import { startCollector } from '../telemetry/collector.ts'
import { startDnsServer } from './dns-server.ts'
import { makeStore, run, SECRET_KEY, startGateway } from './operator-world.ts'

let dataDir: string
const undo: (() => unknown)[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'doctor-'))
  undo.push(() => rmSync(dataDir, { recursive: true, force: true }))
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

type Told = { ok: boolean; findings: { check: string; status: string; detail: string }[] }

async function examine(env: Record<string, string> = {}, ...words: string[]) {
  const { status, out, err } = await run(
    { DATA_DIR: dataDir, SECRET_KEY, ...env },
    'doctor',
    '--json',
    ...words,
  )
  expect(err).toBe('')
  const told = JSON.parse(out) as Told
  const of = (check: string) =>
    told.findings
      .filter((one) => one.check.startsWith(check))
      .map((one) => `${one.status} ${one.detail}`)
  return { status, told, of, out }
}

async function mailServer(): Promise<{ server: MailServer; url: string }> {
  const server = await startMailServer()
  undo.push(() => server.close())
  const url = (password: string) =>
    `smtp://${USER}:${encodeURIComponent(password)}@127.0.0.1:${server.port}?tls.rejectUnauthorized=false`
  return { server, url: url(PASSWORD) }
}

async function gateway(answer: Parameters<typeof startGateway>[0]) {
  const made = await startGateway(answer)
  undo.push(() => made.close())
  return made
}

it('C71: everything right: exit code 0, a line for each check', async () => {
  await makeStore(dataDir)
  const { server, url } = await mailServer()
  const sms = await gateway((_, response) => response.writeHead(404).end())
  const dns = await startDnsServer({
    'example.com': ['v=spf1 -all'],
    'k1._domainkey.example.com': ['p=AAAA'],
    '_dmarc.example.com': ['v=DMARC1; p=none'],
  })
  undo.push(() => dns.close())
  const env = {
    SMTP_URL: url,
    MAIL_FROM: 'Shop <a@example.com>',
    HTTP_SMS_URL: `${sms.url}/send?to={{to}}`,
  }
  const words = ['--dns-server', dns.address, '--dkim-selector', 'k1']
  const { status, told, of, out } = await examine(env, ...words)
  expect(told.findings.filter((one) => one.status === 'failed')).toEqual([])
  expect([status, told.ok]).toEqual([0, true])
  expect(of('settings')[0]).toMatch(/^ok/)
  expect(of('files')[0]).toMatch(/^ok .*countersign\.db can be used/)
  expect(of('database')).toEqual([expect.stringMatching(/^ok SQLite, .*as of this version/)])
  expect(of('provider smtp (email)')).toEqual(['ok the mail server answers and accepts the login'])
  expect(of('provider http (sms)')[0]).toMatch(/^ok the gateway answers \(404 to HEAD \/\)/)
  expect(of('mail domain').every((one) => one.startsWith('ok'))).toBe(true)
  expect(of('clock')).toEqual([expect.stringMatching(/^ok agrees with the provider http/)])
  // Nothing was sent, and nothing is told that is secret.
  expect([server.received, sms.asked]).toEqual([[], ['HEAD /']])
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), SECRET_KEY])
    expect(out).not.toContain(secret)
  const lines = await run({ DATA_DIR: dataDir, SECRET_KEY, ...env }, 'doctor', ...words)
  expect(lines.out).toMatch(/^ok +settings/m)
  expect(lines.status).toBe(0)
})

describe('C71: providers', () => {
  it('C71: a wrong password is found without a message, and not repeated', async () => {
    const { server, url } = await mailServer()
    const wrong = url.replace(encodeURIComponent(PASSWORD), 'hunter2')
    const { status, of, out } = await examine(
      { SMTP_URL: wrong, MAIL_FROM: 'a@example.com' },
      '--dns-server',
      '127.0.0.1:9',
    )
    expect(of('provider smtp')[0]).toMatch(/^failed smtp_535/)
    expect(out).not.toContain('hunter2')
    expect([status, server.received]).toEqual([1, []])
  })

  it('C71: a server that is not there', async () => {
    const { status, of } = await examine(
      { SMTP_URL: 'smtp://127.0.0.1:9?requireTLS=false', MAIL_FROM: 'a@example.com' },
      ...['--dns-server', '127.0.0.1:9'],
    )
    expect(of('provider smtp')[0]).toMatch(
      /^failed connection_refused: .* Check host, port and TLS/,
    )
    expect(of('provider smtp')[0]).not.toMatch(/message (may|did)/)
    expect(status).toBe(1)
  })

  it.each([
    [200, { status: 'active' }, /^ok the account accepts the login \(active\)/],
    [200, { status: 'suspended' }, /^failed account_suspended/],
    [
      401,
      { code: 20003, message: 'Authenticate' },
      /^failed 20003: the account or its token was refused/,
    ],
    [503, {}, /^failed http_503/],
  ])('C71: Twilio answers %i %j', async (code, body, expected) => {
    const twilio = await gateway((_, response) =>
      response.writeHead(code).end(JSON.stringify(body)),
    )
    const sid = `AC${'0'.repeat(32)}`
    const { of, out } = await examine({
      ...{
        TWILIO_ACCOUNT_SID: sid,
        TWILIO_AUTH_TOKEN: 'f'.repeat(32),
        TWILIO_FROM: '+14155550100',
      },
      TWILIO_BASE_URL: twilio.url,
    })
    expect(of('provider twilio')[0]).toMatch(expected)
    expect(twilio.asked).toEqual([`GET /2010-04-01/Accounts/${sid}.json`])
    expect(out).not.toContain('f'.repeat(32))
  })

  it.each([
    [-20, 'warning is 20'],
    [90, 'failed is 90'],
    [-90, 'failed is 90'],
  ])('C71: a provider whose clock is off by %i s', async (seconds, expected) => {
    const sms = await gateway((_, response) =>
      response.writeHead(200, { date: new Date(Date.now() + seconds * 1000).toUTCString() }).end(),
    )
    const { of } = await examine({ HTTP_SMS_URL: `${sms.url}/` })
    // Whole seconds, and what the answer took.
    expect(
      of('clock')[0]
        ?.replace(/is (19|2[01])/, 'is 20')
        .replace(/is (8[89]|9[01])/, 'is 90'),
    ).toContain(expected)
  })
})

describe('C71: files and database', () => {
  it('C71: before the first start nothing is created, and doctor reports it', async () => {
    const { status, of } = await examine({ DATA_DIR: join(dataDir, 'new') })
    expect(of('database')[0]).toMatch(/^warning there is no store at .*new\/countersign\.db yet/)
    expect(status).toBe(0)
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('C71: a directory in the place of the database', async () => {
    mkdirSync(join(dataDir, 'countersign.db'))
    const { status, of } = await examine()
    expect(of('files')[0]).toMatch(/^failed .*is a directory/)
    expect(status).toBe(1)
  })

  it('C71: a text in the place of the database', async () => {
    writeFileSync(join(dataDir, 'countersign.db'), 'this is no database'.repeat(500))
    expect((await examine()).of('database')[0]).toMatch(/^failed .*is not a database/)
  })

  it('C71: a database that lost a page, and still opens', async () => {
    await makeStore(dataDir)
    const path = join(dataDir, 'countersign.db')
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0xff, bytes.length - 4096))
    const { status, of } = await examine()
    expect(of('database')).toEqual([expect.stringMatching(/^failed .*is damaged.*restore/s)])
    expect(status).toBe(1)
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('C71: another program’s database', async () => {
    const client = new Sqlite(join(dataDir, 'countersign.db'))
    client.exec('create table notes (text)')
    client.close()
    const { status, of } = await examine()
    expect(of('database')).toEqual([expect.stringMatching(/^failed .*belongs to another program/)])
    expect(status).toBe(1)
  })

  it('C71: PostgreSQL without a store is reported, and stays without one', async () => {
    const database = await createDatabase()
    undo.push(() => database.drop())
    const { status, of } = await examine({ DATABASE_URL: database.url })
    expect(of('database')[0]).toMatch(/^ok PostgreSQL \d+.*no store yet/)
    expect(of('clock')[0]).toMatch(/^ok agrees with the database/)
    expect(status).toBe(0)
    expect(await database.query("select 1 from pg_class where relname = 'schema_version'")).toEqual(
      [],
    )
  })

  it('C71: PostgreSQL and Redis that are down', async () => {
    const { status, of, out } = await examine({
      DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x',
      RATE_LIMIT_URL: 'redis://:hunter3@127.0.0.1:1',
    })
    expect(of('database')[0]).toMatch(/^failed PostgreSQL does not answer/)
    expect(of('limits')[0]).toMatch(/^failed .*Redis/)
    expect(status).toBe(1)
    expect(out).not.toMatch(/hunter/)
  }, 30_000)
})

describe.each(['SQLite', 'PostgreSQL'])('C65: on %s', (engine) => {
  it('C65: a SECRET_KEY that is not the store’s is noticed, and nothing is changed', async () => {
    const config: StoreConfig = {
      kind: 'sqlite',
      path: `${dataDir}/countersign.db`,
      synchronous: 'full',
    }
    const database = engine === 'PostgreSQL' ? await createDatabase() : undefined
    if (database) undo.push(() => database.drop())
    const { url } = database ?? {}
    const store = await openStore(
      url ? { kind: 'postgres', url, connections: 2, pooler: 'none' } : config,
    )
    const env: Record<string, string> = url ? { DATABASE_URL: url } : {}
    const keyed = (pepperKeyId: string) =>
      store.verifications.create(
        createInput(newVerification({ createdAt: Date.now(), pepperKeyId })),
      )
    await keyed(createKeyring([Buffer.from(SECRET_KEY, 'base64')]).currentKeyId)
    const right = await examine(env)
    expect(right.of('root keys')).toEqual([
      expect.stringMatching(/^ok the settings give every root key/),
    ])
    expect(right.status).toBe(0)
    await keyed('0a1b2c3d')
    await store.close()
    if (!url) chmodSync(config.path, 0o640)
    const { status, of } = await examine(env)
    expect(of('root keys')).toEqual([
      expect.stringMatching(
        /^failed 1 open verification .* root key 0a1b2c3d, .*Has SECRET_KEY changed/,
      ),
    ])
    expect(status).toBe(1)
    if (!url) expect(statSync(config.path).mode & 0o777).toBe(0o640)
  })
})

it('C71: wrong settings end it with 78, each named', async () => {
  const { status, of } = await examine({ PORT: 'http', DATABASE_POOLER: 'maybe' })
  expect(status).toBe(78)
  const named = [/^failed PORT: "http" is/, /^failed DATABASE_POOLER: "maybe" is/]
  expect(of('settings')).toEqual(named.map((one) => expect.stringMatching(one)))
  // A line each for a person, too, and nothing that a terminal shows as a box.
  const env = { DATA_DIR: dataDir, SECRET_KEY, PORT: 'http', DATABASE_POOLER: 'maybe' }
  const lines = (await run(env, 'doctor')).out.trimEnd().split('\n')
  expect(lines).toEqual(
    ['PORT', 'DATABASE_POOLER'].map((name) =>
      expect.stringMatching(new RegExp(`^failed {2}settings {2}${name}: [^\\ufffd]+$`)),
    ),
  )
})

describe('C71: the sign-in by OpenID Connect', () => {
  const consoleUrl = 'https://verify.example.com'
  const settingsFor = (issuer: string, secret = 'the-secret-that-was-registered') => ({
    ...{ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'countersign', OIDC_CLIENT_SECRET: secret },
    ...{ OIDC_ROLES: 'staff=viewer', OIDC_CONSOLE_URL: consoleUrl },
  })

  it('C71: a client that the provider accepts, a wrong secret, another issuer, nobody there', async () => {
    await makeStore(dataDir)
    const provider = await startProvider(consoleUrl)
    undo.push(() => provider.close())
    const { issuer } = provider
    expect((await examine(settingsFor(issuer))).of('sign-in')).toEqual([
      `ok ${issuer} answers and accepts the client; its redirect URI has to be ${consoleUrl}/admin/sign-in/oidc/callback`,
    ])
    const wrong = await examine(settingsFor(issuer, 'another-secret'))
    expect(wrong.of('sign-in')).toEqual([expect.stringMatching(/^failed .*\(invalid_client\)$/)])
    expect(wrong.out).not.toContain('another-secret')
    const [other] = (await examine(settingsFor(`${issuer}/realms/x`))).of('sign-in')
    expect(other).toMatch(/^failed .*\(http_404\)$/)
    await provider.close()
    const [gone] = (await examine(settingsFor(issuer))).of('sign-in')
    expect(gone).toMatch(/^failed .*cannot be reached/)
    expect((await examine()).of('sign-in')).toEqual([])
  })
})

it('C71: the collector of traces: it takes them, refuses the key, is at another path, or is down', async () => {
  await makeStore(dataDir)
  const collector = await startCollector()
  undo.push(() => collector.close())
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hidden',
  }
  const told = async (status: number) => {
    collector.behave(answer(status, 'the key hidden is wrong'))
    const { of, out } = await examine(env)
    expect(out).not.toContain('hidden')
    return of('traces')
  }
  expect(await told(200)).toEqual([`ok ${collector.url}/v1/traces takes them`])
  expect(collector.seen[0]?.headers['x-key']).toBe('hidden')
  expect(await told(401)).toEqual([expect.stringMatching(/^failed .* answers 401: .*_HEADERS$/)])
  expect(await told(404)).toEqual([expect.stringMatching(/^failed .* 404: .* whole URL$/)])
  const gone = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: await refusedUrl() }
  expect((await examine(gone)).of('traces')).toEqual([
    expect.stringMatching(/^failed .*cannot be reached \(ECONNREFUSED\)$/),
  ])
  expect((await examine()).of('traces')).toEqual([])
})
