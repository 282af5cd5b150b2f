// C95: verifications delegated to Twilio, by its own SDK through this service to a stand-in on a real socket: counted here, answered
// there, and what nobody knows said so.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_KEY, type Real, startReal } from '../http/real.ts'
import { createSdk, thrownBy } from './sdk.ts'
import { shapeOf } from './shape.ts'
import theirs from './twilio-answers.json' with { type: 'json' }
import { LOGIN, type StandIn, startStandIn } from './twilio-stand-in.ts'

const SERVICE_SID = `VA${'0c'.repeat(16)}`
const GONE = { status: 404, code: 20404 }
const UNKNOWN = { status: 503, code: 20503 }

let twilio: StandIn
let real: Real
let sdk: ReturnType<typeof createSdk>
beforeAll(async () => {
  twilio = await startStandIn(SERVICE_SID)
  real = await startReal({
    ...{ TWILIO_VERIFY_COMPAT: 'on', TWILIO_VERIFY_SERVICE_SID: SERVICE_SID },
    ...{ TWILIO_VERIFY_PERCENT: '100', TWILIO_VERIFY_BASE_URL: twilio.url },
    ...{ TWILIO_VERIFY_KEY_SID: LOGIN.keySid, TWILIO_VERIFY_KEY_SECRET: LOGIN.keySecret },
  })
  sdk = createSdk(real.url, API_KEY)
})
afterAll(async () => {
  await real?.close()
  await twilio?.close()
})

let numbers = 2000
const nextNumber = () => `+1415555${++numbers}`
const verify = () => sdk.services(SERVICE_SID)
const startTo = (to: string) => verify().verifications.create({ to, channel: 'sms' })
const checkOf = (to: string, code = twilio.codeOf(to) ?? '') =>
  verify().verificationChecks.create({ to, code })
/** As this service knows it. */
const known = async (to: string) =>
  (await real.client.post('/verify/list', { to })).body.verifications[0]
const typesOf = async (id: string) => {
  const { body } = await real.admin.get(`/admin/api/events?verification=${id}`)
  return body.events.map(({ type }: { type: string }) => type).reverse()
}
const asked = (to: string) =>
  twilio.requests.filter(
    ({ form, path }) => form.To === to || path.includes(encodeURIComponent(to)),
  )

