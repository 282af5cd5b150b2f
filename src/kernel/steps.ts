// The steps of a chain that wait for their time: how long they do, and what a change does to them, as plain data for both engines.
// It must not decide what a change does: verification/transitions.ts and delivery/steps.ts do.

import type { Channel } from './channel.ts'

/** How long a step may take without `delivered`. */
export const STEP_TIMEOUT_SECONDS = { min: 10, max: 300 } as const
/**
 * By the channel that may take so long: a chat is read at once or not at all, a mail may be held back by a filter, and a phone
 * rings for a while before somebody presses a key.
 */
export const DEFAULT_STEP_TIMEOUT_SECONDS: Record<Channel, number> = {
  whatsapp: 20,
  telegram: 20,
  sms: 40,
  email: 60,
  voice: 60,
}
/** More than there are channels of one kind of recipient. */
export const MAX_STEPS = 5
/** From when a message was due to its hand-over, at the most: an outage of a provider must not stall a chain. */
export const HAND_OVER_MS = 15_000

/** A step that waits is a row of `deliveries` with a number of its own, until it goes out and is numbered as a send. */
export type WaitingStep = {
  /** -1, -2, … in the order of the chain. */
  send: number
  channel: Channel
  /** To carry it first; null: nobody is known that may. */
  provider: string | null
  /** How long the step before it may take. */
  timeoutMs: number
}

export const isWaiting = (send: number) => send < 0
/** For people: the first message of a chain is step 1. */
export const stepNumber = (send: number) => 1 - send

/** When the next step is due: at `at`, or its time-out later. */
export type NextDue = {
  at: number
  plusTimeout: boolean
  /** In place of its time before, and of any claim; else where that is sooner. */
  restarts: boolean
}

/** In this order, and before the sealed code may go. */
export type StepsChange = {
  /** Of a start. */
  add?: readonly WaitingStep[]
  /** The step goes out now, as this send; what is queued of the sends before it is canceled. */
  begin?: { step: number; send: number; channel: Channel }
  /** Of those that still wait the first. */
  next?: NextDue
  /** All that wait, and why. */
  cancel?: string
}

/** The message before is due now: the time-out counts from its hand-over, or from when that is late. */
export const nextAfterDue = (now: number): NextDue => ({
  at: now + HAND_OVER_MS,
  plusTimeout: true,
  restarts: true,
})
/** The message before was handed over. */
export const nextAfterHandOver = (now: number): NextDue => ({
  at: now,
  plusTimeout: true,
  restarts: false,
})
/** The message before failed for good, or somebody asked for the next. */
export const nextAtOnce = (now: number): NextDue => ({
  at: now,
  plusTimeout: false,
  restarts: false,
})

/** As both engines reckon it. @param before null: it had no time yet */
export function dueOf(
  { at, plusTimeout, restarts }: NextDue,
  timeoutMs: number,
  before: number | null,
): number {
  const due = at + (plusTimeout ? timeoutMs : 0)
  return restarts || before === null ? due : Math.min(before, due)
}
