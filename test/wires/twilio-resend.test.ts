// C94: Twilio's own SDK over the life of a code: sent again while it lasts, gone afterwards.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Steered, startSteered } from '../e2e/steered-service.ts'
import { API_KEY } from '../http/real.ts'
import { createSdk, thrownBy } from './sdk.ts'

const SERVICE_SID = `VA${'0c'.repeat(16)}`
const RESEND_WAIT_SECONDS = 31
const LIFE_SECONDS = 600

let service: Steered
let verify: ReturnType<ReturnType<typeof createSdk>['services']>
beforeAll(async () => {
  service = await startSteered({
    ...{ TWILIO_VERIFY_COMPAT: 'on', TWILIO_VERIFY_SERVICE_SID: SERVICE_SID },
  })
  verify = createSdk(service.url, API_KEY).services(SERVICE_SID)
})
afterAll(() => service.close())

const codesFor = async (to: string): Promise<string[]> => {
  const { body } = await service.client.get('/dev/inbox', { accept: 'application/json' })
  return body.flatMap((one: { to: string; code: string }) => (one.to === to ? one.code : []))
}

it('C94: a start sends the same code again once a resend is due, and another one after its end', async () => {
  const to = '+14155551900'
  const start = () => verify.verifications.create({ to, channel: 'sms' })
  const { sid } = await start()
  await expect.poll(() => codesFor(to)).toHaveLength(1)
  service.forward(RESEND_WAIT_SECONDS)
  // The service looks at its clock now and then.
  await expect.poll(async () => (await start().catch(() => undefined))?.sid).toBe(sid)
  await expect.poll(() => codesFor(to)).toHaveLength(2)
  const [again, first] = await codesFor(to)
  expect(again).toBe(first)
  const { sendCodeAttempts } = await verify.verifications(to).fetch()
  expect(sendCodeAttempts).toHaveLength(2)

  service.forward(LIFE_SECONDS)
  await expect
    .poll(async () => await thrownBy(verify.verifications(sid).fetch()).catch(() => undefined))
    .toMatchObject({ status: 404, code: 20404 })
  expect(
    await thrownBy(verify.verificationChecks.create({ to, code: String(first) })),
  ).toMatchObject({ status: 404, code: 20404 })
  const next = await start()
  expect(next.sid).not.toBe(sid)
  await expect.poll(() => codesFor(to)).toHaveLength(3)
  const [code = ''] = await codesFor(to)
  expect((await verify.verificationChecks.create({ to, code })).status).toBe('approved')
})
