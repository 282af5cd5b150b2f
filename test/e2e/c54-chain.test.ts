// C54: a chain on a real service that is killed between two steps: the next one goes out once, in its time, with the same code.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { answer, type FaultServer, startFaultServer } from '../delivery/fault-server.ts'
import { startMoved } from './moved-process.ts'
import { codeFor, temporaryDirectory, waitFor } from './service-process.ts'

const directory = temporaryDirectory()
let whatsApp: FaultServer
beforeAll(async () => {
  whatsApp = await startFaultServer(answer(200, '{"messages":[{"id":"wamid.1"}]}'))
})
afterAll(async () => {
  await whatsApp.close()
  directory.remove()
})

const start = () =>
  startMoved(directory.path, {
    WHATSAPP_CLOUD_ACCESS_TOKEN: 'a-token-of-a-system-user',
    WHATSAPP_CLOUD_PHONE_NUMBER_ID: '123456789012345',
    WHATSAPP_CLOUD_TEMPLATE: 'login_code',
    WHATSAPP_CLOUD_BASE_URL: whatsApp.url,
  })
const CHAIN = [{ channel: 'whatsapp', timeout_seconds: 10, blind: true }, 'sms']

it('C54: a chain survives kill -9 between its steps, and ends with the approval', async () => {
  const first = await start()
  const to = '+14155550100'
  const sighted = await first.post('/verify/start', { to, channels: ['whatsapp', 'sms'] })
  expect([sighted.status, sighted.body.error]).toEqual([422, 'channel_without_receipts'])
  const { status, body } = await first.post('/verify/start', { to, channels: CHAIN })
  expect([status, body.channel, body.next_step?.channel]).toEqual([201, 'whatsapp', 'sms'])
  const { id } = body
  await waitFor('the first step to be handed over', async () => {
    const looked = await first.get(`/verify/${id}`)
    return looked.body.delivery_status === 'sent' || undefined
  })
  expect(whatsApp.seen).toHaveLength(1)
  first.kill('SIGKILL')
  await first.exited

  const second = await start()
  const before = (await second.get(`/verify/${id}`)).body
  expect(before).toMatchObject({ sends_remaining: 4, next_step: { channel: 'sms' } })
  expect(before.deliveries).toHaveLength(1)
  await second.moveWall(11)
  // The inbox has SMS only: this is the second step's, and its code that of the first.
  const code = await codeFor(second, id)
  expect(whatsApp.seen.map((seen) => seen.body.includes(code))).toEqual([true])
  const after = (await second.get(`/verify/${id}`)).body
  expect(after).toMatchObject({ channel: 'sms', sends_remaining: 3, next_step: null })
  const none = await second.post(`/verify/${id}/next`, {})
  expect([none.status, none.body.error]).toEqual([409, 'no_next_step'])
  expect((await second.post('/verify/check', { id, code })).status).toBe(200)

  // Another one, sent on by a call.
  const again = await second.post('/verify/start', { to: '+14155550101', channels: CHAIN })
  const next = await second.post(`/verify/${again.body.id}/next`, {})
  expect([next.status, next.body.next_step?.channel]).toEqual([200, 'sms'])
  await codeFor(second, again.body.id)
  expect(await second.stop()).toBe(0)
})
