// C30 for factors: a secret and a recovery code are shown once, in the answer that creates them, and never again:
// not in another answer, a log line at level trace, an error or a file; nor is a subject in log or file.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import {
  ADMIN_KEY,
  type Answer,
  API_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  UNLIMITED,
  waitFor,
} from './service-process.ts'
import { readRows } from './stored.ts'

const SUBJECT = 'subject-that-nobody-may-read'
const ACCOUNT = 'account-that-nobody-may-read'
const IMPORTED = 'NBSWY3DPEB3W64TMMQQGC3TEEBWW64TF'
const otp = createOtp()
const SHAPE = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const

const directory = temporaryDirectory()
let service: ServiceProcess
beforeAll(async () => {
  service = await startService(directory.path, {
    ...UNLIMITED,
    LOG_LEVEL: 'trace',
    TOTP_WINDOW: '2',
  })
})
afterAll(async () => {
  service?.kill('SIGKILL')
  await service?.exited
  directory.remove()
})

/** Every answer but those that tell. */
const told: string[] = []
const keep = (answer: Answer): Answer => {
  told.push(`${JSON.stringify([...answer.headers])}${JSON.stringify(answer.body)}`)
  return answer
}
const post = async (path: string, body: object, headers?: Record<string, string>) =>
  keep(await service.post(path, body, headers))

const fromBase32 = (text: string) => {
  const bits = [...text]
    .map((letter) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
    )
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** A text as it is, in small letters, in hexadecimal and in base64 at each of three shifts; without what the ends share. */
function spellings(text: string): string[] {
  const shifted = (bytes: Buffer) =>
    [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .slice(4, -4),
    )
  const bytes = Buffer.from(text)
  return [text, text.toLowerCase(), bytes.toString('hex'), ...shifted(bytes)]
}
function secretSpellings(secret: string): string[] {
  const raw = fromBase32(secret)
  const rawBase64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), raw])
      .toString('base64')
      .slice(4, -4),
  )
  return [...spellings(secret), raw.toString('hex'), raw.toString('latin1'), ...rawBase64]
}
function codeSpellings(code: string): string[] {
  const secret = code.replaceAll('-', '').slice(4)
  return [...spellings(code), ...spellings(secret), code.slice(5)]
}

function everythingWritten(): [string, string][] {
  const files = readdirSync(directory.path).map((name): [string, string] => [
    name,
    readFileSync(join(directory.path, name), 'latin1'),
  ])
  expect(files.map(([name]) => name)).toEqual(
    expect.arrayContaining(['countersign.db', 'countersign.db-wal', 'limits.db']),
  )
  return [['answers', told.join('\n')], ['log and standard error', service.output()], ...files]
}

function expectNowhere(spelt: readonly string[]): void {
  for (const [place, text] of everythingWritten()) {
    for (const one of spelt) expect(text.includes(one), `${one} in ${place}`).toBe(false)
    if (place === 'answers') continue
    for (const one of [SUBJECT, ACCOUNT])
      expect(text.includes(one), `${one} in ${place}`).toBe(false)
  }
}

it('C30: secrets and recovery codes leave once', { timeout: 60_000 }, async () => {
  const key = { 'idempotency-key': 'enrol' }
  const body = { subject: SUBJECT, account_name: ACCOUNT }
  const created = await service.post('/factors/totp', body, key)
  expect(created.status).toBe(201)
  const { id, secret } = created.body
  const imported = await post('/factors/totp', { ...body, secret: IMPORTED, confirmed: true })
  expect(imported.status).toBe(201)
  const made = await service.post('/factors/recovery-codes', { subject: SUBJECT }, key)
  const { codes } = made.body
  const hidden = [
    ...secretSpellings(secret),
    ...secretSpellings(IMPORTED),
    ...codes.flatMap(codeSpellings),
    ...spellings(created.body.uri),
    created.body.qr.png.slice(-80),
    created.body.qr.svg.slice(-80),
  ]
  expectNowhere(hidden)

  // What might tell them: every other route, right and wrong, broken requests, and the same again.
  await post(`/factors/${id}/confirm`, { code: '000000' })
  await post(`/factors/${id}/confirm`, { code: secret })
  await post(`/factors/${secret}/confirm`, { code: codes[0] })
  const code = (steps: number) => otp.code(secret, SHAPE, Math.floor(Date.now() / 30_000) + steps)
  expect((await post(`/factors/${id}/confirm`, { code: code(-1) }, key)).status).toBe(200)
  expect((await post('/factors/totp', body, key)).body.error).toBe('secret_already_shown')
  expect((await post('/factors/recovery-codes', { subject: SUBJECT }, key)).body.error).toBe(
    'secret_already_shown',
  )
  await post('/factors/totp', { ...body, secret: `${IMPORTED}1` })
  await post('/factors/totp', { ...body, secret: IMPORTED, more: secret })
  for (const channel of ['totp', 'recovery_code']) {
    const started = await post('/verify/start', { subject: SUBJECT, channel })
    const check = (typed: string) =>
      post('/verify/check', { id: started.body.id, code: typed }, { 'idempotency-key': typed })
    await check('000000')
    await check(secret)
    await check('ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ')
    expect((await check(channel === 'totp' ? code(1) : codes[0])).status).toBe(200)
    keep(await service.get(`/verify/${started.body.id}`))
  }
  keep(await service.get(`/factors?subject=${SUBJECT}`))
  keep(await service.get(`/factors?subject=${secret}`))
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  keep(await service.get('/admin/api/events?limit=100', admin))
  keep(await service.post('/admin/api/events/search', { subject: SUBJECT, limit: 100 }, admin))
  for (const path of ['/dev/inbox', '/openapi.json', '/docs', '/readyz'])
    keep(await service.get(path))
  expectNowhere(hidden)

  // Deleted, or used: what was sealed leaves the files as well, within a sweep.
  const sealed = (sql: string) =>
    readRows(directory.path, sql).map(({ value }) => (value as Buffer).toString('latin1'))
  const values = [
    ...sealed('select secret_sealed as value from factors where secret_sealed is not null'),
    ...sealed('select hash_sealed as value from recovery_codes where hash_sealed is not null'),
  ]
  expect(values).toHaveLength(2 + 9)
  const inFiles = () => {
    const text = everythingWritten()
      .map(([, part]) => part)
      .join('')
    return values.filter((value) => text.includes(value)).length
  }
  expect(inFiles()).toBe(values.length)
  const { body: list } = await service.get(`/factors?subject=${SUBJECT}`)
  for (const one of list.factors)
    await fetch(`${service.url}/factors/${one.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${API_KEY}` },
    })
  keep(await service.get(`/factors?subject=${SUBJECT}`))
  expect(told.at(-1)).toContain('"factors":[]')
  await waitFor('what was sealed to leave the files', () => inFiles() === 0 || undefined, 20_000)
  expectNowhere(hidden)
  expect(await service.stop()).toBe(0)
})
