// The checker can fail: each rule turns red on a record that is doctored against it, and on nothing else.
// What a run of the real thing gives is chaos.test.ts.

import { describe, expect, it } from 'vitest'
import { findViolations } from './checker.ts'
import type { Asked, Outcome } from './history.ts'
import type { ChaosRecord } from './record.ts'
import { RULES } from './settings.ts'
import { APPROVED, attemptOf, CANCELED, CODES, EXPIRED, soundRecord } from './sound-record.ts'
import type { EventRow, Tables } from './tables.ts'

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
type Doctored = Mutable<Omit<ChaosRecord, 'rules'>> & Pick<ChaosRecord, 'rules'>

const events = (record: Doctored) => record.tables.events as EventRow[]
const row = (record: Doctored, id: string) =>
  record.tables.verifications.find((one) => one.id === id) as Mutable<Tables['verifications'][0]>
const delivery = (record: Doctored, id: string) =>
  record.tables.deliveries.find((one) => one.verification === id) as Mutable<
    Tables['deliveries'][0]
  >
const find = (record: Doctored, id: string, type: string, attempt?: number) =>
  events(record).find(
    (one) =>
      one.verification === id &&
      one.type === type &&
      (attempt === undefined || one.details.attempt === attempt),
  ) as Mutable<EventRow>

/** Put in right after `after`; the sequence is the place in the list. */
function insert(record: Doctored, after: EventRow, more: Partial<EventRow>): void {
  const at = events(record).indexOf(after)
  events(record).splice(at + 1, 0, { ...after, details: { ...after.details }, ...more })
}

const asked = (record: Doctored, logical: string) =>
  record.asked.find((one) => one.logical === logical) as Mutable<Asked>
function answer(record: Doctored, logical: string, status: number, body = {}, more = {}): void {
  const outcome: Outcome = { kind: 'answered', status, body, retryAfter: null, isReplayed: false }
  asked(record, logical).outcome = { ...outcome, ...more }
}
function ask(record: Doctored, like: string, more: Partial<Asked>): void {
  record.asked.push({ ...structuredClone(asked(record, like)), ...more })
}

type Case = [rule: string, what: string, doctor: (record: Doctored) => void, said: RegExp]

const CHECKS: Case[] = [
  [
    'approved once',
    'two events of approval',
    (r) => insert(r, find(r, APPROVED, 'verification.approved'), {}),
    /2 events of approval/,
  ],
  [
    'approved once',
    'two requests that were told 200',
    (r) => ask(r, 'c2', { logical: 'c9' }),
    /approved to 2 requests/,
  ],
  [
    'approved once',
    'an approval that was told and is gone',
    (r) => {
      row(r, APPROVED).status = 'canceled'
    },
    /told to be approved, and is canceled/,
  ],
  [
    'ends once',
    'an end after the end',
    (r) => insert(r, find(r, APPROVED, 'verification.approved'), { type: 'verification.canceled' }),
    /ended as verification.approved, verification.canceled/,
  ],
  [
    'ends once',
    'a code that is kept',
    (r) => {
      row(r, EXPIRED).hasCode = true
    },
    /keeps its code/,
  ],
  [
    'no attempt beyond its limit',
    'more wrong codes logged than attempts charged',
    (r) => {
      for (let n = 0; n < 2; n += 1) insert(r, find(r, APPROVED, 'check.incorrect'), {})
      row(r, APPROVED).failed = 3
    },
    /4 comparisons were logged, 2 charged/,
  ],
  [
    'no attempt beyond its limit',
    'more attempts charged than allowed',
    (r) => {
      row(r, APPROVED).attempts = RULES.maxAttempts + 1
    },
    /6 attempts were charged/,
  ],
  [
    'no attempt beyond its limit',
    'more wrong codes told than logged',
    (r) => ask(r, 'c1', { logical: 'c9', code: '3333333' }),
    /3 comparisons were told, 2 (charged|logged)/,
  ],
  [
    'one code',
    'messages that differ',
    (r) => {
      ;(r.messages[2] as Mutable<ChaosRecord['messages'][0]>).code = '0000000'
    },
    /carry 2 codes/,
  ],
  [
    'one code',
    'another code approved',
    (r) => {
      for (const one of r.asked) if (one.logical === 'c2') one.code = '0000000'
    },
    /approved by a code not sent/,
  ],
  [
    'one code',
    'the right code told wrong',
    (r) => {
      asked(r, 'c1').code = CODES[APPROVED] ?? ''
    },
    /the right code was told wrong/,
  ],
]

