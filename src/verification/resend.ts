// POST /verify/{id}/resend: the same code again, nothing renewed (I4).
// It must not make a new code or move the expiry: a new code is a new start.

import { type Channel, isFactorChannel } from '../kernel/channel.ts'
import { chooseChannel, refuseRecipient } from './admission.ts'
import type { Caller, EndUser, Refusal, ResendCommand, ResendResult, Success } from './api.ts'
import { sendLimitKeys, testLimitKeys } from './budgets.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { type Recall, recallFor } from './idempotency.ts'
import type { ServicePolicy } from './policy.ts'
import { isUnreadable, readRecipient, recipientOf, testRecipientFor } from './recipient.ts'
import { refuseEnded, refuseLimited, refuseOverloaded, refuseUnknown } from './refuse.ts'
import { RESEND_MIN_REMAINING_MS, resendAt, type VerificationRecord } from './state.ts'
import { answerWith, openRecipient } from './view.ts'

export async function resend(
  domain: Domain,
  caller: Caller,
  command: ResendCommand,
  trace: Trace,
): Promise<ResendResult> {
  const recall = recallFor<Success<'resent'>>(domain, caller, 'resend', command.idempotency)
  return domain.lock.run([...recall.lockKeys, `resend:${command.id}`], async () => {
    const before = await recall.find()
    if (before) return before
    const record = await domain.store.find(caller.service.name, command.id)
    if (!record) return refuseUnknown()
    trace.verificationId = record.id
    trace.budgetIndex = record.budgetIndex
    const { endUser } = command
    return sendAgain({
      ...{ domain, caller, record, endUser, recall },
      channel: command.channel,
      kind: 'resent',
    })
  })
}

/** Why this verification can't be sent again now; undefined where it can. */
function refuseResend(record: VerificationRecord, now: number): Refusal | undefined {
  const ended = refuseEnded(record, now)
  if (ended) return ended
  if (record.sends >= record.maxSends) {
    const detail = isFactorChannel(record.channel)
      ? `nothing is sent for ${record.channel}`
      : `${record.maxSends} messages were sent, the most for one verification; start a new one`
    return { kind: 'refused', error: 'max_sends_reached', detail }
  }
  if (record.expiresAt - now < RESEND_MIN_REMAINING_MS) {
    const detail = `under ${RESEND_MIN_REMAINING_MS / 1000} s remain; start a new verification`
    return { kind: 'refused', error: 'resend_too_late', detail }
  }
  const at = resendAt(record, now)
  if (at === null) {
    const detail =
      'by the time it may be sent again too little would remain; start a new verification'
    return { kind: 'refused', error: 'resend_too_late', detail }
  }
  if (now >= at) return undefined
  const retryAfterSeconds = Math.max(1, Math.ceil((at - now) / 1000))
  const detail = `the next message may go out in ${retryAfterSeconds} s`
  return { kind: 'refused', error: 'resend_too_early', detail, retryAfterSeconds }
}

/** By what the service lets through today: the first message went out before a setting was changed. */
function refuseNow(
  service: ServicePolicy,
  { country }: VerificationRecord,
  to: string,
  { channel }: { channel: Channel },
): Refusal | undefined {
  const read = readRecipient(to, country)
  return isUnreadable(read) ? undefined : refuseRecipient(service, read, channel)
}

export type Again<Kind extends 'resent' | 'continued'> = {
  domain: Domain
  caller: Caller
  record: VerificationRecord
  /** Null: as before. */
  channel: Channel | null
  endUser: EndUser
  recall: Recall<Success<Kind>> | Recall<Success<'started'> | Success<'continued'>>
  kind: Kind
}

/** Limits, then one transaction; the caller holds the lock `resend:{id}`. */
export async function sendAgain<Kind extends 'resent' | 'continued'>(
  again: Again<Kind>,
): Promise<Success<Kind> | Refusal> {
  const { domain, caller, record, kind } = again
  const now = domain.clock.now()
  const refused = refuseResend(record, now)
  if (refused) return refused
  const to = openRecipient(domain, record)
  const recipient = recipientOf(to, record.country)
  const test = testRecipientFor(caller.service, recipient, now)
  const before = isFactorChannel(record.channel) ? null : record.channel
  const chosen = chooseChannel(caller.service, recipient, again.channel ?? before)
  if ('kind' in chosen) return chosen
  const notAllowed =
    record.kind === 'test' || test ? undefined : refuseNow(caller.service, record, to, chosen)
  if (notAllowed) return notAllowed // mutant: C50.resend-readmission
  const { authenticated, clientIp } = record
  const { service } = caller
  const subject = { service, recipient, authenticated, clientIp }
  const admission = await domain.limiter.admit(
    record.kind === 'test' ? testLimitKeys(domain, subject, test) : sendLimitKeys(domain, subject),
  )
  if (admission.kind === 'refused') {
    return refuseLimited(admission.name, admission.limit, admission.retryAfterSeconds)
  }
  const recall = again.recall as Recall<Success<Kind>>
  const at = domain.clock.now()
  const outcome = await domain.store.resend({
    id: record.id,
    service: caller.service.name,
    now: at,
    expectedSends: record.sends,
    channel: chosen.channel,
    minRemainingMs: RESEND_MIN_REMAINING_MS,
    actor: actorOf(caller, again.endUser),
    idempotency: recall.write((after) => answerWith(at, kind, after, to)),
  })
  switch (outcome?.kind) {
    case undefined:
      return refuseUnknown()
    case 'resent':
      domain.wake()
      return answerWith(at, kind, outcome.record, to, admission.budgets)
    case 'stale':
      // Another node was faster (its message counts) or the verification ended: say how it is now.
      return refuseResend(outcome.record, domain.clock.now()) ?? refuseOverloaded()
    case 'answered_before':
      return recall.replay(outcome.stored) as Success<Kind> | Refusal
  }
}
