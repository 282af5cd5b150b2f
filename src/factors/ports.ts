// The ports of the factors: a store, one-time passwords, QR codes.
// No port hands out a transaction; stores throw StoreUnavailableError, and then nothing is half done.

import type { Actor } from '../kernel/actor.ts'
import type { AnsweredBefore, IdempotencyWrite } from '../verification/answer-ports.ts'
import type { FactorRecord, OtpShape } from './types.ts'

/** `lastStep`: of an app that others have seen codes of, the present one; else 0. */
export type NewFactor = Omit<FactorRecord, 'attempts' | 'lastUsedAt' | 'codesRemaining'>
/** `hashSealed`: an argon2id PHC string, sealed with (factor id, selector) as context. */
export type NewRecoveryCode = { selector: string; hashSealed: Uint8Array }

export type CreateFactorInput = {
  record: NewFactor
  /** Under every key of the ring. */
  subjectIndexes: readonly Uint8Array[]
  /** Recovery codes: this set replaces the subject's previous one. Null: an authenticator app. */
  codes: readonly NewRecoveryCode[] | null
  /**
   * Of an imported secret: ids of the subject's apps that were compared with it. Another one makes the outcome
   * `changed`; steps of deleted apps count as used. Null: the secret is new.
   */
  known: readonly string[] | null
  /** Apps of the subject, unverified ones made after `unverifiedSince` included. */
  maxApps: number
  unverifiedSince: number
  actor: Actor
  idempotency: IdempotencyWrite<FactorRecord> | null
}
export type CreateFactorOutcome =
  | { kind: 'created'; record: FactorRecord }
  | { kind: 'too_many' }
  /** An app that is not `known` was added in between; nothing was changed. */
  | { kind: 'changed' }
  | AnsweredBefore

export type ConfirmChargeInput = {
  id: string
  service: string
  unverifiedSince: number
  maxAttempts: number
}
export type ConfirmChargeOutcome =
  | { kind: 'charged'; record: FactorRecord }
  /** Active, or no attempt left: see the row. Nothing was charged. */
  | { kind: 'not_chargeable'; record: FactorRecord }

export type ConfirmEffect = { valid: boolean; record: FactorRecord }
export type ConfirmInput = {
  id: string
  service: string
  now: number
  /** The step of the right code; null: it was wrong, and only the answer is stored. */
  step: number | null
  /** As in `StepUse`; a step that one of them used is wrong here. */
  twins: readonly string[]
  actor: Actor
  idempotency: IdempotencyWrite<ConfirmEffect> | null
}
export type ConfirmOutcome =
  | { kind: 'confirmed'; record: FactorRecord }
  | { kind: 'wrong'; record: FactorRecord }
  /** Right, but another request confirmed it first. */
  | { kind: 'lost'; record: FactorRecord }
  | AnsweredBefore

/** A factor with everything sealed in it, for `keys rewrap`. */
export type SealedFactor = { record: FactorRecord; codes: readonly NewRecoveryCode[] }
export type RewrapInput = {
  /** As it was read: nothing is changed where a value is no longer the same. */
  before: SealedFactor
  after: Pick<FactorRecord, 'subjectSealed' | 'subjectIndex' | 'keyId' | 'secretSealed'>
  codes: readonly NewRecoveryCode[]
}

export type FactorStore = {
  /** One transaction: the key looked up, the subject's apps counted, row and codes and event and answer. */
  create(input: CreateFactorInput): Promise<CreateFactorOutcome>
  /** Undefined also for an unverified one made at `unverifiedSince` or before. */
  find(service: string, id: string, unverifiedSince: number): Promise<FactorRecord | undefined>
  /** Oldest first, without unverified ones made at `unverifiedSince` or before. */
  ofSubject(query: {
    service: string
    subjectIndexes: readonly Uint8Array[]
    unverifiedSince: number
  }): Promise<FactorRecord[]>
  /** The sealed hash of a code that was not used yet. */
  recoveryHash(factorId: string, selector: string): Promise<Uint8Array | undefined>
  /** One conditional statement; committed when the promise resolves. Undefined: no such row. */
  chargeConfirm(input: ConfirmChargeInput): Promise<ConfirmChargeOutcome | undefined>
  /** One transaction: active with its first step used, event, answer. Undefined: it no longer exists. */
  confirm(input: ConfirmInput): Promise<ConfirmOutcome | undefined>
  /** One transaction: row, codes, event. False: no such row. */
  remove(input: { id: string; service: string; now: number; actor: Actor }): Promise<boolean>
  /** Whether any factor of the service is under a root key that is not one of these. */
  hasOtherKeys(service: string, keyIds: readonly string[]): Promise<boolean>
  /**
   * Removes factors under this root key, of one service or (null) of all, each with its event.
   * @returns how many, at most `limit`
   */
  forget(input: {
    keyId: string
    service: string | null
    now: number
    actor: Actor
    limit: number
  }): Promise<number>
  /**
   * Removes unverified ones made at `unverifiedSince` or earlier, and the steps of deleted apps that are over by `now`.
   * @returns how many of both, at most `limit`
   */
  purge(input: { unverifiedSince: number; now: number; limit: number }): Promise<number>
  /** Those not under this key, after the id `after` ('' from the beginning), ordered by id. */
  notUnder(keyId: string, after: string, limit: number): Promise<SealedFactor[]>
  countNotUnder(keyId: string): Promise<number>
  /** One transaction. False: it was changed or removed meanwhile. */
  rewrap(input: RewrapInput): Promise<boolean>
}

/** Factors, and verifications that are open; `isMore`: counting ended at its bound. */
export type UnderKey = {
  keyId: string
  service: string
  factors: number
  verifications: number
  isMore: boolean
}
export type RootKeyUse = {
  /** Everything under other root keys than this one, by key and service. @throws StoreUnavailableError */
  notUnder(keyId: string, now: number): Promise<UnderKey[]>
}

/** `detail` names the fault, and repeats nothing of the text. */
export type ReadSecret =
  | { kind: 'read'; secret: string; bytes: number }
  | { kind: 'unreadable'; detail: string }

/** One-time passwords (RFC 4226, RFC 6238). Secrets are Base32 in capitals, without padding. */
export type Otp = {
  createSecret(bytes: number): string
  /** In any case, with or without padding, blanks, dashes and invisible characters, in any order. */
  readSecret(text: string): ReadSecret
  /** The code of one time step. */
  code(secret: string, shape: OtpShape, step: number): string
  /** otpauth:// as apps read it. */
  uri(secret: string, shape: OtpShape, label: { issuer: string; accountName: string }): string
}

/** `svg` is markup, `png` a data URI. */
export type QrCode = { svg: string; png: string }
export type DrawQr = (text: string) => QrCode
