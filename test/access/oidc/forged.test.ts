// A sign-in whose provider lies, hangs, or says too much: each is refused by its kind, and nothing of it is passed on.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MAX_ANSWER_BYTES } from '../../../src/access/oidc/bounded-fetch.ts'
import type { Failed, Flow, OidcProvider } from '../../../src/access/oidc/ports.ts'
import { createOidcProvider } from '../../../src/access/oidc/provider.ts'
import { createClock } from '../../../src/kernel/clock.ts'
import {
  CLIENT,
  type Claims,
  type MadeUp,
  SECRET,
  signToken,
  startMadeUp,
} from './made-up-provider.ts'

let made: MadeUp
let provider: OidcProvider
beforeEach(async () => {
  made = await startMadeUp()
  provider = createOidcProvider(made.config, createClock())
  return () => made.close()
})

async function begin(of = provider): Promise<Flow> {
  const begun = await of.begin('/admin/health')
  if (begun.kind !== 'begun') throw new Error(`${begun.kind} ${begun.word}`)
  return begun.flow
}

/** As the provider would lead back. */
const back = (flow: Flow, change: Record<string, string> = {}) =>
  `?${new URLSearchParams({ code: 'c0de', state: flow.state, iss: made.issuer, ...change })}`

const nowSeconds = () => Math.floor(Date.now() / 1000)

async function finishWith(write: (nonce: string) => string): Promise<Failed | { kind: 'known' }> {
  const flow = await begin()
  made.nextToken = write(flow.nonce)
  return provider.finish(flow, back(flow))
}

describe('the way to the provider', () => {
  it('carries a challenge, a state and a nonce, none of which is used twice', async () => {
    const [one, two] = [await provider.begin('/admin'), await provider.begin('/admin')]
    if (one.kind !== 'begun' || two.kind !== 'begun') throw new Error('not begun')
    const { searchParams: query, origin, pathname } = new URL(one.url)
    expect(origin + pathname).toBe(`${made.issuer}/authorize`)
    expect(Object.fromEntries(query)).toMatchObject({
      client_id: CLIENT,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://verify.example.com/admin/sign-in/oidc/callback',
      code_challenge_method: 'S256',
      state: one.flow.state,
      nonce: one.flow.nonce,
    })
    expect(one.url).not.toContain(one.flow.verifier)
    for (const key of ['state', 'nonce', 'verifier', 'seed'] as const)
      expect(one.flow[key]).not.toBe(two.flow[key])
    // Described once.
    expect(made.asked).toEqual(['/.well-known/openid-configuration'])
  })
})

describe('a token that the provider signed', () => {
  it('names a person by issuer and subject, with the roles that the settings know', async () => {
    const roles = ['staff', 'helpdesk', 'admins', 'helpdesk', 7, null]
    expect(await finishWith((nonce) => made.token(nonce, { roles, email: 'ann@x.org' }))).toEqual({
      kind: 'known',
      identity: {
        ...{ issuer: made.issuer, subject: 'ann-1', name: 'Ann', roles: ['helpdesk', 'admins'] },
      },
    })
  })

  it('may have its roles in a text, among thousands, or at the end of a path', async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `team-${i}`)
    for (const roles of ['helpdesk', [...many, 'helpdesk']]) {
      const found = await finishWith((nonce) => made.token(nonce, { roles }))
      expect(found).toMatchObject({ identity: { roles: ['helpdesk'] } })
    }
    const nested = { ...made.config, rolesClaim: 'realm_access.roles' }
    provider = createOidcProvider(nested, createClock())
    const found = await finishWith((nonce) =>
      made.token(nonce, { realm_access: { roles: ['helpdesk'] } }),
    )
    expect(found).toMatchObject({ identity: { roles: ['helpdesk'] } })
  })

  it('is completed from userinfo, of the same person only', async () => {
    made.userinfo = { sub: 'ann-1', roles: ['admins'], name: 'Ann of Userinfo' }
    const bare = (nonce: string) => made.token(nonce, { roles: undefined, name: undefined })
    expect(await finishWith(bare)).toMatchObject({
      identity: { roles: ['admins'], name: 'Ann of Userinfo' },
    })
    made.userinfo = { sub: 'bob-2', roles: ['admins'] }
    expect(await finishWith(bare)).toMatchObject({ kind: 'untrusted' })
  })

  it('opens nothing without a role that the settings know', async () => {
    for (const roles of [[], ['strangers'], 'strangers', ['HELPDESK'], ['constructor']])
      expect(await finishWith((nonce) => made.token(nonce, { roles }))).toEqual({
        ...{ kind: 'no_role', word: 'roles' },
      })
    for (const roles of [undefined, null, 7, true, {}, { helpdesk: true }, [{ name: 'helpdesk' }]])
      expect(await finishWith((nonce) => made.token(nonce, { roles }))).toEqual({
        ...{ kind: 'no_role_claim', word: 'roles' },
      })
  })
})

const RS256 = { alg: 'RS256', kid: 'one' }

