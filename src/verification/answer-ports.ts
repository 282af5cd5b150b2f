// What is kept under an Idempotency-Key: an answer, sealed, written in the transaction of its effect.
// It must not be kept without the effect, nor the effect without it.

/** A row of `idempotency_keys`: unique by (service, route, keyMac). */
export type IdempotencyKey = { service: string; route: string; keyMacs: readonly Uint8Array[] }
export type StoredAnswer = { fingerprint: Uint8Array; answer: Uint8Array }

/**
 * Written in the transaction of the effect, under `key.keyMacs[0]`. `answer` is pure and
 * synchronous: from the row after the effect (and what the effect was) to the sealed answer.
 */
export type IdempotencyWrite<Effect> = {
  key: IdempotencyKey
  fingerprint: Uint8Array
  expiresAt: number
  answer: (effect: Effect) => Uint8Array
}

/** The answer under an Idempotency-Key, made and sealed before the effect that it is written with. */
export type AnswerToKeep = Omit<IdempotencyWrite<never>, 'answer'> & { answer: Uint8Array }

/** The key was taken by a request that came first: its answer stands, nothing was changed. */
export type AnsweredBefore = { kind: 'answered_before'; stored: StoredAnswer }
