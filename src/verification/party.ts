// The party to be verified: a recipient of messages, or a subject with factors; and the indexes of either.
// It must not store or log them in plaintext.

import { isFactorChannel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Unreadable } from './phone.ts'
import {
  addressIndexes,
  budgetIndexes,
  type Recipient,
  readRecipient,
  recipientOf,
} from './recipient.ts'
import type { VerificationRecord } from './state.ts'

export type Party = Recipient | { kind: 'subject'; subject: string }

/** Undefined: neither was given. */
export function readParty(given: {
  to: string | null
  country: string | null
  subject: string | null
}): Party | Unreadable | undefined {
  if (given.subject !== null) return { kind: 'subject', subject: given.subject }
  return given.to === null ? undefined : readRecipient(given.to, given.country)
}

/** @param text what the row's recipient was opened to */
export function partyOf(
  record: Pick<VerificationRecord, 'channel' | 'country'>,
  text: string,
): Party {
  return isFactorChannel(record.channel)
    ? { kind: 'subject', subject: text }
    : recipientOf(text, record.country)
}

/** The index that `to` or `subject` must equal: under every key of the ring, current first. */
export function identityIndexes(keyring: Keyring, service: string, party: Party): Buffer[] {
  return party.kind === 'subject'
    ? subjectIndexes(keyring, service, party.subject)
    : addressIndexes(keyring, service, party)
}

/** The index that limits and searches use. A subject has one spelling. */
export function partyBudgetIndexes(keyring: Keyring, service: string, party: Party): Buffer[] {
  return party.kind === 'subject'
    ? subjectIndexes(keyring, service, party.subject)
    : budgetIndexes(keyring, service, party)
}

/** Under every key of the ring, current first. Their own namespace: no number or address shares one. */
export function subjectIndexes(keyring: Keyring, service: string, subject: string): Buffer[] {
  return keyring.macs('blind-index', ['subject', service, subject]) // mutant: I10.subject-index-domain
}
