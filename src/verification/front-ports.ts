// What the front door keeps of a verification: what its start asked for, the first browser that opened it, and what works once.
// It must not hold a code, a link or an approval: they are derived, or signed, when they are asked for.

import type { Actor } from '../kernel/actor.ts'
import type { Channel, StoredDeliveryStatus } from '../kernel/channel.ts'
import type { LinkKind } from '../kernel/link-token.ts'
import type { AnswerToKeep } from './answer-ports.ts'
import type { VerificationRecord } from './state.ts'

/** As a start asked for it; `verification/front.ts` makes it from the command. */
export type FrontRequest = {
  /** The caller's own, signed into the approval. Null: no approval is made. */
  nonce: string | null
  /** The approval names the recipient or subject. */
  showsParty: boolean
  /** Of the service's list: where the hosted page ends. */
  returnUrl: string | null
  /** Its mail has a link beside the code. */
  link: boolean
  /** Of the value that the login flow keeps in the asking browser; null: the hosted page binds the link. */
  linkBindingMac: Uint8Array | null
}

/** What its approval is made with. */
export type Asked = Pick<FrontRequest, 'nonce' | 'showsParty'>

/** Of its mail, as both engines keep it: a link that the asking browser holds a value for is the login flow's own. */
export function linkOf(front: Pick<FrontRequest, 'link' | 'linkBindingMac'>): LinkKind | null {
  if (!front.link) return null
  return front.linkBindingMac ? 'login' : 'page'
}

export type FrontDoor = FrontRequest & {
  /** Of the first browser that opened its view token; null: none did. */
  browserMac: Uint8Array | null
  /** The one-use code of the hosted page was exchanged. */
  exchangedAt: number | null
  /** The approval was consumed. */
  consumedAt: number | null
}

/** A message, or a step of a chain that has not gone out. */
export type FrontMessage = {
  /** 1 is the start's; below 0: it has not gone out. */
  send: number
  channel: Channel
  status: StoredDeliveryStatus
  provider: string | null
  errorCode: string | null
  queuedAt: number
  sentAt: number | null
  deliveredAt: number | null
  /** Of a step of a chain, even after it went out; null: a start or a resend made it. */
  timeoutMs: number | null
}

/** A verification as its person may look at it. */
export type Opened = {
  record: VerificationRecord
  /** Undefined: nothing was asked for, and nobody has opened it. */
  door: FrontDoor | undefined
  /** By their number. */
  messages: readonly FrontMessage[]
}

/** Rows go with their verification. All throw StoreUnavailableError. */
export type FrontStore = {
  find(verificationId: string): Promise<FrontDoor | undefined>
  /** Of any service: whoever asks has proved that it was shown to them. One round trip. */
  open(verificationId: string): Promise<Opened | undefined>
  /**
   * Of a start that continues: what it asks for, in place of what was asked before. A link that was sent stays, and
   * leads where it led: it keeps a binding, and gets none.
   */
  renew(verificationId: string, request: FrontRequest): Promise<void>
  /** One statement: the first one stays. @returns the one in force; undefined: there is no such verification */
  claimBrowser(verificationId: string, mac: Uint8Array): Promise<Uint8Array | undefined>
  /** One commit: the first use, its event, and the answer under its key. @returns whether this was the first time */
  useOnce(input: UseInput): Promise<boolean>
}

export type FrontUse = 'exchanged' | 'consumed'
export type UseInput = {
  verificationId: string
  use: FrontUse
  now: number
  actor: Actor
  /** Null: the request had no Idempotency-Key. */
  kept: AnswerToKeep | null
}
