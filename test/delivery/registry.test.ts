import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseRoutes } from '../../src/config/routes.ts'
import type { Provider } from '../../src/delivery/ports.ts'
import type { ProviderSettingError } from '../../src/delivery/provider-entry.ts'
import { createInboxProvider } from '../../src/delivery/providers/inbox.ts'
import { createProviders, PROVIDERS } from '../../src/delivery/registry.ts'
import { createRouting, type Routes } from '../../src/delivery/routes/routing.ts'
import { CHANNELS, type Channel } from '../../src/kernel/channel.ts'
import { fixedClock, mailMessage, NOW, smsMessage } from './messages.ts'

const SMTP = {
  name: 'smtp',
  channels: ['email'] as const,
  values: { SMTP_URL: 'smtp://127.0.0.1:2525', MAIL_FROM: 'a@example.com' },
}
const GATEWAY = {
  name: 'http',
  channels: ['sms'] as const,
  values: {
    HTTP_SMS_URL: 'http://127.0.0.1:1',
    HTTP_SMS_METHOD: 'POST',
    HTTP_SMS_HEADERS: '{"content-type":"text/plain"}',
    HTTP_SMS_BODY: '{{text}}',
  },
}

const MAIL_GATEWAY = {
  name: 'http',
  channels: ['email'] as const,
  values: {
    HTTP_EMAIL_URL: 'http://127.0.0.1:1',
    HTTP_EMAIL_METHOD: 'POST',
    HTTP_EMAIL_HEADERS: '{"content-type":"text/html"}',
    HTTP_EMAIL_BODY: '{{html}}',
  },
}

const namesOf =
  (...given: Parameters<typeof createRouting>) =>
  (channel: Channel) =>
    createRouting(...given)({ service: 'default', channel, to: '+1', country: 'US' }).map(
      ({ name }) => name,
    )

const BASES = PROVIDERS.flatMap(({ settings, read }) =>
  settings.filter(({ name }) => name.endsWith('_BASE_URL')).map(({ name }) => ({ name, read })),
)

it.each(BASES)('C69: $name is a host with a path at the most', ({ name, read }) => {
  const problemOf = (url: string) => {
    try {
      read({ [name]: url })
    } catch (error) {
      const { faults } = error as ProviderSettingError
      return faults.find(({ setting }) => setting === name)?.problem
    }
  }
  for (const rest of ['ann@a.example', 'ann:s3cr3t@a.example', 'a.example/?x=1', 'a.example/#x'])
    expect(problemOf(`https://${rest}`)).toBe('must not contain a user, a query or a fragment')
  expect(problemOf('https://a.example:8443/v1/')).toBeUndefined()
})

