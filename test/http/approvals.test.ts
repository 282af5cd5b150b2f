// C90: approvals over HTTP, with the whole service behind them; each answer is held against the OpenAPI document.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createApprovalVerifier } from '../../packages/client/src/approval.ts'
import { createApprovalCodes } from '../../src/front/approval-code.ts'
import { createApprovals } from '../../src/front/approvals.ts'
import { createKeyring } from '../../src/kernel/keyring.ts'
import { PHP, PYTHON } from '../front/interpreters.ts'
import { createClient } from './client.ts'
import { KEY, startDouble } from './double.ts'
import { type Real, ROOT_SECRET, startReal } from './real.ts'

const ISSUER = 'http://127.0.0.1:8080'
const AUDIENCE = 'https://shop.example.com'
const SERVICES = JSON.stringify({
  services: { default: { approval_audience: AUDIENCE } },
})
const NONCE = 'n-0S6_WzA2Mj7qLfT1cQvA'
const SESSION = 'b1f3c0de5a6947d2a0b8'
const RING = createKeyring([ROOT_SECRET])
const KEYS = '/.well-known/jwks.json'

const execute = promisify(execFile)

let real: Real
beforeAll(async () => {
  real = await startReal({ PUBLIC_URL: ISSUER, SERVICES, LIMIT_SENDS_PER_NUMBER_BURST: '30/600' })
})
afterAll(() => real.close())

/** Approved, by the code of its message. @returns the answer of the check */
async function approve(body: object, key = 'none') {
  const { id } = (await real.start({ session: SESSION, ...body })).body
  const { code } = await real.message(id)
  const headers = key === 'none' ? {} : { 'idempotency-key': key }
  const check = () => real.client.post('/verify/check', { id, code, session: SESSION }, headers)
  return { id, check, answer: await check() }
}
const consume = (token: string, key = `key ${token.slice(-9)}`) =>
  real.client.post('/approvals/consume', { token }, { 'idempotency-key': key })

it('C90: a check answers what jose and the client verify by the published keys, and a replay answers the same', async () => {
  const { id, answer, check } = await approve(
    { nonce: NONCE, include_recipient: true },
    'key-of-one',
  )
  expect(answer.status).toBe(200)
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['EdDSA'] }
  const keys = createRemoteJWKSet(new URL(`${real.url}${KEYS}`))
  const typed = { ...options, typ: 'countersign-approval+jwt' }
  const { payload } = await jwtVerify(answer.body.approval, keys, typed)
  expect(payload).toMatchObject({ nonce: NONCE, jti: id, to: '+14155552671', method: 'sms' })
  const verify = createApprovalVerifier({
    ...{ issuer: ISSUER, audience: AUDIENCE, jwksUrl: `${real.url}${KEYS}` },
  })
  const byClient = await verify(answer.body.approval, { nonce: NONCE })
  expect(byClient).toEqual({ ok: true, claims: payload })
  const again = await check()
  expect([again.headers.get('idempotency-replayed'), again.body.approval]).toEqual([
    'true',
    answer.body.approval,
  ])

  const consumed = await consume(answer.body.approval)
  expect([consumed.status, consumed.body]).toEqual([200, payload])
  const replayed = await consume(answer.body.approval)
  expect([replayed.headers.get('idempotency-replayed'), replayed.body]).toEqual(['true', payload])
  const second = await consume(answer.body.approval, 'another-key-of-one')
  expect([second.status, second.body.error]).toEqual([409, 'approval_consumed'])
  const none = await consume('not.a.token')
  expect([none.status, none.body.error]).toEqual([422, 'approval_invalid'])
  expect(real.lines.join('')).not.toContain(answer.body.approval)
  expect(real.lines.join('')).not.toContain(NONCE)
})

