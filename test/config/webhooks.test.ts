// The settings of webhooks: what a service hears of, and what is refused at start, in words.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'
import { PROVIDERS } from '../../src/delivery/registry.ts'

/** Like random bytes, and the same each time. */
const bytes = (name: string) => createHash('sha256').update(name).digest('base64')
const SECRET = `whsec_${bytes('current')}`
const OTHER = `whsec_${bytes('previous')}`
const PRODUCTION = {
  NODE_ENV: 'production',
  SECRET_KEY: bytes('root'),
  API_KEY: 'cs_8f3kq0d7w2m5x9z1b4n6v8c0',
  ADMIN_KEY: 'cs_2p7r5t9y1u3i6o8a0s4d7f9g',
  SMTP_URL: 'smtps://user:pass@mail.example.com',
  MAIL_FROM: 'login@example.com',
  ALLOWED_COUNTRIES: '*',
}

const load = (env: Record<string, string>) =>
  loadConfig(env, {
    readFile: () => '',
    cores: 2,
    providers: PROVIDERS,
    devKeys: () => ({
      ...{ secretKey: PRODUCTION.SECRET_KEY, apiKey: PRODUCTION.API_KEY },
      adminKey: PRODUCTION.ADMIN_KEY,
    }),
  })

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const hook = (change: object) =>
  JSON.stringify({
    services: { shop: { webhooks: [{ url: 'https://a.example', secrets: [SECRET], ...change }] } },
  })
const FILE = { ...PRODUCTION, API_KEY: '', ADMIN_KEY: PRODUCTION.ADMIN_KEY }
const inFile = (services: string) => {
  const { API_KEY: _, ...env } = FILE
  return { ...env, SERVICES: services }
}

describe('the settings of webhooks', () => {
  it('by environment are those of the default service: several secrets, the endings as events', () => {
    const env = { ...PRODUCTION, WEBHOOK_URL: 'https://login.example.com/in?k=1' }
    const config = load({ ...env, WEBHOOK_SECRET: `${OTHER}, ${SECRET}` })
    expect(config.services.get('default')?.webhooks).toEqual([
      {
        url: 'https://login.example.com/in?k=1',
        secrets: [OTHER, SECRET],
        events: [
          ...['verification.approved', 'verification.canceled'],
          ...['verification.expired', 'verification.max_attempts_reached'],
          'verification.closed',
        ],
        includeRecipient: false,
      },
    ])
    const shown = config.inForce.filter(({ name }) => name.startsWith('WEBHOOK_'))
    expect(shown.map(({ value }) => value)).not.toContain(SECRET)
    expect(shown.find(({ name }) => name === 'WEBHOOK_URL')?.value).toBe(
      'https://login.example.com/in',
    )
    expect(config.webhookRanges).toEqual([])
  })

  it('of a file are its own, or none; left out they are those of the environment', () => {
    const config = load({
      ...inFile(
        JSON.stringify({
          services: {
            own: {
              webhooks: [
                {
                  url: 'https://a.example/',
                  secrets: [SECRET],
                  events: ['delivery.sent'],
                  include_recipient: true,
                },
              ],
            },
            none: { webhooks: [] },
            left: {},
          },
        }),
      ),
      ...{ WEBHOOK_URL: 'https://all.example/', WEBHOOK_SECRET: SECRET },
    })
    const of = (name: string) => config.services.get(name)?.webhooks
    expect(of('own')).toEqual([
      {
        ...{ url: 'https://a.example/', secrets: [SECRET], events: ['delivery.sent'] },
        includeRecipient: true,
      },
    ])
    expect(of('none')).toEqual([])
    expect(of('left')).toMatchObject([{ url: 'https://all.example/' }])
  })

  it.each([
    [{ WEBHOOK_URL: 'https://a.example' }, /^WEBHOOK_SECRET: is missing/],
    [{ WEBHOOK_SECRET: SECRET }, /^WEBHOOK_URL: is missing/],
    [{ WEBHOOK_URL: 'ftp://a.example', WEBHOOK_SECRET: SECRET }, /^WEBHOOK_URL: is not an http/],
    [{ WEBHOOK_URL: 'https://u:p@a.example', WEBHOOK_SECRET: SECRET }, /must not contain a user/],
    [{ WEBHOOK_URL: 'http://a.example', WEBHOOK_SECRET: SECRET }, /is not https/],
    [
      { WEBHOOK_URL: 'https://2130706433/', WEBHOOK_SECRET: SECRET },
      /private address 127\.0\.0\.1/,
    ],
    [{ WEBHOOK_URL: 'https://[::ffff:a9fe:a9fe]/', WEBHOOK_SECRET: SECRET }, /private address/],
    [{ WEBHOOK_URL: 'https://a.example', WEBHOOK_SECRET: 'whsec_abc' }, /24 to 64 random bytes/],
    [
      {
        WEBHOOK_URL: 'https://a.example',
        WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
      },
      /not random/,
    ],
    [
      {
        WEBHOOK_URL: 'https://a.example',
        WEBHOOK_SECRET: SECRET,
        WEBHOOK_EVENTS: 'check.incorrect',
      },
      /^WEBHOOK_EVENTS: "check\.incorrect" is not an event/,
    ],
    [{ WEBHOOK_ALLOW_PRIVATE: '10.0.0.0/99' }, /^WEBHOOK_ALLOW_PRIVATE: /],
  ])('C34: %j is refused at start', (env, problem) => {
    const problems = problemsOf({ ...PRODUCTION, ...env })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
    expect(problems[0]).not.toContain('whsec_abc')
  })

  it.each([
    [{ url: 'http://a.example' }, /webhooks\.0\.url: is not https/],
    [{ url: 'https://0x7f.1' }, /services\.shop\.webhooks\.0\.url: is the private address/],
    [{ secrets: [] }, /webhooks\.0\.secrets/],
    [{ events: ['delivery.lost'] }, /webhooks\.0\.events\.0: "delivery\.lost" is not an event/],
    [{ retries: 3 }, /webhooks\.0\.retries: there is no such setting/],
  ])('C34: %j in a file is refused at start', (change, problem) => {
    expect(problemsOf(inFile(hook(change))).join()).toMatch(problem)
  })

  it('a private range is reached where it is allowed, loopback in development', () => {
    const env = { WEBHOOK_URL: 'https://10.1.2.3/', WEBHOOK_SECRET: SECRET }
    expect(problemsOf({ ...PRODUCTION, ...env, WEBHOOK_ALLOW_PRIVATE: '10.1.0.0/16' })).toEqual([])
    expect(problemsOf({ WEBHOOK_URL: 'http://127.0.0.1:3000/', WEBHOOK_SECRET: SECRET })).toEqual(
      [],
    )
    expect(problemsOf(env)).toHaveLength(1)
  })
})
