// What one request to a provider cost, and the prices it comes from: plain data.

import type { Channel } from '../kernel/channel.ts'

/** Of one part of a message. `country` null: wherever no other row fits. */
export type Price = {
  provider: string
  channel: Channel
  country: string | null
  micros: number
  currency: string
}

/** Of one request to a provider that sent a message, or may have. */
export type Cost = {
  channel: Channel
  country: string | null
  parts: number
  /** Null: no row of the prices fits. */
  price: { micros: number; currency: string } | null
}

/** What a provider says it charges for one message, all of its parts. `parts` null: it does not say how many. */
export type Charge = { micros: number; currency: string; parts: number | null }

type Sent = { provider: string; channel: Channel; country: string | null; parts: number }
/** Undefined: nobody gave prices. */
export type PriceOf = ((sent: Sent) => Cost) | undefined