/** A program of docs/front-door.md, pointed at this service. */
function exampleIn(language: 'ts' | 'python' | 'php'): string {
  const page = readFileSync(join(import.meta.dirname, '../../docs/front-door.md'), 'utf8')
  const [, code] =
    new RegExp(`\`\`\`${language}\\n([^\`]*verify[^\`]*)\`\`\``, 'i').exec(page) ?? []
  if (!code) throw new Error(`docs/front-door.md verifies nothing in ${language}`)
  return code
    .replaceAll(`https://verify.example.com${KEYS}`, `${real.url}${KEYS}`)
    .replaceAll('https://verify.example.com', ISSUER)
    .replaceAll(/(['"])default\1/g, `'${AUDIENCE}'`)
}

it('C90: the program of the documents in TypeScript verifies a token, and refuses another nonce', async () => {
  const { answer } = await approve({ nonce: NONCE })
  // Beside node_modules: it imports jose by its name.
  const folder = mkdtempSync(join(import.meta.dirname, '../../node_modules/.countersign-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'verify.mjs')
  writeFileSync(file, stripTypeScriptTypes(exampleIn('ts')))
  const { verifyApproval } = await import(/* @vite-ignore */ file)
  const token = answer.body.approval
  const right = { nonce: NONCE, purpose: 'login' }
  expect(await verifyApproval(token, right)).toMatchObject(right)
  for (const wrong of [{ nonce: 'another-nonce-of-mine' }, { purpose: 'transfer' }])
    await expect(verifyApproval(token, { ...right, ...wrong })).rejects.toThrow('another login')
})

it.skipIf(!PYTHON)('C90: so does the one in Python (Debian package python3-jwt)', async () => {
  const { answer } = await approve({ nonce: NONCE })
  const run = `import sys\n${exampleIn('python')}\nprint(verify_approval(*sys.argv[1:])["nonce"])`
  const verify = (...given: string[]) =>
    execute(PYTHON as string, ['-c', run, ...given], { encoding: 'utf8' })
  const token = answer.body.approval
  expect((await verify(token, NONCE, 'login')).stdout.trim()).toBe(NONCE)
  await expect(verify(token, 'another-nonce-of-mine', 'login')).rejects.toThrow('another login')
  await expect(verify(token, NONCE, 'transfer')).rejects.toThrow('another login')
})

it.skipIf(!PHP)('C90: so does the one in PHP (Debian package php-cli)', async () => {
  const { answer } = await approve({ nonce: NONCE })
  const run = `${exampleIn('php')}\necho verify_approval($argv[1], $argv[2], $argv[3])['nonce'];`
  const verify = (...given: string[]) =>
    execute(PHP as string, ['-r', run, '--', ...given], { encoding: 'utf8' })
  const token = answer.body.approval
  expect((await verify(token, NONCE, 'login')).stdout).toBe(NONCE)
  const [head, body, signature] = token.split('.')
  const forged = `${signature.slice(0, -4)}${signature.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
  for (const [given, said] of [
    [[token, 'another-nonce-of-mine', 'login'], 'another login'],
    [[token, NONCE, 'transfer'], 'another login'],
    [[[head, body, forged].join('.'), NONCE, 'login'], 'not an approval'],
    [[`x.${body}.${signature}`, NONCE, 'login'], 'Exception'],
  ] as const)
    await expect(verify(...given)).rejects.toThrow(said)
})

it('C90: a start without a nonce gets no token; a recipient without one is refused', async () => {
  const { answer } = await approve({})
  expect(answer.body).not.toHaveProperty('approval')
  for (const [body, field] of [
    [{ include_recipient: true }, 'include_recipient'],
    [{ nonce: 'too-short' }, 'nonce'],
    [{ nonce: 'with spaces, and long enough' }, 'nonce'],
    [{ nonce: 'x'.repeat(129) }, 'nonce'],
  ] as const) {
    const refused = await real.start(body)
    expect([refused.status, refused.body.errors[0].field]).toEqual([400, field])
  }
})

it('C90: without PUBLIC_URL there is no issuer, and a nonce is refused by name', async () => {
  const parts = { keyring: RING, issuer: null }
  const nobody = createApprovals(parts as Parameters<typeof createApprovals>[0])
  const double = await startDouble({ approvals: nobody })
  const client = await createClient(double.server.url, KEY)
  const refused = await client.post('/verify/start', { to: '+14155552671', nonce: NONCE })
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [{ field: 'nonce', detail: expect.stringContaining('PUBLIC_URL') }],
  ])
  expect((await client.post('/verify/start', { to: '+14155552671' })).status).toBe(201)
  await double.close()
})

it('C90: the code of the page is exchanged once, for the verification and its token', async () => {
  const { id, answer } = await approve({ nonce: NONCE })
  const codes = createApprovalCodes(RING)
  const approval = codes.approvalCodeFor(
    { id, status: 'approved', sessionMac: Buffer.alloc(16), endedAt: Date.now() },
    Date.now(),
  )
  const exchange = (session: string) =>
    real.client.post('/approvals/exchange', { approval, session })
  const other = await exchange('a-session-of-somebody-else')
  expect([other.status, other.body.error]).toEqual([404, 'approval_not_found'])
  const exchanged = await exchange(SESSION)
  expect([exchanged.status, exchanged.body.id, exchanged.body.valid]).toEqual([200, id, true])
  expect(exchanged.body.approval).toBe(answer.body.approval)
  const second = await exchange(SESSION)
  expect([second.status, second.body.detail]).toEqual([404, other.body.detail])

  const { body } = await real.admin.get(`/admin/api/events?verification=${id}&limit=50`)
  const types = body.events.map(({ type }: { type: string }) => type)
  expect(types.filter((type: string) => type === 'approval.exchanged')).toHaveLength(1)
  expect(types).toContain('request.refused')
  expect(real.lines.join('')).not.toContain(approval)
})

it('C90: the keys may be cached for a while, and are not sent again where they are known', async () => {
  const first = await real.client.get(KEYS, { authorization: '' })
  expect(first.headers.get('cache-control')).toBe('public, max-age=300')
  expect(first.body.keys).toHaveLength(1)
  expect(Object.keys(first.body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  const tag = first.headers.get('etag') ?? ''
  for (const known of [tag, `W/${tag}`, `"another", ${tag}`, '*']) {
    const answer = await fetch(`${real.url}${KEYS}`, { headers: { 'if-none-match': known } })
    expect([answer.status, await answer.text()], known).toEqual([304, ''])
  }
  const unknown = await fetch(`${real.url}${KEYS}`, { headers: { 'if-none-match': '"another"' } })
  expect(unknown.status).toBe(200)
})
