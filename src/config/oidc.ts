// The settings of the sign-in by OpenID Connect: all that it needs, or none of them.
// It must not repeat the client's secret.

import { ROLES, type RoleRule } from '../access/identities.ts'
import type { OidcConfig } from '../access/oidc/ports.ts'
import { type Parser, parseList, parseOrigin, parseText, SettingError } from './parsers.ts'
import type { Reader, Values } from './reader.ts'
import { optional, SERVER_SETTINGS, withDefault } from './settings.ts'

const MAX_CHARACTERS = 255
const MAX_RULES = 100
/** Microsoft's issuers for several tenants: a token of any of them would be good. */
const ANY_TENANT =
  /^https:\/\/login\.microsoftonline\.com\/(?:common|organizations|consumers)(?:\/|$)/i

const parseShort: Parser<string> = (text) => {
  if (text.length > MAX_CHARACTERS)
    throw new SettingError(`must have at most ${MAX_CHARACTERS} characters`)
  return text
}

/** As the provider writes it, for its tokens name it letter by letter. */
const parseIssuer: Parser<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new SettingError(`"${text}" is not an http or https URL`)
  if (url.username || url.password || url.search || url.hash)
    throw new SettingError('must not contain a user, a query or a fragment')
  if (url.pathname.includes('/.well-known/'))
    throw new SettingError('is the address of the description: give what is before /.well-known/')
  if (ANY_TENANT.test(url.href))
    throw new SettingError(
      'is for the accounts of every tenant: give your own, https://login.microsoftonline.com/<tenant id>/v2.0',
    )
  return parseShort(text)
}

/** `helpdesk=support`, or `shop-team=support@shop`. From the right: a group’s name may hold an =. */
const parseRoleRule: Parser<RoleRule> = (text) => {
  const [, value = '', role = '', , service = null] = /^(.+)=([^=@]*)(@([\w-]+))?$/.exec(text) ?? []
  const found = ROLES.find((one) => one === role.trim())
  if (!found || value.trim() === '')
    throw new SettingError(
      `"${text}" is not like helpdesk=support: give the claim's value and one of ${ROLES.join(', ')}, and @service for one service alone`,
    )
  return { value: parseShort(value.trim()), role: found, service }
}

const parseRoleRules: Parser<RoleRule[]> = (text) => {
  const rules = parseList(parseRoleRule)(text)
  if (rules.length > MAX_RULES) throw new SettingError(`names more than ${MAX_RULES} roles`)
  const values = rules.map(({ value }) => value)
  const twin = values.find((value, i) => values.indexOf(value) !== i)
  if (twin) throw new SettingError(`"${twin}" is listed twice: remove one of them`)
  return rules
}

const parseScope: Parser<string> = (text) => {
  const words = text.split(/\s+/)
  if (!words.includes('openid')) throw new SettingError('must contain openid')
  return parseShort(words.join(' '))
}

const parseLabel: Parser<string> = (text) => {
  if ([...text].length > 40) throw new SettingError('must have at most 40 characters')
  return text
}

export const OIDC_SETTINGS = {
  issuer: optional(
    'OIDC_ISSUER',
    parseIssuer,
    'The issuer of your OpenID Connect provider, as its tokens name it: people sign in to the console with it. With it `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET` and `OIDC_ROLES` are required: see docs/admin.md',
  ),
  clientId: optional('OIDC_CLIENT_ID', parseShort, 'The client that you registered there'),
  clientSecret: optional('OIDC_CLIENT_SECRET', parseText, 'Its secret', { secret: true }),
  rules: optional(
    'OIDC_ROLES',
    parseRoleRules,
    'What people may do, by the values of the claim, comma-separated: `admins=admin, helpdesk=support, staff=viewer`, for one service alone `shop-team=support@shop`. Somebody with several gets the first one of this list; somebody with none stays out',
  ),
  rolesClaim: withDefault(
    'OIDC_ROLES_CLAIM',
    parseShort,
    'roles',
    'The claim with a person’s roles or groups, a text or a list of texts: its name, or a path such as `realm_access.roles`',
  ),
  scope: withDefault(
    'OIDC_SCOPE',
    parseScope,
    'openid profile',
    'The scopes to request, with spaces between; some providers report roles only for a scope of their own (`openid profile groups`)',
  ),
  name: optional('OIDC_NAME', parseLabel, 'The provider’s name on the button of the sign-in', {
    shown: 'the host of `OIDC_ISSUER`',
  }),
  consoleUrl: optional(
    'OIDC_CONSOLE_URL',
    parseOrigin,
    'Where people open the console, the root of a host name without a path. Register `<it>/admin/sign-in/oidc/callback` there as redirect URI, and `<it>/admin/sign-in/out` for the sign-out',
    { shown: '`PUBLIC_URL`' },
  ),
} as const

type Given = Values<typeof OIDC_SETTINGS>
const REQUIRED = ['issuer', 'clientId', 'clientSecret', 'rules'] as const

function noteMissing(given: Given, reader: Reader, publicUrl: string | undefined): void {
  const isGiven = ({ name }: { name: string }) => reader.origin(name) !== 'default'
  const [first] = Object.values(OIDC_SETTINGS).filter(isGiven)
  if (!first) return
  for (const key of REQUIRED) {
    const { name } = OIDC_SETTINGS[key]
    if (given[key] === undefined && !reader.isNoted(name))
      reader.note(name, `is missing: ${first.name} is given, and does nothing without it`)
  }
  const { name } = OIDC_SETTINGS.consoleUrl
  if ((given.consoleUrl ?? publicUrl) === undefined && !reader.isNoted(name))
    reader.note(
      name,
      `is missing: give the address at which people open the console, or ${SERVER_SETTINGS.publicUrl.name}, so that the provider can send them back`,
    )
}

/** Undefined parts are noted. @returns null: people sign in with keys alone */
export function readOidc(
  given: Given,
  reader: Reader,
  about: { publicUrl: string | undefined; services: ReadonlyMap<string, unknown> },
): OidcConfig | null {
  noteMissing(given, reader, about.publicUrl)
  const { issuer, clientId, clientSecret, rules, rolesClaim, scope } = given
  for (const { value, service } of rules ?? [])
    if (service !== null && !about.services.has(service))
      reader.note(
        OIDC_SETTINGS.rules.name,
        `gives "${value}" a role for the service "${service}", which does not exist: give one of ${[...about.services.keys()].slice(0, 5).join(', ')}`,
      )
  const consoleUrl = given.consoleUrl ?? about.publicUrl
  if (!issuer || !clientId || !clientSecret || !rules || !consoleUrl) return null
  const name = given.name ?? new URL(issuer).hostname
  return { issuer, clientId, clientSecret, rules, rolesClaim, scope, name, consoleUrl }
}