const LEASES: Case[] = [
  [
    'deliveries in order',
    'a claim after the end',
    (r) => {
      const end = find(r, APPROVED, 'verification.approved')
      insert(r, end, { type: 'delivery.attempted', details: { send: 1, attempt: 2 } })
    },
    /claimed after its end \(verification.approved\)/,
  ],
  [
    'deliveries in order',
    'a claim of a send that was replaced',
    (r) => {
      const resent = find(r, CANCELED, 'verification.resent')
      insert(r, resent, { type: 'delivery.attempted', details: { send: 1, attempt: 3 } })
    },
    /claimed after its end \(verification.resent\)/,
  ],
  [
    'deliveries in order',
    'a claim beside a worker that holds it',
    (r) => events(r).splice(events(r).indexOf(find(r, CANCELED, 'delivery.reclaimed')), 1),
    /claimed while another worker held it/,
  ],
  [
    'deliveries in order',
    'a lease taken before it ran out',
    (r) => {
      find(r, CANCELED, 'delivery.reclaimed').at -= 1_000
    },
    /reclaimed 2008 ms after its claim/,
  ],
  [
    'deliveries in order',
    'a claim with too little time left',
    (r) => {
      row(r, APPROVED).expiresAt -= RULES.ttlSeconds * 1000 - RULES.minRemainingMs
    },
    /too little time left/,
  ],
  [
    'deliveries in order',
    'a move after the last word',
    (r) => {
      const sent = find(r, CANCELED, 'delivery.sent', 2)
      insert(r, sent, { type: 'delivery.retrying' })
    },
    /delivery.retrying after it was sent/,
  ],
  [
    'deliveries in order',
    'a frozen worker that moved the newer attempt by its own result',
    (r) => {
      find(r, CANCELED, 'delivery.sent', 2).type = 'delivery.retrying'
    },
    /delivery.retrying of attempt 2, whose own worker says sent/,
  ],
  [
    'deliveries in order',
    'a move before the worker of that attempt had its result',
    (r) => {
      const own = r.tables.sendAttempts.find((one) => one.startedAt % 10_000 === 3_030)
      ;(own as Mutable<Tables['sendAttempts'][0]>).durationMs = 900
    },
    /delivery.sent of attempt 2, 830 ms before its own worker had its result/,
  ],
  [
    'deliveries in order',
    'a message that lay too long',
    (r) => {
      delivery(r, APPROVED).queuedAt -= RULES.stuckMs
    },
    /lay 25005 ms before delivery.attempted/,
  ],
  [
    'deliveries in order',
    'a delivery that is still due',
    (r) => {
      delivery(r, APPROVED).dueAt = 1
    },
    /is still due/,
  ],
  [
    'deliveries in order',
    'a delivery that was left in the middle',
    (r) => events(r).splice(events(r).indexOf(find(r, APPROVED, 'delivery.sent')), 1),
    /was left sending/,
  ],
]

