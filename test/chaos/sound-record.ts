// A small record of a run in which every promise was kept: what checker.test.ts doctors.
// It must hold one of each thing that a rule looks at, or that rule can't be shown to fail.

import type { ProviderName } from '../delivery/made-up-providers.ts'
import type { Asked } from './history.ts'
import type { ChaosRecord } from './record.ts'
import type { Report } from './reporter.ts'
import { RULES } from './settings.ts'
import type { EventRow, VerificationRow } from './tables.ts'

const T0 = Date.parse('2026-11-27T10:00:00Z')
/** Started at T0 and approved after one wrong code. */
export const APPROVED = 'vrf_00000000000000000000000000000001'
/** Started, its message refused once, then left to expire. */
export const EXPIRED = 'vrf_00000000000000000000000000000002'
/** Sent twice, its first worker frozen, canceled. */
export const CANCELED = 'vrf_00000000000000000000000000000003'
/** A chain: its first message was not delivered; the second went on to another provider, and arrived from both. */
export const CHAINED = 'vrf_00000000000000000000000000000004'
export const CODES: Readonly<Record<string, string>> = {
  [APPROVED]: '1234567',
  [EXPIRED]: '7654321',
  [CANCELED]: '5550123',
  [CHAINED]: '9081726',
}

export const tryIdOf = (id: string, send: number, tryNumber: number) =>
  `att_${id.slice(4)}_${send}_${tryNumber}`

type Told = { status: number; body: Record<string, unknown> }

function asked(logical: string, at: number, told: Told, more: Partial<Asked>): Asked {
  const retryAfter = told.status === 429 || told.status === 503 ? '2' : null
  return {
    ...{ logical, hasKey: true, route: 'start', verification: null, code: null, session: null },
    ...{ node: 0, began: T0 + at, ended: T0 + at + 5 },
    outcome: { kind: 'answered', isReplayed: false, retryAfter, ...told },
    ...more,
  }
}

const check = (logical: string, at: number, code: string, told: Told) =>
  asked(logical, at, told, { route: 'check', verification: APPROVED, code })

function askedOfAll(): Asked[] {
  const approved = { status: 200, body: { id: APPROVED, status: 'approved' } }
  const wrong = { status: 422, body: { error: 'code_incorrect', instance: 'req_1' } }
  return [
    asked('s1', 0, { status: 201, body: { id: APPROVED, status: 'pending' } }, {}),
    asked('s2', 10, { status: 201, body: { id: EXPIRED, status: 'pending' } }, {}),
    asked('s3', 20, { status: 201, body: { id: CANCELED, status: 'pending' } }, { session: 'tab' }),
    asked('s4', 25, { status: 200, body: { id: CANCELED, status: 'pending' } }, { session: 'tab' }),
    check('c1', 500, '1111111', wrong),
    check('c2', 600, CODES[APPROVED] ?? '', approved),
    // Repeated under its key, and answered as before.
    check('c2', 700, CODES[APPROVED] ?? '', approved),
    check('c3', 800, '2222222', { status: 409, body: { error: 'verification_approved' } }),
    asked('s5', 40, { status: 201, body: { id: CHAINED, status: 'pending' } }, {}),
    {
      ...check('c5', 2_995, CODES[CHAINED] ?? '', {
        ...{ status: 200, body: { id: CHAINED, status: 'approved' } },
      }),
      verification: CHAINED,
    },
    asked(
      'r1',
      31_000,
      { status: 200, body: { id: CANCELED, status: 'pending' } },
      { route: 'resend', verification: CANCELED },
    ),
    asked(
      'x1',
      40_000,
      { status: 200, body: { id: CANCELED, status: 'canceled' } },
      { route: 'cancel', verification: CANCELED },
    ),
  ]
}

