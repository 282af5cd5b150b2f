// RELAY_<SYSTEM>_SECRET and `relay` of a service: who may have codes sent, by which secrets, and what is refused at start.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'
import { showService } from '../../src/config/shown-service.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const bytes = (name: string) => createHash('sha256').update(name).digest('base64')
const plain = (name: string) => createHash('sha256').update(name).digest('hex')
const HOOK = `whsec_${bytes('hook')}`
const NEWER = `whsec_${bytes('newer hook')}`
const BUDGETS = {
  LIMIT_SENDS_PER_SERVICE_HOUR: '500/3600',
  LIMIT_SENDS_PER_COUNTRY_HOUR: '200/3600',
}
const DEVELOPMENT = { SECRET_KEY: bytes('root') }
const PRODUCTION = {
  ...{ NODE_ENV: 'production', SECRET_KEY: bytes('root'), ALLOWED_COUNTRIES: 'US' },
  ...{ SMTP_URL: 'smtps://user:pass@mail.example.com', MAIL_FROM: 'login@example.com' },
}

function load(env: Record<string, string>, services?: object) {
  const given = { ...DEVELOPMENT, ...BUDGETS, ...env }
  return loadConfig(services ? { ...given, SERVICES_FILE: '/services.json' } : given, {
    readFile: (path) => (path === '/services.json' ? JSON.stringify({ services }) : `${HOOK}\n`),
    ...{ cores: 2, providers: PROVIDERS },
    devKeys: () => ({
      secretKey: bytes('root'),
      apiKey: 'cs_dev_0123456789',
      adminKey: 'cs_dev_a',
    }),
  })
}

function problemsOf(...given: Parameters<typeof load>): string {
  try {
    load(...given)
    return ''
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n')
    throw error
  }
}

const relayOf = (env: Record<string, string>, services?: object, name = 'default') =>
  load(env, services).services.get(name)?.relay

describe('RELAY_<SYSTEM>_SECRET', () => {
  it('opens its system alone, and without one nothing is open', () => {
    expect(relayOf({})).toEqual({})
    const secret = plain('a')
    expect(relayOf({ RELAY_ZITADEL_SECRET: secret })).toEqual({ zitadel: [secret] })
    expect(relayOf({ RELAY_SUPABASE_SECRET_FILE: '/secret' })).toEqual({ supabase: [HOOK] })
  })

  it.each([
    [`v1,${HOOK}`, [HOOK]],
    [HOOK, [HOOK]],
    [`v1,${NEWER}|v1,${HOOK}`, [NEWER, HOOK]],
    [`v1,${NEWER}, v1,${HOOK}`, [NEWER, HOOK]],
    [`${NEWER},${HOOK}`, [NEWER, HOOK]],
    [`v1,${HOOK}|${HOOK}`, [HOOK]],
  ])('takes Supabase’s secrets as it shows them: %s', (text, secrets) => {
    expect(relayOf({ RELAY_SUPABASE_SECRET: text })).toEqual({ supabase: secrets })
  })

  it('takes several during a rotation', () => {
    const [a, b] = [plain('a'), plain('b')]
    expect(relayOf({ RELAY_LOGTO_SECRET: `${a}, ${b}` })).toEqual({ logto: [a, b] })
  })

  it.each([
    ['RELAY_SUPABASE_SECRET', 'v1,whsec_short'],
    ['RELAY_SUPABASE_SECRET', plain('a')],
    ['RELAY_LOGTO_SECRET', 'fifteen-letters'],
    ['RELAY_LOGTO_SECRET', `${plain('a')} ${plain('b')}`],
    ['RELAY_LOGTO_SECRET', `${plain('a')},,${plain('b')}`],
    ['RELAY_LOGTO_SECRET', Array.from({ length: 6 }, (_, n) => plain(`${n}`)).join()],
  ])('refuses what is no secret, without its text: %s', (name, text) => {
    const problem = problemsOf({ [name]: text })
    expect(problem).toMatch(new RegExp(`^${name}: `))
    expect(problem).not.toContain(text)
  })

  it('refuses one that is easy to guess, in production', () => {
    const env = { ...PRODUCTION, RELAY_KRATOS_SECRET: 'secret-secret-secret' }
    expect(problemsOf(env)).toMatch(/^RELAY_KRATOS_SECRET: is easy to guess/)
    expect(problemsOf({ ...PRODUCTION, RELAY_KRATOS_SECRET: plain('k') })).toBe('')
  })
})

