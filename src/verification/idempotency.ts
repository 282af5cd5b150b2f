// Idempotency-Key: the answer that was given before is given again (draft-ietf-httpapi-idempotency-key-header-07).
// It must not store a refusal, except a wrong code: only what had an effect is replayed.

import { timingSafeEqual } from 'node:crypto'
import type {
  AnswerToKeep,
  IdempotencyKey,
  IdempotencyWrite,
  StoredAnswer,
} from './answer-ports.ts'
import type { Caller, Idempotency, Refusal } from './api.ts'
import type { Domain } from './domain.ts'
import { IDEMPOTENCY_KEEP_MS } from './policy.ts'

export type Route =
  | 'start'
  | 'resend'
  | 'check'
  | 'cancel'
  | 'report'
  | 'next'
  | 'factors/totp'
  | 'factors/recovery-codes'
  | 'factors/confirm'
  | 'approvals/exchange'
  | 'approvals/consume'

export type StoredResponse<Answer extends object> = {
  /** The answer given before under this key, or the refusal of its reuse. */
  find(): Promise<Answer | Refusal | undefined>
  /** The same from a row that a racer wrote. */
  replay(stored: StoredAnswer): Answer | Refusal
  /** For the transaction of the effect; null without a key. */
  write<Effect>(toAnswer: (effect: Effect) => Answer): IdempotencyWrite<Effect> | null
  /** The same for an answer that is known before its effect, and that ends before others do. */
  keep(answer: Answer, expiresAt: number): AnswerToKeep | null
  /** Parallel duplicates in this process wait for one another. */
  lockKeys: string[]
}

/** JSON with sorted keys: the same request has the same fingerprint whatever the order of its fields. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

const REUSED: Refusal = {
  kind: 'refused',
  error: 'idempotency_key_reused',
  detail:
    'this Idempotency-Key was sent with another body in the last 24 hours; use a new key for a new request',
}

function without<Answer extends object>(): StoredResponse<Answer> {
  return {
    find: async () => undefined,
    replay: () => {
      throw new Error('an answer was stored for a request without an Idempotency-Key')
    },
    write: () => null,
    keep: () => null,
    lockKeys: [],
  }
}

export function responseFor<Answer extends object>(
  { keyring, store, clock }: Pick<Domain, 'keyring' | 'store' | 'clock'>,
  caller: Caller,
  route: Route,
  idempotency: Idempotency | null,
): StoredResponse<Answer> {
  if (!idempotency) return without()
  const service = caller.service.name
  // What a key for relay was not to reach, it does not reach by another's answer either.
  const door = caller.ownCodesOnly ? `relay ${route}` : route // mutant: C92.own-answers
  const scope = [service, door, idempotency.key]
  const key: IdempotencyKey = {
    service,
    route,
    keyMacs: (idempotency.slices?.map((slice) => [slice]) ?? [[]]).flatMap((slice) =>
      keyring.macs('idempotency', ['key', ...scope, ...slice]),
    ),
  }
  const fingerprintOf = ['body', service, route, canonicalJson(idempotency.body)]
  const context = `idempotency:${scope.join(':')}`

  const replay = (stored: StoredAnswer): Answer | Refusal => {
    const same = keyring
      .macs('idempotency', fingerprintOf)
      .some(
        (mac) =>
          mac.length === stored.fingerprint.length && timingSafeEqual(mac, stored.fingerprint),
      )
    if (!same) return REUSED // mutant: C38.body-mismatch
    const answer = JSON.parse(keyring.open(stored.answer, context)) as Answer // mutant: I7.sealed-response.2
    return { ...answer, replayed: true }
  }

  const kept = (expiresAt: number) => ({
    ...{ key, expiresAt, fingerprint: keyring.mac('idempotency', fingerprintOf) },
  })
  const seal = (answer: Answer) => keyring.seal(JSON.stringify({ ...answer, budgets: [] }), context) // mutant: I7.sealed-response

  return {
    async find() {
      const stored = await store.findAnswer(key, clock.now())
      return stored && replay(stored)
    },
    replay,
    write: (toAnswer) => ({
      ...kept(clock.now() + IDEMPOTENCY_KEEP_MS),
      answer: (effect) => seal(toAnswer(effect)),
    }),
    keep: (answer, expiresAt) => ({ ...kept(expiresAt), answer: seal(answer) }),
    lockKeys: [`idempotency:${scope.join(':')}`],
  }
}
