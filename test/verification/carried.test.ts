// C66: a code that a channel cannot carry is refused at the start or resend, before anything is sent or counted, or that channel is left out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller, SendCommand } from '../../src/verification/api.ts'
import { createWorld, NOBODY, testService, type World } from './world.ts'

const TELEGRAM = 'telegram carries 4 to 8 digits only'
const TEST_TO = '+14155550199'

let world: World
let long: Caller
beforeAll(async () => {
  const test = { to: TEST_TO, prefix: false, code: '1234567890', untilMs: 8.64e15 }
  world = await createWorld({ service: { channels: ['sms', 'telegram'], testRecipients: [test] } })
  long = { ...world.caller, service: { ...world.policy, codeLength: 9 } }
})
afterAll(() => world.close())

let people = 0
const start = (given: Partial<SendCommand>, caller: Caller = world.caller) => {
  people += 1
  return world.service.start(caller, {
    ...{ to: `+1415555${3000 + people}`, channel: null, channels: null, country: null },
    ...{ locale: null, codeLength: null, metadata: {}, challenge: null, purpose: 'login' },
    ...{ session: null, authenticated: false, decoy: false, ttlSeconds: null, ...NOBODY, ...given },
  })
}
const steps = (...channels: ('sms' | 'telegram')[]) =>
  channels.map((channel) => ({ channel, timeoutSeconds: null, blind: true }))
const refused = (field: string, detail: string) => ({
  ...{ kind: 'refused', error: 'invalid_request' },
  errors: [{ field, detail: expect.stringContaining(detail) }],
})

describe('C66: a code of nine or ten digits by Telegram', () => {
  it('is refused at its start, at the field that helps, and nothing is kept or counted', async () => {
    const before = world.rows().length
    for (const codeLength of [9, 10])
      for (const by of [{ channel: 'telegram' as const }, { channels: steps('sms', 'telegram') }])
        expect(await start({ codeLength, ...by })).toMatchObject(refused('code_length', TELEGRAM))
    const own = await start({ channel: 'telegram' }, long)
    expect(own).toMatchObject(refused('channel', `${TELEGRAM}, and a code of this service has 9`))
    expect(await start({ channel: 'telegram', decoy: true }, long)).toEqual(own)
    expect(world.rows()).toHaveLength(before)
    expect(await start({ channel: 'telegram', codeLength: 8 }, long)).toMatchObject({
      kind: 'started',
    })
  })

  it('leaves Telegram out of the service’s own chain', async () => {
    const chain = steps('telegram', 'sms')
    const service = testService({ ...world.policy, chain })
    const caller = { ...world.caller, service }
    const alone = { verification: { channel: 'sms', nextStep: null } }
    expect(await start({ codeLength: 9 }, caller)).toMatchObject(alone)
    const both = { verification: { channel: 'telegram', nextStep: { channel: 'sms' } } }
    expect(await start({}, caller)).toMatchObject(both)
  })

  it('is not sent again by Telegram; by its own channel it is', async () => {
    const started = await start({ channel: 'sms', codeLength: 10 })
    if (started.kind !== 'started') throw new Error(started.kind)
    const { id } = started.verification
    await world.deliver()
    world.moveWall(31_000)
    const again = (channel: 'sms' | 'telegram') =>
      world.service.resend(world.caller, { id, channel, ...NOBODY })
    expect(await again('telegram')).toMatchObject(refused('channel', TELEGRAM))
    expect(await again('sms')).toMatchObject({ kind: 'resent' })
  })

  it('of a test recipient goes nowhere, and is no fault', async () => {
    expect(await start({ to: TEST_TO, channel: 'telegram' })).toMatchObject({ kind: 'started' })
  })
})
