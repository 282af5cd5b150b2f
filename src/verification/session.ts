// A browser's session: the same start again is the same verification (back button, double click, second tab).
// It must not spend a budget, unless a resend is due and asked for by starting again.

import type { Channel } from '../kernel/channel.ts'
import type {
  Caller,
  FactorStartCommand,
  Refusal,
  SendCommand,
  StartFields,
  StartResult,
  Success,
} from './api.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import type { Recall } from './idempotency.ts'
import type { SessionSlot } from './ports.ts'
import type { Recipient } from './recipient.ts'
import { sendAgain } from './resend.ts'
import { resendAt, type VerificationRecord } from './state.ts'
import { answerWith } from './view.ts'

type Continuation = {
  domain: Domain
  caller: Caller
  command: SendCommand
  recipient: Recipient
  channel: Channel
  slot: SessionSlot | null
  recall: Recall<Success<'started'> | Success<'continued'>>
}

export function sessionSlot(
  domain: Domain,
  service: string,
  command: SendCommand,
  recipient: Recipient,
): SessionSlot | null {
  if (command.session === null) return null
  const parts = ['slot', service, command.purpose, recipient.address, command.session] // mutant: I13.continue-by-purpose
  return {
    slots: domain.keyring.macs('session', parts),
    authenticated: command.authenticated,
    decoy: command.decoy,
  }
}

/** The channel is a part of it: who has no phone at hand starts anew with a recovery code. */
export function factorSlot(
  domain: Domain,
  service: string,
  command: FactorStartCommand,
): SessionSlot | null {
  if (command.session === null) return null
  const { purpose, channel, subject, session, authenticated, decoy } = command
  const parts = ['factor-slot', service, purpose, channel, subject, session]
  return { slots: domain.keyring.macs('session', parts), authenticated, decoy }
}

/** Refusals of a resend that stand, however the verification was changed meanwhile. */
const STANDING: ReadonlySet<Refusal['error']> = new Set([
  'rate_limited',
  'channel_not_available',
  'idempotency_key_reused',
])

/**
 * A start of the same session: the pending verification as it is, or sent again once that is due.
 * @returns undefined where nothing is there to be continued: the start makes a verification of its own
 */
export async function continueSession(
  begun: Continuation,
  trace: Trace,
): Promise<StartResult | undefined> {
  const { domain } = begun
  const open = await findOpen(begun)
  if (!open) return undefined
  trace.verificationId = open.id
  if (!isResendDue(domain, open)) return continueUnsent(begun, open) // mutant: C66.lost-send-resend
  return domain.lock.run([`resend:${open.id}`], () => continueBySending(begun))
}

async function findOpen({ domain, slot }: Continuation): Promise<VerificationRecord | undefined> {
  return slot === null ? undefined : domain.store.findContinuable(slot, domain.clock.now())
}

function isResendDue(domain: Domain, record: VerificationRecord): boolean {
  const now = domain.clock.now()
  const due = resendAt(record, now)
  return due !== null && now >= due
}

/** Under the lock `resend:{id}`; looked at anew, for who held it before may have sent or ended it. */
async function continueBySending(begun: Continuation): Promise<StartResult | undefined> {
  const { domain, caller, recall, channel, command } = begun
  const record = await findOpen(begun)
  if (!record) return undefined
  if (!isResendDue(domain, record)) return continueUnsent(begun, record)
  const { endUser } = command
  const kind = 'continued'
  const sent = await sendAgain<'continued'>({
    ...{ domain, caller, record, channel, endUser, recall, kind },
  })
  if (sent.kind !== 'refused' || STANDING.has(sent.error)) return sent
  // Another node sent it, or somebody ended it, between our look and our write.
  const after = await findOpen(begun)
  return after && continueUnsent(begun, after)
}

function continueUnsent(begun: Continuation, record: VerificationRecord): Promise<StartResult> {
  return continueAsIs({ ...begun, party: begun.recipient.address }, record)
}

/** @param begun.party the address or subject, in clear */
export async function continueAsIs(
  begun: Pick<Continuation, 'domain' | 'caller' | 'recall'> & {
    command: StartFields
    party: string
  },
  record: VerificationRecord,
): Promise<StartResult> {
  const { domain, caller, command, party, recall } = begun
  const answer = answerWith(domain.clock.now(), 'continued', record, party)
  const stored = await domain.store.continue({
    id: record.id,
    service: caller.service.name,
    now: domain.clock.now(),
    actor: actorOf(caller, command.endUser),
    idempotency: recall.write(() => answer),
  })
  return stored ? recall.replay(stored.stored) : answer
}
