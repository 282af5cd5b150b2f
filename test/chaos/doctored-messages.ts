// Records in which what a provider reported, or what went out, is not as it was promised: I14 to I18, and the steps of a chain.
// It must not break more than one promise in a case, as far as that can be.

import {
  answer,
  ask,
  asked,
  type Case,
  chained,
  type Doctored,
  delivery,
  find,
  insert,
  row,
} from './doctor.ts'
import { RULES } from './settings.ts'
import { APPROVED, CANCELED, CHAINED, CODES, EXPIRED, tryIdOf } from './sound-record.ts'

const GOOD = 'a code that arrived stays good'
const FORWARD = 'receipts move forward only'
const AFTER = 'nothing after the end'
const COUNTS = 'every message counts'
const ONCE = 'a step goes out once'

export const CODES_KEPT: Case[] = [
  [
    'one code',
    'another code by the second provider',
    (r) => {
      chained.message(r, 2, 2).code = '0000000'
    },
    /carry 2 codes, by telegram, http, http:second/,
  ],
  [
    GOOD,
    'a right code that is expired before its time',
    (r) => tellRight(r, 'verification_expired', 410),
    /0002: its code was told 410 verification_expired/,
  ],
  [
    GOOD,
    'a right code that is canceled by nobody',
    (r) => tellRight(r, 'verification_canceled', 409),
    /0002: its code was told 409 verification_canceled/,
  ],
  [
    GOOD,
    'a right code that comes too late for attempts that nobody used',
    (r) => tellRight(r, 'max_attempts_reached', 409),
    /0002: its code was told 409 max_attempts_reached/,
  ],
  [
    GOOD,
    'a right code that was approved for nobody',
    (r) => tellRight(r, 'verification_approved', 409),
    /0002: its code was told 409 verification_approved/,
  ],
]

/** The right code of the one that was left to expire, while it was open. */
function tellRight(record: Doctored, error: string, status: number): void {
  ask(record, 'c3', { logical: 'c8', verification: EXPIRED, code: CODES[EXPIRED] ?? '' })
  answer(record, 'c8', status, { error })
}

const late = (record: Doctored, id: string) => {
  const end = find(record, id, 'verification.approved')
  const message = record.messages.find(({ verification }) => verification === id)
  return { end, message: message as Doctored['messages'][0] }
}

export const RECEIPTS: Case[] = [
  [
    FORWARD,
    'a message that was lost after it had arrived',
    (r) => {
      const arrived = find(r, CHAINED, 'delivery.delivered', 2)
      insert(r, arrived, { type: 'delivery.undelivered' })
      const [first] = r.reports
      if (first) r.reports.push({ ...first, tryId: tryIdOf(CHAINED, 2, 2) })
    },
    /_2_2: undelivered after delivered/,
  ],
  [
    FORWARD,
    'what no provider reported',
    (r) => {
      const own = r.tables.sendTries.find(({ verification }) => verification === EXPIRED)
      if (own) own.receipt = 'delivered'
    },
    /0002_1_1: delivered, which its provider did not report/,
  ],
  [
    FORWARD,
    'an event of a report before it was made',
    (r) => {
      find(r, CHAINED, 'delivery.delivered', 2).at -= 1_000
    },
    /_2_2: delivered, which its provider had not reported/,
  ],
  [
    FORWARD,
    'a report that was taken and is gone',
    (r) => {
      chained.try(r, 2, 2).receipt = null
    },
    /_2_2: is not reported of, and more than that was taken/,
  ],
  [
    FORWARD,
    'a forged report that was taken',
    (r) => {
      for (const one of r.reports) if (one.isForged) one.status = 204
    },
    /_1_1: a forged delivered was taken/,
  ],
  [
    FORWARD,
    'a double that is not told as one',
    (r) => {
      find(r, CHAINED, 'delivery.delivered', 1).details = { send: 2, attempt: 1 }
    },
    /0004\/2 arrived 2 times that are not told as doubles/,
  ],
  [
    FORWARD,
    'a message that arrived and is not delivered',
    (r) => {
      for (const one of r.tables.deliveries)
        if (one.verification === CHAINED && one.send === 2) one.status = 'sent'
    },
    /0004\/2 is sent, and had arrived/,
  ],
  [
    'deliveries in order',
    'sent, told by nobody',
    (r) => {
      const own = r.tables.sendTries.find(({ verification }) => verification === APPROVED)
      if (own) own.result = null
    },
    /0001\/1: delivery.sent of try 1, whose own worker says nothing/,
  ],
]

