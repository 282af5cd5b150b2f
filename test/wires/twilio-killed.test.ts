// C95: a node is killed while Twilio is asked to send: its row is committed, Twilio's answer is lost, and nothing is repeated.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ADMIN_KEY,
  API_KEY,
  type ServiceProcess,
  startService,
  temporaryDirectory,
  waitFor,
} from '../e2e/service-process.ts'
import { createSdk, thrownBy } from './sdk.ts'
import { LOGIN, type StandIn, startStandIn } from './twilio-stand-in.ts'

const SERVICE_SID = `VA${'0e'.repeat(16)}`
/** Twilio has sent to the first, and never heard of the second. */
const [SENT, UNHEARD] = ['+14155554001', '+14155554002'] as const
const directory = temporaryDirectory()

let twilio: StandIn
let node: ServiceProcess
const startNode = () =>
  startService(directory.path, {
    ...{ TWILIO_VERIFY_COMPAT: 'on', TWILIO_VERIFY_SERVICE_SID: SERVICE_SID },
    ...{ TWILIO_VERIFY_PERCENT: '100', TWILIO_VERIFY_BASE_URL: twilio.url },
    ...{ TWILIO_VERIFY_KEY_SID: LOGIN.keySid, TWILIO_VERIFY_KEY_SECRET: LOGIN.keySecret },
  })
const verify = () => createSdk(node.url, API_KEY).services(SERVICE_SID)
const startTo = (to: string) => verify().verifications.create({ to, channel: 'sms' })
const checkOf = (to: string, code: string) => verify().verificationChecks.create({ to, code })
const asked = (to: string) => twilio.requests.filter(({ form }) => form.To === to).length
const known = async (to: string) => (await node.post('/verify/list', { to })).body.verifications[0]
const detailOf = async (to: string) => {
  const { id } = await known(to)
  const authorization = `Bearer ${ADMIN_KEY}`
  const { body } = await node.get(`/admin/api/verifications/${id}`, { authorization })
  return body
}

beforeAll(async () => {
  twilio = await startStandIn(SERVICE_SID)
  node = await startNode()
  for (const [to, trouble] of [
    [SENT, 'held'],
    [UNHEARD, 'slow'],
  ] as const) {
    twilio.trouble(trouble)
    startTo(to).catch(() => {})
    await waitFor('Twilio to be asked', () => asked(to) || undefined)
  }
  node.kill('SIGKILL')
  await node.exited
  node = await startNode()
})
afterAll(async () => {
  await node?.stop()
  await twilio?.close()
  directory.remove()
})

describe('C95: a node that is killed while Twilio is asked', () => {
  it('leaves what nobody knows pending, says so, and asks Twilio for nothing again', async () => {
    for (const to of [SENT, UNHEARD]) {
      const { id } = await known(to)
      const { diagnosis, events } = await detailOf(to)
      expect(events.map(({ type }: { type: string }) => type)).toEqual(['verification.started'])
      expect(diagnosis.meaning).toMatch(/Twilio is being asked|Nobody knows whether Twilio sent/)
      expect(await thrownBy(startTo(to))).toMatchObject({ status: 429, code: 60212 })
      expect((await node.post(`/verify/${id}/resend`, {})).status).toBe(409)
      expect((await node.post('/verify/check', { id, code: '123456' })).status).toBe(409)
      expect(asked(to)).toBe(1)
    }
    const inbox = await node.get('/dev/inbox', { accept: 'application/json' })
    expect(inbox.body).toEqual([])
  })

  it('what Twilio has sent is checked there, by its code and no other', async () => {
    expect(await checkOf(SENT, '000000')).toMatchObject({ valid: false, status: 'pending' })
    const code = twilio.codeOf(SENT) ?? ''
    expect(await checkOf(SENT, code)).toMatchObject({ valid: true, status: 'approved' })
    expect((await known(SENT)).status).toBe('approved')
  })

  it('what Twilio never got is over with its first check, and the next start is a new one', async () => {
    expect(await thrownBy(checkOf(UNHEARD, '123456'))).toMatchObject({ status: 404, code: 20404 })
    const { status, diagnosis } = await detailOf(UNHEARD)
    expect(status).toBe('canceled')
    expect(diagnosis.meaning).toContain('Twilio no longer had it')
    await startTo(UNHEARD)
    expect(await checkOf(UNHEARD, twilio.codeOf(UNHEARD) ?? '')).toMatchObject({ valid: true })
    const { events } = await detailOf(UNHEARD)
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      ...['verification.started', 'verification.delegated', 'verification.approved'],
    ])
  })
})
