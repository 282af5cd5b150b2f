// The part of a start that differs between a message and a factor, decided before anything is asked of store or limits.

import { createId } from '../kernel/ids.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { WaitingStep } from '../kernel/steps.ts'
import type { Caller, Refusal, StartCommand, StartFields, StartResult, Success } from './api.ts'
import type { About, Domain } from './domain.ts'
import type { CodeHash } from './hashing-ports.ts'
import type { StoredResponse } from './idempotency.ts'
import type { LimitKey } from './limit-ports.ts'
import type { SessionSlot } from './ports.ts'
import { sessionMac, wireMac } from './session-mac.ts'
import type { NewVerification } from './state.ts'
import type { SuppressedKey } from './suppression.ts'
import type { Judged } from './verdict.ts'

/** Of the same session: the answer where there is a verification to continue. */
export type Continued = { result: StartResult; verificationId: string }

/** The part of a start that differs between a message and a factor. */
export type StartPlan = {
  about: Partial<About>
  /** The recipient or subject, in plaintext. */
  party: string
  budgetIndexes: Buffer[]
  /** It may take so many; none where nothing is compared here. */
  maxGuesses: number
  slot: SessionSlot | null
  /** Of a message that a person's word or their provider's may forbid; null: nothing is sent. */
  suppressible: SuppressedKey | null
  /** What the lists are asked of; null: they say nothing of a test recipient. */
  judged: Judged | null
  /** Made where they are counted: most refused starts, and those that continue a verification, never get there. */
  limitKeys: () => LimitKey[]
  /** A session's pending verification may be sent again where that is due. */
  resends: boolean
  /** Why there is nothing to start; asked before anything is counted. */
  refuseMissing?: () => Promise<Refusal | undefined>
  /** Why its message would come too late; asked before anything is counted. */
  refuseSlow?: () => Promise<Refusal | undefined>
  /** Undefined: the hasher's queue is full. Null: no code is made. */
  obtain: () => ObtainedCode | null | undefined
  record: (now: number, code: PreparedCode | null) => NewVerification
  isLandline: boolean
  /** Whoever is to carry the message first. */
  pickProvider: () => string | null
  /** What follows automatically. */
  steps: () => readonly WaitingStep[]
}
export type PlannedStart = StartPlan | { refusal: Refusal; about: Partial<About> }

export type StartContext = {
  caller: Caller
  command: StartCommand
  plan: StartPlan
  response: StoredResponse<Success<'started'> | Success<'continued'>>
}

/** `hash` null: nobody compares it here. */
export type PreparedCode = Omit<CodeHash, 'hash'> & {
  hash: string | null
  id: string
  code: string
}

export type ObtainedCode = {
  ready(): Promise<PreparedCode>
  /** For a start that did not use it: the minted one goes back, the place in the queue is free again. */
  giveBack(): void
}

/**
 * @param fixed the code of a test recipient, which no mint has
 * @returns undefined where the hasher's queue is full
 */
export function obtainCode(
  domain: Domain,
  length: number,
  fixed: string | undefined,
): ObtainedCode | undefined {
  const minted = fixed === undefined ? domain.mint.take(length) : undefined
  if (minted) {
    return { ready: async () => minted, giveBack: () => domain.mint.giveBack(minted) } // mutant: I8.unused-code-returned
  }
  const slot = domain.hasher.reserve('begins')
  if (!slot) return undefined
  const id = createId('vrf', domain.clock.now())
  const code = fixed ?? domain.generateCode(length)
  return {
    ready: async () => ({ id, code, ...(await slot.hash(code, id)) }),
    giveBack: () => slot.release(),
  }
}

type CommonFields = Omit<
  NewVerification,
  | 'channel'
  | 'locale'
  | 'addressIndex'
  | 'budgetIndex'
  | 'country'
  | 'kind'
  | 'codeLength'
  | 'codeHash'
  | 'pepperKeyId'
  | 'codeSealed'
  | 'maxSends'
  | 'maxAttempts'
  | 'checkedBy'
>

/** @param party the address, or the subject, in plaintext: sealed here */
export function commonFields(
  domain: Domain,
  { service }: Caller,
  command: StartFields,
  { id, party, now }: { id: string; party: string; now: number },
): CommonFields {
  const { keyring } = domain
  const { session, wire } = command
  const named = session === null ? null : sessionMac(keyring, service.name, session)
  const wired = wire && wireMac(keyring, { service: service.name, wire: wire.wire, address: party })
  return {
    id,
    reference: domain.createReference(),
    service: service.name,
    purpose: command.purpose,
    recipientSealed: keyring.seal(party, recipientContext(id)),
    sessionMac: wired ?? named, // mutant: C94.wire-binds
    authenticated: command.authenticated,
    lastSendAt: now,
    clientIp: command.endUser.clientIp,
    metadata: command.metadata,
    createdAt: now,
    expiresAt: now + (command.ttlSeconds ?? service.ttlSeconds) * 1000,
  }
}