describe('C95: delegated', () => {
  it('is started and checked at Twilio, under its SID, and counted here', async () => {
    const to = nextNumber()
    const { sid } = await startTo(to)
    expect(sid).toBe(twilio.sidOf(to))
    const { id, sends_remaining: sends } = await known(to)
    expect(sends).toBe(4)
    expect(await checkOf(to, '000000')).toMatchObject({ sid, valid: false, status: 'pending' })
    expect((await known(to)).attempts_remaining).toBe(4)
    expect(await checkOf(to)).toMatchObject({ sid, valid: true, status: 'approved' })
    expect((await known(to)).status).toBe('approved')
    expect(await typesOf(id)).toEqual([
      ...['verification.started', 'verification.delegated'],
      ...['check.incorrect', 'verification.approved'],
    ])
    const inbox = await real.client.get('/dev/inbox', { accept: 'application/json' })
    expect(inbox.body.filter((one: { to: string }) => one.to === to)).toEqual([])
    expect(await thrownBy(checkOf(to, '123456'))).toMatchObject(GONE)
    expect(asked(to)).toHaveLength(3)
  })

  it('is sent again by a start, no sooner than one of our own, and by no call of our own API', async () => {
    const to = nextNumber()
    await startTo(to)
    expect(await thrownBy(startTo(to))).toMatchObject({ status: 429, code: 60212 })
    const { id } = await known(to)
    for (const path of [`/verify/${id}/resend`, '/verify/check']) {
      const { status } = await real.client.post(
        path,
        path.endsWith('check') ? { id, code: '123456' } : {},
      )
      expect(status).toBe(409)
    }
    expect(asked(to)).toHaveLength(1)
  })

  it('is read and canceled there, and closed with Status=approved, which approves nobody', async () => {
    const [one, other] = [nextNumber(), nextNumber()]
    const { sid } = await startTo(one)
    expect((await verify().verifications(sid).fetch()).sid).toBe(sid)
    expect(await verify().verifications(sid).update({ status: 'canceled' })).toMatchObject({
      ...{ sid, status: 'canceled' },
    })
    expect(twilio.codeOf(one)).toBeUndefined()
    expect((await known(one)).status).toBe('canceled')
    await startTo(other)
    await verify().verifications(other).update({ status: 'approved' })
    const { status, id } = await known(other)
    expect(status).toBe('closed')
    expect(await typesOf(id)).not.toContain('verification.approved')
  })

  it('a refusal of Twilio’s is passed on as it is, and the next start is a new one', async () => {
    const to = nextNumber()
    const body = JSON.stringify({ code: 60410, message: 'blocked', more_info: '', status: 403 })
    twilio.trouble({ status: 403, body })
    expect(await thrownBy(startTo(to))).toMatchObject({
      status: 403,
      code: 60410,
      message: 'blocked',
    })
    const { id, status } = await known(to)
    expect(status).toBe('canceled')
    const { body: shown } = await real.admin.get(`/admin/api/verifications/${id}`)
    expect(shown.events.at(-1).details).toMatchObject({ error: 'twilio_60410' })
    expect(shown.diagnosis.meaning).toContain('Twilio was to send the code')
    expect((await startTo(to)).status).toBe('pending')
  })

  it('no parameter reaches Twilio but those that were read here, once each', async () => {
    const to = nextNumber()
    const post = (given: string) =>
      fetch(`${real.url}/v2/Services/${SERVICE_SID}/Verifications`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`AC${'a'.repeat(32)}:${API_KEY}`)}` },
        body: new URLSearchParams(`To=${encodeURIComponent(to)}&Channel=sms&${given}`),
      })
    for (const [given, name] of [
      ['CustomMessage=&CustomMessage=free+text', 'CustomMessage'],
      ['Channel=call', 'Channel'],
      ['To=%2B14155550199', 'To'],
      ['%3Cb%3E=1&%3Cb%3E=2', 'of another name'],
    ] as const) {
      expect(await (await post(given)).json()).toMatchObject({
        ...{ status: 400, code: 60200 },
        message: `Invalid parameter \`${name}\`: is given twice`,
      })
    }
    expect(asked(to)).toHaveLength(0)
    const known = 'Locale=de&RiskCheck=disable'
    const answer = await post(`${known}&customMessage=free&CustomCode[]=123456&Other=1&Tags=`)
    expect(answer.status).toBe(201)
    const [{ form } = { form: {} }] = asked(to)
    expect(form).toEqual({ To: to, Channel: 'sms', Locale: 'de', RiskCheck: 'disable' })
  })

  it('our own login refused there is no caller’s fault', async () => {
    const to = nextNumber()
    twilio.trouble({ status: 401, body: JSON.stringify({ code: 20003, message: 'Authenticate' }) })
    const from = real.lines.length
    expect(await thrownBy(startTo(to))).toMatchObject(UNKNOWN)
    const told = real.lines.slice(from).join('')
    expect(told).toMatch(/"level":"warn".*"error":"http_401".*Twilio did not do/)
    expect(told).not.toContain(to)
    expect(real.lines.join('')).not.toContain(LOGIN.keySecret)
  })

  it.each(['drop', 'cut', { status: 502, body: '<html>' }] as const)(
    'a start whose answer is lost (%o) says so; whatever has gone out can be checked',
    async (trouble) => {
      const to = nextNumber()
      twilio.trouble(trouble)
      const lost = await thrownBy(startTo(to))
      expect(lost).toMatchObject(UNKNOWN)
      expect(lost.message).toContain('may be on its way')
      const { id, status } = await known(to)
      expect(status).toBe('pending')
      const { body } = await real.admin.get(`/admin/api/verifications/${id}`)
      expect(body.events.at(-1).details).toEqual({ error: 'no_answer' })
      expect(body.diagnosis.meaning).toContain('Nobody knows whether Twilio sent')
      if (trouble === 'drop') expect(await checkOf(to)).toMatchObject({ valid: true })
      else expect(await thrownBy(checkOf(to, '123456'))).toMatchObject(GONE)
    },
  )

  it('a check whose answer is lost costs an attempt; if it was right, the next start is a new one', async () => {
    const to = nextNumber()
    const { sid } = await startTo(to)
    const code = twilio.codeOf(to)
    twilio.trouble('drop')
    const lost = await thrownBy(checkOf(to, code))
    expect(lost).toMatchObject(UNKNOWN)
    expect(lost.message).toContain('nobody knows whether the code was right')
    expect((await known(to)).attempts_remaining).toBe(4)
    expect(await thrownBy(checkOf(to, code))).toMatchObject(GONE)
    expect((await known(to)).status).toBe('canceled')
    expect((await startTo(to)).sid).not.toBe(sid)
  })

  it('its last wrong code is the last for Twilio, too: nothing more is asked there', async () => {
    const to = nextNumber()
    await startTo(to)
    for (let n = 0; n < 5; n += 1) await checkOf(to, '000000')
    const before = asked(to).length
    expect(await thrownBy(checkOf(to))).toMatchObject({ status: 429, code: 60202 })
    expect(asked(to)).toHaveLength(before)
  })

  it('a code that Twilio sent before this service stood in front of it is checked there', async () => {
    const to = nextNumber()
    const pair = Buffer.from(`${LOGIN.keySid}:${LOGIN.keySecret}`).toString('base64')
    await fetch(`${twilio.url}/v2/Services/${SERVICE_SID}/Verifications`, {
      method: 'POST',
      headers: { authorization: `Basic ${pair}` },
      body: new URLSearchParams({ To: to, Channel: 'sms' }),
    })
    expect(await checkOf(to)).toMatchObject({ valid: true, status: 'approved' })
  })

  it('answers have Twilio’s keys and types, whoever made them', async () => {
    const to = nextNumber()
    const ours = { ...theirs.verification, to }
    const pair = Buffer.from(`AC${'a'.repeat(32)}:${API_KEY}`).toString('base64')
    const response = await fetch(`${real.url}/v2/Services/${SERVICE_SID}/Verifications`, {
      method: 'POST',
      headers: { authorization: `Basic ${pair}` },
      body: new URLSearchParams({ To: to, Channel: 'sms' }),
    })
    expect(shapeOf(await response.json())).toEqual(shapeOf(ours))
  })
})
