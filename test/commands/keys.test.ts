// The countersign command on a real store: as a real process where keys are made, in this one for words and help.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAuthenticator } from '../../src/access/authenticator.ts'
import { runCli } from '../../src/cli.ts'
import { ensureDevKeys } from '../../src/config/load.ts'
import { createClock } from '../../src/kernel/clock.ts'
import { MIGRATIONS_FOLDER } from '../../src/paths.ts'
import { openDatabase } from '../../src/storage/sqlite/open.ts'
import { createSqliteStore } from '../../src/storage/sqlite/store.ts'
import { COMPILE_CACHE } from '../e2e/service-process.ts'
import { program } from '../program.ts'

const BIN = program().bin
const SERVICES = '{"services":{"default":{},"checkout":{}}}'

let dataDir: string
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'keys-'))
  // As the service leaves it at its first start.
  ensureDevKeys(dataDir)
  const path = join(dataDir, 'countersign.db')
  ;(await openDatabase({ path, migrationsFolder: MIGRATIONS_FOLDER })).close()
})
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

function run(words: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [BIN, ...words], {
    env: { PATH: process.env.PATH, ...COMPILE_CACHE, DATA_DIR: dataDir, SERVICES, ...env },
    encoding: 'utf8',
  })
}

/** For words that need no process: a tenth of the time. */
async function runHere(words: readonly string[], env: Record<string, string> = {}) {
  const told: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] }
  const status = await runCli(words, {
    env: { DATA_DIR: dataDir, SERVICES, ...env },
    out: (text) => void told.stdout.push(text),
    err: (text) => void told.stderr.push(text),
  })
  return { status, stdout: told.stdout.join(''), stderr: told.stderr.join('') }
}

/** What the running service would say to this key. */
async function authenticate(key: string) {
  const client = await openDatabase({
    path: join(dataDir, 'countersign.db'),
    migrationsFolder: MIGRATIONS_FOLDER,
  })
  const store = createSqliteStore(client)
  const services = new Set(['default', 'checkout'])
  const { authenticate } = createAuthenticator({
    ...{ store: store.apiKeys, clock: createClock(), fixedKeys: [], services },
  })
  const access = await authenticate(key)
  await store.close()
  return access
}

describe('keys', () => {
  it('are made for a service, shown once, and let in until they are revoked', async () => {
    const made = run([
      'keys',
      'create',
      '--service',
      'checkout',
      '--scope',
      'verify',
      '--name',
      'web',
    ])
    expect(made).toMatchObject({ status: 0 })
    const key = made.stdout.trim()
    expect(key).toMatch(/^cs_[0-9a-v]{32}_[\w-]{43}$/)
    expect(await authenticate(key)).toMatchObject({
      service: 'checkout',
      scopes: new Set(['verify']),
    })

    const listed = run(['keys', 'list', '--json'])
    const [row] = JSON.parse(listed.stdout) as { id: string }[]
    expect(row).toMatchObject({ name: 'web', service: 'checkout', revoked_at: null })
    expect(listed.stdout + run(['keys', 'list']).stdout).not.toContain(key.slice(-43))

    expect(run(['keys', 'revoke', row?.id ?? '']).status).toBe(0)
    expect(await authenticate(key)).toBeUndefined()
    expect(run(['keys', 'list']).stdout).toContain('revoked 2')
  })

  it('are for the default service and the scope verify by default', async () => {
    const { key } = JSON.parse(run(['keys', 'create', '--json']).stdout) as { key: string }
    expect(await authenticate(key)).toMatchObject({
      service: 'default',
      scopes: new Set(['verify']),
    })
  })

  it('of an admin are for every service', async () => {
    const { stdout } = run(['keys', 'create', '--scope', 'admin'])
    const access = await authenticate(stdout.trim())
    const scopes = new Set(['admin', 'admin:support', 'admin:read'])
    expect(access).toMatchObject({ service: null, scopes })
  })

  it('are listed by service', () => {
    run(['keys', 'create', '--service', 'checkout'])
    run(['keys', 'create'])
    const { stdout } = run(['keys', 'list', '--service', 'checkout', '--json'])
    expect(JSON.parse(stdout)).toMatchObject([{ service: 'checkout' }])
  })
})

describe('wrong words', () => {
  it.each([
    ['an unknown service', ['keys', 'create', '--service', 'nobody'], 2, 'there is no service'],
    ['an unknown scope', ['keys', 'create', '--scope', 'root'], 2, 'is not a scope'],
    ['an unknown option', ['keys', 'create', '--colour'], 2, "'--colour'"],
    ['a name of two lines', ['keys', 'create', '--name', 'a\nb'], 2, '--name'],
    ['a missing id', ['keys', 'revoke'], 2, '<id> is missing'],
    ['one word too many', ['keys', 'list', 'all'], 2, 'unexpected argument "all"'],
    ['an unknown id', ['keys', 'revoke', 'key_nothing'], 1, 'There is no key key_nothing'],
    ['an unknown command', ['kyes'], 2, 'there is no command "kyes"'],
    ['no command', [], 2, 'Usage: countersign <command>'],
    ['an empty id', ['keys', 'revoke', ''], 1, 'There is no key'],
  ])('%s', async (_, words, status, message) => {
    const result = await runHere(words)
    expect(result.stderr).toContain(message)
    expect(result).toMatchObject({ status, stdout: '' })
  })

  it('wrong settings end it with 78, by name', () => {
    const result = run(['keys', 'list'], { NODE_ENV: 'production' })
    expect(result.status).toBe(78)
    expect(result.stderr).toContain('SECRET_KEY: is missing')
  })
})

describe('help', () => {
  it.each([
    [['--help'], 'keys create'],
    [['help'], 'keys create'],
    [['keys', '--help'], 'keys revoke'],
    [['keys', 'create', '--help'], '--scope <scope>'],
    [['keys', 'list', '--help'], '--json'],
    [['keys', 'revoke', '--help'], 'keys revoke <id>'],
    [['healthcheck', '--help'], 'healthcheck'],
  ])('%j', async (words, message) => {
    const result = await runHere(words, { NODE_ENV: 'production' })
    expect(result.stdout).toContain(message)
    expect(result).toMatchObject({ status: 0, stderr: '' })
  })

  it('prints the version', () => {
    expect(run(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

it('healthcheck ends with 1 where nothing answers', () => {
  expect(run(['healthcheck'], { HOST: `unix:${dataDir}/none.sock` }).status).toBe(1)
})