describe('a service that relays', () => {
  const zitadel = [plain('z')]

  it.each([
    [{ LIMIT_SENDS_PER_SERVICE_HOUR: 'off' }, 'set LIMIT_SENDS_PER_SERVICE_HOUR (limits.'],
    [{ LIMIT_SENDS_PER_COUNTRY_HOUR: 'off' }, 'set LIMIT_SENDS_PER_COUNTRY_HOUR (limits.'],
    [
      { LIMIT_SENDS_PER_SERVICE_HOUR: 'off', LIMIT_SENDS_PER_COUNTRY_HOUR: 'off' },
      'set LIMIT_SENDS_PER_SERVICE_HOUR (limits.sends_per_service_hour in SERVICES_FILE) and LIMIT_SENDS_PER_COUNTRY_HOUR (limits.',
    ],
  ])('C92: is refused without budgets: %o', (limits, words) => {
    const problem = problemsOf({ ...limits, RELAY_ZITADEL_SECRET: plain('z') })
    expect(problem).toContain('RELAY_ZITADEL_SECRET: the service "default" sends for zitadel')
    expect(problem).toContain(words)
    expect(problemsOf({ ...limits })).toBe('')
  })

  it('needs no budget of countries where it sends mails alone', () => {
    const env = {
      ...PRODUCTION,
      RELAY_ZITADEL_SECRET: plain('z'),
      LIMIT_SENDS_PER_COUNTRY_HOUR: 'off',
    }
    expect(problemsOf(env)).toBe('')
  })

  it('has its own in SERVICES_FILE, and inherits none', () => {
    const env = { RELAY_LOGTO_SECRET: plain('l') }
    const services = { default: {}, shop: { relay: { zitadel } }, other: {} }
    expect(relayOf(env, services)).toEqual({ logto: [plain('l')] })
    expect(relayOf(env, services, 'shop')).toEqual({ zitadel })
    expect(relayOf(env, services, 'other')).toEqual({})
    const problem = problemsOf(env, {
      ...services,
      other: { relay: { zitadel: [plain('o')] }, limits: { sends_per_service_hour: 'off' } },
    })
    expect(problem).toMatch(/^SERVICES_FILE: services\.other\.relay\.zitadel: the service "other"/)
  })

  it('is known by its secret: no two have the same one', () => {
    const problem = problemsOf({}, { shop: { relay: { zitadel } }, other: { relay: { zitadel } } })
    expect(problem).toMatch(/services\.shop and services\.other have the same secret for zitadel/)
    expect(problem).not.toContain(plain('z'))
  })

  it('must exist', () => {
    const problem = problemsOf({ RELAY_LOGTO_SECRET: plain('l') }, { shop: {} })
    expect(problem).toMatch(/^RELAY_LOGTO_SECRET: is for the service "default"/)
  })

  it('is shown by the names of its systems alone', () => {
    const config = load(
      { RELAY_LOGTO_SECRET: plain('l') },
      { default: {}, shop: { relay: { zitadel } } },
    )
    const shown = JSON.stringify([
      config.inForce,
      showService(config, 'shop'),
      showService(config, 'default'),
    ])
    expect(showService(config, 'shop')).toContainEqual(
      expect.objectContaining({ name: 'relay', value: 'zitadel', origin: 'services' }),
    )
    expect(showService(config, 'default')).toContainEqual(
      expect.objectContaining({ name: 'relay', value: 'logto', origin: 'environment' }),
    )
    for (const secret of [plain('z'), plain('l')]) expect(shown).not.toContain(secret)
  })
})