const SENDS: Case[] = [
  [
    'messages fit',
    'sent without a message',
    (r) => r.messages.splice(0, 1),
    /is sent, and the gateway took no message of it/,
  ],
  [
    'messages fit',
    'one attempt that went out twice',
    (r) => r.messages.push({ ...(r.messages[0] as ChaosRecord['messages'][0]) }),
    /went out 2 times/,
  ],
  [
    'messages fit',
    'a message that nobody wrote down before',
    (r) => {
      const first = r.messages[0] as ChaosRecord['messages'][0]
      r.messages.push({ ...first, attempt: attemptOf(APPROVED, 1, 9) })
    },
    /without being written down before/,
  ],
  [
    'messages fit',
    'a send without its delivery',
    (r) => {
      row(r, APPROVED).sends = 2
    },
    /counts 2 sends and has 1 deliveries/,
  ],
  [
    'messages fit',
    'a message that came too often',
    (r) => {
      const [first] = r.tables.sendAttempts
      const [taken] = r.messages
      for (let n = 2; n <= RULES.maxAmbiguousSends + 1; n += 1) {
        const attempt = attemptOf(APPROVED, 1, n)
        r.messages.push({ ...(taken as ChaosRecord['messages'][0]), attempt, answered: null })
        r.tables.sendAttempts.push({ ...(first as Tables['sendAttempts'][0]), attempt: n })
      }
    },
    /may have reached its person 4 times/,
  ],
  [
    'nothing stuck',
    'a verification that nobody ended',
    (r) => {
      row(r, EXPIRED).status = 'pending'
    },
    /is still pending/,
  ],
  [
    'nothing stuck',
    'an expiry that came late',
    (r) => {
      row(r, EXPIRED).endedAt = row(r, EXPIRED).expiresAt + 24_001
    },
    /became expired 24001 ms late/,
  ],
  ['nothing stuck', 'what did not settle', (r) => r.unsettled.push('vrf_9 is due'), /vrf_9 is due/],
]

/** So many more starts like the approved one, in its budgets. */
function crowd(record: Doctored, count: number, more: object): void {
  for (let n = 0; n < count; n += 1) {
    const id = `vrf_1${String(n).padStart(31, '0')}`
    record.tables.verifications.push({
      ...{ ...row(record, CANCELED), id, sends: 0, request: `crowd ${n}`, ...more },
    })
    const end = find(record, CANCELED, 'verification.canceled')
    insert(record, end, { verification: id })
  }
}
/** The canceled one has two messages of its own. */
const numberOf = (r: Doctored) => ({ clientIp: null, budget: row(r, CANCELED).budget })
const redisKill = (record: Doctored) =>
  record.struck.push({
    fault: 'kill-redis',
    at: row(record, CANCELED).createdAt,
    tookMs: 0,
    on: '',
  })

const LIMITS: Case[] = [
  [
    'no limit exceeded',
    'messages to a number',
    (r) => crowd(r, RULES.sendsPerNumber - 1, numberOf(r)),
    /messages to the number of vrf_0+3: 5, not 4/,
  ],
  [
    'no limit exceeded',
    'messages for an address',
    (r) => {
      const { clientIp } = row(r, CANCELED)
      for (let n = 0; n < RULES.sendsPerAddress; n += 1) crowd(r, 1, { clientIp, budget: `b${n}` })
    },
    /messages for the address of vrf_0+3: 10, not 8/,
  ],
  [
    'no limit exceeded',
    'more than the windows that kills of Redis opened',
    (r) => {
      redisKill(r)
      crowd(r, 2 * RULES.sendsPerNumber - 1, numberOf(r))
    },
    /messages to the number of vrf_0+3: 9, not 8/,
  ],
  [
    'no limit exceeded',
    'guesses at a number',
    (r) => {
      crowd(r, 4, { ...numberOf(r), clientIp: null, attempts: 4 })
    },
    /guesses at the number of vrf_0+3: 16/,
  ],
]