describe('the registry', () => {
  it('names each setting once, with a description, and marks secrets', () => {
    const settings = PROVIDERS.flatMap((entry) => entry.settings)
    const own = settings
      .filter((row) => !('shared' in row || 'common' in row))
      .map(({ name }) => name)
    expect(new Set(own).size).toBe(own.length)
    for (const { name, description } of settings) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]+$/)
      expect(description.length).toBeGreaterThan(5)
    }
    const secrets = settings.filter(({ secret }) => secret).map(({ name }) => name)
    expect(secrets).toEqual(
      expect.arrayContaining([
        'SMTP_URL',
        'SES_SECRET_ACCESS_KEY',
        'SENDGRID_API_KEY',
        'POSTMARK_SERVER_TOKEN',
        'RESEND_API_KEY',
        'TWILIO_AUTH_TOKEN',
        'VONAGE_PRIVATE_KEY',
        'VONAGE_API_SECRET',
        'INFOBIP_API_KEY',
        'AWS_SMS_SECRET_ACCESS_KEY',
        'AWS_SMS_SESSION_TOKEN',
        'WHATSAPP_CLOUD_ACCESS_TOKEN',
        'WHATSAPP_CLOUD_APP_SECRET',
        'TELEGRAM_TOKEN',
        'HTTP_SMS_SECRET',
        'HTTP_SMS_HEADERS',
      ]),
    )
  })

  it.each([
    ['smtp://127.0.0.1:2525', 10],
    ['smtp://localhost', 10],
    ['smtp://[::1]:25', 10],
    ['smtps://127.0.0.1.example.com', 300],
    ['smtp://mail.example.com', 300],
  ])('C49: the first decoys take the usual time of %s: %i ms', (url, usualMs) => {
    const values = { ...SMTP.values, SMTP_URL: url }
    const made = createProviders([{ ...SMTP, values }], { clock: fixedClock, inbox: false })
    expect(made.providers.map((provider) => provider.usualMs)).toEqual([usualMs])
  })

  it('its own defaults are right', () => {
    const given: Record<string, string> = {
      SMTP_URL: 'smtp://mail.example.com',
      MAIL_FROM: 'Example <a@example.com>',
      SES_ACCESS_KEY_ID: 'AKID',
      SES_SECRET_ACCESS_KEY: 'x',
      SES_REGION: 'eu-central-1',
      SENDGRID_API_KEY: 'SG.x',
      POSTMARK_SERVER_TOKEN: 'x',
      RESEND_API_KEY: 're_x',
      TWILIO_ACCOUNT_SID: 'AC0',
      TWILIO_AUTH_TOKEN: 'x',
      TWILIO_FROM: '+15005550006',
      TWILIO_VOICE_FROM: '+15005550006',
      TWILIO_WHATSAPP_FROM: '+15005550006',
      TWILIO_WHATSAPP_CONTENT_SID: `HX${'0'.repeat(32)}`,
      VONAGE_FROM: 'Example',
      VONAGE_VOICE_FROM: '+15005550006',
      VONAGE_APPLICATION_ID: 'aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab',
      VONAGE_PRIVATE_KEY: generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      }).privateKey,
      VONAGE_SIGNATURE_SECRET: 'a-signature-secret-of-tests',
      VONAGE_API_KEY: 'abcd1234',
      VONAGE_API_SECRET: 'x',
      AWS_SMS_REGION: 'eu-west-1',
      AWS_SMS_ACCESS_KEY_ID: 'x',
      AWS_SMS_SECRET_ACCESS_KEY: 'x',
      AWS_SMS_FROM: 'pool-1',
      INFOBIP_API_KEY: 'x',
      INFOBIP_FROM: 'Example',
      INFOBIP_BASE_URL: 'example.api.infobip.com',
      WHATSAPP_CLOUD_ACCESS_TOKEN: 'x',
      WHATSAPP_CLOUD_PHONE_NUMBER_ID: '106540352242922',
      WHATSAPP_CLOUD_TEMPLATE: 'otp',
      TELEGRAM_TOKEN: 'x',
      HTTP_SMS_URL: 'https://sms.example.com',
      HTTP_EMAIL_URL: 'https://mail.example.com',
    }
    for (const entry of PROVIDERS) {
      const pairs = entry.settings.flatMap(({ name, default: value }) => {
        const text = given[name] ?? value
        return text === undefined ? [] : [[name, text]]
      })
      expect(() => entry.read(Object.fromEntries(pairs))).not.toThrow()
    }
  })

  it('the inbox serves the channels that no other provider serves, and exists on request only', async () => {
    const dev = createProviders([SMTP], { clock: fixedClock, inbox: true })
    const names = namesOf(dev.providers)
    expect(dev.providers.at(-1)).toMatchObject({ channels: ['sms'] })
    expect([names('email'), names('sms')]).toEqual([['smtp'], ['inbox']])
    const production = createProviders([SMTP], { clock: fixedClock, inbox: false })
    expect(production.inbox).toBeNull()
    const only = namesOf(production.providers)
    expect(CHANNELS.filter((channel) => only(channel).length > 0)).toEqual(['email'])
    await Promise.all([dev.close(), production.close()])
  })

  it('makes the gateway of each channel from its own settings', async () => {
    const made = createProviders([SMTP, GATEWAY, MAIL_GATEWAY], { clock: fixedClock, inbox: false })
    expect(made.providers.map(({ name, channels }) => [name, ...channels])).toEqual([
      ['smtp', 'email'],
      ['http', 'sms'],
      ['http', 'email'],
    ])
    await made.close()
  })
})

