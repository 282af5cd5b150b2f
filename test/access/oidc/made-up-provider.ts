// A provider of OpenID Connect that says whatever a test wants: forged tokens, wrong descriptions, no answer, endless ones.
// It must not help: nothing here checks anything.

import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { OidcConfig } from '../../../src/access/oidc/ports.ts'

export const CLIENT = 'countersign'
export const SECRET = 'the-secret-of-the-client'

export type Claims = Record<string, unknown>
type Header = { alg: string; kid?: string }

const makeKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** RS256 with the key; HS256 with whatever is given as its text; none without any. */
export function signToken(header: Header, claims: Claims, key: KeyObject | string | null): string {
  const text = `${base64(header)}.${base64(claims)}`
  if (key === null) return `${text}.`
  const signature =
    typeof key === 'string'
      ? createHmac('sha256', key).update(text).digest('base64url')
      : createSign('sha256').update(text).sign(key, 'base64url')
  return `${text}.${signature}`
}

export type MadeUp = {
  issuer: string
  config: OidcConfig
  keys: { current: ReturnType<typeof makeKey>; other: ReturnType<typeof makeKey> }
  /** Of the next token; what the checks want, unless a test changes it. */
  claimsFor(nonce: string, change?: Claims): Claims
  token(nonce: string, change?: Claims): string
  /** In place of what it would answer; undefined: as usual. By the path. */
  answers: Map<string, (response: ServerResponse) => void>
  /** The id_token of the next answers of the token endpoint. */
  nextToken: string
  userinfo: Claims | null
  publicKeys: readonly (ReturnType<typeof makeKey> & { kid: string })[]
  /** Paths that were asked for, in order. */
  asked: string[]
  close(): Promise<void>
}

const sendJson = (response: ServerResponse, value: unknown, status = 200) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

/** @param change of the description that it publishes */
export async function startMadeUp(change: object = {}): Promise<MadeUp> {
  const [current, other] = [makeKey(), makeKey()]
  const asked: string[] = []
  const usual = (path: string, response: ServerResponse) => {
    if (path === '/.well-known/openid-configuration')
      return sendJson(response, {
        issuer: made.issuer,
        authorization_endpoint: `${made.issuer}/authorize`,
        token_endpoint: `${made.issuer}/token`,
        jwks_uri: `${made.issuer}/keys`,
        ...(made.userinfo && { userinfo_endpoint: `${made.issuer}/userinfo` }),
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
        authorization_response_iss_parameter_supported: true,
        ...change,
      })
    if (path === '/keys') {
      const keys = made.publicKeys.map(({ publicKey, kid }) => ({
        ...{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' },
      }))
      return sendJson(response, { keys })
    }
    if (path === '/userinfo') return sendJson(response, made.userinfo)
    return sendJson(response, {
      ...{ access_token: 'at', token_type: 'Bearer', id_token: made.nextToken },
    })
  }
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    asked.push(path)
    request.resume()
    const answer = made.answers.get(path)
    if (answer) answer(response)
    else usual(path, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const made: MadeUp = {
    issuer,
    keys: { current, other },
    config: {
      ...{ issuer, clientId: CLIENT, clientSecret: SECRET, name: 'Acme', scope: 'openid' },
      rolesClaim: 'roles',
      rules: [
        { value: 'admins', role: 'admin', service: null },
        { value: 'helpdesk', role: 'support', service: null },
      ],
      consoleUrl: 'https://verify.example.com',
    },
    claimsFor(nonce, changed = {}) {
      const now = Math.floor(Date.now() / 1000)
      return {
        ...{ iss: issuer, aud: CLIENT, sub: 'ann-1', iat: now, exp: now + 300, nonce },
        ...{ roles: ['helpdesk'], name: 'Ann', ...changed },
      }
    },
    token: (nonce, changed) =>
      signToken({ alg: 'RS256', kid: 'one' }, made.claimsFor(nonce, changed), current.privateKey),
    answers: new Map(),
    nextToken: '',
    userinfo: null,
    publicKeys: [{ ...current, kid: 'one' }],
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return made
}
