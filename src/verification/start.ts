// POST /verify/start: from a recipient to a pending verification and a message that is due.
// It must not wait for a provider, nor count anything before the hasher has room.

import type { Channel } from '../kernel/channel.ts'
import { codeContext } from '../kernel/sealing.ts'
import { chooseChannel, refuseRecipient, refuseStartFields } from './admission.ts'
import type { Caller, Refusal, SendCommand, StartResult, Success } from './api.ts'
import { guessQuery, sendLimitKeys, testLimitKeys } from './budgets.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { type Recall, recallFor } from './idempotency.ts'
import type { Budget } from './limit-ports.ts'
import { commonFields } from './new-verification.ts'
import { obtainCode, type PreparedCode } from './obtain-code.ts'
import type { CreateInput, SessionSlot } from './ports.ts'
import {
  addressIndexes,
  budgetIndexes,
  defaultChannel,
  isLandline,
  localeOf,
  type Recipient,
  readRecipient,
  testRecipientFor,
} from './recipient.ts'
import { refuseFields, refuseGuesses, refuseLimited, refuseOverloaded } from './refuse.ts'
import { continueSession, sessionSlot } from './session.ts'
import type { VerificationRecord } from './state.ts'
import { answerWith } from './view.ts'

type Answer = Success<'started'> | Success<'continued'>

/** A start whose recipient and channel are settled. */
type StartContext = {
  domain: Domain
  caller: Caller
  command: SendCommand
  recipient: Recipient
  channel: Channel
  indexes: { address: Buffer[]; budget: Buffer[] }
  slot: SessionSlot | null
  recall: Recall<Answer>
}

export async function start(
  domain: Domain,
  caller: Caller,
  command: SendCommand,
  trace: Trace,
): Promise<StartResult> {
  const { service } = caller
  const recipient = readRecipient(command.to, command.country)
  const fields = refuseStartFields(service, command)
  if (recipient.kind === 'unreadable') {
    const { field, detail } = recipient
    return refuseFields([{ field, detail }, ...(fields?.errors ?? [])])
  }
  // Before anything is refused: support looks for a refusal by the person.
  trace.party = recipient // mutant: C73.person-before-refusal
  trace.channel = command.channel ?? defaultChannel(recipient)
  if (fields) return fields
  const chosen = chooseChannel(service, recipient, command.channel)
  if ('kind' in chosen) return chosen
  // To a test recipient nothing is sent: what tolls or a country's rules would cost does not arise.
  const isTest = testRecipientFor(service, recipient, domain.clock.now()) !== undefined
  const notAllowed = isTest ? undefined : refuseRecipient(service, recipient, chosen.channel)
  if (notAllowed) return notAllowed

  const indexes = {
    address: addressIndexes(domain.keyring, service.name, recipient),
    budget: budgetIndexes(domain.keyring, service.name, recipient),
  }
  const slot = sessionSlot(domain, service.name, command, recipient)
  const recall = recallFor<Answer>(domain, caller, 'start', command.idempotency)
  const { channel } = chosen
  const begun = { domain, caller, command, recipient, channel, indexes, slot, recall }
  const lockKeys = [...recall.lockKeys]
  if (slot?.slots[0]) lockKeys.push(`slot:${Buffer.from(slot.slots[0]).toString('hex')}`)
  return domain.lock.run(lockKeys, () => startOnce(begun, trace))
}

async function startOnce(begun: StartContext, trace: Trace): Promise<StartResult> {
  const { domain, caller, command, recipient, recall } = begun
  const before = await recall.find()
  if (before) return before
  const continued = () => continueSession(begun, trace)
  const open = await continued()
  if (open) return open // mutant: C47.continue-before-count

  const now = domain.clock.now()
  const guesses = guessQuery(caller.service, begun.indexes.budget, command.authenticated, now)
  const guessRefusal = await domain.store.checkGuessBudget(guesses)
  // Here and below: the same session's start on another node may have taken the last of a budget meanwhile.
  if (guessRefusal) return (await continued()) ?? refuseGuesses(guessRefusal, now)

  const test = testRecipientFor(caller.service, recipient, now)
  const length = test?.code.length ?? command.codeLength ?? caller.service.codeLength
  const code = obtainCode(domain, length, test?.code)
  if (!code) return refuseOverloaded() // mutant: I8.start-hasher-slot
  let used = false
  try {
    const admission = await domain.limiter.admit(
      test
        ? testLimitKeys(domain, subjectOf(begun), test) // mutant: C19.test-send-exempt
        : sendLimitKeys(domain, subjectOf(begun)),
    )
    if (admission.kind === 'refused') {
      const { name, limit, retryAfterSeconds } = admission
      return (await continued()) ?? refuseLimited(name, limit, retryAfterSeconds)
    }
    const hashed = await code.ready()
    // A decoy first: the code of a test recipient is known, and none of a decoy's may be right.
    const kind = command.decoy ? 'decoy' : test ? 'test' : 'real' // mutant: C49.test-decoy
    // Thrown: nobody knows whether it was made. Its id may be taken, so it never goes back.
    used = true
    const result = await createVerification(begun, { ...hashed, kind }, admission.budgets)
    used = result.kind === 'started'
    // A racer on another node came first: its event is told, and the answer kept under the key, as elsewhere.
    return result.kind === 'continued' ? ((await continued()) ?? result) : result
  } finally {
    if (!used) code.giveBack() // mutant: I8.refused-start-refund
  }
}

function subjectOf(begun: StartContext) {
  return {
    service: begun.caller.service,
    recipient: begun.recipient,
    authenticated: begun.command.authenticated,
    clientIp: begun.command.endUser.clientIp,
  }
}

function createInput(
  begun: StartContext,
  code: PreparedCode & { kind: VerificationRecord['kind'] },
  now: number,
): CreateInput {
  const { domain, caller, command, recipient, indexes, slot, recall } = begun
  const { keyring } = domain
  const { service } = caller
  const party = recipient.address
  return {
    record: {
      ...commonFields(domain, caller, command, { id: code.id, party, now }),
      channel: begun.channel,
      locale: domain.pickLocale(service, begun.channel, [command.locale, localeOf(recipient)]), // mutant: C70.language-told
      addressIndex: indexes.address[0] as Buffer,
      budgetIndex: indexes.budget[0] as Buffer,
      country: recipient.kind === 'phone' ? recipient.country : null,
      kind: code.kind,
      codeLength: code.code.length,
      codeHash: code.hash,
      pepperKeyId: code.pepperKeyId,
      codeSealed: keyring.seal(code.code, codeContext(code.id)),
      maxSends: service.maxSends,
    },
    slot,
    isLandline: begun.channel === 'sms' && isLandline(recipient),
    guesses: guessQuery(service, indexes.budget, command.authenticated, now),
    actor: actorOf(caller, command.endUser),
    idempotency: recall.write((record) => answerWith(now, 'started', record, recipient.address)),
  }
}

async function createVerification(
  begun: StartContext,
  code: PreparedCode & { kind: VerificationRecord['kind'] },
  budgets: Budget[],
): Promise<Answer | Refusal> {
  const { domain, recipient, recall } = begun
  const now = domain.clock.now()
  const input = createInput(begun, code, now)
  const outcome = await domain.store.create(input)
  switch (outcome.kind) {
    case 'created':
      domain.wake()
      return answerWith(now, 'started', outcome.record, recipient.address, budgets)
    case 'continued':
      return answerWith(now, 'continued', outcome.record, recipient.address, budgets)
    case 'guesses_refused':
      return refuseGuesses(outcome.refusal, now)
    case 'answered_before':
      return recall.replay(outcome.stored)
  }
}
