// C11 and issue by issue what a factor must hold, from one process, two on one file and four on one PostgreSQL:
// a step and a recovery code are good once, whatever races; secrets leave when they are made, and never again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOtp } from '../../src/factors/otp.ts'
import { LAYOUTS, type Nodes, ON, startNodes, tally, together } from './nodes.ts'
import { ADMIN_KEY, type Answer, UNLIMITED } from './service-process.ts'

const otp = createOtp()
const SHAPE = { algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const
const AT_ONCE = 20

describe.each(LAYOUTS)(ON, (layout) => {
  let nodes: Nodes
  beforeAll(async () => {
    // Wide enough for a machine that is busy: nothing here is about the window's edges.
    nodes = await startNodes(layout, { ...UNLIMITED, TOTP_WINDOW: '2' })
  })
  afterAll(() => nodes.stop())

  const stepNow = () => Math.floor(Date.now() / 30_000)
  const codeAt = (secret: string, step: number) => otp.code(secret, SHAPE, step)
  const begin = async (subject: string, channel: 'totp' | 'recovery_code' = 'totp') => {
    const { status, body } = await nodes.start({ subject, channel })
    expect(status, body.detail).toBe(201)
    return body.id as string
  }
  const enrol = async (subject: string) => {
    const made = await nodes.post('/factors/totp', {
      subject,
      account_name: subject,
      issuer: 'Shop',
    })
    expect(made.status, made.body.detail).toBe(201)
    return made.body as {
      id: string
      secret: string
      uri: string
      qr: { svg: string; png: string }
    }
  }
  /** Confirmed with the code of a step before: the present one is still to be used. */
  const enrolled = async (subject: string) => {
    const { id, secret } = await enrol(subject)
    const step = stepNow()
    const confirmed = await nodes.post(`/factors/${id}/confirm`, { code: codeAt(secret, step - 1) })
    expect(confirmed.body, JSON.stringify(confirmed.body)).toMatchObject({ status: 'active' })
    return { id, secret, step }
  }

  it('enrol, confirm, start, check: the same verification as for a message, and nothing is sent', async () => {
    const subject = 'user-whole'
    expect((await nodes.start({ subject, channel: 'totp' })).status).toBeGreaterThanOrEqual(400)
    const { id, secret } = await enrol(subject)
    expect(
      (await nodes.start({ subject, channel: 'totp' })).status,
      'not confirmed yet',
    ).toBeGreaterThanOrEqual(400)
    const wrong = await nodes.post(`/factors/${id}/confirm`, { code: codeAt(secret, 1) })
    expect([wrong.status, wrong.body.error]).toEqual([422, 'code_incorrect'])
    const step = stepNow()
    expect(
      (await nodes.post(`/factors/${id}/confirm`, { code: codeAt(secret, step) })).status,
    ).toBe(200)
    const started = await nodes.start({ subject, channel: 'totp', purpose: 'login' })
    expect(started.body).toMatchObject({
      ...{ subject, to: null, channel: 'totp', status: 'pending', delivery_status: null },
      ...{ attempts_remaining: 5, sends_remaining: 0, resend_at: null },
    })
    const reused = await nodes.check(started.body.id, codeAt(secret, step))
    expect([reused.status, reused.body.attempts_remaining], 'the step of the confirmation').toEqual(
      [422, 4],
    )
    const checked = await nodes.check(started.body.id, codeAt(secret, step + 1))
    expect(checked.body).toMatchObject({ status: 'approved', valid: true })
    expect((await nodes.check(started.body.id, codeAt(secret, step + 1))).status).toBe(409)
    expect(await nodes.messages()).toEqual([])
  })

  it(`C11: one code at ${AT_ONCE} verifications at once: one success`, async () => {
    const subject = 'user-parallel'
    const { secret, step } = await enrolled(subject)
    const ids = await together(AT_ONCE, () => begin(subject))
    const answers = await together(AT_ONCE, (n) =>
      nodes.check(ids[n] as string, codeAt(secret, step)),
    )
    expect(tally(answers)).toEqual({ '200': 1, '422 code_incorrect': AT_ONCE - 1 })
    const again = await begin(subject)
    expect((await nodes.check(again, codeAt(secret, step))).status, 'and not later').toBe(422)
  })

  it('C11: T+1, then T: the guard only moves forward; a code of another day is wrong', async () => {
    const subject = 'user-steps'
    const { secret, step } = await enrolled(subject)
    expect((await nodes.check(await begin(subject), codeAt(secret, step + 1))).status).toBe(200)
    for (const old of [step, step + 1, step - 1, step + 2_880])
      expect((await nodes.check(await begin(subject), codeAt(secret, old))).status).toBe(422)
  })

  it('C11: T+1, T, T+1 in turn, each for another verification: one success', async () => {
    const subject = 'user-turns'
    const { secret, step } = await enrolled(subject)
    const answers: Answer[] = []
    for (const one of [step + 1, step, step + 1])
      answers.push(await nodes.check(await begin(subject), codeAt(secret, one)))
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 422])
  })

  it('C63: a secret imported ten times at once is one factor, and a code of it one success; deleted and imported again, none', async () => {
    const subject = 'user-imported'
    const secret = otp.createSecret(20)
    const asked = { subject, account_name: 'a', secret, confirmed: true }
    const made = await together(10, () => nodes.post('/factors/totp', asked))
    expect(tally(made)).toEqual({ '200': 9, '201': 1 })
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
    const code = codeAt(secret, stepNow() + 2)
    const ids = await together(AT_ONCE, () => begin(subject))
    const answers = await together(AT_ONCE, (n) => nodes.check(ids[n] as string, code))
    expect(tally(answers)).toEqual({ '200': 1, '422 code_incorrect': AT_ONCE - 1 })
    await fetch(`${nodes.all[0]?.url}/factors/${made[0]?.body.id}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer test-api-key-0123456789abcdef' },
    })
    expect((await nodes.post('/factors/totp', asked)).status).toBe(201)
    expect((await nodes.check(await begin(subject), code)).status).toBe(422)
  })

  it('C11: a text that cannot be a code is 400 and costs nothing', async () => {
    const subject = 'user-shapes'
    await enrolled(subject)
    const id = await begin(subject)
    for (const code of [
      '',
      'abcdef',
      '12345a',
      '123',
      '1234567',
      null,
      123456,
      ['1'],
      {},
      'ABCD-EFGH',
    ])
      expect((await nodes.check(id, code)).status, JSON.stringify(code)).toBe(400)
    expect((await nodes.get(`/verify/${id}`)).body.attempts_remaining).toBe(5)
  })

  it(`a recovery code at ${AT_ONCE} verifications at once: one success; a new set voids the old`, async () => {
    const subject = 'user-recovery'
    const made = await nodes.post('/factors/recovery-codes', { subject })
    expect(made.body.codes).toHaveLength(10)
    const [first, second, third] = made.body.codes as [string, string, string]
    const ids = await together(AT_ONCE, () => begin(subject, 'recovery_code'))
    const answers = await together(AT_ONCE, (n) => nodes.check(ids[n] as string, first))
    expect(tally(answers)).toEqual({ '200': 1, '422 code_incorrect': AT_ONCE - 1 })
    const typed = second.toLowerCase().replaceAll('-', ' ')
    const checked = await nodes.check(await begin(subject, 'recovery_code'), typed)
    expect(checked.body).toMatchObject({ status: 'approved', recovery_codes_remaining: 8 })
    expect((await nodes.post('/factors/recovery-codes', { subject })).status).toBe(201)
    expect((await nodes.check(await begin(subject, 'recovery_code'), third)).status).toBe(422)
  })

  it('ten sets of codes created at once leave one, and its codes are valid', async () => {
    const subject = 'user-sets'
    const made = await together(10, () => nodes.post('/factors/recovery-codes', { subject }))
    const { factors } = (await nodes.get(`/factors?subject=${subject}`)).body
    expect(factors).toMatchObject([{ codes_remaining: 10 }])
    const codeOf = (isKept: boolean) =>
      made.find(({ body }) => (body.id === factors[0].id) === isKept)?.body.codes[0]
    expect((await nodes.check(await begin(subject, 'recovery_code'), codeOf(false))).status).toBe(
      422,
    )
    expect((await nodes.check(await begin(subject, 'recovery_code'), codeOf(true))).status).toBe(
      200,
    )
  })

  it('a decoy looks like the others, and no code is right', async () => {
    const { secret, step } = await enrolled('user-decoyed')
    for (const subject of ['user-decoyed', 'nobody-at-all']) {
      const started = await nodes.start({ subject, channel: 'totp', decoy: true })
      expect(started.status).toBe(201)
      const checked = await nodes.check(started.body.id, codeAt(secret, step))
      expect([checked.status, checked.body.attempts_remaining]).toEqual([422, 4])
    }
  })

  it('secrets are shown when they are created, and never again: no answer, event or log line has them', async () => {
    const subject = 'user-secret'
    const { id, secret } = await enrolled(subject)
    const made = await nodes.post('/factors/recovery-codes', { subject })
    const verification = await begin(subject)
    const looked: Answer[] = [
      await nodes.get(`/factors?subject=${subject}`),
      await nodes.get(`/verify/${verification}`),
      await nodes.post(`/factors/${id}/confirm`, { code: '000000' }),
    ]
    const events = await fetch(`${nodes.all[0]?.url}/admin/api/events?limit=100`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    })
    const all = [
      ...looked.map(({ body }) => JSON.stringify(body)),
      await events.text(),
      ...nodes.all.map((node) => node.output()),
    ].join('\n')
    expect(all).toContain('"totp"')
    for (const one of [secret, ...made.body.codes]) expect(all).not.toContain(one)
    const removed = await fetch(`${nodes.all[0]?.url}/factors/${id}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer test-api-key-0123456789abcdef' },
    })
    expect(removed.ok).toBe(true)
    expect((await nodes.start({ subject, channel: 'totp' })).status).toBeGreaterThanOrEqual(400)
  })
})