function verification(id: string, more: Partial<VerificationRow>): VerificationRow {
  return {
    ...{ id, status: 'pending', attempts: 0, failed: 0, sends: 1, budget: `budget of ${id}` },
    ...{ clientIp: `address of ${id}`, script: 'approve', request: `request of ${id}` },
    ...{ createdAt: T0, expiresAt: T0 + RULES.ttlSeconds * 1000, lastAttemptAt: null },
    ...{ endedAt: null, hasCode: false, ...more },
  }
}

const EVENTS: readonly [at: number, id: string, type: string, details?: EventRow['details']][] = [
  [0, APPROVED, 'verification.started'],
  [5, APPROVED, 'delivery.attempted', { send: 1, attempt: 1 }],
  [10, EXPIRED, 'verification.started'],
  [12, EXPIRED, 'delivery.attempted', { send: 1, attempt: 1 }],
  [20, CANCELED, 'verification.started'],
  [22, CANCELED, 'delivery.attempted', { send: 1, attempt: 1 }],
  [30, EXPIRED, 'delivery.retrying', { send: 1, attempt: 1, retry_in_ms: 500 }],
  [40, APPROVED, 'delivery.sent', { send: 1, attempt: 1 }],
  [505, APPROVED, 'check.incorrect', { attempt: 1 }],
  [531, EXPIRED, 'delivery.attempted', { send: 1, attempt: 2 }],
  [560, EXPIRED, 'delivery.sent', { send: 1, attempt: 2 }],
  [603, APPROVED, 'verification.approved'],
  [3_030, CANCELED, 'delivery.reclaimed', { send: 1, attempt: 1 }],
  [3_030, CANCELED, 'delivery.attempted', { send: 1, attempt: 2 }],
  [3_100, CANCELED, 'delivery.sent', { send: 1, attempt: 2 }],
  [31_001, CANCELED, 'verification.resent', { send: 2 }],
  [31_010, CANCELED, 'delivery.attempted', { send: 2, attempt: 1 }],
  [31_050, CANCELED, 'delivery.failed', { send: 2, attempt: 1 }],
  [40_001, CANCELED, 'verification.canceled'],
  [75_000, EXPIRED, 'verification.expired'],
  [40, CHAINED, 'verification.started'],
  [42, CHAINED, 'delivery.attempted', { send: 1, attempt: 1 }],
  [60, CHAINED, 'delivery.sent', { send: 1, attempt: 1 }],
  [2_000, CHAINED, 'delivery.undelivered', { send: 1, attempt: 1 }],
  [2_010, CHAINED, 'delivery.attempted', { send: 2, attempt: 1, step: 2 }],
  [2_040, CHAINED, 'delivery.retrying', { send: 2, attempt: 1, retry_in_ms: 0 }],
  [2_050, CHAINED, 'delivery.attempted', { send: 2, attempt: 2 }],
  [2_060, CHAINED, 'delivery.undelivered', { send: 2, attempt: 1 }],
  [2_080, CHAINED, 'delivery.sent', { send: 2, attempt: 2 }],
  [2_500, CHAINED, 'delivery.delivered', { send: 2, attempt: 2 }],
  [2_500, CHAINED, 'delivery.canceled', { step: 3 }],
  [2_700, CHAINED, 'delivery.delivered', { send: 2, attempt: 1, double: true }],
  [3_000, CHAINED, 'verification.approved'],
]

function message(
  id: string,
  send: number,
  tryNumber: number,
  answered: number | null,
  provider: ProviderName = 'http',
) {
  const code = CODES[id] ?? ''
  const about = { verification: id, tryId: tryIdOf(id, send, tryNumber), provider, code }
  return { ...about, callbackUrl: '', at: T0, answered }
}

function report(send: number, tryNumber: number, at: number, more: Partial<Report>): Report {
  const state = 'delivered'
  const about = { tryId: tryIdOf(CHAINED, send, tryNumber), state, isForged: false } as const
  return { ...about, began: T0 + at, ended: T0 + at + 10, status: 204, ...more }
}

function sendTry(id: string, send: number, number: number, startedAt: number, result: string) {
  const started = { verification: id, send, tryNumber: number, startedAt: T0 + startedAt }
  return { ...started, provider: 'http', durationMs: 10, result, receipt: null }
}

