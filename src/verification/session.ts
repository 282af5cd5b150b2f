// A browser's session: the same start again is the same verification (back button, double click, second tab).
// It must not spend a budget, unless a resend is due and asked for by starting again.

import type { Channel } from '../kernel/channel.ts'
import type { Caller, StartCommand, StartResult, Success } from './api.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import type { SessionSlot } from './ports.ts'
import type { Recall } from './recall.ts'
import type { Recipient } from './recipient.ts'
import { sendAgain } from './resend.ts'
import { resendAt, type VerificationRecord } from './state.ts'
import { answerWith } from './view.ts'

type Continuation = {
  domain: Domain
  caller: Caller
  command: StartCommand
  recipient: Recipient
  channel: Channel
  recall: Recall<Success<'started'> | Success<'continued'>>
}

export function sessionSlot(
  domain: Domain,
  service: string,
  command: StartCommand,
  recipient: Recipient,
): SessionSlot | null {
  if (command.session === null) return null
  const parts = ['slot', service, command.purpose, recipient.address, command.session]
  return {
    slots: domain.keyring.macs('session', parts),
    authenticated: command.authenticated,
    decoy: command.decoy,
  }
}

/** A start of the same session: the pending verification as it is, or sent again once that is due. */
export async function continueSession(
  begun: Continuation,
  record: VerificationRecord,
  trace: Trace,
): Promise<StartResult> {
  const { domain, caller, recipient, command } = begun
  trace.verificationId = record.id
  const due = resendAt(record, domain.clock.now())
  if (due !== null && domain.clock.now() >= due) {
    const { recall, channel } = begun
    const { endUser } = command
    return domain.lock.run([`resend:${record.id}`], () =>
      sendAgain<'continued'>({
        domain,
        caller,
        record,
        channel,
        endUser,
        recall,
        kind: 'continued',
      }),
    )
  }
  const answer = answerWith(domain, 'continued', record, recipient.address)
  const stored = await domain.store.continue({
    id: record.id,
    service: caller.service.name,
    now: domain.clock.now(),
    actor: actorOf(caller, command.endUser),
    idempotency: begun.recall.write(() => answer),
  })
  return stored ? begun.recall.replay(stored.stored) : answer
}
