// The library, set up for one provider: its endpoints, the algorithms and the client authentication that suffice.
// It must not talk to a provider other than the one that the settings name.

import type { Configuration, ServerMetadata } from 'openid-client'
import type { Clock } from '../../kernel/clock.ts'
import { createBoundedFetch } from './bounded-fetch.ts'
import { createDiscovery } from './discovery.ts'
import type { OidcConfig } from './ports.ts'

/** For the provider's description of itself; a person waits at the sign-in. */
export const DISCOVERY_DEADLINE_MS = 5_000
const CLOCK_TOLERANCE_S = 30
/** RFC 8725 §3.1: those that a public key verifies. Neither none nor HS256, whose key would be the client's secret. */
const ALGORITHMS = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/

const load = () => import('openid-client')
type Library = Awaited<ReturnType<typeof load>>

/** The description that every check reads: without the algorithms that prove nothing. */
function withSoundAlgorithms(metadata: ServerMetadata): ServerMetadata {
  const listed = metadata.id_token_signing_alg_values_supported ?? []
  const sound = listed.filter((name) => typeof name === 'string' && ALGORITHMS.test(name))
  return {
    ...metadata,
    id_token_signing_alg_values_supported: sound.length > 0 ? sound : ['RS256'], // mutant: C33.oidc-algorithms
  }
}

/** RFC 6749 §2.3.1 has Basic as what every server takes, unless the provider lists others only. */
function authentication(library: Library, metadata: ServerMetadata, secret: string) {
  const listed = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return listed.includes('client_secret_basic')
    ? library.ClientSecretBasic(secret)
    : library.ClientSecretPost(secret)
}

export type Configure = (deadlineMs: number) => Promise<[Library, Configuration]>

/** Each call gives a new one, which asks for the provider's keys: a rotation is seen at once. */
export function createConfigure(config: OidcConfig, clock: Clock): Configure {
  const isPlain = config.issuer.startsWith('http:')
  const insecure = (library: Library) => (isPlain ? [library.allowInsecureRequests] : [])

  const discover = createDiscovery(async () => {
    const library = await load()
    const fetch = createBoundedFetch(AbortSignal.timeout(DISCOVERY_DEADLINE_MS))
    const options = { execute: insecure(library), [library.customFetch]: fetch }
    const server = new URL(config.issuer)
    const found = await library.discovery(server, config.clientId, {}, library.None(), options)
    const metadata = found.serverMetadata()
    // The library lets Microsoft's issuers differ from what was asked for: whole tenants would be let in.
    if (new URL(metadata.issuer).href !== server.href)
      throw Object.assign(new Error('another issuer'), { code: 'issuer_mismatch' })
    return metadata
  }, clock)

  return async (deadlineMs) => {
    const library = await load()
    const metadata = await discover()
    const about = {
      [library.clockTolerance]: CLOCK_TOLERANCE_S,
      [library.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
    }
    const auth = authentication(library, metadata, config.clientSecret)
    const sound = withSoundAlgorithms(metadata)
    const made = new library.Configuration(sound, config.clientId, about, auth)
    made[library.customFetch] = createBoundedFetch(AbortSignal.timeout(deadlineMs))
    for (const allow of insecure(library)) allow(made)
    // Over TLS the standard would allow to trust the token without it.
    library.enableNonRepudiationChecks(made) // mutant: C33.oidc-signature
    return [library, made]
  }
}