export const OUTGOING: Case[] = [
  [
    AFTER,
    'a retry that was claimed after the end',
    (r) => {
      const { end, message } = late(r, APPROVED)
      insert(r, end, { type: 'delivery.attempted', details: { send: 1, attempt: 2 } })
      r.messages.push({ ...message, tryId: tryIdOf(APPROVED, 1, 2), at: end.at + 30 })
    },
    /0001_1_2 by http came 30 ms after verification.approved, and was claimed after it/,
  ],
  [
    AFTER,
    'a step that goes out after the end',
    (r) => {
      const { end, message } = late(r, CHAINED)
      insert(r, end, { type: 'delivery.attempted', details: { send: 3, attempt: 1, step: 3 } })
      r.messages.push({ ...message, tryId: tryIdOf(CHAINED, 3, 1), at: end.at + 900 })
    },
    /0004_3_1 by telegram came 900 ms after verification.approved, and was claimed after it/,
  ],
  [
    AFTER,
    'a message that nobody claimed',
    (r) => {
      const { end, message } = late(r, APPROVED)
      r.messages.push({ ...message, tryId: tryIdOf(APPROVED, 1, 2), at: end.at + 300 })
    },
    /0001_1_2 by http came 300 ms after verification.approved, and was claimed by nobody/,
  ],
  [
    AFTER,
    'a message that a worker kept past its lease',
    (r) => {
      const { end, message } = late(r, APPROVED)
      message.at = end.at + RULES.leaseMs
    },
    /0001_1_1 by http came 3000 ms after .*, and was claimed before it, and lay for 3598 ms/,
  ],
  [
    COUNTS,
    'messages more than a number may have',
    (r) => {
      const first = late(r, CHAINED).message
      for (let n = 2; n <= RULES.sendsPerNumber + 1; n += 1)
        r.messages.push({ ...first, tryId: tryIdOf(CHAINED, 1, n) })
    },
    /7 messages for the number of vrf_0+4, not 4/,
  ],
  [
    COUNTS,
    'messages more than an address may have',
    (r) => {
      row(r, CHAINED).clientIp = row(r, CANCELED).clientIp
      for (let n = 2; n < RULES.sendsPerAddress; n += 1)
        r.messages.push({ ...late(r, CHAINED).message, tryId: tryIdOf(CHAINED, 1, n) })
    },
    /messages for the address of vrf_0+[34], not 8/,
  ],
  [
    COUNTS,
    'messages more than a verification may have',
    (r) => {
      for (let n = 2; n <= RULES.messagesPerVerification; n += 1)
        r.messages.push({ ...late(r, CHAINED).message, tryId: tryIdOf(CHAINED, 1, n) })
    },
    /7 messages for the verification of vrf_0+4, not 5/,
  ],
  [
    ONCE,
    'a step that goes out twice',
    (r) => insert(r, find(r, CHAINED, 'delivery.attempted', 2), { details: { step: 2 } }),
    /0004: step 2: delivery.attempted, delivery.attempted/,
  ],
  [
    ONCE,
    'a step that is left waiting',
    (r) => {
      for (const one of r.tables.deliveries) if (one.send < 0) one.status = 'waiting'
    },
    /0004: step 3 is left waiting/,
  ],
  [
    ONCE,
    'steps that go out in another order',
    (r) => {
      find(r, CHAINED, 'delivery.canceled').type = 'delivery.attempted'
      find(r, CHAINED, 'delivery.attempted', 1).details = { send: 1, attempt: 1, step: 4 }
      find(r, CHAINED, 'delivery.attempted', 1).details = { send: 1, attempt: 1, step: 4 }
    },
    /0004: its steps went out as 4, 2, 3/,
  ],
]

/** What a sound run may hold beside all that: nothing of it is a violation. */
export function mayHappen(record: Doctored): void {
  // Its worker died with the answer, and the receipt came.
  const own = chained.try(record, 2, 2)
  ;[own.result, own.durationMs] = [null, null]
  const told = find(record, CHAINED, 'delivery.sent', 2)
  told.at = find(record, CHAINED, 'delivery.delivered', 2).at
  // Its message left a node that stood still for longer than the lease.
  const { end, message } = late(record, APPROVED)
  message.at = end.at + RULES.leaseMs
  record.struck.push({ fault: 'freeze', at: end.at - 100, tookMs: 2_000, on: '' })
  delivery(record, APPROVED).status = 'sent'
  ask(record, 'c3', { logical: 'c8', verification: CANCELED, code: CODES[CANCELED] ?? '' })
  answer(record, 'c8', 409, { error: 'verification_canceled' })
  const last = Math.max(...record.asked.map(({ ended }) => ended))
  asked(record, 'c8').ended = last
}
