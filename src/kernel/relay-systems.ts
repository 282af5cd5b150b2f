// The login systems whose codes are sent for them (POST /relay/{system}): for settings, routes and the log.

export const RELAY_SYSTEMS = [
  'supabase',
  'kratos',
  'logto',
  'zitadel',
  'authgear',
  'authentik',
  'keycloak',
  'auth0',
  'cognito',
] as const
export type RelaySystem = (typeof RELAY_SYSTEMS)[number]

/** By system the secrets that its requests are known by, the current one first; a system that is not there is off. */
export type RelaySecrets = Readonly<Partial<Record<RelaySystem, readonly string[]>>>
