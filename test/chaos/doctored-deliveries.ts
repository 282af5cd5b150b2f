// Records in which a message was lost, came twice, or was moved by a worker that had lost it.
// It must not break more than one promise in a case, as far as that can be.

import {
  type Case,
  crashBesideDouble,
  delivery,
  events,
  find,
  insert,
  loseClaim,
  type Mutable,
  row,
} from './doctor.ts'
import type { ChaosRecord } from './record.ts'
import { RULES } from './settings.ts'
import { APPROVED, CANCELED, EXPIRED, tryIdOf } from './sound-record.ts'
import type { Tables } from './tables.ts'

export const LEASES: Case[] = [
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
    'a frozen worker that moved the newer try by its own result',
    (r) => {
      find(r, CANCELED, 'delivery.sent', 2).type = 'delivery.retrying'
    },
    /delivery.retrying of try 2, whose own worker says sent/,
  ],
  [
    'deliveries in order',
    'a move before the worker of that try had its result',
    (r) => {
      const own = r.tables.sendTries.find((one) => one.startedAt % 10_000 === 3_030)
      ;(own as Mutable<Tables['sendTries'][0]>).durationMs = 900
    },
    /delivery.sent of try 2, 830 ms before its own worker had its result/,
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

export const SENDS: Case[] = [
  [
    'messages fit',
    'sent without a message',
    (r) => r.messages.splice(0, 1),
    /is sent, and the gateway took no message of it/,
  ],
  [
    'messages fit',
    'one try that went out twice',
    (r) => r.messages.push({ ...(r.messages[0] as ChaosRecord['messages'][0]) }),
    /went out 2 times/,
  ],
  [
    'messages fit',
    'one try that went out twice long before a crash of PostgreSQL',
    (r) => crashBesideDouble(r, RULES.unsyncedMs + 1),
    /went out 2 times/,
  ],
  [
    'messages fit',
    'one try that went out twice beside a restart that loses nothing',
    (r) => crashBesideDouble(r, 0, 'restart-postgres-fast'),
    /went out 2 times/,
  ],
  [
    'messages fit',
    'a message that nobody wrote down before',
    (r) => {
      const first = r.messages[0] as ChaosRecord['messages'][0]
      r.messages.push({ ...first, tryId: tryIdOf(APPROVED, 1, 9) })
    },
    /without being written down before/,
  ],
  [
    'messages fit',
    'such a message long before a crash of PostgreSQL',
    (r) => loseClaim(r, RULES.unsyncedMs + 1),
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
      const [first] = r.tables.sendTries
      const [taken] = r.messages
      for (let n = 2; n <= RULES.maxAmbiguousSends + 1; n += 1) {
        const tryId = tryIdOf(APPROVED, 1, n)
        r.messages.push({ ...(taken as ChaosRecord['messages'][0]), tryId, answered: null })
        r.tables.sendTries.push({ ...(first as Tables['sendTries'][0]), tryNumber: n })
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
