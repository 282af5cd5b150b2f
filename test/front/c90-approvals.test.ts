// C90: a signed approval, by jose, by another language's library, and by the service that consumes it.

import { spawnSync } from 'node:child_process'
import { createHmac, sign as signBytes } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimsOf } from '../../src/front/approval-claims.ts'
import { createApprovalTokens } from '../../src/front/approval-tokens.ts'
import { createApprovals } from '../../src/front/approvals.ts'
import { privateKeyOf } from '../../src/kernel/ed25519.ts'
import type { Keyring } from '../../src/kernel/keyring.ts'
import { begin, withApp } from '../factors/person.ts'
import { createWorld, NOBODY, testService, type World } from '../verification/world.ts'
import { approvalsOf, approve, ISSUER, newNonce, OWN, ringOf, sign } from './approving.ts'
import { PYTHON } from './interpreters.ts'

const TYP = 'countersign-approval+jwt'
const MINUTE = 60_000

let world: World
beforeAll(async () => {
  world = await createWorld({})
})
afterAll(() => world.close())

const now = () => new Date(world.clock.now())
const keySetOf = async (keyring: Keyring = world.keyring) =>
  createLocalJWKSet({ keys: await approvalsOf(world, keyring).publicKeys() })
const expected = () => ({ issuer: ISSUER, audience: 'default', typ: TYP, currentDate: now() })
const consume = (token: string, caller = world.caller, keyring = world.keyring) =>
  approvalsOf(world, keyring).consume(caller, { token, ...NOBODY })
const refused = (error: string) => ({ kind: 'refused', error })

describe('what it says', () => {
  it('C90: jose verifies it by the published keys, and it names nobody', async () => {
    const { id, nonce, approved } = await approve(world)
    const token = await sign(world, approved)
    const { payload, protectedHeader } = await jwtVerify(token, await keySetOf(), expected())
    const [key] = await approvalsOf(world).publicKeys()
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: TYP, kid: key?.kid })
    const iat = Math.floor(world.clock.now() / 1000)
    expect(payload).toEqual({
      ...{ iss: ISSUER, aud: 'default', jti: id, nonce, purpose: 'login' },
      ...{ iat, exp: iat + 300, method: 'sms', assurance: 'restricted', amr: ['sms'] },
    })
  })

  it('C90: the recipient is in it where the start asked for that', async () => {
    const { approved } = await approve(world, { to: 'ann@example.com', showsParty: true })
    const claims = decodeJwt(await sign(world, approved))
    expect(claims).toMatchObject({ to: 'ann@example.com', method: 'email', assurance: 'address' })
    expect(claims).not.toHaveProperty('amr')
  })

  it('C90: an authenticator app is a second factor, of a subject that is named where asked for', async () => {
    const app = await withApp(world, 'user-8e03978e')
    const nonce = newNonce()
    const front = { nonce, showsParty: true, returnUrl: null, link: false, linkBinding: null }
    const id = await begin(world, { subject: 'user-8e03978e', channel: 'totp', front })
    const given = { id, code: app.code(), purpose: 'login', session: null }
    const approved = await world.check(given)
    if (approved.kind !== 'approved') throw new Error(approved.error)
    expect(decodeJwt(await sign(world, approved))).toMatchObject({
      ...{ nonce, subject: 'user-8e03978e', method: 'totp', assurance: 'factor', amr: ['otp'] },
    })
  })

  it.each([
    ['sms', 'restricted', ['sms']],
    ['voice', 'restricted', ['tel']],
    ['email', 'address', undefined],
    ['whatsapp', 'address', undefined],
    ['telegram', 'address', undefined],
    ['totp', 'factor', ['otp']],
    ['recovery_code', 'factor', undefined],
  ] as const)('C90: %s is worth: %s', async (channel, assurance, amr) => {
    const { verification, approval } = (await approve(world)).approved
    if (!approval) throw new Error('there is nothing to sign')
    const claims = claimsOf({ iss: ISSUER, aud: 'a' }, { ...verification, channel }, approval)
    expect([claims.method, claims.assurance, claims.amr]).toEqual([channel, assurance, amr])
  })

  it('C90: a start without a nonce gets none, and neither does a service without an issuer', async () => {
    const { approved } = await approve(world, { nonce: null })
    expect(await approvalsOf(world).signedFor(world.caller, approved)).toBeNull()
    const { approved: asked } = await approve(world)
    const without = createApprovals({ ...world.domain, issuer: null })
    expect([without.signs, await without.signedFor(world.caller, asked)]).toEqual([false, null])
    const token = await sign(world, asked)
    const consumed = await without.consume(world.caller, { token, ...NOBODY })
    expect(consumed).toMatchObject(refused('approval_invalid'))
  })

  it('C90: the newest nonce of a session is signed', async () => {
    const session = 'a-session-with-two-tabs'
    const first = { to: '+14155550123', purpose: 'login', decoy: false, ttlSeconds: 600, session }
    const front = { showsParty: false, returnUrl: null, link: false, linkBinding: null }
    await world.start({ ...first, front: { ...front, nonce: newNonce() } })
    const { nonce, approved } = await approve(world, { to: first.to, session })
    expect(decodeJwt(await sign(world, approved)).nonce).toBe(nonce)
  })

  it('C90: a stored answer gives the same token, which does not live longer', async () => {
    const { approved, check } = await approve(world, { key: 'one-key-of-a-check' })
    const token = await sign(world, approved)
    world.moveWall(4 * MINUTE)
    const again = await check()
    expect(again.replayed).toBe(true)
    expect(await sign(world, again)).toBe(token)
    world.moveWall(2 * MINUTE)
    expect(await sign(world, await check())).toBe(token)
    await expect(jwtVerify(token, await keySetOf(), expected())).rejects.toThrow(/"exp"/)
    expect(await consume(token)).toMatchObject(refused('approval_invalid'))
  })
})

