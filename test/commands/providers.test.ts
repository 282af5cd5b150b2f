// countersign providers: what is configured and what is missing, also where the settings are invalid.

import { expect, it } from 'vitest'
import { PROVIDERS } from '../../src/delivery/registry.ts'
import { run } from './operator-world.ts'

const TWILIO = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'a-token', TWILIO_FROM: 'Shop' }
const list = async (env: Record<string, string>) => {
  const { status, out } = await run(env, 'providers', '--json')
  const { providers } = JSON.parse(out) as { providers: { name: string; state: string }[] }
  return { status, providers, of: (name: string) => providers.find((one) => one.name === name) }
}

it('C71: lists every provider, and what those that are not set up need', async () => {
  const { status, out, err } = await run({}, 'providers')
  expect([status, err]).toEqual([0, ''])
  const lines = out.trimEnd().split('\n')
  expect(lines.length).toBe(PROVIDERS.length)
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^twilio +sms +not set up +needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM$/,
    ),
  )
})

it('C71: configured ones and their accounts, without a value', async () => {
  const { status, out } = await run({ ...TWILIO, TWILIO__EU_FROM: 'Shop' }, 'providers')
  expect(out).toMatch(/^twilio +sms +configured$/m)
  expect(out).not.toMatch(/a-token|Shop/)
  expect(out).toMatch(
    /^twilio:eu +sms +incomplete +TWILIO__EU_ACCOUNT_SID: is missing: twilio:eu needs it/m,
  )
  expect(status).toBe(78)
})

it('C71: works where the settings as a whole are invalid, and names what is wrong', async () => {
  const env = { NODE_ENV: 'production', PORT: 'x', ...TWILIO, TWILIO_BASE_URL: 'ftp://x' }
  const { status, of } = await list(env)
  expect(of('twilio')).toMatchObject({
    channels: ['sms'],
    state: 'incomplete',
    problems: ['TWILIO_BASE_URL: is not an http or https URL'],
  })
  expect(of('vonage')).toMatchObject({
    ...{ state: 'unconfigured', problems: [], required: ['VONAGE_FROM'] },
  })
  expect(status).toBe(78)
  expect((await list({ NODE_ENV: 'production', PORT: 'x', ...TWILIO })).status).toBe(0)
})

it('C71: of the two gateways only the one that is set', async () => {
  const { providers } = await list({ HTTP_EMAIL_URL: 'https://mail.example.com' })
  const gateways = providers.filter(({ name }) => name === 'http')
  expect(gateways.map(({ state }) => state)).toEqual(['unconfigured', 'configured'])
})
