// A call, as its provider asks for what it is to say: what was asked, and the pages of the answer.
// It must not know a provider, nor a store.

import type { Channel } from '../../kernel/channel.ts'
import type { Callback } from '../receipts/ports.ts'

/** `answered`: somebody, or a machine, picked up. `key`: a key was pressed. `silence`: none was, in time. */
export type CallEvent = 'answered' | 'key' | 'silence'

/** A page of a call, in the order in which they come. */
export type CallPage =
  /** Asks for a key; whatever is pressed is reported to `url`, which answers with the next page. */
  | { kind: 'prompt'; locale: string; text: string; url: string }
  /** Each of them is spoken, then the call ends. With the code: never logged, never kept (I7: codes never leak). */
  | { kind: 'code'; locale: string; texts: readonly string[] }
  /** Nothing to tell (any more): spoken, then the call ends. */
  | { kind: 'over'; locale: string; text: string }

/** The form in which a provider asks and is answered. */
export type CallReader = {
  /** BCP 47 of a built-in text; false: it has no voice for it. */
  speaks(locale: string): boolean
  /** Undefined: it cannot be read. */
  read(callback: Callback): CallEvent | undefined
  write(page: CallPage): { type: string; body: string }
}

/** A question of a call, once it was checked whose it is. */
export type AskedCall = {
  key: { provider: string; tryId: string }
  event: CallEvent
  now: number
}

/** By which words are chosen. */
type Spoken = { service: string; locale: string }

/** `unknown`: no such try (erased, or not ours). `code`: to be spoken, this once; durable. */
export type CallOutcome =
  | { kind: 'unknown' }
  | (Spoken & { kind: 'over' | 'prompt' })
  | (Spoken & {
      kind: 'code'
      verificationId: string
      codeSealed: Uint8Array
      channel: Channel
      /** Since the try began. */
      afterMs: number
    })

/** The store as a call needs it. @throws StoreUnavailableError */
export type CallStore = {
  /** What the call of a try is to say: the code once, and only while the call is up (calls.ts). */
  call(input: AskedCall): Promise<CallOutcome>
}

/** `nobody`: no provider of this name calls. `refused`: it is not signed, or its URL is not one of ours. */
export type Asked = 'nobody' | 'refused' | 'unreadable' | { type: string; body: string }

/** Where providers ask what a call is to say. */
export type CallDesk = {
  /** The origin under which they reach it. */
  publicUrl: string
  /** @throws StoreUnavailableError, UnknownKeyError */
  take(provider: string, callback: Callback): Promise<Asked>
}
