// Rows that the contract suites begin with. All bytes are random or fixed; nothing is sealed for real here.
// It must not open a store.

import { randomBytes, randomInt } from 'node:crypto'
import type { NewFactor } from '../../src/factors/ports.ts'
import type { Actor } from '../../src/kernel/actor.ts'
import { createId, createReference } from '../../src/kernel/ids.ts'
import type { ListEntry } from '../../src/shield/ports.ts'
import type { CreateInput } from '../../src/verification/ports.ts'
import type { NewVerification } from '../../src/verification/state.ts'
import type { NewSuppression } from '../../src/verification/suppression.ts'
import { decideStart } from '../../src/verification/transitions.ts'

/** A whole second, far from every edge. */
export const T0 = 1_800_000_000_000
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export const ACTOR: Actor = {
  service: 'default',
  keyId: 'key_0123456789abcdef0123456789abcdef',
  clientIp: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0',
}

export const mac = () => randomBytes(16)

/** The length of a real one: parameters, key id and associated data, salt, hash. */
const PHC = `$argon2id$v=19$m=19456,t=2,p=1,data=${'A'.repeat(48)}$${'B'.repeat(22)}$${'C'.repeat(43)}`

export function newVerification(change: Partial<NewVerification> = {}): NewVerification {
  const createdAt = change.createdAt ?? T0
  const budgetIndex = change.budgetIndex ?? mac()
  return {
    id: createId('vrf', createdAt),
    reference: createReference(),
    service: 'default',
    channel: 'sms',
    purpose: 'login',
    locale: 'en',
    recipientSealed: randomBytes(44),
    addressIndex: budgetIndex,
    budgetIndex,
    country: 'US',
    sessionMac: null,
    authenticated: false,
    kind: 'real',
    codeLength: 6,
    codeHash: PHC,
    pepperKeyId: '0a1b2c3d',
    codeSealed: randomBytes(38),
    maxAttempts: 5,
    maxSends: 5,
    lastSendAt: createdAt,
    clientIp: ACTOR.clientIp,
    metadata: {},
    checkedBy: null,
    createdAt,
    expiresAt: createdAt + 10 * MINUTE,
    ...change,
  }
}

/** For a factor: nothing is sent, and no code is kept. */
export function newFactorVerification(change: Partial<NewVerification> = {}): NewVerification {
  const none = { country: null, codeLength: 0, codeHash: null, codeSealed: null, maxSends: 0 }
  return newVerification({ channel: 'totp', ...none, ...change })
}

export function newFactor(change: Partial<NewFactor> = {}): NewFactor {
  const createdAt = change.createdAt ?? T0
  return {
    id: createId('fct', createdAt),
    service: 'default',
    type: 'totp',
    status: 'active',
    subjectSealed: randomBytes(40),
    subjectIndex: mac(),
    keyId: '0a1b2c3d',
    secretSealed: randomBytes(64),
    otp: { algorithm: 'SHA1', digits: 6, periodSeconds: 30 },
    lastStep: 0,
    createdAt,
    confirmedAt: null,
    ...change,
  }
}

/** A set of recovery codes: two of them, which is as good as ten. */
export function newCodes(change: Partial<NewFactor> = {}) {
  const record = newFactor({ type: 'recovery_codes', secretSealed: null, otp: null, ...change })
  const codes = ['AAAA', 'BBBB'].map((selector) => ({ selector, hashSealed: randomBytes(180) }))
  return { record, codes }
}

export function createInput(
  record: NewVerification,
  change: Partial<CreateInput> = {},
): CreateInput {
  return {
    record,
    change: decideStart(record, false),
    slot: null,
    challenge: null,
    guesses: {
      service: record.service,
      budgetIndexes: [record.budgetIndex],
      authenticated: record.authenticated,
      now: record.createdAt,
      limits: [],
      longestLifetimeMs: HOUR,
      wanted: record.maxAttempts,
    },
    actor: ACTOR,
    idempotency: null,
    ...change,
  }
}

/** Of a prefix, unless it is told. */
export function newEntry(change: Partial<ListEntry> = {}): ListEntry {
  return {
    id: createId('lst', T0),
    service: null,
    effect: 'refuse',
    by: 'prefix',
    value: randomInt(1e9, 1e10).toString(),
    budgetIndex: null,
    recipientSealed: null,
    rootKey: null,
    reason: 'ticket 4711',
    endsAt: null,
    madeAt: T0,
    keyId: ACTOR.keyId,
    rule: null,
    ...change,
  }
}

export const aboutPerson = (): Partial<ListEntry> => ({
  ...{ by: 'number', value: null, budgetIndex: mac(), recipientSealed: randomBytes(44) },
  rootKey: '0a1b2c3d',
})

export function newSuppression(change: Partial<NewSuppression> = {}): NewSuppression {
  return {
    id: createId('sup', T0),
    service: 'default',
    channel: 'sms',
    addressIndex: mac(),
    budgetIndex: mac(),
    recipientSealed: randomBytes(44),
    keyId: '0a1b2c3d',
    reason: 'unknown',
    provider: 'twilio',
    code: '30005',
    ...change,
  }
}
