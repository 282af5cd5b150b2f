// The shapes of the relay: what a login system sends, read into one form, and the answer in the system's own.

import type { IncomingHttpHeaders } from 'node:http'
import type { Refusal } from '../verification/api.ts'

/** What a code is for, as the console shows it. It does not change the text. */
export type RelayPurpose =
  | 'login'
  | 'signup'
  | 'verify'
  | 'recovery'
  | 'change'
  | 'confirm'
  | 'invite'
  | 'mfa'

/** A code for one person: nothing else of a payload is ever sent. */
export type RelayMessage = {
  to: string
  code: string
  purpose: RelayPurpose
  /** As the system has it; null: by the number's country, or the service's. */
  locale: string | null
  /** Of the end user, where the system says it. */
  ip: string | null
  /**
   * Messages with the same parts are one: for a day where they have an id of the system (`id`), otherwise within a minute,
   * so that a person who asks again later with the same code gets it again.
   */
  once: { by: 'id' | 'minute'; parts: readonly string[] }
}

/** `nothing`: of a kind that has no code. `type` is told to the operator. */
export type Reading =
  | { kind: 'messages'; messages: readonly RelayMessage[] }
  | { kind: 'nothing'; type: string }
  | { kind: 'unreadable' }

/**
 * Whether a secret is the one that a request was made with. `needs: 'head'`: the body is not looked at, so that a forged
 * request is refused before any of it is read.
 */
export type Proof = {
  needs: 'head' | 'body'
  /** @param body as it was sent, byte for byte */
  fits(secret: string, body: Uint8Array): boolean
}

export type RelayAnswer = {
  status: number
  type: 'application/json' | 'text/plain; charset=utf-8'
  body: string
  retryAfterSeconds?: number | undefined
}

/** How a system wants to be answered. */
export type Answers = {
  accepted(): RelayAnswer
  refused(refusal: Pick<Refusal, 'error' | 'errors' | 'retryAfterSeconds'>): RelayAnswer
}

export type System = {
  maxBytes: number
  /** Undefined: no secret can fit. @param now milliseconds since the epoch */
  prove(headers: IncomingHttpHeaders, now: number): Proof | undefined
  /** @param payload the parsed JSON of the body */
  read(payload: unknown): Reading
  answers: Answers
}
