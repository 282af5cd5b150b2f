// The parts that operations of the domain are made of, and what each reports in addition to its result.

import type { Actor } from '../kernel/actor.ts'
import type { Channel, VerificationChannel } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { KeyedLock } from '../kernel/keyed-lock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Caller, EndUser } from './api.ts'
import type { Challenges } from './challenge-ports.ts'
import type { Comparer, Comparers } from './comparison.ts'
import type { FrontStore } from './front-ports.ts'
import type { Hasher, Mint } from './hashing-ports.ts'
import type { Limiter } from './limit-ports.ts'
import type { Party } from './party.ts'
import type { ServicePolicy } from './policy.ts'
import type { RefusalLog, VerificationStore, Wake } from './ports.ts'
import type { Judge } from './verdict.ts'

export type Domain = {
  store: VerificationStore
  front: FrontStore
  limiter: Limiter
  hasher: Hasher
  mint: Mint
  keyring: Keyring
  clock: Clock
  /** By channel, what a typed code is compared with. */
  compare: Comparers
  /** For codes that Twilio sent; null: nothing is delegated to it, and no such code can be checked. */
  delegate?: Comparer | null | undefined
  refusals: RefusalLog
  challenges: Challenges
  /** What the lists say of a start. */
  judge: Judge
  wake: Wake
  lock: KeyedLock
  /** Our own pages have an address (PUBLIC_URL). */
  hasPages: boolean
  generateCode: (length: number) => string
  createReference: () => string
  /** The language in which a message is written: the first of the wanted ones that has a text, or a fallback. */
  pickLocale: (
    service: ServicePolicy,
    channel: Channel,
    wanted: readonly (string | null)[],
  ) => string
  /** Whoever is to carry a message first; null: nobody serves its channel. */
  pickProvider: (message: {
    service: string
    channel: Channel
    to: string
    country: string | null
  }) => string | null
  /** Where such a message would wait too long for its turn, whoever of its route carries it; null: it would not. */
  waitTooLong: (message: {
    service: string
    channel: Channel
    to: string
    country: string | null
  }) => Promise<{ waitMs: number; retryAfterSeconds: number } | null>
  /** Whether `delivered` is reported of such a message, whoever of its route carries it. */
  hasReceipts: (message: {
    service: string
    channel: Channel
    to: string
    country: string | null
  }) => boolean
  /** The part of an address that a limit counts: IPv4, or the /64 of an IPv6. */
  addressKey: (address: string) => string
}

/** The facts that became known of a request while it was handled: for the event log, should it be refused. */
export type About = {
  /** The person that the request named, as soon as it could be read. */
  party: Party | null
  channel: VerificationChannel | null
  /** Of the row that was found; else the party's, where the request is refused. */
  budgetIndex: Uint8Array | null
  verificationId: string | null
}

/** The result of an operation, and what it learned. */
export type Learned<Result> = { result: Result; about: About }

export function learned<Result>(result: Result, about: Partial<About> = {}): Learned<Result> {
  const nothing = { party: null, channel: null, budgetIndex: null, verificationId: null }
  return { result, about: { ...nothing, ...about } }
}

export function actorOf(caller: Caller, endUser: EndUser): Actor {
  return {
    service: caller.service.name,
    keyId: caller.keyId,
    clientIp: endUser.clientIp,
    userAgent: endUser.userAgent,
  }
}
