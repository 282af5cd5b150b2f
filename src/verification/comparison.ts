// The comparison of a typed code: with the hash of the code that was sent, or what a factor of the person compares (factors/comparers.ts).
// It must not refuse once it has compared: whatever may be refused is found out in `prepare`.

import { randomInt } from 'node:crypto'
import type { Channel, FactorChannel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { readTyped } from '../kernel/typed-text.ts'
import type { Refusal } from './api.ts'
import type { Hasher } from './hashing-ports.ts'
import { CODE_LENGTH, type ServicePolicy } from './policy.ts'
import type { FactorUse, VerificationRecord } from './state.ts'

/** For callers whose users may have one. */
export const OR_RECOVERY_CODE = ' or a recovery code'
export const SHAPE_WORDS = `${CODE_LENGTH.min} to ${CODE_LENGTH.max} digits${OR_RECOVERY_CODE}`

/** `by`: not by a code, or not by this service. */
export type Verdict = { valid: boolean; use: FactorUse | null; by?: 'link' | 'twilio' }
/** Whoever compares in our place gave no verdict. `mayHaveCounted`: it may have compared, so the attempt is charged. */
export type Undecided = { refusal: Refusal; mayHaveCounted: boolean }
export type Comparison = {
  /** Once, with the row as it was charged. Undecided: only where it is made elsewhere. */
  run(charged: VerificationRecord): Promise<Verdict | Undecided>
  /** Harmless when repeated, and after `run`. */
  release(): void
}

export type ComparisonInput = {
  service: ServicePolicy
  record: VerificationRecord
  /** One that fits: `expectedShape` was undefined. */
  typed: string
  /** The recipient or subject, in plaintext. */
  party: string
}

/** How the codes of a channel are read and compared. */
export type Comparer = {
  /** Whether a person may mean such a code by this text: whatever its length, for which verification is not known yet. */
  mayMean(typed: string): boolean
  /** The shape of this verification's code, where the typed one does not; undefined: it fits. */
  expectedShape(typed: string, record: VerificationRecord): string | undefined
  /**
   * Everything but the comparison: what can't be read here is said before anything is charged.
   * @returns undefined where the hasher's queue is full
   * @throws UnknownKeyError where a key is not known to this node
   */
  prepare(input: ComparisonInput): Promise<Comparison | undefined>
}
export type FactorComparer = Comparer & {
  /** Whether the subject has such a factor, ready to be used. @throws UnknownKeyError */
  canAnswer(service: string, subject: string): Promise<boolean>
}

export type Comparers = Record<Channel, Comparer> & Record<FactorChannel, FactorComparer>

/** Whoever compares the code of this verification. Undefined: nobody here can. */
export function comparerOf(
  { compare, delegate }: { compare: Comparers; delegate?: Comparer | null | undefined },
  { checkedBy, channel }: Pick<VerificationRecord, 'checkedBy' | 'channel'>,
): Comparer | undefined {
  if (checkedBy === null) return compare[channel]
  return checkedBy === 'twilio' ? (delegate ?? undefined) : undefined
}

export function isCode(comparers: Comparers, typed: string): boolean {
  return Object.values(comparers).some((one) => one.mayMean(typed))
}

type Deps = { hasher: Hasher; keyring: Keyring }

function compareHash({ hasher, keyring }: Deps, { record, typed }: ComparisonInput) {
  if (!hasher.knows(record.pepperKeyId)) keyring.pepper(record.pepperKeyId) // throws UnknownKeyError
  const slot = hasher.reserve()
  return (
    slot && {
      async run({ id, codeHash, pepperKeyId, kind }: VerificationRecord) {
        const code = readCode(typed) ?? ''
        const isSame =
          codeHash !== null && (await slot.verify({ hash: codeHash, pepperKeyId }, code, id))
        // A decoy costs the same hash, and no code of it is right, not even its own.
        return { valid: isSame && kind !== 'decoy', use: null } // mutant: C49.decoy-never-right
      },
      release: slot.release,
    }
  )
}

/** Of codes that were sent in a message. */
export function createMessageComparers(deps: Deps): Record<Channel, Comparer> {
  const comparer: Comparer = {
    mayMean: (typed) => readCode(typed) !== null,
    expectedShape: (typed, { codeLength }) =>
      readCode(typed)?.length === codeLength ? undefined : `${codeLength} digits`,
    prepare: async (input) => compareHash(deps, input),
  }
  return {
    sms: comparer,
    email: comparer,
    whatsapp: comparer,
    telegram: comparer,
    voice: comparer,
  }
}

/**
 * Digits, uniform, leading zeros kept (000000 and 999999 are as likely as any other).
 * crypto.randomInt rejects what would bias it; 10^10 is below its limit of 2^48.
 */
export function generateCode(length: number): string {
  return String(randomInt(10 ** length)).padStart(length, '0')
}

const CODE = /^\d{4,10}$/

/** A typed text as 4 to 10 ASCII digits; null where it cannot be a code. */
export function readCode(text: string): string | null {
  const digits = readTyped(text)
  return CODE.test(digits) ? digits : null
}

export type AttemptPlace = {
  /** From here on a row that is read may count the attempt already, beside its place. */
  commits(): void
  /** After its attempt is committed, or was not made. */
  leave(): void
}
export type AttemptPlaces = {
  /** Undefined: all are taken. */
  take(id: string, most: number): AttemptPlace | undefined
  /** Resolves when a place that commits is free: the row is to be read again. Undefined: none commits. */
  committed(id: string): Promise<void> | undefined
}

type Taken = { isCommitting: boolean; left: PromiseWithResolvers<void> }

/** Memory is bounded by the hasher's places: an id is forgotten with its last comparison. */
export function createAttemptPlaces(): AttemptPlaces {
  const taken = new Map<string, Set<Taken>>()
  return {
    take(id, most) {
      const places = taken.get(id) ?? new Set()
      if (places.size >= most) return undefined
      const own: Taken = { isCommitting: false, left: Promise.withResolvers() }
      taken.set(id, places.add(own))
      return {
        commits() {
          own.isCommitting = true
        },
        leave() {
          places.delete(own)
          if (places.size === 0) taken.delete(id)
          own.left.resolve()
        },
      }
    },
    committed(id) {
      const committing = [...(taken.get(id) ?? [])].filter((one) => one.isCommitting)
      if (committing.length === 0) return undefined
      return Promise.race(committing.map(({ left }) => left.promise))
    },
  }
}