export function soundRecord(): ChaosRecord {
  const delivery = { send: 1, status: 'sent', dueAt: null }
  return {
    rules: RULES,
    asked: askedOfAll(),
    messages: [
      message(APPROVED, 1, 1, 200),
      message(EXPIRED, 1, 1, 500),
      message(EXPIRED, 1, 2, 200),
      message(CANCELED, 1, 1, null),
      message(CANCELED, 1, 2, 200),
      message(CANCELED, 2, 1, 400),
      message(CHAINED, 1, 1, 200, 'telegram'),
      message(CHAINED, 2, 1, null),
      message(CHAINED, 2, 2, 200, 'http:second'),
    ],
    reports: [
      report(1, 1, 1_990, { state: 'undelivered' }),
      report(1, 1, 1_995, { isForged: true, status: 401 }),
      report(2, 1, 2_055, { state: 'undelivered' }),
      report(2, 2, 2_490, {}),
      report(2, 2, 2_495, {}),
      report(2, 1, 2_690, {}),
    ],
    tables: {
      verifications: [
        verification(APPROVED, {
          ...{ status: 'approved', attempts: 2, failed: 1 },
          ...{ lastAttemptAt: T0 + 601, endedAt: T0 + 603 },
        }),
        verification(EXPIRED, { status: 'expired', createdAt: T0 + 10, endedAt: T0 + 75_000 }),
        verification(CANCELED, { status: 'canceled', sends: 2, endedAt: T0 + 40_001 }),
        verification(CHAINED, {
          ...{ status: 'approved', attempts: 1, sends: 2, createdAt: T0 + 40 },
          ...{ lastAttemptAt: T0 + 2_999, endedAt: T0 + 3_000 },
        }),
      ],
      deliveries: [
        { ...delivery, verification: APPROVED, queuedAt: T0 },
        { ...delivery, verification: EXPIRED, queuedAt: T0 + 10 },
        { ...delivery, verification: CANCELED, queuedAt: T0 + 20 },
        {
          ...{ ...delivery, verification: CANCELED, send: 2, status: 'failed' },
          queuedAt: T0 + 31_001,
        },
        {
          ...{ ...delivery, verification: CHAINED, status: 'undelivered' },
          queuedAt: T0 + 40,
        },
        {
          ...{ ...delivery, verification: CHAINED, send: 2, status: 'delivered' },
          queuedAt: T0 + 2_010,
        },
        {
          ...{ ...delivery, verification: CHAINED, send: -2, status: 'canceled' },
          queuedAt: T0 + 40,
        },
      ],
      sendTries: [
        sendTry(APPROVED, 1, 1, 5, 'sent'),
        sendTry(EXPIRED, 1, 1, 12, 'retry'),
        sendTry(EXPIRED, 1, 2, 531, 'sent'),
        // Written by the frozen worker when it woke: its token was no good any more.
        { ...sendTry(CANCELED, 1, 1, 22, 'retry'), durationMs: 4_000 },
        sendTry(CANCELED, 1, 2, 3_030, 'sent'),
        sendTry(CANCELED, 2, 1, 31_010, 'failed'),
        { ...sendTry(CHAINED, 1, 1, 42, 'sent'), provider: 'telegram', receipt: 'undelivered' },
        { ...sendTry(CHAINED, 2, 1, 2_010, 'retry'), receipt: 'delivered' },
        { ...sendTry(CHAINED, 2, 2, 2_050, 'sent'), provider: 'http:second', receipt: 'delivered' },
      ],
      events: EVENTS.map(([at, id, type, details = {}], seq) => ({
        ...{ seq, at: T0 + at, type, verification: id, details },
      })),
    },
    logs: [{ node: 0, text: '{"level":"info","event":"request","duration_ms":7}\n' }],
    deaths: [],
    struck: [],
    unsettled: [],
  }
}
