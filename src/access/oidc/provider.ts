// One provider of OpenID Connect: the way to it, the way back, and its sign-out (authorization code, PKCE, state and nonce).
// It must not keep a token beyond the sign-in, nor believe one whose signature it has not checked against the provider's keys.

import type { Clock } from '../../kernel/clock.ts'
import { type Identity, ruleFor } from '../identities.ts'
import { readName, readRoles, readSubject } from './claims.ts'
import { type Configure, createConfigure, DISCOVERY_DEADLINE_MS } from './configure.ts'
import { failureOf } from './failures.ts'
import {
  CALLBACK_PATH,
  type Failed,
  type Flow,
  type OidcConfig,
  type OidcProvider,
  SIGNED_OUT_PATH,
} from './ports.ts'

/** For all requests of one sign-in: token, keys and, where something is not in the token, userinfo. */
const SIGN_IN_DEADLINE_MS = 10_000
/** Each holds a place for the deadline at most; an office signs in within seconds. */
const MAX_AT_ONCE = 20

type Claims = Readonly<Record<string, unknown>>
type Known = { kind: 'proven'; subject: string; claims: Claims }

const failed = (kind: Failed['kind'], word: string): Failed => ({ kind, word })

/** Before anybody has signed in nothing is forged: what does not fit is what was set up. */
function setUpFailure(error: unknown): Failed {
  const failure = failureOf(error)
  return failure.kind === 'untrusted' ? { ...failure, kind: 'set_up_wrong' } : failure
}

/** From a code to claims that the provider signed for this client and this sign-in. @throws as the library does */
async function exchange(
  configure: Configure,
  { rolesClaim, consoleUrl }: OidcConfig,
  flow: Flow,
  search: string,
): Promise<Known | Failed> {
  const [library, made] = await configure(SIGN_IN_DEADLINE_MS)
  const url = new URL(consoleUrl + CALLBACK_PATH)
  url.search = search
  const tokens = await library.authorizationCodeGrant(made, url, {
    pkceCodeVerifier: flow.verifier,
    expectedState: flow.state,
    expectedNonce: flow.nonce,
    idTokenExpected: true,
  })
  const claims: Claims = tokens.claims() ?? {}
  const subject = readSubject(claims)
  if (subject === undefined) return failed('untrusted', 'subject')
  const hasRoles = readRoles(claims, rolesClaim) !== undefined
  const isWhole = hasRoles && readName(claims) !== undefined
  if (isWhole || made.serverMetadata().userinfo_endpoint === undefined)
    return { kind: 'proven', subject, claims }
  try {
    const more = await library.fetchUserInfo(made, tokens.access_token, subject)
    return { kind: 'proven', subject, claims: { ...more, ...claims } }
  } catch (error) {
    // For a name alone nobody is kept out.
    if (hasRoles) return { kind: 'proven', subject, claims }
    throw error
  }
}

function identify({ issuer, rolesClaim, rules }: OidcConfig, { subject, claims }: Known) {
  const roles = readRoles(claims, rolesClaim)
  if (roles === undefined) return failed('no_role_claim', 'roles')
  const names = new Set(rules.map(({ value }) => value))
  const held = [...new Set(roles)].filter((role) => names.has(role))
  if (!ruleFor(rules, held)) return failed('no_role', 'roles')
  const identity: Identity = { issuer, subject, name: readName(claims) ?? subject, roles: held }
  return { kind: 'known' as const, identity }
}

export function createOidcProvider(config: OidcConfig, clock: Clock): OidcProvider {
  const configure = createConfigure(config, clock)
  let running = 0
  return {
    async begin(to) {
      try {
        const [library, made] = await configure(DISCOVERY_DEADLINE_MS)
        const verifier = library.randomPKCECodeVerifier()
        const flow: Flow = {
          state: library.randomState(),
          nonce: library.randomNonce(),
          seed: library.randomState(),
          verifier,
          to,
          startedAt: clock.now(),
        }
        const url = library.buildAuthorizationUrl(made, {
          redirect_uri: config.consoleUrl + CALLBACK_PATH,
          scope: config.scope,
          state: flow.state,
          nonce: flow.nonce,
          code_challenge: await library.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        })
        return { kind: 'begun', url: url.href, flow }
      } catch (error) {
        return setUpFailure(error)
      }
    },

    async finish(flow, search) {
      if (running >= MAX_AT_ONCE) return failed('busy', 'places')
      running += 1
      try {
        const found = await exchange(configure, config, flow, search)
        return found.kind === 'proven' ? identify(config, found) : found
      } catch (error) {
        return failureOf(error)
      } finally {
        running -= 1
      }
    },

    async signOutUrl() {
      try {
        const [library, made] = await configure(DISCOVERY_DEADLINE_MS)
        if (made.serverMetadata().end_session_endpoint === undefined) return undefined
        // No token was kept as a hint: the provider asks the person, who may want to stay signed in elsewhere.
        const back = { post_logout_redirect_uri: config.consoleUrl + SIGNED_OUT_PATH }
        return library.buildEndSessionUrl(made, back).href
      } catch {
        return undefined
      }
    },
  }
}
