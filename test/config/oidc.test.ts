// The settings of the sign-in by OpenID Connect: whole or not at all, and what is wrong in words.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const bytes = (name: string) => createHash('sha256').update(name).digest('base64')
const PRODUCTION = {
  NODE_ENV: 'production',
  SECRET_KEY: bytes('root'),
  ADMIN_KEY: 'cs_2p7r5t9y1u3i6o8a0s4d7f9g',
  SMTP_URL: 'smtps://user:pass@mail.example.com',
  MAIL_FROM: 'login@example.com',
  ALLOWED_COUNTRIES: 'US',
}
const WHOLE = {
  OIDC_ISSUER: 'https://sso.example.com/realms/main',
  OIDC_CLIENT_ID: 'countersign',
  OIDC_CLIENT_SECRET: 'the-secret-of-the-client',
  OIDC_ROLES: 'admins=admin, a=b=support, shop team=viewer@default',
  OIDC_CONSOLE_URL: 'https://verify.example.com/',
}

const load = (env: Record<string, string>) =>
  loadConfig(
    { ...PRODUCTION, ...env },
    { readFile: () => 'from-the-file', cores: 2, providers: PROVIDERS, devKeys: () => undefined },
  )

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const warningsOf = (env: Record<string, string>) =>
  load({ ...WHOLE, ...env }).warnings.filter((one) => one.startsWith('OIDC_'))

describe('the settings of OpenID Connect', () => {
  it('are read whole; the secret may be in a file, and is never shown', () => {
    const { OIDC_CLIENT_SECRET: _, ...rest } = WHOLE
    const config = load({ ...rest, OIDC_CLIENT_SECRET_FILE: '/run/secrets/oidc' })
    expect(config.oidc).toEqual({
      issuer: 'https://sso.example.com/realms/main',
      clientId: 'countersign',
      clientSecret: 'from-the-file',
      name: 'sso.example.com',
      scope: 'openid profile',
      rolesClaim: 'roles',
      rules: [
        { value: 'admins', role: 'admin', service: null },
        { value: 'a=b', role: 'support', service: null },
        { value: 'shop team', role: 'viewer', service: 'default' },
      ],
      consoleUrl: 'https://verify.example.com',
    })
    expect(JSON.stringify(config.inForce)).not.toContain('from-the-file')
    expect(config.inForce.find(({ name }) => name === 'OIDC_ROLES')?.origin).toBe('environment')
    expect(load({}).oidc).toBeNull()
  })

  it('take PUBLIC_URL for the console where nothing else is given', () => {
    const { OIDC_CONSOLE_URL: _, ...rest } = WHOLE
    expect(load({ ...rest, PUBLIC_URL: 'https://v.example.com' }).oidc?.consoleUrl).toBe(
      'https://v.example.com',
    )
    expect(problemsOf(rest)).toEqual([
      'OIDC_CONSOLE_URL: is missing: give the address at which people open the console, or PUBLIC_URL, so that the provider can send them back',
    ])
  })

  it.each(['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLES'] as const)(
    'without %s are refused, as is it alone',
    (name) => {
      const { [name]: value, ...rest } = WHOLE
      expect(problemsOf(rest)).toEqual([
        expect.stringMatching(
          `^${name}: is missing: OIDC_\\w+ is given, and does nothing without it$`,
        ),
      ])
      expect(problemsOf({ [name]: value })).toHaveLength(4)
    },
  )

  it('that change nothing alone are refused, too', () => {
    expect(problemsOf({ OIDC_ROLES_CLAIM: 'groups' })).toHaveLength(5)
  })

  it.each([
    ['OIDC_ISSUER', 'sso.example.com', 'is not an http or https URL'],
    ['OIDC_ISSUER', 'https://a:b@sso.example.com', 'must not contain a user'],
    ['OIDC_ISSUER', 'https://sso.example.com/?a=b', 'must not contain a user, a query'],
    [
      'OIDC_ISSUER',
      'https://a.example/.well-known/openid-configuration',
      'give what is before /.well-known/',
    ],
    [
      'OIDC_ISSUER',
      'https://login.microsoftonline.com/common/v2.0',
      'is for the accounts of every tenant',
    ],
    ['OIDC_ISSUER', `https://a.example/${'x'.repeat(300)}`, 'at most 255 characters'],
    ['OIDC_ROLES', 'admins', '"admins" is not like helpdesk=support'],
    ['OIDC_ROLES', 'admins=owner', 'one of viewer, support, admin'],
    ['OIDC_ROLES', '=admin', 'is not like helpdesk=support'],
    ['OIDC_ROLES', 'a=admin,a=viewer', '"a" is listed twice'],
    ['OIDC_ROLES', 'a=admin@shop', 'gives "a" a role for the service "shop", which does not exist'],
    ['OIDC_ROLES', Array.from({ length: 101 }, (_, i) => `r${i}=viewer`).join(), 'more than 100'],
    ['OIDC_SCOPE', 'profile', 'must contain openid'],
    ['OIDC_CONSOLE_URL', 'https://a.example/console', 'must not contain a path'],
    ['OIDC_NAME', 'x'.repeat(41), 'at most 40 characters'],
  ])('%s=%s is refused', (name, value, words) => {
    expect(problemsOf({ ...WHOLE, [name]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${name}: .*${words.replace(/[.?*]/g, '.')}`)),
    ])
  })

  it('over plain http work, with a warning that says what is less safe', () => {
    expect(warningsOf({})).toEqual([])
    expect(
      warningsOf({ OIDC_ISSUER: 'http://sso.lan', OIDC_CONSOLE_URL: 'http://10.0.0.5' }),
    ).toEqual([
      expect.stringContaining('anybody in between can sign in to the console as anybody'),
      expect.stringContaining('take over their session'),
    ])
    expect(
      warningsOf({ OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CONSOLE_URL: 'http://localhost' }),
    ).toEqual([])
    expect(warningsOf({ OIDC_ISSUER: 'http://sso.lan', PLAINTEXT_HOSTS: 'sso.lan' })).toEqual([])
  })
})