const VERIFY = `
import json, sys, jwt
given = json.load(sys.stdin)
keys = jwt.PyJWKSet.from_dict(given["keys"])
head = jwt.get_unverified_header(given["token"])
if head["typ"] != "countersign-approval+jwt": sys.exit("type")
key = next(one for one in keys.keys if one.key_id == head["kid"])
options = {"require": ["exp", "nonce"], "verify_exp": False, "verify_iat": False}
claims = jwt.decode(given["token"], key.key, algorithms=["EdDSA"], audience=given["aud"], issuer=given["iss"], options=options)
print(json.dumps(claims))`

describe.skipIf(!PYTHON)('by another library (Debian package python3-jwt)', () => {
  const verify = async (token: string, aud = 'default') => {
    const keys = { keys: await approvalsOf(world).publicKeys() }
    const input = JSON.stringify({ token, keys, aud, iss: ISSUER })
    return spawnSync(PYTHON as string, ['-c', VERIFY], { input, encoding: 'utf8' })
  }

  it('C90: PyJWT reads the same claims, and refuses another audience and a changed token', async () => {
    const { approved } = await approve(world, { showsParty: true })
    const token = await sign(world, approved)
    const { stdout, stderr } = await verify(token)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(decodeJwt(token))
    expect((await verify(token, 'another')).stderr).toContain('InvalidAudienceError')
    const [head, , signature] = token.split('.')
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), nonce: newNonce() }))
    const changed = `${head}.${claims.toString('base64url')}.${signature}`
    expect((await verify(changed)).stderr).toContain('InvalidSignatureError')
  })
})

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('forged, or of something else', () => {
  /** The same token with other parts, signed by the right key: everything but the change is right. */
  async function forge(head: object, claims: object) {
    const { approved } = await approve(world)
    const token = await sign(world, approved)
    const body = `${part({ ...decodeProtectedHeader(token), ...head })}.${part({ ...decodeJwt(token), ...claims })}`
    const [seed] = world.keyring.signingSeeds('approval-sign')
    const signature = signBytes(null, Buffer.from(body), privateKeyOf(seed as Buffer))
    return { token, body, signed: `${body}.${signature.toString('base64url')}` }
  }

  it('C90: the forger of these tests signs what is accepted where nothing is changed', async () => {
    expect((await consume((await forge({}, {})).signed)).kind).toBe('consumed')
  })

  it.each([
    ['another audience', {}, { aud: 'bank' }],
    ['another issuer', {}, { iss: 'https://other.example.com' }],
    ['another type', { typ: 'JWT' }, {}],
    ['no type', { typ: undefined }, {}],
    ['no key id', { kid: undefined }, {}],
    ['a key id of nobody', { kid: 'AAAA' }, {}],
    ['no end', {}, { exp: undefined }],
    ['no verification', {}, { jti: undefined }],
    ['an unknown verification', {}, { jti: 'vrf_0f1q2c8r5b7m4k3n6j9h0g1t2s3v4u5p' }],
  ])('C90: %s is not accepted, though the key is right', async (_, head, claims) => {
    const { signed } = await forge(head, claims)
    expect(await consume(signed)).toMatchObject(refused('approval_invalid'))
  })

  it('C90: neither alg none nor HS256 by the public key is accepted', async () => {
    const { token, body } = await forge({ alg: 'none' }, {})
    const [key] = await approvalsOf(world).publicKeys()
    const { body: hs256 } = await forge({ alg: 'HS256' }, {})
    const secrets = [Buffer.from(key?.x ?? '', 'base64url'), Buffer.from(JSON.stringify(key))]
    const forged = [
      `${body}.`,
      `${body}.${token.split('.')[2]}`,
      ...secrets.map(
        (secret) => `${hs256}.${createHmac('sha256', secret).update(hs256).digest('base64url')}`,
      ),
      ...['', 'a', 'a.b', 'a.b.c', '..', `${token}.`, `${token.slice(0, -4)}AAAA`],
    ]
    for (const one of forged) {
      expect(await consume(one), one).toMatchObject(refused('approval_invalid'))
      await expect(jwtVerify(one, await keySetOf(), expected()), one).rejects.toThrow()
    }
  })

  it('C90: a token that this root key has signed for another purpose is none', async () => {
    const { token } = await forge({}, {})
    const [seed] = world.keyring.signingSeeds('audit-sign')
    const body = token.slice(0, token.lastIndexOf('.'))
    const signature = signBytes(null, Buffer.from(body), privateKeyOf(seed as Buffer))
    const other = `${body}.${signature.toString('base64url')}`
    expect(await consume(other)).toMatchObject(refused('approval_invalid'))
  })
})

