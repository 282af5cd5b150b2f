// What a login flow may rely on, for every service it can have: the fake for tests and the real one run this.
// It must not ask for anything that one of the two alone can do.

import { beforeEach, describe, expect, it } from 'vitest'
import { type Countersign, CountersignError, type StartFields } from '../src/client.ts'

/** What a test needs beside the client. Recipients are its own, so that none meets another's limits. */
export type Subject = {
  client: Countersign
  codeOf(id: string): Promise<string>
  advance(seconds: number): void
  requireChallenge(to: string): Promise<void>
  solve(challenge: unknown): Promise<string>
  block(to: string): Promise<void>
  approveByPage(id: string): Promise<string>
  clientWithKey(apiKey: string): Countersign
}

export const SESSION = 'session-of-a-browser-1'
const OTHER_SESSION = 'session-of-a-browser-2'
/** Digits of the same length that are surely not this code. */
const wrong = (code: string) => (code.startsWith('9') ? '0' : '9') + code.slice(1)

let count = 0
const someone = () => `person-${++count}@example.com`

export function describeContract(name: string, subject: () => Subject): void {
  describe(`C91: the client over ${name}`, () => {
    let client: Countersign
    beforeEach(() => {
      client = subject().client
    })

    async function started(fields: Partial<StartFields> = {}) {
      const result = await client.start({ to: someone(), session: SESSION, ...fields })
      if (!result.ok) throw new Error(`not started: ${result.reason}`)
      const { id } = result.verification
      return { ...result.verification, code: await subject().codeOf(id) }
    }

    it('approves the code once', async () => {
      const { id, code, ...about } = await started({
        purpose: 'change_email',
        metadata: { order_id: '7' },
      })
      expect(about).toMatchObject({
        ...{ status: 'pending', purpose: 'change_email', metadata: { order_id: '7' } },
        ...{
          attemptsRemaining: 5,
          sendsRemaining: 4,
          expiresIn: 600,
          resendIn: 30,
          channel: 'email',
          viewToken: expect.stringMatching(/^vt_/),
        },
      })
      const given = { id, code, session: SESSION, purpose: 'change_email' }
      expect(await client.check(given)).toMatchObject({
        ...{ ok: true, replayed: false },
        verification: { id, status: 'approved', valid: true },
      })
      expect(await client.check(given)).toMatchObject({
        ...{ ok: false, reason: 'already_used', attemptCharged: false },
        problem: { error: 'verification_approved' },
      })
      expect(await client.cancel({ id })).toMatchObject({ ok: false, reason: 'already_used' })
      expect(await client.resend({ id })).toMatchObject({ ok: false, reason: 'already_used' })
    })

    it('is found by its recipient and session, as it was typed', async () => {
      const { to, code } = await started()
      const spaced = `${code.slice(0, 3)} ${code.slice(3)}`
      expect(
        await client.check({ to: to as string, session: SESSION, code: spaced }),
      ).toMatchObject({ ok: true })
    })

    it('counts attempts until there is none', async () => {
      const { id, code } = await started()
      for (const attemptsRemaining of [4, 3, 2, 1, 0])
        expect(await client.check({ id, code: wrong(code), session: SESSION })).toMatchObject({
          ...{ ok: false, reason: 'incorrect', attemptsRemaining, attemptCharged: true },
          verification: { id },
        })
      expect(await client.check({ id, code, session: SESSION })).toMatchObject({
        ...{ ok: false, reason: 'exhausted', attemptCharged: false },
      })
      expect(await client.get({ id })).toMatchObject({
        ok: true,
        verification: { status: 'max_attempts_reached', attemptsRemaining: 0 },
      })
    })

    it.each(['12', 'abcdef', '', '12345678901'])(
      'charges nothing for what is not a code: %j',
      async (code) => {
        const { id } = await started()
        expect(await client.check({ id, code, session: SESSION })).toMatchObject({
          ...{ ok: false, reason: 'invalid', attemptCharged: false },
          problem: { errors: [{ field: 'code' }] },
        })
        expect(await client.get({ id })).toMatchObject({ verification: { attemptsRemaining: 5 } })
      },
    )

    it('charges nothing for a code of another length', async () => {
      const { id, code } = await started({ codeLength: 8 })
      expect(code).toHaveLength(8)
      expect(await client.check({ id, code: '1234', session: SESSION })).toMatchObject({
        reason: 'invalid',
      })
      expect(await client.check({ id, code, session: SESSION })).toMatchObject({ ok: true })
    })

    it.each([
      ['session', { session: OTHER_SESSION }],
      ['session', { session: undefined }],
      ['purpose', { session: SESSION, purpose: 'transfer' }],
      ['to', { session: SESSION, to: 'somebody-else@example.com' }],
    ] as const)('is of no use elsewhere: another %s', async (field, given) => {
      const { id, code } = await started()
      expect(await client.check({ id, code, ...given } as never)).toMatchObject({
        ...{ ok: false, reason: 'mismatch', attemptCharged: false },
        problem: { errors: [{ field }] },
      })
      expect(await client.check({ id, code, session: SESSION })).toMatchObject({ ok: true })
    })

    it('continues what this browser has begun', async () => {
      const first = await started()
      const to = first.to as string
      const again = await client.start({ to, session: SESSION })
      expect(again).toMatchObject({ ok: true, continued: true, verification: { id: first.id } })
      const other = await client.start({ to, session: OTHER_SESSION })
      expect(other).toMatchObject({ ok: true, continued: false })
      expect(other.ok && other.verification.id).not.toBe(first.id)
      subject().advance(31)
      expect(await client.start({ to, session: SESSION })).toMatchObject({
        verification: { id: first.id, sendsRemaining: 3 },
      })
    })

    it('sends again when it is time, and not more often than it may', async () => {
      const { id } = await started()
      const early = await client.resend({ id })
      expect(early).toMatchObject({ ok: false, reason: 'rate_limited', attemptCharged: false })
      expect(!early.ok && early.retryAfterSeconds).toBeGreaterThan(25)
      for (const [waitSeconds, left] of [
        [31, 3],
        [41, 2],
        [61, 1],
        [91, 0],
      ] as const) {
        subject().advance(waitSeconds)
        expect(await client.resend({ id })).toMatchObject({
          ok: true,
          verification: { id, sendsRemaining: left },
        })
      }
      subject().advance(91)
      expect(await client.resend({ id })).toMatchObject({ ok: false, reason: 'no_more_sends' })
    })

    it('sends nothing that would come too late', async () => {
      const { id } = await started({ ttlSeconds: 60 })
      expect(await client.resend({ id })).toMatchObject({ ok: false, reason: 'no_more_sends' })
      subject().advance(61)
      expect(await client.resend({ id })).toMatchObject({ ok: false, reason: 'expired' })
    })

    it('ends with its time', async () => {
      const { id, code } = await started({ ttlSeconds: 120 })
      subject().advance(121)
      expect(await client.check({ id, code, session: SESSION })).toMatchObject({
        ...{ ok: false, reason: 'expired', attemptCharged: false },
      })
      expect(await client.cancel({ id })).toMatchObject({
        ok: true,
        verification: { status: 'expired' },
      })
    })

    it('ends where it is canceled', async () => {
      const { id, code } = await started()
      expect(await client.cancel({ id })).toMatchObject({
        ok: true,
        verification: { status: 'canceled' },
      })
      expect(await client.cancel({ id })).toMatchObject({ ok: true })
      expect(await client.check({ id, code, session: SESSION })).toMatchObject({
        ok: false,
        reason: 'canceled',
      })
    })

    it('accepts no code for an account that does not exist', async () => {
      const result = await client.start({ to: someone(), session: SESSION, decoy: true })
      const id = result.ok ? result.verification.id : ''
      for (const code of ['123456', '000000'])
        expect(await client.check({ id, code, session: SESSION })).toMatchObject({
          reason: 'incorrect',
        })
    })

    it('has no further step without a chain', async () => {
      const { id } = await started()
      expect(await client.next({ id })).toMatchObject({ ok: false, reason: 'no_more_sends' })
    })

    it.each([
      'vrf_0123456789abcdefghijklmnopqrstuv',
      '..',
      '../../admin/api/keys',
      'vrf_1?x=1',
      '',
    ])('finds nothing under an id that is none: %j', async (id) => {
      const missing = { ok: false, reason: 'not_found', attemptCharged: false }
      expect(await client.check({ id, code: '123456', session: SESSION })).toMatchObject(missing)
      for (const result of [
        client.get({ id }),
        client.resend({ id }),
        client.next({ id }),
        client.cancel({ id }),
      ])
        expect(await result).toMatchObject(missing)
    })

    it('shows what was begun for somebody, newest first', async () => {
      const { id, to } = await started()
      const newer = await client.start({ to: to as string, session: OTHER_SESSION })
      const listed = await client.list({ to: to as string })
      if (!listed.ok || !newer.ok) throw new Error('not listed')
      expect(listed.verifications.map((one) => one.id)).toEqual([newer.verification.id, id])
      expect(listed.verifications[1]?.deliveries).toMatchObject([{ channel: 'email' }])
      expect(listed.nextCursor).toBe(null)
    })

    it('answers a repeated request again, and does nothing twice', async () => {
      const { id, code } = await started()
      const given = { id, code: wrong(code), session: SESSION }
      const idempotencyKey = `wrong-${id}`
      const first = await client.check(given, { idempotencyKey })
      expect(first).toMatchObject({ reason: 'incorrect', attemptsRemaining: 4 })
      expect(await client.check(given, { idempotencyKey })).toMatchObject({
        reason: 'incorrect',
        attemptsRemaining: 4,
      })
      expect(await client.get({ id })).toMatchObject({ verification: { attemptsRemaining: 4 } })
      const right = { id, code, session: SESSION }
      expect(await client.check(right, { idempotencyKey: `right-${id}` })).toMatchObject({
        ok: true,
        replayed: false,
      })
      expect(await client.check(right, { idempotencyKey: `right-${id}` })).toMatchObject({
        ok: true,
        replayed: true,
      })
      await expect(client.check(given, { idempotencyKey: `right-${id}` })).rejects.toThrow(
        /idempotency_key_reused/,
      )
    })

    it('asks for a challenge where one is needed, and takes each solution once', async () => {
      const to = someone()
      await subject().requireChallenge(to)
      const asked = await client.start({ to, session: SESSION })
      if (asked.ok || asked.reason !== 'challenge_required') throw new Error('no challenge')
      const challenge = await subject().solve(asked.challenge)
      expect(await client.start({ to, session: SESSION, challenge: 'bm9uZQ==' })).toMatchObject({
        reason: 'challenge_required',
      })
      expect(await client.start({ to, session: SESSION, challenge })).toMatchObject({ ok: true })
      expect(await client.start({ to, session: OTHER_SESSION, challenge })).toMatchObject({
        reason: 'challenge_required',
      })
    })

    it('exchanges the code of the hosted page once, with the session of its start', async () => {
      const { id } = await started()
      const approval = await subject().approveByPage(id)
      const refused = { ok: false, reason: 'not_found' }
      expect(await client.exchange({ approval, session: OTHER_SESSION })).toMatchObject(refused)
      expect(await client.exchange({ approval: 'apc_none', session: SESSION })).toMatchObject(
        refused,
      )
      expect(await client.exchange({ approval, session: SESSION })).toMatchObject({
        ...{ ok: true, verification: { id, status: 'approved', valid: true } },
      })
      expect(await client.exchange({ approval, session: SESSION })).toMatchObject(refused)
      await expect(client.exchange({ approval, session: '' })).rejects.toThrow(TypeError)
    })

    it('names the entry of the lists that blocks somebody', async () => {
      const to = someone()
      await subject().block(to)
      expect(await client.start({ to, session: SESSION })).toMatchObject({
        ...{ ok: false, reason: 'blocked', reference: expect.stringMatching(/^lst_/) },
      })
    })

    it.each(['not an address', '', 'a@', '+1'])(
      'says so of a recipient that is mistyped: %j',
      async (to) => {
        expect(await client.start({ to, session: SESSION })).toMatchObject({
          ...{ ok: false, reason: 'invalid', problem: { errors: [{ field: 'to' }] } },
        })
      },
    )

    it('throws what nobody at the screen can mend', async () => {
      const stranger = subject().clientWithKey('another-key-0123456789')
      await expect(stranger.start({ to: someone() })).rejects.toThrow(/^unauthenticated: /)
      await expect(stranger.start({ to: someone() })).rejects.toBeInstanceOf(CountersignError)
      await expect(client.start({ to: someone(), session: 'short' })).rejects.toThrow(/session/)
      await expect(client.start({ to: someone(), purpose: 'Not a slug' })).rejects.toThrow(
        /purpose/,
      )
      await expect(client.start({ to: someone(), colour: 'red' } as never)).rejects.toThrow(
        /colour/,
      )
    })
  })
}
