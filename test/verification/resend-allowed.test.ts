// C50: a message that is sent again goes where a start of today would be let through: settings change while one is open.

import { afterEach, expect, it } from 'vitest'
import type { ServicePolicy } from '../../src/verification/policy.ts'
import { createWorld, NOBODY, type World } from './world.ts'

const LANDLINE = '+4930901820'
const MOBILE = '+4915123456789'

let world: World | undefined
afterEach(() => world?.close())

/** Started, and sent again by the service as it is by then. */
async function again(
  {
    to,
    decoy = false,
    isTest = false,
    channel = null,
  }: { to: string; decoy?: boolean; isTest?: boolean; channel?: 'voice' | null },
  change: Partial<ServicePolicy>,
) {
  const test = { to, prefix: false, code: '123456', untilMs: 8.64e15 }
  world = await createWorld({ service: { testRecipients: isTest ? [test] : [] } })
  const { policy, service, caller } = world
  const common = { to, decoy, session: null, purpose: 'login', ttlSeconds: 600 }
  const started = await world.start(common)
  if (started.kind === 'refused') throw new Error(started.detail)
  world.moveWall(40_000)
  const { id } = started.verification
  const changed = { ...caller, service: { ...policy, ...change } }
  const result = await service.resend(changed, { id, channel, ...NOBODY })
  return [result.kind === 'refused' ? result.error : null, world.rows()[0]?.sends]
}

it.each([false, true])('C50: no second text to a landline, decoy: %s', async (decoy) => {
  const refused = await again({ to: LANDLINE, decoy }, { landlines: 'refused' })
  expect(refused).toEqual(['number_type_not_allowed', 1])
})

it('C50: nor to a country that is allowed no longer', async () => {
  const refused = await again({ to: MOBILE }, { allowedCountries: ['US'] })
  expect(refused).toEqual(['country_not_allowed', 1])
})

it('C50: nor by a call to a country that is not called; a landline may be called', async () => {
  const given = { to: LANDLINE, channel: 'voice' } as const
  const service = { channels: ['sms', 'voice'], landlines: 'refused' } as const
  expect(await again(given, service)).toEqual(['country_not_allowed', 1])
  await world?.close()
  expect(await again(given, { ...service, voiceCountries: ['DE'] })).toEqual([null, 2])
})

it.each([
  ['to a mobile', { to: MOBILE }],
  ['by mail', { to: 'ann@example.com' }],
  ['to a test recipient, for nothing is sent', { to: LANDLINE, isTest: true }],
])('C50: an admitted resend goes out: %s', async (_name, given) => {
  expect(await again(given, { landlines: 'refused', allowedCountries: ['DE'] })).toEqual([null, 2])
})
