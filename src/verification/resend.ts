// POST /verify/{id}/resend: the same code again, nothing renewed (I4).
// It must not make a new code or move the expiry: a new code is a new start.

import { type Channel, isFactorChannel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { chooseChannel, refuseRecipient } from './admission.ts'
import type { Caller, EndUser, Refusal, ResendCommand, ResendResult, Success } from './api.ts'
import { sendLimitKeys, testLimitKeys } from './budgets.ts'
import { refuseOtherChannel } from './carried.ts'
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import { responseFor, type StoredResponse } from './idempotency.ts'
import { reaches } from './own-code.ts'
import type { ServicePolicy } from './policy.ts'
import {
  addressIndexes,
  isUnreadable,
  type Recipient,
  readRecipient,
  recipientOf,
  testRecipientFor,
} from './recipient.ts'
import {
  refuseAtTwilio,
  refuseLimited,
  refuseResend,
  refuseSuppressed,
  refuseUnknown,
} from './refuse.ts'
import type { VerificationRecord } from './state.ts'
import { decideResend } from './transitions.ts'
import { decideSendElsewhere } from './transitions-delegated.ts'
import { refuseListed } from './verdict.ts'
import { answerWith, openRecipient } from './view.ts'

type Deps = Pick<
  Domain,
  | 'store'
  | 'limiter'
  | 'keyring'
  | 'clock'
  | 'lock'
  | 'wake'
  | 'addressKey'
  | 'pickProvider'
  | 'judge'
>

export type Again<Kind extends 'resent' | 'continued'> = {
  caller: Caller
  record: VerificationRecord
  /** Null: the previous one. */
  channel: Channel | null
  endUser: EndUser
  response:
    | StoredResponse<Success<Kind>>
    | StoredResponse<Success<'started'> | Success<'continued'>>
  kind: Kind
}

/** By what the service lets through today: the first message went out before a setting was changed. */
function refuseNow(
  service: ServicePolicy,
  { country }: VerificationRecord,
  to: string,
  channel: Channel,
): Refusal | undefined {
  const read = readRecipient(to, country)
  return isUnreadable(read) ? undefined : refuseRecipient(service, read, channel)
}

/** The wanted one, else the one before. */
function chooseAgain(
  keyring: Pick<Keyring, 'open'>,
  recipient: Recipient,
  { caller, record, channel: wanted }: Pick<Again<never>, 'caller' | 'record' | 'channel'>,
): { channel: Channel } | Refusal {
  const before = isFactorChannel(record.channel) ? null : record.channel
  const chosen = chooseChannel(caller.service, recipient, wanted ?? before)
  if ('kind' in chosen) return chosen
  return refuseOtherChannel(keyring, record, chosen.channel) ?? chosen
}

/** Limits, then one transaction; the caller holds the lock `resend:{id}`. */
export function createSendAgain(deps: Deps) {
  const { keyring, clock, limiter, store, wake } = deps
  return async <Kind extends 'resent' | 'continued'>(
    again: Again<Kind>,
  ): Promise<Success<Kind> | Refusal> => {
    const { caller, record, kind } = again
    const { service } = caller
    const now = clock.now()
    const refused = refuseResend(record, now)
    if (refused) return refused
    const to = openRecipient(keyring, record)
    const recipient = recipientOf(to, record.country)
    const test = testRecipientFor(service, recipient, now)
    const chosen = chooseAgain(keyring, recipient, again)
    if ('kind' in chosen) return chosen
    const { channel } = chosen
    const isTest = record.kind === 'test'
    const notAllowed = isTest || test ? undefined : refuseNow(service, record, to, channel)
    if (notAllowed) return notAllowed // mutant: C50.resend-readmission
    const judged = isTest || test ? null : { recipient, clientIp: record.clientIp }
    const blocked = await refuseListed(deps.judge, caller, judged)
    if (blocked) return blocked // mutant: I21.resend-blocked
    const indexes = addressIndexes(keyring, service.name, recipient)
    const suppressed =
      isTest || test
        ? undefined
        : await store.findSuppressed({ channel, addressIndexes: indexes }, now)
    if (suppressed) return refuseSuppressed(suppressed) // mutant: C59.resend-suppressed
    const { authenticated, clientIp } = record
    const subject = { service, recipient, authenticated, clientIp }
    const admission = await limiter.admit(
      isTest ? testLimitKeys(deps, subject, test) : sendLimitKeys(deps, subject),
    )
    if (admission.kind === 'refused')
      return refuseLimited(admission.name, admission.limit, admission.retryAfterSeconds)
    const response = again.response as StoredResponse<Success<Kind>>
    const at = clock.now()
    const { country } = record
    const provider = deps.pickProvider({ service: service.name, channel, to, country })
    const answer = (after: VerificationRecord) => answerWith(at, kind, after, to)
    const outcome = await store.change<Success<Kind>>({
      record,
      now: at,
      decide:
        record.checkedBy === 'twilio'
          ? decideSendElsewhere(record.sends, channel, answer)
          : decideResend(record.sends, { channel, provider }, answer),
      actor: actorOf(caller, again.endUser),
      idempotency: response.write((result) => result),
    })
    if (outcome.kind === 'changed') {
      wake(channel)
      return { ...outcome.result, budgets: admission.budgets }
    }
    // Ended, erased or sent by another node since it was read: no message was made.
    await limiter.giveBack(admission.counts) // mutant: I8.refused-resend-uncounted
    switch (outcome.kind) {
      case 'refused':
        return outcome.refusal
      case 'answered_before':
        return response.replay(outcome.stored) as Success<Kind> | Refusal
      default:
        return refuseUnknown()
    }
  }
}

export function createResend(deps: Deps) {
  const sendAgain = createSendAgain(deps)
  return async (caller: Caller, command: ResendCommand): Promise<Learned<ResendResult>> => {
    const response = responseFor<Success<'resent'>>(deps, caller, 'resend', command.idempotency)
    return deps.lock.run([...response.lockKeys, `resend:${command.id}`], async () => {
      const before = await response.find()
      if (before) return learned(before)
      const record = await deps.store.find(caller.service.name, command.id)
      if (!record || !reaches(caller, record)) return learned(refuseUnknown())
      if (record.checkedBy === 'twilio') return learned(refuseAtTwilio())
      const { endUser, channel } = command
      const again = { caller, record, endUser, response, channel, kind: 'resent' } as const
      const { id: verificationId, budgetIndex } = record
      return learned(await sendAgain(again), { verificationId, budgetIndex })
    })
  }
}
