import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type ConfigSources, loadConfig } from '../../src/config/config.ts'
import { createRouter } from '../../src/delivery/plan.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const sources: ConfigSources = {
  readFile: () => '{"services":{"default":{},"checkout":{"routes":{"sms":["http"]}}}}',
  cores: 1,
  providers: PROVIDERS,
  devKeys: () => ({ secretKey: KEY, apiKey: 'cs_dev_api-key-for-this', adminKey: 'cs_dev_admin' }),
}
const TWILIO = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't', TWILIO_FROM: '+14155550100' }
const GATEWAY = { HTTP_SMS_URL: 'https://sms.example' }
const SMTP = { SMTP_URL: 'smtps://mail.example', MAIL_FROM: 'a@example.com' }
const MAIL_GATEWAY = { HTTP_EMAIL_URL: 'https://mail.example' }

function idle(env: Record<string, string>) {
  const { warnings } = loadConfig(env, sources)
  return warnings.filter((text) => text.includes('until failover comes'))
}

describe('C66: a provider that will never send', () => {
  it.each([
    ['SMS_ROUTES', 'twilio,http', { ...TWILIO, ...GATEWAY }, 'only twilio sends', '(http)'],
    ['SMS_ROUTES', ' http , twilio ', { ...TWILIO, ...GATEWAY }, 'only http sends', '(twilio)'],
    ['EMAIL_ROUTES', 'smtp,http', { ...SMTP, ...MAIL_GATEWAY }, 'only smtp sends', '(http)'],
    ['EMAIL_ROUTES', 'smtp,smtp', SMTP, 'only smtp sends', '(smtp)'],
  ])('is named at start where %s=%s', (name, route, provider, sender, others) => {
    for (const NODE_ENV of ['production', 'development']) {
      const production = { SECRET_KEY: randomBytes(32).toString('base64'), ALLOWED_COUNTRIES: 'US' }
      const told = idle({ NODE_ENV, ...production, ...provider, [name]: route })
      expect(told).toHaveLength(1)
      expect(told[0]).toMatch(new RegExp(`^${name}: `))
      for (const words of [sender, others]) expect(told[0]).toContain(words)
    }
  })

  it('is named where two are configured and no route is given', () => {
    expect(idle({ ...TWILIO, ...GATEWAY, ...SMTP })).toEqual([
      expect.stringMatching(/^sms: only twilio sends; http .* SMS_ROUTES$/),
    ])
  })

  it('is not named where each channel has one, or the operator chose one', () => {
    expect(idle({ ...TWILIO, ...SMTP, SMS_ROUTES: 'twilio' })).toEqual([])
    expect(idle({ ...TWILIO, ...GATEWAY, SMS_ROUTES: 'http' })).toEqual([])
    expect(idle({})).toEqual([])
  })

  it('is the one that the router passes over', () => {
    const named = (name: string) => ({
      name,
      channels: ['sms'] as const,
      send: async () => ({ kind: 'accepted' as const, reference: null }),
    })
    const router = createRouter([named('twilio'), named('http')], { sms: ['http', 'twilio'] })
    expect(router('sms')?.name).toBe('http')
  })

  it('a service has no routes of its own: they are refused by name, not passed over', () => {
    expect(() => loadConfig({ ...TWILIO, SERVICES_FILE: '/services.json' }, sources)).toThrow(
      'services.checkout.routes: there is no such setting',
    )
  })
})