const ANSWERS: Case[] = [
  [
    'expected answers',
    'an error from inside',
    (r) => answer(r, 'c3', 500, { error: 'internal_error' }),
    /check c3: 500 internal_error/,
  ],
  [
    'expected answers',
    'a refusal that says not when',
    (r) => answer(r, 'c3', 503, { error: 'store_unavailable' }),
    /503 store_unavailable without Retry-After/,
  ],
  [
    'expected answers',
    'a start that is not known any more',
    (r) => answer(r, 'c3', 404, { error: 'verification_not_found' }),
    /check c3: 404 verification_not_found/,
  ],
  [
    'one answer a key',
    'two answers under one key',
    (r) => ask(r, 's1', { outcome: { ...asked(r, 's2').outcome } }),
    /s1: .* and /,
  ],
  [
    'one answer a key',
    'a refusal after the answer',
    (r) => {
      const later = asked(r, 's1').ended + 1
      ask(r, 's1', { began: later, ended: later })
      const limited = { error: 'rate_limited' }
      const outcome: Outcome = {
        ...{ kind: 'answered', status: 429, body: limited, retryAfter: '2', isReplayed: false },
      }
      ;(r.asked.at(-1) as Mutable<Asked>).outcome = outcome
    },
    /s1: later 429 rate_limited/,
  ],
  [
    'one answer a key',
    'two verifications of one request',
    (r) => {
      row(r, EXPIRED).request = row(r, APPROVED).request
    },
    /made 2 verifications/,
  ],
  [
    'one verification a session',
    'two verifications of one session',
    (r) => answer(r, 's4', 201, { id: EXPIRED, status: 'pending' }),
    /vrf_0+3, vrf_0+2/,
  ],
  [
    'told is kept',
    'a start that is gone',
    (r) => answer(r, 's1', 201, { id: 'vrf_gone', status: 'pending' }),
    /vrf_gone is not in the database/,
  ],
  [
    'told is kept',
    'an end that was told otherwise',
    (r) => answer(r, 'c3', 409, { error: 'verification_canceled' }),
    /was told canceled, is approved/,
  ],
  [
    'told is kept',
    'a resend that is gone',
    (r) => ask(r, 'r1', { logical: 'r9' }),
    /2 resends told, 1 logged/,
  ],
]

const line = (fields: object) => `${JSON.stringify(fields)}\n`
const LOGS: Case[] = [
  [
    'quiet logs',
    'an error',
    (r) => r.logs.push({ node: 2, text: line({ level: 'error', event: 'a provider threw' }) }),
    /node 2: .*a provider threw/,
  ],
  [
    'quiet logs',
    'a bug',
    (r) =>
      r.logs.push({ node: 2, text: line({ level: 'fatal', event: 'a bug ended the service' }) }),
    /a bug ended the service/,
  ],
  [
    'quiet logs',
    'a stack of another',
    (r) => r.logs.push({ node: 1, text: 'Error: x\n    at run (/a/b.js:12:3)\n' }),
    /node 1: at run/,
  ],
  ['quiet logs', 'a node that ended', (r) => r.deaths.push('node 3 ended'), /node 3 ended/],
  [
    'no code in logs',
    'a code',
    (r) => r.logs.push({ node: 3, text: line({ event: `it was ${CODES[EXPIRED]}` }) }),
    /node 3 wrote the code of vrf_0+2/,
  ],
]

describe('the checker of the chaos run', () => {
  it('finds nothing in a record in which every promise was kept', () => {
    expect(findViolations(soundRecord())).toEqual([])
  })

  it('takes a repetition under its key, a given-back claim and an unknown outcome for what they are', () => {
    const record = structuredClone(soundRecord()) as Doctored
    const claim = find(record, APPROVED, 'delivery.attempted')
    insert(record, claim, {})
    ask(record, 'c2', { outcome: { kind: 'unknown', why: 'ECONNRESET' } })
    ask(record, 's1', { logical: 's9', outcome: { kind: 'unknown', why: 'ECONNREFUSED' } })
    redisKill(record)
    crowd(record, RULES.sendsPerNumber, numberOf(record))
    expect(findViolations(record)).toEqual([])
  })

  it.each([...CHECKS, ...LEASES, ...SENDS, ...LIMITS, ...ANSWERS, ...LOGS])(
    '%s: sees %s',
    (rule, _what, doctor, said) => {
      const record = structuredClone(soundRecord()) as Doctored
      doctor(record)
      const found = findViolations(record).filter((one) => one.rule === rule)
      expect(found.map((one) => one.said).join('\n')).toMatch(said)
    },
  )
})
