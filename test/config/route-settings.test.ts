import { describe, expect, it } from 'vitest'
import { type ConfigSources, loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const TWILIO = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't', TWILIO_FROM: '+14155550100' }
const GATEWAY = { HTTP_SMS_URL: 'https://sms.example' }
const SMTP = { SMTP_URL: 'smtps://mail.example', MAIL_FROM: 'a@example.com' }

function load(env: Record<string, string>, file?: object) {
  const sources: ConfigSources = {
    readFile: () => JSON.stringify(file),
    cores: 1,
    providers: PROVIDERS,
    devKeys: () => ({
      secretKey: KEY,
      apiKey: 'cs_dev_api-key-for-this',
      adminKey: 'cs_dev_admin',
    }),
  }
  return loadConfig({ ...env, ...(file && { SERVICES_FILE: '/services.json' }) }, sources)
}

describe('C53: a route in the settings', () => {
  it('is read by channel, and by service', () => {
    const service = { routes: { sms: 'US -> http; default -> twilio' } }
    const config = load(
      { ...TWILIO, ...GATEWAY, SMS_ROUTES: 'twilio, http' },
      {
        services: { default: {}, checkout: service },
      },
    )
    expect(config.routes.sms?.[0]?.providers.map(({ name }) => name)).toEqual(['twilio', 'http'])
    expect(config.routes.email).toBeUndefined()
    expect([...config.serviceRoutes.keys()]).toEqual(['checkout'])
    expect(config.serviceRoutes.get('checkout')?.sms).toMatchObject([
      { countries: ['US'], providers: [{ name: 'http' }] },
      { isDefault: true, providers: [{ name: 'twilio' }] },
    ])
  })

  it.each([
    [
      'a provider without settings',
      { SMS_ROUTES: 'twilio, http' },
      /SMS_ROUTES: http is not configured for sms \(configured: twilio\)/,
    ],
    [
      'one of another channel',
      { SMS_ROUTES: 'smtp' },
      /SMS_ROUTES: smtp is not configured for sms/,
    ],
    ['no default', { SMS_ROUTES: 'US -> twilio' }, /SMS_ROUTES: has no default/],
    ['a text that is no route', { SMS_ROUTES: 'US -> -> twilio' }, /SMS_ROUTES: .* is not like/],
  ])('is refused at start: %s', (_, env, words) => {
    expect(() => load({ ...TWILIO, ...SMTP, ...env })).toThrow(words)
  })

  it.each([
    ['twilio, http', 'services.checkout.routes.sms: http is not configured for sms'],
    ['US -> twilio', 'services.checkout.routes.sms: has no default'],
    ['twilio*', 'services.checkout.routes.sms: "twilio*" is not a provider'],
  ])('of a service is refused at start: %s', (sms, words) => {
    const file = { services: { default: {}, checkout: { routes: { sms } } } }
    expect(() => load(TWILIO, file)).toThrow(words)
  })

  it('no warning is left of names after the first', () => {
    const { warnings } = load({ ...TWILIO, ...GATEWAY, SMS_ROUTES: 'http, twilio' })
    expect(warnings.filter((text) => text.includes('failover'))).toEqual([])
  })
})
