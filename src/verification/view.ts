// A stored verification as its caller sees it. The code is not in it, and can't be: nothing here opens it.
// It must not decide anything: state.ts decides what is shown at a moment.

import { isFactorChannel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { recipientContext } from '../kernel/sealing.ts'
import type { Success, VerificationView } from './api.ts'
import type { Budget } from './limit-ports.ts'
import {
  attemptsRemaining,
  bestDeliveryStatus,
  resendAt,
  sendsRemaining,
  statusAt,
  type VerificationRecord,
} from './state.ts'

function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000))
}

/** @param party the recipient or subject, in plaintext */
export function viewOf(record: VerificationRecord, party: string, now: number): VerificationView {
  const isFactor = isFactorChannel(record.channel)
  const resend = resendAt(record, now)
  return {
    id: record.id,
    reference: record.reference,
    status: statusAt(record, now),
    to: isFactor ? null : party,
    subject: isFactor ? party : null,
    channel: record.channel,
    locale: record.locale,
    purpose: record.purpose,
    deliveryStatus: bestDeliveryStatus(record.deliveries.map(({ status }) => status)),
    attemptsRemaining: attemptsRemaining(record, now),
    sendsRemaining: sendsRemaining(record, now),
    createdAt: record.createdAt,
    expiresAt: record.expiresAt,
    expiresInSeconds: secondsUntil(record.expiresAt, now),
    resendAt: resend,
    resendInSeconds: resend === null ? null : secondsUntil(resend, now),
    nextStep:
      record.nextStep && statusAt(record, now) === 'pending'
        ? { channel: record.nextStep.channel, at: record.nextStep.at }
        : null,
    metadata: record.metadata,
    checkedBy: record.checkedBy,
    outcome: record.outcome,
  }
}

/** The recipient or subject in plaintext, for its own service's eyes. @throws UnknownKeyError */
export function openRecipient(keyring: Pick<Keyring, 'open'>, record: VerificationRecord): string {
  return keyring.open(record.recipientSealed, recipientContext(record.id))
}

/** @param now of the effect: an answer that is kept under a key and the one that is given must give the same seconds */
export function answerWith<Kind extends string>(
  now: number,
  kind: Kind,
  record: VerificationRecord,
  party: string,
  budgets: Budget[] = [],
): Success<Kind> {
  const verification = viewOf(record, party, now)
  return { kind, verification, budgets, replayed: false }
}