describe('keys', () => {
  it('C90: a token of the previous key is valid while SECRET_KEY_PREVIOUS has it, and not after', async () => {
    const token = await sign(world, (await approve(world)).approved)
    const rotated = ringOf(9, OWN)
    const [current, previous] = await approvalsOf(world, rotated).publicKeys()
    expect(decodeProtectedHeader(token).kid).toBe(previous?.kid)
    expect(current?.kid).not.toBe(previous?.kid)
    await jwtVerify(token, await keySetOf(rotated), expected())

    const removed = ringOf(9)
    await expect(jwtVerify(token, await keySetOf(removed), expected())).rejects.toThrow(
      /no applicable key/,
    )
    expect(await consume(token, world.caller, removed)).toMatchObject(refused('approval_invalid'))
    expect((await consume(token, world.caller, rotated)).kind).toBe('consumed')
  })

  it('C90: a key that every node has learned is published before it signs', async () => {
    // Step 1 of a rotation: the old key signs, the new one is first in the list of previous ones.
    const learning = createApprovalTokens(ringOf(OWN, 9, OWN))
    const using = createApprovalTokens(ringOf(9, OWN))
    const kids = async ({ publicKeys }: typeof using) => (await publicKeys()).map(({ kid }) => kid)
    expect(await kids(learning)).toEqual((await kids(using)).toReversed())
  })
})

describe('consumed', () => {
  it('C90: once, of twenty at the same time; its event is in the log', async () => {
    const { id, approved } = await approve(world)
    const token = await sign(world, approved)
    const results = await Promise.all(Array.from({ length: 20 }, () => consume(token)))
    expect(results.filter(({ kind }) => kind === 'consumed')).toEqual([
      { kind: 'consumed', claims: decodeJwt(token), replayed: false },
    ])
    for (const one of results.filter(({ kind }) => kind === 'refused'))
      expect(one).toMatchObject(refused('approval_consumed'))
    const query = { service: 'default', verificationId: id, cursor: null, limit: 10 }
    const { items } = await world.store.events.list(query)
    expect(items.filter(({ type }) => type === 'approval.consumed')).toHaveLength(1)
  })

  it('C90: not by another service, even one of the same audience', async () => {
    const token = await sign(world, (await approve(world)).approved)
    for (const approvalAudience of ['bank', 'default']) {
      const service = testService({ name: 'bank', approvalAudience })
      const other = await consume(token, { service, keyId: 'key_bank' })
      expect(other).toMatchObject(refused('approval_invalid'))
    }
    expect((await consume(token)).kind).toBe('consumed')
  })

  it('C90: to its last second, and not after; nor once its verification was erased', async () => {
    const { id, approved } = await approve(world)
    const token = await sign(world, approved)
    const late = await sign(world, (await approve(world)).approved)
    const { exp = 0 } = decodeJwt(token)
    world.moveWall(exp * 1000 - 1 - world.clock.now())
    expect((await consume(token)).kind).toBe('consumed')
    world.moveWall(1)
    expect(await consume(late)).toMatchObject(refused('approval_invalid'))

    const erased = await approve(world)
    const lost = await sign(world, erased.approved)
    const record = await world.store.verifications.find('default', erased.id)
    const actor = { service: 'default', keyId: null, clientIp: null, userAgent: null }
    const budgetIndexes = record ? [record.budgetIndex] : []
    await world.store.retention.erase({ budgetIndexes, now: world.clock.now(), actor, limit: 100 })
    expect(await consume(lost)).toMatchObject(refused('approval_invalid'))
    expect(id).not.toBe(erased.id)
  })
})
