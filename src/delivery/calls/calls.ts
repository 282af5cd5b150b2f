// Whether the call of a try may still tell its code, and what it is to tell it: decided once for both engines. Pure.
// It must not open the code.

import { decideReceipt, type ReceiptDecision, type ReportedDelivery } from '../receipts/receipts.ts'
import { canceledBecause } from '../transitions.ts'
import type { CallEvent } from './ports.ts'

/** From the request to the provider: a phone rings for under a minute, and a call ends within two. */
const CALL_MS = 300_000

/** The newest try of the newest message of a verification that is pending, which nobody has reported an end of. */
function isUp(row: ReportedDelivery, now: number): boolean {
  const isOpen = row.status === 'sending' || row.status === 'sent'
  const isNewest = row.tryNumber === row.tries
  const isOurs = row.channel === 'voice' && row.kind === 'real'
  // `delivered`: a key was pressed before, and the code was told.
  const isUntold = row.receipt === null || row.receipt === 'sent' // mutant: I7.call-tells-once
  const isInTime = now < row.expiresAt && now - row.tryStartedAt < CALL_MS
  const isWanted = canceledBecause(row) === undefined && row.codeSealed !== null // mutant: I17.call-while-pending
  return isOurs && isOpen && isNewest && isUntold && isInTime && isWanted
}

export type CallDecision =
  | { kind: 'over' }
  /** Nothing changes: a key is asked for. */
  | { kind: 'prompt' }
  /** The code is told once this is written. */
  | { kind: 'code'; codeSealed: Uint8Array; decision: ReceiptDecision }

/** A key that was pressed is the receipt that the message has arrived. */
export function decideCall(row: ReportedDelivery, event: CallEvent, now: number): CallDecision {
  const { codeSealed } = row
  if (codeSealed === null || event === 'silence' || !isUp(row, now)) return { kind: 'over' }
  if (event === 'answered') return { kind: 'prompt' } // mutant: I7.key-first
  const pressed = { state: 'delivered', error: null, fault: null, at: null } as const
  const decision = decideReceipt(row, pressed, () => undefined, now)
  if (!decision) return { kind: 'over' }
  const change = { ...decision.change, notAfter: row.expiresAt - 1 }
  return { kind: 'code', codeSealed, decision: { ...decision, change } }
}
