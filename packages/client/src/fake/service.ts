// The rules of the service, in memory: a login flow's tests meet every outcome that the real one has.
// It must not be lenient where the service is not: the contract suite of this package holds both to the same.

import {
  attemptsLeft,
  drawCode,
  drawId,
  drawReference,
  type FakeVerification,
  type Policy,
  resendAt,
  statusAt,
  toDetailed,
  toStarted,
  toWire,
} from './state.ts'
import {
  type Answer,
  type Body,
  CHECK_FIELDS,
  commonFault,
  ended,
  faulty,
  makeChallenge,
  readCode,
  readRecipient,
  refuse,
  START_FIELDS,
  unknown,
} from './wire.ts'

/** What a test decides about somebody. */
export type Fates = {
  challenged: Set<string>
  blocked: Set<string>
  suppressed: Set<string>
  /** Solutions that were asked for and not used. */
  solutions: Set<string>
}

export class FakeService {
  readonly all = new Map<string, FakeVerification>()
  readonly fates: Fates = {
    challenged: new Set(),
    blocked: new Set(),
    suppressed: new Set(),
    solutions: new Set(),
  }
  /** One-use codes of the hosted page that were not exchanged. */
  readonly #codes = new Map<string, FakeVerification>()
  readonly #policy: Policy
  readonly #now: () => number

  constructor(policy: Policy, now: () => number) {
    this.#policy = policy
    this.#now = now
  }

  start(body: Body): Answer {
    const fault = commonFault(body, START_FIELDS)
    if (fault) return fault
    const to = readRecipient(body.to)
    if (to === null)
      return faulty('to', 'must be a phone number in international form or an e-mail address')
    return (
      this.#refuseByFate(to, body.challenge) ?? this.#continue(to, body) ?? this.#create(to, body)
    )
  }

  check(body: Body): Answer {
    const fault = commonFault(body, CHECK_FIELDS)
    if (fault) return fault
    const now = this.#now()
    const code = readCode(body.code)
    if (code === null) return faulty('code', 'is not 4 to 10 digits; nothing was charged')
    const found = this.#find(body)
    if (!found) return unknown()
    const over = ended(statusAt(found, now))
    if (over) return over
    const others = this.#mismatches(found, body)
    if (others.length > 0)
      return refuse(
        409,
        'verification_mismatch',
        `it was started with another ${others.join(' and ')}`,
        {
          errors: others.map((field) => ({ field, detail: 'differs from the start' })),
        },
      )
    if (code.length !== found.code.length)
      return faulty('code', `is not ${found.code.length} digits; nothing was charged`)
    found.attempts += 1
    if (code === found.code && !found.decoy) {
      found.status = 'approved'
      return { status: 200, body: { ...toWire(found, now), status: 'approved', valid: true } }
    }
    if (found.attempts >= found.maxAttempts) found.status = 'max_attempts_reached'
    const left = attemptsLeft(found, now)
    return refuse(422, 'code_incorrect', `${left} attempts left`, {
      attempts_remaining: left,
      verification: toWire(found, now),
    })
  }

  resend(id: string): Answer {
    const now = this.#now()
    const found = this.all.get(id)
    if (!found) return unknown()
    const over = ended(statusAt(found, now))
    if (over) return over
    if (found.sends >= found.maxSends)
      return refuse(409, 'max_sends_reached', 'start a new verification')
    const at = resendAt(found, now)
    if (at === null) return refuse(409, 'resend_too_late', 'start a new verification')
    if (now < at) {
      const seconds = Math.ceil((at - now) / 1000)
      return refuse(429, 'resend_too_early', `in ${seconds} s`, { retry_after_seconds: seconds })
    }
    found.sends += 1
    found.lastSendAt = now
    return { status: 200, body: toWire(found, now) }
  }

