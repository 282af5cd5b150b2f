// Several accounts of one provider, by names with two underscores.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../src/config/load.ts'
import { withAccounts } from '../../src/delivery/provider-account.ts'
import { createProviders, faultOfStored, PROVIDERS } from '../../src/delivery/registry.ts'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { fixedClock, smsMessage } from '../delivery/messages.ts'
import { PATIENCE_MS } from '../long.ts'

const PRODUCTION = {
  NODE_ENV: 'production',
  SECRET_KEY: randomBytes(32).toString('base64'),
  ALLOWED_COUNTRIES: 'US',
}
const FIRST = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't1', TWILIO_FROM: '+15005550001' }
const EU = {
  TWILIO__EU_ACCOUNT_SID: 'AC2',
  TWILIO__EU_AUTH_TOKEN: 't2',
  TWILIO__EU_FROM: '+15005550002',
}

function load(env: Record<string, string>) {
  const loaded = loadSettings({ ...PRODUCTION, ...env })
  return loaded.ok ? loaded.config : loaded.message
}
function configOf(env: Record<string, string>) {
  const config = load(env)
  if (typeof config === 'string') throw new Error(config)
  return config
}
const namesIn = (env: Record<string, string>) =>
  configOf(env).providers.map(({ name, channels }) => `${name} ${channels}`)

