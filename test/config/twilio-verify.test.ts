// The settings of Twilio's wire: a share needs a login and a service there, and no secret is repeated.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config/config.ts'

const SECRET = createHash('sha256').update('root').digest('base64')
const SERVICE_SID = `VA${'0'.repeat(32)}`
const LOGIN = {
  TWILIO_VERIFY_KEY_SID: `SK${'1'.repeat(32)}`,
  TWILIO_VERIFY_KEY_SECRET: 'the-secret-at-twilio',
}
const SHARED = {
  ...{ ...LOGIN, TWILIO_VERIFY_COMPAT: 'on', TWILIO_VERIFY_PERCENT: '95' },
  TWILIO_VERIFY_SERVICE_SID: SERVICE_SID,
}

function load(env: Record<string, string>, services?: object) {
  return loadConfig(
    { SECRET_KEY: SECRET, ...env, ...(services && { SERVICES_FILE: '/services.json' }) },
    {
      readFile: () => JSON.stringify({ services }),
      ...{ cores: 2, providers: [] },
      devKeys: () => ({ secretKey: SECRET, apiKey: 'cs_dev_0123456789', adminKey: 'cs_dev_a' }),
    },
  )
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

describe('TWILIO_VERIFY_…', () => {
  it('is off, and delegates nothing, unless it is told to', () => {
    const { twilioVerify, services } = load({})
    expect(twilioVerify).toEqual({ isOn: false, upstream: null })
    expect(services.get('default')).toMatchObject({ twilioPercent: 0, twilioServiceSid: null })
  })

  it('has a share, a service and a login, which stays when the share is 0', () => {
    const { twilioVerify, services } = load(SHARED)
    expect(twilioVerify).toMatchObject({
      upstream: { keySecret: 'the-secret-at-twilio', baseUrl: 'https://verify.twilio.com' },
    })
    expect(services.get('default')).toMatchObject({
      ...{ twilioPercent: 95, twilioServiceSid: SERVICE_SID },
    })
    const none = load({ ...SHARED, TWILIO_VERIFY_PERCENT: '0' })
    expect(none.twilioVerify.upstream).not.toBeNull()
  })

  it('a secret without its login would do nothing', () => {
    const { TWILIO_VERIFY_KEY_SECRET } = LOGIN
    expect(problemsOf({ TWILIO_VERIFY_KEY_SECRET })).toBe(
      'TWILIO_VERIFY_KEY_SID: is missing: TWILIO_VERIFY_KEY_SECRET is given',
    )
  })

  it.each([
    ['TWILIO_VERIFY_COMPAT', 'is off'],
    ['TWILIO_VERIFY_KEY_SID', 'is missing'],
    ['TWILIO_VERIFY_KEY_SECRET', 'is missing'],
    ['TWILIO_VERIFY_SERVICE_SID', 'is missing'],
  ])('a share without %s does not start', (name, problem) => {
    const { [name]: _, ...rest } = SHARED as Record<string, string>
    const problems = problemsOf(rest)
    expect(problems).toContain(`${name}: ${problem}`)
    expect(problems).not.toContain('the-secret-at-twilio')
  })

  it.each([
    ['TWILIO_VERIFY_SERVICE_SID', 'VA1'],
    ['TWILIO_VERIFY_KEY_SID', `XX${'1'.repeat(32)}`],
    ['TWILIO_VERIFY_PERCENT', '101'],
    ['TWILIO_VERIFY_BASE_URL', 'http://twilio.example'],
  ])('%s=%s is refused', (name, value) => {
    expect(problemsOf({ ...SHARED, [name]: value })).toContain(name)
  })

  it('a service of SERVICES_FILE has its own SID, never that of another', () => {
    const services = { default: {}, shop: { twilio_service_sid: `VA${'2'.repeat(32)}` }, bank: {} }
    const { services: all } = load({ TWILIO_VERIFY_SERVICE_SID: SERVICE_SID }, services)
    const sids = [...all.values()].map(({ twilioServiceSid }) => twilioServiceSid)
    expect(sids).toEqual([SERVICE_SID, `VA${'2'.repeat(32)}`, null])
    expect(problemsOf(SHARED, services)).toContain('the service bank delegates to Twilio')
  })
})
