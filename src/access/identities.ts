// People who sign in by OpenID Connect: what each of them may do, by the roles that the settings name now.
// It must not know anybody by an address or a name: both change hands. The provider's `sub` never does.

import { createHash } from 'node:crypto'
import { expandScopes, type Standing } from './authenticator.ts'
import type { Scope } from './ports.ts'

export const ROLES = ['viewer', 'support', 'admin'] as const
export type Role = (typeof ROLES)[number]

const SCOPE_OF: Readonly<Record<Role, Scope>> = {
  viewer: 'admin:read',
  support: 'admin:support',
  admin: 'admin',
}

/** `helpdesk=support@shop`: the role of those whose claim holds `value`, for one service or (null) for all. */
export type RoleRule = { value: string; role: Role; service: string | null }

/** A person, as the provider names them (OpenID Connect Core §5.7: issuer and subject together, nothing else). */
export type Identity = {
  issuer: string
  subject: string
  /** For people to read. */
  name: string
  /** Of the claim: those that a rule named at the sign-in. */
  roles: readonly string[]
}

const ACTOR = 'oidc:'

/** In the log, in place of a key's id. */
const actorIdOf = ({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>) =>
  `${ACTOR}${issuer}#${subject}`

/** The subject of such an id; undefined: it is a key's. */
export function subjectOf(actorId: string): string | undefined {
  return actorId.startsWith(ACTOR) ? actorId.slice(actorId.indexOf('#') + 1) : undefined
}

/** The rule that counts: the first one, in the order of the setting. */
export function ruleFor(
  rules: readonly RoleRule[],
  roles: readonly string[],
): RoleRule | undefined {
  return rules.find(({ value }) => roles.includes(value)) // mutant: C33.first-role-counts
}

export type Identities = {
  /** Undefined: the settings no longer name this provider, or none of their roles. */
  standing(identity: Identity): Standing | undefined
}

export function createIdentities(about: {
  issuer: string
  rules: readonly RoleRule[]
}): Identities {
  return {
    standing(identity) {
      if (identity.issuer !== about.issuer) return undefined // mutant: C33.session-of-this-issuer
      const rule = ruleFor(about.rules, identity.roles)
      if (!rule) return undefined
      const keyId = actorIdOf(identity)
      const scopes = expandScopes([SCOPE_OF[rule.role]])
      return {
        access: { keyId, service: rule.service, scopes },
        name: identity.name,
        digest: createHash('sha256').update(keyId, 'utf8').digest(),
      }
    },
  }
}