  /** No chains here: the first message is the last step. */
  next(id: string): Answer {
    const found = this.all.get(id)
    if (!found) return unknown()
    return (
      ended(statusAt(found, this.#now())) ??
      refuse(409, 'no_next_step', 'it was started without a chain')
    )
  }

  cancel(id: string): Answer {
    const now = this.#now()
    const found = this.all.get(id)
    if (!found) return unknown()
    const status = statusAt(found, now)
    if (status === 'approved') return refuse(409, 'verification_approved', 'it was approved before')
    if (status === 'pending') found.status = 'canceled'
    return { status: 200, body: toWire(found, now) }
  }

  get(id: string): Answer {
    const found = this.all.get(id)
    return found ? { status: 200, body: toDetailed(found, this.#now()) } : unknown()
  }

  list(body: Body): Answer {
    const to = readRecipient(body.to)
    if (to === null)
      return faulty('to', 'must be a phone number in international form or an e-mail address')
    const verifications = this.newestOf(to).map((one) => toDetailed(one, this.#now()))
    return { status: 200, body: { verifications, next_cursor: null } }
  }

  /** As the hosted page ends. @returns its one-use code */
  approveByPage(id: string): string {
    const found = this.all.get(id)
    if (!found || statusAt(found, this.#now()) !== 'pending' || found.session === null)
      throw new TypeError(
        'Countersign: the fake has no pending verification of a session under this id',
      )
    found.status = 'approved'
    const code = `apc_${crypto.randomUUID()}`
    this.#codes.set(code, found)
    return code
  }

  exchange({ approval, session }: Body): Answer {
    const found = this.#codes.get(String(approval))
    if (!found || found.session !== session)
      return refuse(404, 'approval_not_found', 'this code and session are of no approval')
    this.#codes.delete(String(approval))
    return { status: 200, body: { ...toWire(found, this.#now()), valid: true } }
  }

  newestOf(to: string): FakeVerification[] {
    return [...this.all.values()].filter((one) => one.to === to).reverse()
  }

  #refuseByFate(to: string, solution: unknown): Answer | undefined {
    const { blocked, challenged, solutions, suppressed } = this.fates
    if (blocked.has(to))
      return refuse(403, 'recipient_blocked', 'an entry of the lists', { reference: drawId('lst') })
    if (challenged.has(to) && !solutions.delete(String(solution)))
      return refuse(403, 'challenge_required', 'solve the challenge', {
        challenge: makeChallenge(),
      })
    return suppressed.has(to)
      ? refuse(422, 'recipient_suppressed', 'nothing is sent there')
      : undefined
  }

  #continue(to: string, body: Body): Answer | undefined {
    const now = this.#now()
    const { session, purpose = 'login', decoy = false, authenticated = false } = body
    if (session === undefined) return undefined
    const open = this.newestOf(to).find((one) => one.session === session && one.purpose === purpose)
    if (!open || attemptsLeft(open, now) === 0) return undefined
    if (open.decoy !== decoy || open.authenticated !== authenticated) return undefined
    const due = resendAt(open, now)
    const sent = due !== null && now >= due ? this.resend(open.id) : null
    if (sent && sent.status !== 200) return sent
    return { status: 200, body: toStarted(open, now) }
  }

  #create(to: string, body: Body): Answer {
    const now = this.#now()
    const { codeLength, ttlSeconds, maxAttempts, maxSends } = this.#policy
    const made: FakeVerification = {
      ...{ id: drawId('vrf'), reference: drawReference(), status: 'pending', to },
      channel:
        (body.channel as FakeVerification['channel']) ?? (to.includes('@') ? 'email' : 'sms'),
      purpose: (body.purpose as string) ?? 'login',
      session: (body.session as string) ?? null,
      decoy: body.decoy === true,
      authenticated: body.authenticated === true,
      code: drawCode((body.code_length as number) ?? codeLength),
      ...{ attempts: 0, sends: 1, maxAttempts, maxSends, createdAt: now, lastSendAt: now },
      expiresAt: now + ((body.ttl_seconds as number) ?? ttlSeconds) * 1000,
      metadata: (body.metadata as Record<string, string>) ?? {},
    }
    this.all.set(made.id, made)
    return { status: 201, body: toStarted(made, now) }
  }

  #find({ id, to, session, purpose = 'login' }: Body): FakeVerification | undefined {
    if (id !== undefined) return this.all.get(String(id))
    return this.newestOf(readRecipient(to) ?? '').find(
      (one) => one.session === session && one.purpose === purpose,
    )
  }

  #mismatches(found: FakeVerification, { purpose = 'login', session = null, to }: Body): string[] {
    const differs = {
      purpose: found.purpose !== purpose,
      to: to !== undefined && readRecipient(to) !== found.to,
      session: found.session !== session,
    }
    return Object.entries(differs).flatMap(([field, isOther]) => (isOther ? [field] : []))
  }
}
