// The contract of the client over the fake of its own and over the real service, so that the two cannot drift apart.
// It must not test here what the fake has, too: contract.ts does.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createOtp } from '../../../src/factors/otp.ts'
import { createApprovalCodes } from '../../../src/front/approval-code.ts'
import { createKeyring } from '../../../src/kernel/keyring.ts'
import { type Steered, startSteered } from '../../../test/e2e/steered-service.ts'
import { SHAPE } from '../../../test/factors/person.ts'
import { API_KEY, ROOT_SECRET } from '../../../test/http/real.ts'
import { solved } from '../../../test/shield/solve.ts'
import { createApprovalVerifier } from '../src/approval.ts'
import { Countersign } from '../src/client.ts'
import { createFake, type Fake } from '../src/testing.ts'
import { describeContract, SESSION } from './contract.ts'

let fake: Fake
beforeEach(() => {
  fake = createFake()
})
describeContract('the fake', () => ({
  client: fake.client,
  codeOf: async (id) => fake.codeOf(id),
  advance: (seconds) => fake.advance(seconds),
  requireChallenge: async (to) => void fake.requireChallenge(to),
  solve: async () => fake.solve(),
  block: async (to) => fake.block(to),
  approveByPage: async (id) => fake.approveByPage(id),
  clientWithKey: (apiKey) =>
    new Countersign({ url: 'http://countersign.test', apiKey, fetch: fake.fetch }),
}))

const ISSUER = 'http://127.0.0.1:8080'

let real: Steered
beforeAll(async () => {
  real = await startSteered({ PUBLIC_URL: ISSUER })
})
afterAll(() => real.close())

async function list(effect: 'challenge' | 'refuse', to: string): Promise<void> {
  const entry = { effect, by: 'address', value: to, reason: 'a test of the client' }
  const { status, text } = await real.admin.post('/admin/api/list-entries/create', entry)
  if (status !== 201) throw new Error(text)
}

describeContract('the real service', () => ({
  client: new Countersign({ url: real.url, apiKey: API_KEY }),
  codeOf: async (id) => (await real.message(id)).code,
  advance: (seconds) => real.forward(seconds),
  requireChallenge: (to) => list('challenge', to),
  solve: (challenge) => solved(challenge as Parameters<typeof solved>[0]),
  block: (to) => list('refuse', to),
  async approveByPage(id) {
    const { code } = await real.message(id)
    const given = { id, code, session: SESSION }
    expect(await new Countersign({ url: real.url, apiKey: API_KEY }).check(given)).toMatchObject({
      ok: true,
    })
    const approved = {
      id,
      status: 'approved',
      sessionMac: Buffer.alloc(16),
      endedAt: Date.now(),
    } as const
    return (
      createApprovalCodes(createKeyring([ROOT_SECRET])).approvalCodeFor(approved, Date.now()) ?? ''
    )
  },
  clientWithKey: (apiKey) => new Countersign({ url: real.url, apiKey }),
}))

describe('C91: the client over the real service alone', () => {
  it('has an approval that proves itself offline, and is consumed once', async () => {
    const client = new Countersign({ url: real.url, apiKey: API_KEY })
    const nonce = 'nonce-of-this-start'
    const started = await client.start({ to: 'ann@example.com', session: SESSION, nonce })
    const id = started.ok ? started.verification.id : ''
    const { code } = await real.message(id)
    const checked = await client.check({ id, code, session: SESSION })
    const token = (checked.ok && checked.verification.approval) || ''
    const verify = createApprovalVerifier({
      ...{ issuer: ISSUER, audience: 'default', jwksUrl: `${real.url}/.well-known/jwks.json` },
    })
    expect(await verify(token, { nonce })).toMatchObject({
      ok: true,
      claims: { jti: id, method: 'email' },
    })
    expect(await verify(token, { nonce: 'nonce-of-another' })).toEqual({
      ok: false,
      reason: 'nonce',
    })
    expect(await client.consumeApproval(token)).toMatchObject({
      ok: true,
      claims: { jti: id, nonce },
    })
    expect(await client.consumeApproval(token)).toMatchObject({ ok: false, reason: 'already_used' })
    expect(await client.consumeApproval('not.a.token')).toMatchObject({
      ok: false,
      reason: 'mismatch',
    })
  })

  it('enrols an authenticator app, and signs in with the next code of it', async () => {
    const client = new Countersign({ url: real.url, apiKey: API_KEY })
    const { factors } = client
    const subject = 'user / 1'
    const made = await factors.createTotp({ subject, accountName: 'ann@example.com' })
    if (!made.ok) throw new Error(made.reason)
    const { id, secret } = made.factor
    const shown = () => createOtp().code(secret ?? '', SHAPE, Math.floor(Date.now() / 30_000))
    expect(await factors.confirm({ id, code: '000000', subject })).toMatchObject({
      ...{ ok: false, reason: 'incorrect', attemptCharged: true },
    })
    expect(await factors.confirm({ id, code: shown(), subject })).toMatchObject({
      ok: true,
      factor: { status: 'active' },
    })
    expect(await factors.createRecoveryCodes({ subject })).toMatchObject({
      ok: true,
      factor: { codes: expect.any(Array) },
    })
    expect(await factors.list({ subject })).toMatchObject({
      ok: true,
      channels: ['totp', 'recovery_code'],
    })
    real.forward(60)
    const started = await client.start({ subject, channel: 'totp' })
    const given = { id: started.ok ? started.verification.id : '', code: shown() }
    expect(await client.check(given)).toMatchObject({ ok: true, verification: { subject } })
    expect(await factors.remove({ id, subject: 'another' })).toMatchObject({ reason: 'not_found' })
    expect(await factors.remove({ id, subject })).toMatchObject({ ok: true })
    expect(await factors.remove({ id, subject })).toMatchObject({ ok: false, reason: 'not_found' })
  })
})
