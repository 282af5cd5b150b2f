// POST /verify/check, line by line, against the composed service: outcomes, their order, what is charged.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, type Steered, startSteered, wrong } from './steered-service.ts'

const SESSION = 'session-0123456789'
const OTHER_SESSION = 'session-9876543210'

let service: Steered
beforeAll(async () => {
  service = await startSteered({
    CLIENT_IP: 'required',
    LIMIT_CHECK_PER_IP: '6/600',
    LIMIT_CHECK_PER_NUMBER: '8/600',
    MAX_ATTEMPTS: '5',
  })
})
afterAll(() => service.close())

let users = 0
const begin = async (body: object = {}) => {
  const to = `check${users++}@example.com`
  const answer = await service.start({ to, client_ip: '203.0.113.1', ...body })
  expect([200, 201]).toContain(answer.status)
  const { id } = answer.body
  return { id, to: answer.body.to as string, code: (await service.message(id)).code }
}
const left = async (id: string) => (await service.look(id)).body.attempts_remaining

describe('check', () => {
  it('right: 200, the verification as approved, valid, and nothing else is 2xx', async () => {
    const { id, code } = await begin({ metadata: { a: 'b' } })
    const { status, body } = await service.check({ id, code })
    expect(status).toBe(200)
    const { valid, ...verification } = body
    const looked = (await service.look(id)).body
    expect(Object.keys(verification)).toEqual(
      Object.keys(looked).filter((name) => name !== 'deliveries'),
    )
    expect(valid).toBe(true)
    expect(verification).toMatchObject({
      ...{ id, status: 'approved', metadata: { a: 'b' } },
      ...{ attempts_remaining: 0, sends_remaining: 0, resend_at: null, resend_in: null },
    })
    expect(outcomeOf(await service.check({ id, code }))).toEqual([409, 'verification_approved'])
  })

  it('wrong: 422 with the remainder and the verification; the fifth has 0 left, the sixth is 409', async () => {
    const { id, code } = await begin()
    const details = ['4 attempts left', '3 attempts left', '2 attempts left', '1 attempt left']
    for (const remaining of [4, 3, 2, 1, 0]) {
      const answer = await service.check({ id, code: wrong(code) })
      expect(outcomeOf(answer)).toEqual([422, 'code_incorrect'])
      expect(answer.body.detail).toBe(
        details.shift() ?? 'that was the last attempt; start a new verification',
      )
      expect(answer.body.attempts_remaining).toBe(remaining)
      expect(answer.body.verification).toMatchObject({
        id,
        attempts_remaining: remaining,
        status: remaining === 0 ? 'max_attempts_reached' : 'pending',
      })
    }
    expect(outcomeOf(await service.check({ id, code }))).toEqual([409, 'max_attempts_reached'])
  })

  it.each([
    ['spaces', (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
    ['hyphens', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
    ['a dash and a no-break space', (code: string) => `${code.slice(0, 3)}–\u00a0${code.slice(3)}`],
    ['full width', (code: string) => shift(code, 0xff10)],
    ['Arabic', (code: string) => shift(code, 0x0660)],
    ['Devanagari', (code: string) => shift(code, 0x0966)],
  ])('reads a code with %s', async (_name, spelt) => {
    const { id, code } = await begin()
    expect((await service.check({ id, code: spelt(code) })).status).toBe(200)
  })

  it('purpose, to and session must be the start’s: 409 names each, nothing is charged', async () => {
    const { id, to, code } = await begin({ purpose: 'change-email', session: SESSION })
    const good = { id, code, purpose: 'change-email', session: SESSION }
    for (const [change, fields] of [
      [{ purpose: undefined }, ['purpose']],
      [{ purpose: 'login' }, ['purpose']],
      [{ session: undefined }, ['session']],
      [{ session: OTHER_SESSION }, ['session']],
      [{ to: 'else@example.com' }, ['to']],
      // One person's budget, but not the address that was proven.
      [{ to: to.replace('@', '+tag@') }, ['to']],
      [{ to: to.toUpperCase() }, ['to']],
      [{ to: 'else@example.com', session: undefined, purpose: 'x' }, ['purpose', 'to', 'session']],
    ] as const) {
      const answer = await service.check({ ...good, ...change })
      expect(outcomeOf(answer)).toEqual([409, 'verification_mismatch'])
      expect(answer.body.errors.map(({ field }: { field: string }) => field)).toEqual(fields)
    }
    const none = await begin()
    const extra = await service.check({ id: none.id, code: none.code, session: SESSION })
    expect(outcomeOf(extra)).toEqual([409, 'verification_mismatch'])
    expect(await left(id)).toBe(5)
    const { status } = await service.check({ ...good, to: to.replace('example', 'EXAMPLE') })
    expect(status).toBe(200)
  })

  it('to and session in place of id: the newest of them, by any spelling of the number', async () => {
    const given = { to: '+14155550100', session: SESSION }
    const first = await begin(given)
    await service.cancel(first.id)
    const second = await begin(given)
    expect(second.id).not.toBe(first.id)
    const by = (body: object) => service.check({ code: second.code, ...body })
    const spelt = { to: '(415) 555-0100', country: 'US' }
    for (const [body, outcome] of [
      [{ ...spelt, session: OTHER_SESSION }, [404, 'verification_not_found']],
      [{ to: '+14155550101', session: SESSION }, [404, 'verification_not_found']],
      [{ ...spelt, session: SESSION, purpose: 'x' }, [404, 'verification_not_found']],
      [{ ...spelt }, [400, 'invalid_request']],
      [{ session: SESSION }, [400, 'invalid_request']],
    ] as const)
      expect(outcomeOf(await by(body))).toEqual(outcome)
    const { status, body } = await by({ ...spelt, session: SESSION })
    expect([status, body.id]).toEqual([200, second.id])
  })

  it('refuses in the order of the contract', async () => {
    const ip = (n: number) => ({ client_ip: `198.51.100.${n}` })
    const full = ip(1)
    for (let i = 0; i < 6; i += 1)
      expect((await service.check({ id: 'vrf_unknown', code: '123456', ...full })).status).toBe(404)
    const open = await begin({ session: SESSION })
    const both = { session: OTHER_SESSION }
    // No code at all: before the address, which it does not spend either.
    for (let i = 0; i < 7; i += 1)
      expect((await service.check({ id: open.id, code: 'abc', ...ip(2) })).status).toBe(400)
    expect((await service.check({ id: 'vrf_unknown', code: '12x4', ...full })).status).toBe(400)
    // The address before the look-up; unknown and ended after it.
    const limited = await service.check({ id: 'vrf_unknown', code: '1234', ...full })
    expect(limited.body.limit).toEqual({ name: 'check_per_ip', max: 6, window_seconds: 600 })
    expect(limited.headers.get('retry-after')).toBe(String(limited.body.retry_after_seconds))
    expect((await service.check({ id: open.id, code: open.code, ...full })).status).toBe(429)
    expect((await service.check({ id: 'vrf_unknown', code: '1234', ...ip(2) })).status).toBe(404)
    // Ended before mismatch, mismatch before length, length before anything is charged.
    const ended = await begin({ session: SESSION })
    await service.cancel(ended.id)
    const late = await service.check({ id: ended.id, code: '1234', ...both, ...ip(2) })
    expect(outcomeOf(late)).toEqual([409, 'verification_canceled'])
    const other = await service.check({ id: open.id, code: '1234', ...both, ...ip(2) })
    expect(outcomeOf(other)).toEqual([409, 'verification_mismatch'])
    for (const code of ['1234', '12345', '1234567', '1234567890']) {
      const short = await service.check({ id: open.id, code, session: SESSION })
      expect([short.status, short.body.errors[0].field]).toEqual([400, 'code'])
    }
    expect(await left(open.id)).toBe(5)
    const expired = await begin({ session: SESSION, ttl_seconds: 60 })
    service.forward(60)
    const gone = await service.check({ id: expired.id, code: expired.code, ...both })
    expect(outcomeOf(gone)).toEqual([410, 'verification_expired'])
  })

  it('check_per_number: 429 uncharged, after what has ended, and its RateLimit fields', async () => {
    const to = 'guessed@example.com'
    const [one, two] = [await begin({ to }), await begin({ to: 'Guessed+x@EXAMPLE.com' })]
    for (let i = 0; i < 5; i += 1) await service.check({ id: one.id, code: wrong(one.code) })
    for (let i = 0; i < 3; i += 1) await service.check({ id: two.id, code: wrong(two.code) })
    const limited = await service.check({ id: two.id, code: two.code })
    expect(outcomeOf(limited)).toEqual([429, 'rate_limited'])
    expect(limited.body.limit).toEqual({ name: 'check_per_number', max: 8, window_seconds: 600 })
    expect(limited.headers.get('ratelimit')).toMatch(/^"check_per_number";r=0;t=\d+$/)
    expect(await left(two.id)).toBe(2)
    const ended = await service.check({ id: one.id, code: one.code })
    expect(outcomeOf(ended)).toEqual([409, 'max_attempts_reached'])
  })

  it('reports the address’s budget on success; without client_ip it is skipped', async () => {
    const { id, code } = await begin()
    const client_ip = '198.51.100.77'
    await service.check({ id: 'vrf_unknown', code: '123456', client_ip })
    const { headers } = await service.check({ id, code, client_ip })
    expect(headers.get('ratelimit-policy')).toBe('"check_per_ip";q=6;w=600')
    expect(headers.get('ratelimit')).toMatch(/^"check_per_ip";r=4;t=(600|599|598)$/)
    const other = await begin()
    for (let i = 0; i < 8; i += 1) await service.check({ id: 'vrf_unknown', code: '123456' })
    const answer = await service.check({ id: other.id, code: other.code })
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null])
  })
})

function shift(code: string, zero: number): string {
  return [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join('')
}
