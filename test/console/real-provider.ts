// A real provider of OpenID Connect on loopback: oidc-provider, with its own pages for the sign-in, and people with roles.
// It must not be asked by anything but the service under test and a visitor's browser.

import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

export const CLIENT = 'countersign'
export const CLIENT_SECRET = 'the-secret-that-was-registered'

export type RealProvider = {
  issuer: string
  /** By what is typed at the provider, which is their subject. */
  people: Map<string, { name: string; roles: unknown }>
  /** With other keys, as after a rotation; what was signed in is forgotten. */
  rotate(): void
  /** Nobody answers there any more. */
  stop(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

function makeKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: `${Math.random()}` }
}

/** @param consoleUrl where the client is registered for */
export async function startProvider(consoleUrl: string): Promise<RealProvider> {
  const people: RealProvider['people'] = new Map()
  let listener: ReturnType<Provider['callback']>
  let server: Server

  const listen = (port: number) => {
    server = createServer((request, response) => listener(request, response))
    return new Promise<number>((resolve) =>
      server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })

  const make = (issuer: string) => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT,
          client_secret: CLIENT_SECRET,
          redirect_uris: [`${consoleUrl}/admin/sign-in/oidc/callback`],
          post_logout_redirect_uris: [`${consoleUrl}/admin/sign-in/out`],
          grant_types: ['authorization_code'],
          response_types: ['code'],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      ],
      claims: { openid: ['sub', 'roles'], profile: ['name'] },
      // Roles in the token, the name at userinfo: the client has to read both.
      conformIdTokenClaims: true,
      findAccount: (_ctx, id) => {
        const person = people.get(id)
        if (!person) return undefined
        return { accountId: id, claims: () => ({ sub: id, ...person }) }
      },
      features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
      pkce: { required: () => true },
      cookies: { keys: ['a-key-of-the-test'] },
      jwks: { keys: [makeKey()] },
      ttl: {
        AccessToken: 600,
        AuthorizationCode: 60,
        Grant: 600,
        IdToken: 600,
        Interaction: 600,
        Session: 600,
      },
    })
    listener = provider.callback()
  }

  const port = await listen(0)
  const issuer = `http://127.0.0.1:${port}`
  make(issuer)
  return {
    issuer,
    people,
    rotate: () => make(issuer),
    stop,
    restart: async () => void (await listen(port)),
    close: stop,
  }
}
