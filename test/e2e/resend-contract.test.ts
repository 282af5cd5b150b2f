// POST /verify/{id}/resend, line by line, against the composed service with its clock moved.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered, wrong } from './steered-service.ts'

let service: Steered
beforeAll(async () => {
  service = await startSteered({ CLIENT_IP: 'required', LIMIT_SENDS_PER_IP_DAY: '40/86400' })
})
afterAll(() => service.close())

let users = 0
const start = async (body: object = {}): Promise<string> => {
  const to = `resend${users++}@example.com`
  const answer = await service.start({ to, client_ip: '203.0.113.1', ...body })
  expect(answer.status).toBe(201)
  return answer.body.id
}

/** Waits until the worker has taken what is due: a resend replaces what no worker has claimed. */
/** Written down, too: the inbox has a message before its delivery says so, and one under way is not sent once more. */
const sent = (id: string, count: number) =>
  expect
    .poll(async () =>
      (await service.look(id)).body.deliveries.map(({ status }: { status: string }) => status),
    )
    .toEqual(Array(count).fill('sent'))

describe('resend', () => {
  it('30, 40, 60 and 90 s after the previous send, five sends in all, one code', async () => {
    const id = await start()
    const { expires_at, resend_at: firstAt } = (await service.look(id)).body
    let resendAt = Date.parse(firstAt)
    for (const [i, seconds] of [30, 40, 60, 90].entries()) {
      await sent(id, i + 1)
      service.forward(seconds - 2)
      const early = await service.resend(id)
      expect(outcomeOf(early)).toEqual([429, 'resend_too_early'])
      expect(early.body.retry_after_seconds).toBe(2)
      expect(early.headers.get('retry-after')).toBe('2')
      service.forward(2)
      expect(Date.now()).toBeGreaterThanOrEqual(resendAt)
      const answer = await service.resend(id)
      expect(answer.status).toBe(200)
      expect(answer.body).toMatchObject({ id, expires_at, sends_remaining: 3 - i })
      const next = [40, 60, 90][i]
      expect(answer.body.resend_in).toBe(next ?? null)
      resendAt = Date.parse(answer.body.resend_at)
    }
    await sent(id, 5)
    const codes = new Set((await service.messages(id)).map(({ code }) => code))
    expect(codes.size).toBe(1)
    service.forward(120)
    expect(outcomeOf(await service.resend(id))).toEqual([409, 'max_sends_reached'])
    const [code] = codes
    expect((await service.check({ id, code })).status).toBe(200)
    expect((await service.look(id)).body.deliveries).toHaveLength(5)
  })

  it('resend_at is null where under 60 s would remain, and the resend 409 resend_too_late', async () => {
    const id = await start({ ttl_seconds: 120 })
    service.forward(30)
    // The next one could go out 40 s from now, with 50 s left.
    expect((await service.resend(id)).body).toMatchObject({ resend_at: null, resend_in: null })
    expect(outcomeOf(await service.resend(id))).toEqual([409, 'resend_too_late'])

    const other = await start({ ttl_seconds: 120 })
    expect((await service.look(other)).body.resend_in).toBe(30)
    service.forward(59)
    expect((await service.look(other)).body.resend_in).toBe(0)
    service.forward(2)
    expect((await service.look(other)).body).toMatchObject({ resend_at: null, resend_in: null })
    expect(outcomeOf(await service.resend(other))).toEqual([409, 'resend_too_late'])
  })

  it('by a channel that reaches the recipient and that a provider serves; no other is accepted', async () => {
    const id = await start({ to: '+14155552671' })
    await sent(id, 1)
    service.forward(30)
    expect(outcomeOf(await service.resend(id, { channel: 'email' }))).toEqual([
      400,
      'invalid_request',
    ])
    expect(outcomeOf(await service.resend(id, { channel: 'x' }))).toEqual([400, 'invalid_request'])
    for (const channel of ['whatsapp', 'voice'])
      expect(outcomeOf(await service.resend(id, { channel }))).toEqual([
        403,
        'channel_not_available',
      ])
    const answer = await service.resend(id, { channel: 'sms' })
    expect([answer.status, answer.body.channel]).toEqual([200, 'sms'])
    const { deliveries } = (await service.look(id)).body
    expect(deliveries.map(({ channel }: { channel: string }) => channel)).toEqual(['sms', 'sms'])
    // Both are good: what was delivered before stays valid.
    const [first] = await service.messages(id)
    expect((await service.check({ id, code: first?.code })).status).toBe(200)
  })

  it('an ended verification gets the answer that check gives; no attempt left is 409', async () => {
    const spent = await start()
    const { code } = await service.message(spent)
    for (let i = 0; i < 5; i += 1) await service.check({ id: spent, code: wrong(code) })
    const canceled = await start()
    await service.cancel(canceled)
    const approved = await start()
    const right = await service.message(approved)
    await service.check({ id: approved, code: right.code })
    const expired = await start({ ttl_seconds: 60 })
    service.forward(60)
    for (const [id, outcome] of [
      [spent, [409, 'max_attempts_reached']],
      [canceled, [409, 'verification_canceled']],
      [approved, [409, 'verification_approved']],
      [expired, [410, 'verification_expired']],
      ['vrf_unknown', [404, 'verification_not_found']],
    ] as const)
      expect(outcomeOf(await service.resend(id))).toEqual(outcome)
  })

  it('counts against the address as stored at start, and a refusal moves nothing', async () => {
    const ids = [await start({ client_ip: '198.51.100.9' })]
    while (ids.length < 40) ids.push(await start({ client_ip: '198.51.100.9' }))
    service.forward(30)
    const id = ids[0] ?? ''
    const refused = await service.resend(id)
    expect(outcomeOf(refused)).toEqual([429, 'rate_limited'])
    expect(refused.body.limit.name).toBe('sends_per_ip_day')
    const { sends_remaining, deliveries } = (await service.look(id)).body
    expect([sends_remaining, deliveries.length]).toEqual([4, 1])
  })
})
