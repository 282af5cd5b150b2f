// C41: factors and the root key: one that a node does not know is 503 and never "wrong"; `keys rewrap` moves them beside a running service.

import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { readable, signedIn } from '../console/world.ts'
import { createDatabase } from '../postgres/databases.ts'
import { program } from '../program.ts'
import { LAYOUTS, ON } from './nodes.ts'
import {
  ADMIN_KEY,
  COMPILE_CACHE,
  SECRET_KEY as OLD,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
} from './service-process.ts'

const NEW = Buffer.from('vutsrqponmlkjihgfedcba9876543210').toString('base64')
const otp = createOtp()
const SHAPE = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const
const BIN = program().bin

const layouts = LAYOUTS.filter(({ processes }) => processes !== 2)

describe.each(layouts)(ON, ({ engine }) => {
  const directory = temporaryDirectory()
  const base: Record<string, string> = { ...UNLIMITED, TOTP_WINDOW: '2' }
  let remove = async () => {}
  beforeAll(async () => {
    if (engine !== 'postgres') return
    const database = await createDatabase()
    base.DATABASE_URL = database.url
    remove = () => database.drop()
  })
  let service: ServiceProcess | undefined
  const stop = async () => {
    await service?.stop()
    service = undefined
  }
  afterEach(stop)
  afterAll(async () => {
    await remove()
    directory.remove()
  })

  const serve = async (keys: Record<string, string>) => {
    await stop()
    service = await startService(directory.path, { ...base, ...keys })
    return service
  }
  const rewrap = (keys: Record<string, string>, ...words: string[]) =>
    spawnSync(process.execPath, [BIN, 'keys', 'rewrap', ...words], {
      env: { PATH: process.env.PATH, ...COMPILE_CACHE, DATA_DIR: directory.path, ...base, ...keys },
      encoding: 'utf8',
    })

  const shown = { secret: '', step: 0 }
  /** Of the app, each step once: the window is wide enough for five. */
  const code = () => {
    shown.step = Math.max(shown.step + 1, Math.floor(Date.now() / 30_000) - 2)
    return otp.code(shown.secret, SHAPE, shown.step)
  }
  const login = async (at: ServiceProcess, channel: string, typed: string) => {
    const { body } = await at.post('/verify/start', { subject: 'ann', channel })
    return at.post('/verify/check', { id: body.id, code: typed })
  }

  it('503 while the key is not known, right as soon as it is; once moved, the old key is not needed', {
    timeout: 120_000,
  }, async () => {
    let at = await serve({ SECRET_KEY: OLD })
    const created = await at.post('/factors/totp', { subject: 'ann', account_name: 'a' })
    shown.secret = created.body.secret
    const { id } = created.body
    expect((await at.post(`/factors/${id}/confirm`, { code: code() })).status).toBe(200)
    const { codes } = (await at.post('/factors/recovery-codes', { subject: 'ann' })).body
    const pending = (await at.post('/verify/start', { subject: 'ann' })).body.id

    at = await serve({ SECRET_KEY: NEW })
    const refused = [
      await at.post('/verify/check', { id: pending, code: code() }),
      await at.post('/verify/start', { subject: 'ann' }),
      await at.post('/verify/start', { subject: 'ann', channel: 'recovery_code' }),
      await at.get('/factors?subject=ann'),
      await at.post(`/factors/${id}/confirm`, { code: '123456' }),
    ]
    for (const answer of refused) {
      expect([answer.status, answer.body.error]).toEqual([503, 'store_unavailable'])
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    }

    const both = { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD }
    at = await serve(both)
    const after = await at.get(`/verify/${pending}`)
    expect(after.body.attempts_remaining).toBe(5)
    expect((await login(at, 'totp', code())).status).toBe(200)
    const lacking = rewrap({ SECRET_KEY: NEW })
    expect(lacking.status).toBe(1)
    expect(lacking.stdout).toContain('is not in SECRET_KEY_PREVIOUS')
    // Beside the running service.
    const moved = rewrap(both, '--json')
    expect(moved).toMatchObject({ status: 0 })
    expect(JSON.parse(moved.stdout)).toEqual({
      ...{ moved: 2, skipped: 0, broken: [], left: 0, unknown_keys: {} },
      suppressions: { moved: 0, left: 0 },
      list_entries: { moved: 0, left: 0 },
    })
    expect(moved.stdout + moved.stderr).not.toContain('ann')
    expect((await login(at, 'recovery_code', codes[0])).status).toBe(200)

    at = await serve({ SECRET_KEY: NEW })
    const listed = await at.get('/factors?subject=ann')
    expect(listed.body).toMatchObject({ channels: ['totp', 'recovery_code'] })
    expect((await login(at, 'recovery_code', codes[0])).status).toBe(422)
    expect((await login(at, 'recovery_code', codes[1])).status).toBe(200)
    expect((await login(at, 'totp', code())).status).toBe(200)
    expect(rewrap({ SECRET_KEY: NEW }).stdout).toBe('0 moved, 0 left under other keys.\n')
  })

  it('C65: a lost key: reported at start and in Health, refused in its service, and forgotten by command', {
    timeout: 120_000,
  }, async () => {
    const lost = Buffer.from('abcdefghijklmnopqrstuv9876543210').toString('base64')
    let at = await serve({ SECRET_KEY: lost })
    await at.post('/factors/recovery-codes', { subject: 'eve' })
    const { body: open } = await at.post('/verify/start', { to: '+14155552671' })

    at = await serve({ SECRET_KEY: NEW })
    const said =
      /1 factor and 1 open verification of the service default: sealed under the root key ([0-9a-f]{8})/
    const [, keyId = ''] = said.exec(at.output()) ?? []
    expect(keyId, at.output()).toMatch(/^[0-9a-f]{8}$/)
    expect(at.output()).toContain(`countersign keys forget ${keyId}`)
    const health = async () => {
      const headers = { authorization: `Bearer ${ADMIN_KEY}` }
      const answer = await fetch(`${at.url}/admin/api/health`, { headers })
      type Rows = { missing_root_keys: { key_id: string }[] }
      const { missing_root_keys: rows } = (await answer.json()) as Rows
      // What the test before left open lies under a key of its own.
      return rows.filter((one) => one.key_id === keyId)
    }
    const row = { key_id: keyId, service: 'default', open_verifications: 1, more: false }
    expect(await health()).toEqual([{ ...row, factors: 1 }])
    const page = readable(await (await signedIn(at, ADMIN_KEY)).get('/admin/health'))
    expect(page).toContain(`sealed under the root key ${keyId}`)
    expect(page).toContain(`countersign keys forget ${keyId}`)
    expect((await at.get('/factors?subject=nobody')).status).toBe(503)
    expect((await at.post('/verify/check', { id: open.id, code: '123456' })).status).toBe(503)

    const forget = (...words: string[]) =>
      spawnSync(process.execPath, [BIN, 'keys', 'forget', ...words], {
        env: {
          PATH: process.env.PATH,
          ...COMPILE_CACHE,
          DATA_DIR: directory.path,
          ...base,
          SECRET_KEY: NEW,
        },
        encoding: 'utf8',
      })
    expect(forget(keyId)).toMatchObject({ status: 2, stdout: '' })
    const other = forget('00000000', '--yes')
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining(`${keyId}: 1 factor`)])
    expect(forget(keyId, '--yes')).toMatchObject({ status: 0, stdout: '1 removed.\n' })
    expect((await at.get('/factors?subject=nobody')).body).toMatchObject({ factors: [] })
    expect(await health()).toEqual([{ ...row, factors: 0 }])
  })
})