/** The whole contract over HTTP, or, for mail servers, their own cases of C21. */
it('C21: every provider’s behaviour towards a peer in trouble is tested', () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'))
  const texts = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  const held = texts.flatMap((text) =>
    [...text.matchAll(/describeHttpProvider\(\s*'(\w+)(?: \((\w+)\))?/g)].map(
      ([, name, of]) => `${name} ${of === 'mail' ? 'email' : (of ?? 'sms').toLowerCase()}`,
    ),
  )
  const mailCases = texts.flatMap((text) =>
    text.includes('createSmtpProvider(') ? [...text.matchAll(/'C21: /g)] : [],
  )
  expect(mailCases.length).toBeGreaterThanOrEqual(8)
  const others = PROVIDERS.filter(({ name }) => name !== 'smtp')
  expect([...new Set(held)].sort()).toEqual(
    others.map(({ name, channels }) => `${name} ${channels[0]}`).sort(),
  )
})

describe('a route', () => {
  const provider = (name: string, channels: Channel[]): Provider => ({
    name,
    channels,
    send: () => Promise.resolve({ kind: 'accepted', reference: null }),
  })
  const [a, b, http] = [
    provider('a', ['sms', 'email']),
    provider('b', ['sms']),
    provider('http', ['email']),
  ]
  const inbox = createInboxProvider({ channels: ['sms', 'email'], clock: fixedClock })

  const routes: Routes = { sms: parseRoutes('b, a') }

  it('is what a setting says, else what is configured, and the inbox last', () => {
    expect(namesOf([inbox, a, b])('sms')).toEqual(['a', 'b', 'inbox'])
    expect(namesOf([a, b], routes)('sms')).toEqual(['b', 'a'])
    expect(namesOf([a, b], routes)('email')).toEqual(['a'])
    expect(namesOf([b])('email')).toEqual([])
  })

  it('of a service is its own, and in other channels that of all', () => {
    const own = new Map([['default', { sms: parseRoutes('a') }]])
    expect(namesOf([a, b], routes, own)('sms')).toEqual(['a'])
    expect(namesOf([a, b], routes, own)('email')).toEqual(['a'])
    expect(namesOf([a, b], routes, new Map([['other', { sms: parseRoutes('a') }]]))('sms')).toEqual(
      ['b', 'a'],
    )
  })

  it('may name one of two with one name', () => {
    const other = provider('http', ['sms'])
    expect(namesOf([other, http], { email: parseRoutes('http') })('email')).toEqual(['http'])
  })

  it('that is impossible is refused', () => {
    expect(() => createRouting([a], { sms: parseRoutes('c') })).toThrow('"c" is not configured')
    expect(() => createRouting([b], { email: parseRoutes('b') })).toThrow(
      '"b" does not carry email',
    )
  })
})

describe('the development inbox', () => {
  const signal = new AbortController().signal
  it('keeps messages, newest first, bounded, and notifies listeners', async () => {
    const inbox = createInboxProvider({ channels: ['sms', 'email'], clock: fixedClock })
    const heard: string[] = []
    const end = inbox.subscribe(({ id }) => heard.push(id))
    await inbox.send(smsMessage({ tryId: 'att_1' }), signal)
    end()
    await inbox.send(mailMessage({ tryId: 'att_2' }), signal)
    expect(heard).toEqual(['att_1'])
    expect(inbox.list()).toMatchObject([
      { id: 'att_2', channel: 'email', subject: mailMessage().subject, html: mailMessage().html },
      { id: 'att_1', channel: 'sms', subject: null, at: new Date(NOW).toISOString() },
    ])
    for (let i = 0; i < 500; i += 1) await inbox.send(smsMessage({ tryId: `att_${i}` }), signal)
    expect(inbox.list().length).toBe(200)
    expect(inbox.list()[0]?.id).toBe('att_499')
  })
})