describe('accounts', () => {
  let folder: string
  let server: FaultServer
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'accounts-'))
    server = await startFaultServer(answer(201, '{"sid":"SM1"}'))
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await server.close()
  })

  it('C66: codes that a channel does not carry are warned of', () => {
    const warned = (length: string) =>
      configOf({ ...FIRST, TELEGRAM_TOKEN: 'x', CODE_LENGTH: length }).warnings.join()
    expect(warned('9')).toContain('telegram does not carry codes of 9 digits')
    expect(warned('8')).not.toContain('does not carry')
  })

  it('are providers of their own, after the first one or without it', () => {
    expect(namesIn({ ...FIRST, ...EU })).toEqual(['twilio sms', 'twilio:eu sms'])
    expect(namesIn(EU)).toEqual(['twilio:eu sms'])
    const gateways = {
      HTTP_SMS__B_URL: 'https://b.example.com',
      HTTP_EMAIL__B_URL: 'https://b.example.com',
      AWS_SMS__US_EAST_REGION: 'us-east-1',
      AWS_SMS__US_EAST_ACCESS_KEY_ID: 'x',
      AWS_SMS__US_EAST_SECRET_ACCESS_KEY: 'x',
      AWS_SMS__US_EAST_FROM: 'pool-1',
    }
    expect(namesIn(gateways)).toEqual(['aws:us_east sms', 'http:b sms', 'http:b email'])
  })

  it('may call, too, or only: each channel is meant by a setting of its own', () => {
    const voice = { TWILIO__EU_VOICE_FROM: '+15005550003', PUBLIC_URL: 'https://a.example.com' }
    expect(namesIn({ ...FIRST, ...EU, ...voice })).toEqual([
      ...['twilio sms', 'twilio:eu sms', 'twilio:eu voice'],
    ])
    const { TWILIO__EU_FROM: _, ...account } = EU
    expect(namesIn({ ...account, ...voice })).toEqual(['twilio:eu voice'])
    const { TWILIO__EU_AUTH_TOKEN: __, ...part } = account
    expect(load({ ...part, ...voice })).toContain(
      'TWILIO__EU_AUTH_TOKEN: is missing: twilio:eu needs it (TWILIO__EU_VOICE_FROM is given)',
    )
  })

  it('can be named in a route', () => {
    expect(configOf({ ...FIRST, ...EU, SMS_ROUTES: 'twilio:eu, twilio' }).warnings).not.toContain(
      'not configured',
    )
    expect(load({ ...FIRST, SMS_ROUTES: 'twilio:eu' })).toContain(
      'twilio:eu is not configured for sms (configured: twilio)',
    )
  })

  it('are read from files, and are shown with the settings in force, without their secrets', () => {
    const file = join(folder, 'token')
    writeFileSync(file, 't2')
    const { TWILIO__EU_AUTH_TOKEN: _, ...rest } = EU
    const { providers, inForce } = configOf({ ...rest, TWILIO__EU_AUTH_TOKEN_FILE: file })
    expect(providers[0]?.values).toMatchObject({ TWILIO__EU_AUTH_TOKEN: 't2' })
    const shown = inForce.filter(({ name }) => name.startsWith('TWILIO__EU_'))
    expect(shown.map(({ name, value, origin }) => [name, value, origin])).toEqual([
      ['TWILIO__EU_ACCOUNT_SID', 'AC2', 'environment'],
      ['TWILIO__EU_AUTH_TOKEN', null, 'file'],
      ['TWILIO__EU_BASE_URL', 'https://api.twilio.com', 'default'],
      ['TWILIO__EU_FROM', '+15005550002', 'environment'],
      ['TWILIO__EU_RATE', null, 'unset'],
      ['TWILIO__EU_VOICE_FROM', null, 'unset'],
      ['TWILIO__EU_VOICE_RATE', null, 'unset'],
      ['TWILIO__EU_WHATSAPP_FROM', null, 'unset'],
      ['TWILIO__EU_WHATSAPP_CONTENT_SID', null, 'unset'],
      ['TWILIO__EU_WHATSAPP_RATE', null, 'unset'],
    ])
  })

  it('name their own settings in what is wrong, and in warnings', () => {
    expect(load({ ...FIRST, TWILIO__EU_ACCOUNT_SID: 'AC2' })).toContain(
      'TWILIO__EU_FROM: is missing: twilio:eu needs it (TWILIO__EU_ACCOUNT_SID is given)',
    )
    expect(load({ ...EU, TWILIO__EU_BASE_URL: 'ftp://x' })).toMatch(
      / TWILIO__EU_BASE_URL: is not an http or https URL$/m,
    )
    const vonage = {
      ...{ VONAGE__B_FROM: 'x', VONAGE__B_API_KEY: 'x', VONAGE__B_API_SECRET: 'x' },
      VONAGE__B_INDIA_TEMPLATE_ID: '1',
    }
    expect(load(vonage)).toContain(
      'VONAGE__B_INDIA_ENTITY_ID: is missing: VONAGE__B_INDIA_TEMPLATE_ID is given',
    )
    const { warnings } = configOf({ ...EU, TWILIO__EU_BASE_URL: 'http://gateway.example' })
    expect(warnings.join('\n')).toContain('TWILIO__EU_BASE_URL: codes can go to gateway.example')
    const gateway = { HTTP_SMS__B_URL: 'https://b.example', HTTP_SMS__B_BODY: '{"to":"{{to}}"}' }
    expect(configOf(gateway).warnings.join('\n')).toContain('HTTP_SMS__B_BODY: neither {{text}}')
  })

  it.each<[Record<string, string>, string, string]>([
    [{ ...EU, TWILIO__EU_FORM: 'x' }, 'TWILIO__EU_FORM', 'TWILIO__EU_FROM'],
    [{ TWILIO__EU_ACOUNT_SID: 'x' }, 'TWILIO__EU_ACOUNT_SID', 'TWILIO__EU_ACCOUNT_SID'],
    [
      { TWILIO_EU_ACCOUNT_SID: 'x', TWILIO_EU_AUTH_TOKEN: 'x' },
      'TWILIO_EU_AUTH_TOKEN',
      'TWILIO__EU_AUTH_TOKEN',
    ],
    // One alone is no account.
    [{ TWILIO_SMS_FROM: 'x' }, 'TWILIO_SMS_FROM', 'TWILIO_FROM'],
  ])('C69: a name like theirs: %j', (env, name, meant) => {
    const { warnings } = configOf({ ...FIRST, ...env })
    expect(warnings).toContain(`${name} is not a setting: did you mean ${meant}?`)
  })

  it('send with their own settings, by their own name', async () => {
    const env = { ...FIRST, ...EU, TWILIO_BASE_URL: server.url, TWILIO__EU_BASE_URL: server.url }
    const made = createProviders(configOf(env).providers, { clock: fixedClock, inbox: false })
    expect(made.providers.map(({ name, usualMs }) => [name, usualMs])).toEqual([
      ['twilio', 10],
      ['twilio:eu', 10],
    ])
    for (const provider of made.providers)
      await provider.send(smsMessage(), AbortSignal.timeout(PATIENCE_MS))
    const seen = server.seen.map(({ url, body }) => [url, new URLSearchParams(body).get('From')])
    expect(seen).toEqual([
      ['/2010-04-01/Accounts/AC1/Messages.json', '+15005550001'],
      ['/2010-04-01/Accounts/AC2/Messages.json', '+15005550002'],
    ])
    await made.close()
  })

  it('C53: a stored refusal of an account is read as its provider’s', () => {
    expect(faultOfStored('twilio:eu', '21610')).toBe('recipient')
  })

  it('every provider with settings of a common beginning may have several', () => {
    const own = PROVIDERS.filter(({ name }) => name !== 'smtp')
    for (const entry of own) {
      const names = entry.settings.filter(({ shared }) => !shared).map(({ name }) => name)
      const beginning = names.reduce((a, b) => commonBeginning(a, b)).replace(/_[^_]*$/, '')
      const [, second] = withAccounts(
        [entry],
        [names[0]?.replace(beginning, `${beginning}__X`) ?? ''],
      )
      expect(second?.name).toBe(`${entry.name}:x`)
    }
  })
})

function commonBeginning(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return a.slice(0, length)
}