describe('a token is refused that is', () => {
  const forgeries: [string, string, (nonce: string) => string][] = [
    [
      'signed by another key',
      'invalid',
      (nonce) => signToken(RS256, made.claimsFor(nonce), made.keys.other.privateKey),
    ],
    [
      'signed by a key that the provider does not have',
      'unknown_key',
      (nonce) =>
        signToken({ ...RS256, kid: 'two' }, made.claimsFor(nonce), made.keys.other.privateKey),
    ],
    [
      'not signed at all',
      'invalid',
      (nonce) => signToken({ alg: 'none' }, made.claimsFor(nonce), null),
    ],
    [
      'signed with the client’s secret',
      'invalid',
      (nonce) => signToken({ alg: 'HS256' }, made.claimsFor(nonce), SECRET),
    ],
    [
      'signed with the public key as if it were a secret',
      'invalid',
      (nonce) => {
        const { publicKey } = made.keys.current
        const text = publicKey.export({ format: 'pem', type: 'spki' }).toString()
        return signToken({ alg: 'HS256', kid: 'one' }, made.claimsFor(nonce), text)
      },
    ],
    [
      'changed after it was signed',
      'invalid',
      (nonce) => {
        const [head, , signature] = made.token(nonce).split('.')
        const [, body] = made.token(nonce, { roles: ['admins'] }).split('.')
        return `${head}.${body}.${signature}`
      },
    ],
    ['no token', 'invalid', () => 'x.y'],
  ]
  it.each(forgeries)('%s', async (_name, word, write) => {
    expect(await finishWith(write)).toEqual({ kind: 'untrusted', word })
  })

  const claims: [string, string, (nonce: string) => Claims][] = [
    ['expired', 'expired_or_not_yet_valid_exp', () => ({ exp: nowSeconds() - 60 })],
    ['not yet valid', 'expired_or_not_yet_valid_nbf', () => ({ nbf: nowSeconds() + 60 })],
    ['for another client', 'another_aud', () => ({ aud: 'another-client' })],
    ['for several clients', 'another_aud', () => ({ aud: [CLIENT, 'another'] })],
    ['of another issuer', 'another_iss', () => ({ iss: 'https://evil.example' })],
    ['of another sign-in', 'another_nonce', () => ({ nonce: 'of-another' })],
    ['without a nonce', 'invalid', () => ({ nonce: undefined })],
    ['about nobody', 'invalid', () => ({ sub: undefined })],
    ['about somebody with a line break', 'subject', () => ({ sub: 'ann\n1' })],
    ['about somebody without end', 'subject', () => ({ sub: 'a'.repeat(256) })],
  ]
  it.each(claims)('%s', async (_name, word, change) => {
    const found = await finishWith((nonce) => made.token(nonce, change(nonce)))
    expect(found).toMatchObject({ kind: 'untrusted' })
    expect((found as Failed).word).toBe(word)
  })
})

describe('the way back is refused', () => {
  it('with another state, with none, or from another provider (RFC 9207)', async () => {
    const flow = await begin()
    made.nextToken = made.token(flow.nonce)
    for (const change of [
      { state: 'another' },
      { iss: 'https://evil.example' },
      { iss: '' },
      { response: 'x.y.z' },
      { id_token: 'x.y.z' },
    ])
      expect([change, await provider.finish(flow, back(flow, change))]).toMatchObject([
        ...[change, { kind: 'untrusted' }],
      ])
    expect(await provider.finish(flow, '')).toMatchObject({ kind: 'untrusted' })
    // Nobody was asked for a token.
    expect(made.asked).toEqual(['/.well-known/openid-configuration'])
  })

  it('with an error, by its code and nothing else of it', async () => {
    const flow = await begin()
    const kinds = [
      ['access_denied', { kind: 'denied', word: 'access_denied' }],
      ['login_required', { kind: 'denied', word: 'login_required' }],
      ['invalid_scope', { kind: 'set_up_wrong', word: 'invalid_scope' }],
      ['temporarily_unavailable', { kind: 'unreachable', word: 'temporarily_unavailable' }],
      ['<script>alert(1)</script>', { kind: 'denied', word: 'no_code' }],
      ['x'.repeat(5_000), { kind: 'denied', word: 'no_code' }],
    ] as const
    for (const [error, refused] of kinds) {
      const search = back(flow, { error, error_description: 'ann@example.com was here' })
      expect(await provider.finish(flow, search)).toEqual(refused)
    }
  })

  it('with a code that was used, or with settings that the provider does not know', async () => {
    const kinds = [
      ['invalid_grant', 400, { kind: 'code_refused', word: 'invalid_grant' }],
      ['invalid_client', 401, { kind: 'set_up_wrong', word: 'invalid_client' }],
    ] as const
    for (const [error, status, refused] of kinds) {
      made.answers.set('/token', (response) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error, error_description: 'a text' }))
      })
      const flow = await begin()
      expect(await provider.finish(flow, back(flow))).toEqual(refused)
    }
  })
})

