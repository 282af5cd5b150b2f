// Approvals as tokens, verified by the client offline: made here by Node's own crypto, with every claim that can be wrong.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { createApprovalVerifier } from '../src/approval.ts'

const ISSUER = 'https://verify.example.com'
const NONCE = 'nonce-of-this-start'
const START = Date.UTC(2026, 10, 30, 12)
const HEADER = { alg: 'EdDSA', typ: 'countersign-approval+jwt', kid: 'key-1' }

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const pair = () => generateKeyPairSync('ed25519')

let now = START
let keys: object[]
let fetched: number
let isDown: boolean
let signing: KeyObject
let verify: ReturnType<typeof createApprovalVerifier>

function published({ publicKey }: { publicKey: KeyObject }, kid: string) {
  return { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'EdDSA' }
}

beforeEach(() => {
  now = START
  fetched = 0
  isDown = false
  const made = pair()
  signing = made.privateKey
  keys = [published(made, 'key-1'), { kty: 'RSA', kid: 'other', n: 'AQAB', e: 'AQAB' }]
  verify = createApprovalVerifier({
    ...{ issuer: ISSUER, audience: 'default', now: () => now },
    async fetch(url) {
      fetched += 1
      if (isDown) throw new TypeError('fetch failed')
      expect(url).toBe(`${ISSUER}/.well-known/jwks.json`)
      return Response.json({ keys })
    },
  })
})

function token(claims: object = {}, header: object = {}, key = signing): string {
  const seconds = START / 1000
  const all = {
    ...{ iss: ISSUER, aud: 'default', nonce: NONCE, purpose: 'login', jti: 'vrf_1' },
    ...{ iat: seconds, exp: seconds + 300, ...claims },
  }
  const head = `${encode({ ...HEADER, ...header })}.${encode(all)}`
  return `${head}.${sign(null, Buffer.from(head), key).toString('base64url')}`
}
const reason = async (text: string, expected: object = {}) => {
  const result = await verify(text, { nonce: NONCE, ...expected })
  return result.ok ? 'ok' : result.reason
}

describe('C91: an approval', () => {
  it('proves who was verified, for what, to whom it is addressed', async () => {
    expect(await verify(token(), { nonce: NONCE })).toMatchObject({
      ...{ ok: true, claims: { jti: 'vrf_1', purpose: 'login', aud: 'default' } },
    })
    expect(await reason(token({ purpose: 'transfer' }), { purpose: 'transfer' })).toBe('ok')
  })

  it.each([
    ['issuer', { iss: 'https://verify.example.org' }],
    ['issuer', { iss: `${ISSUER}/` }],
    ['audience', { aud: 'bank' }],
    ['audience', { aud: ['default'] }],
    ['nonce', { nonce: 'nonce-of-another' }],
    ['nonce', { nonce: undefined }],
    ['purpose', { purpose: 'transfer' }],
    ['expired', { exp: undefined }],
    ['expired', { exp: '9999999999' }],
    ['expired', { exp: START / 1000 - 31 }],
  ])('proves nothing with another %s: %j', async (expected, claims) => {
    expect(await reason(token(claims))).toBe(expected)
  })

  it.each([
    ['type', { typ: 'JWT' }],
    ['type', { typ: undefined }],
    ['algorithm', { alg: 'none' }],
    ['algorithm', { alg: 'HS256' }],
    ['algorithm', { crit: ['exp'] }],
    ['unknown_key', { kid: 'other' }],
    ['unknown_key', { kid: undefined }],
  ])('proves nothing with another %s in its header: %j', async (expected, header) => {
    expect(await reason(token({}, header))).toBe(expected)
  })

  it('proves nothing with a signature that is another’s, cut off or of something else', async () => {
    const [head, body, signature] = token().split('.')
    const [, other] = token({ jti: 'vrf_2' }).split('.')
    expect(await reason(token({}, {}, pair().privateKey))).toBe('signature')
    expect(await reason(`${head}.${other}.${signature}`)).toBe('signature')
    expect(await reason(`${head}.${body}.${signature?.slice(0, -4)}`)).toBe('signature')
    for (const text of [
      `${head}.${body}.`,
      `${head}.${body}`,
      '',
      'x',
      `${token()}.x`,
      'a'.repeat(9000),
      '..',
      '!.!.!',
    ])
      expect(await reason(text)).toBe('malformed')
    expect(await reason(7 as never)).toBe('malformed')
  })

  it('ends after its five minutes, with half a minute for clocks that differ', async () => {
    now = START + 329_000
    expect(await reason(token())).toBe('ok')
    now = START + 331_000
    expect(await reason(token())).toBe('expired')
  })

  it('is compared with a nonce, always', async () => {
    await expect(verify(token(), {} as never)).rejects.toThrow(TypeError)
    await expect(verify(token({ nonce: '' }), { nonce: '' })).rejects.toThrow(TypeError)
    expect(() => createApprovalVerifier({ issuer: ISSUER, audience: '' })).toThrow(TypeError)
  })
})

describe('C91: the keys of approvals', () => {
  it('are fetched once for many tokens, and again when one is new', async () => {
    await Promise.all([reason(token()), reason(token()), reason(token())])
    expect(fetched).toBe(1)
    const next = pair()
    keys = [published(next, 'key-2'), ...keys]
    now += 31_000
    expect(await reason(token({}, { kid: 'key-2' }, next.privateKey))).toBe('ok')
    expect(await reason(token())).toBe('ok')
    expect(fetched).toBe(2)
  })

  it('are not fetched for each kid that a stranger makes up', async () => {
    for (let i = 0; i < 20; i += 1)
      expect(await reason(token({}, { kid: `made-up-${i}` }))).toBe('unknown_key')
    expect(fetched).toBe(1)
    now += 31_000
    expect(await reason(token({}, { kid: 'made-up' }))).toBe('unknown_key')
    expect(fetched).toBe(2)
  })

  it('end when they are withdrawn, and last an hour while the service is down', async () => {
    expect(await reason(token())).toBe('ok')
    isDown = true
    now += 59 * 60_000
    const fresh = () => token({ exp: now / 1000 + 300 })
    expect(await reason(fresh())).toBe('ok')
    now += 2 * 60_000
    expect(await reason(fresh())).toBe('keys_unavailable')
    isDown = false
    keys = []
    now += 31_000
    expect(await reason(fresh())).toBe('unknown_key')
  })

  it('are unavailable, and no token is right, where the answer is none', async () => {
    for (const answer of [
      new Response('<html>'),
      Response.json({}),
      new Response('', { status: 500 }),
      Response.json(null),
    ]) {
      const broken = createApprovalVerifier({
        issuer: ISSUER,
        audience: 'default',
        fetch: async () => answer,
      })
      expect(await broken(token(), { nonce: NONCE })).toEqual({
        ok: false,
        reason: 'keys_unavailable',
      })
    }
  })
})
