// A provider that is left alone, on the Health page: which one, why, what to do, and where its messages go.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { readable, signedIn, startWorld, type World } from './world.ts'

let gateway: FaultServer
let world: World
beforeAll(async () => {
  gateway = await startFaultServer(answer(200))
  world = await startWorld({
    HTTP_SMS_URL: gateway.url,
    HTTP_SMS_RATE: '600/min',
    SMS_ROUTES: 'twilio, http',
  })
})
afterAll(async () => {
  await world?.close()
  await gateway?.close()
})

it('C53: a refused account is named with the remedy, and the message has gone by the other provider', async () => {
  const visitor = await signedIn(world)
  expect(readable(await visitor.get('/admin/health'))).not.toContain('Left alone')
  world.refuseWith(20003)
  const { body } = await world.start({ to: '+14155552671' })
  await world.delivered(body.id, 'sent')
  const page = readable(await visitor.get('/admin/health'))
  expect(page).toContain('Left alone for a while by this node')
  expect(page).toMatch(/sms twilio all refuses the account 20003 .*operator/)
  const health = await world.admin.get('/admin/api/health')
  expect(health.body.rests).toEqual([
    expect.objectContaining({
      channel: 'sms',
      provider: 'twilio',
      reason: 'account',
      code: '20003',
    }),
  ])
  expect(health.body.rests[0].action).not.toBe('')
})

it('what waits for each provider is shown, with its rate, on the page and by API', async () => {
  const visitor = await signedIn(world)
  const page = readable(await visitor.get('/admin/health'))
  expect(page).toMatch(/Waiting messages by provider.* http sms 600\/min 0 none/)
  const { body } = await world.admin.get('/admin/api/health')
  expect(body.lanes).toContainEqual({
    ...{ channel: 'sms', provider: 'http', rate: '600/min', due: 0, more: false },
    ...{ wait_seconds: 0, text: 'http: 600/min, nothing due, no wait' },
  })
  expect(body.advice).toEqual([])
})