describe('a provider', () => {
  const describedBy = async (change: object) => {
    await made.close()
    made = await startMadeUp(change)
    provider = createOidcProvider(made.config, createClock())
    return provider.begin('/admin')
  }

  it('with the keys of a rotation is believed at once, and no longer with the old ones', async () => {
    expect(await finishWith((nonce) => made.token(nonce))).toMatchObject({ kind: 'known' })
    made.publicKeys = [{ ...made.keys.other, kid: 'two' }]
    const rotated = (nonce: string) =>
      signToken({ alg: 'RS256', kid: 'two' }, made.claimsFor(nonce), made.keys.other.privateKey)
    expect(await finishWith(rotated)).toMatchObject({ kind: 'known' })
    expect(await finishWith((nonce) => made.token(nonce))).toEqual({
      ...{ kind: 'untrusted', word: 'unknown_key' },
    })
  })

  it('is another one than the settings name, whatever it says of itself', async () => {
    for (const issuer of ['https://evil.example', 'http://127.0.0.1:1', '', 7])
      expect(await describedBy({ issuer })).toMatchObject({ kind: 'set_up_wrong' })
  })

  it('leads nowhere but to pages of the web', async () => {
    for (const authorization_endpoint of ['javascript:alert(1)', 'file:///etc/passwd', 'x', 7])
      expect(await describedBy({ authorization_endpoint })).toMatchObject({ kind: 'set_up_wrong' })
  })

  it('that hangs is given up within the deadline, for everybody at once', async () => {
    made.answers.set('/.well-known/openid-configuration', () => {})
    const began = performance.now()
    const all = await Promise.all(Array.from({ length: 50 }, () => provider.begin('/admin')))
    for (const one of all) expect(one).toEqual({ kind: 'unreachable', word: 'timeout' })
    expect(performance.now() - began).toBeLessThan(15_000)
    expect(made.asked).toHaveLength(1)
    // While it rests nobody asks again.
    expect(await provider.begin('/admin')).toMatchObject({ kind: 'unreachable' })
    expect(made.asked).toHaveLength(1)
  })

  it('that hangs after the way back holds a bounded number of places', async () => {
    const flow = await begin()
    const held: (() => void)[] = []
    made.answers.set('/token', (response) => void held.push(() => response.destroy()))
    const all = Array.from({ length: 25 }, () => provider.finish(flow, back(flow)))
    await expect.poll(() => held.length).toBe(20)
    for (const end of held) end()
    const kinds = (await Promise.all(all)).map((one) => one.kind)
    expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(5)
    expect(kinds.filter((kind) => kind === 'unreachable')).toHaveLength(20)
    made.answers.clear()
    expect(await finishWith((nonce) => made.token(nonce))).toMatchObject({ kind: 'known' })
  })

  it('that says too much, breaks off, redirects, or is none, is left', async () => {
    const odd: [string, Failed, (path: string) => void][] = [
      [
        'endless',
        { kind: 'unreachable', word: 'answer_too_long' },
        (path) =>
          made.answers.set(path, (response) => {
            response.writeHead(200, { 'content-type': 'application/json' })
            const chunk = Buffer.alloc(64 * 1024, ' ')
            const write = () => {
              while (!response.destroyed && response.write(chunk));
              response.once('drain', write)
            }
            write()
          }),
      ],
      [
        'long',
        { kind: 'unreachable', word: 'answer_too_long' },
        (path) =>
          made.answers.set(path, (response) =>
            response.end(Buffer.alloc(MAX_ANSWER_BYTES + 1, ' ')),
          ),
      ],
      [
        'broken off',
        { kind: 'unreachable', word: 'UND_ERR_SOCKET' },
        (path) => made.answers.set(path, (response) => response.destroy()),
      ],
      [
        'redirecting',
        { kind: 'set_up_wrong', word: 'http_302' },
        (path) =>
          made.answers.set(path, (response) =>
            response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
          ),
      ],
      [
        'a page',
        { kind: 'unreachable', word: 'OAUTH_RESPONSE_IS_NOT_JSON' },
        (path) =>
          made.answers.set(path, (response) =>
            response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Welcome'),
          ),
      ],
      [
        'broken JSON',
        { kind: 'unreachable', word: 'OAUTH_PARSE_ERROR' },
        (path) =>
          made.answers.set(path, (response) =>
            response.writeHead(200, { 'content-type': 'application/json' }).end('{'),
          ),
      ],
      [
        'ill',
        { kind: 'unreachable', word: 'http_503' },
        (path) => made.answers.set(path, (response) => response.writeHead(503).end()),
      ],
    ]
    for (const [name, failure, say] of odd) {
      made.answers.clear()
      const fresh = createOidcProvider(made.config, createClock())
      const flow = await begin(fresh)
      say('/token')
      expect([name, await fresh.finish(flow, back(flow))]).toEqual([name, failure])
      say('/.well-known/openid-configuration')
      const cold = createOidcProvider(made.config, createClock())
      expect([name, await cold.begin('/admin')]).toEqual([name, failure])
    }
    await made.close()
    const cold = createOidcProvider(made.config, createClock())
    expect(await cold.begin('/admin')).toMatchObject({ kind: 'unreachable' })
  })
})

afterEach(() => made.answers.clear())
