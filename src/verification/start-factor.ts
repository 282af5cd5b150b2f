// POST /verify/start with a subject: a pending verification by what the person has already. Nothing is sent.
// It must not count anything for a subject that has no such factor, nor say so of a decoy.

import { createId } from '../kernel/ids.ts'
import { refuseStartFields } from './admission.ts'
import type { Caller, FactorStartCommand, Refusal, StartResult, Success } from './api.ts'
import { factorStartLimitKeys, guessQuery } from './budgets.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { type Recall, recallFor } from './idempotency.ts'
import type { Budget } from './limit-ports.ts'
import { commonFields } from './new-verification.ts'
import type { CreateInput, SessionSlot } from './ports.ts'
import { refuseGuesses, refuseLimited, refuseNoFactor } from './refuse.ts'
import { continueAsIs, factorSlot } from './session.ts'
import { subjectIndexes } from './subject.ts'
import { answerWith } from './view.ts'

type Answer = Success<'started'> | Success<'continued'>

type StartContext = {
  domain: Domain
  caller: Caller
  command: FactorStartCommand
  /** The subject, in clear. */
  party: string
  indexes: Buffer[]
  slot: SessionSlot | null
  recall: Recall<Answer>
}

export async function startFactor(
  domain: Domain,
  caller: Caller,
  command: FactorStartCommand,
  trace: Trace,
): Promise<StartResult> {
  const { service } = caller
  const party = command.subject
  trace.party = { kind: 'subject', subject: party } // mutant: C73.factor-subject-named
  trace.channel = command.channel
  const refused = refuseStartFields(service, { ...command, codeLength: null })
  if (refused) return refused
  const indexes = subjectIndexes(domain.keyring, service.name, party)
  const slot = factorSlot(domain, service.name, command)
  const recall = recallFor<Answer>(domain, caller, 'start', command.idempotency)
  const lockKeys = [...recall.lockKeys]
  if (slot?.slots[0]) lockKeys.push(`slot:${Buffer.from(slot.slots[0]).toString('hex')}`)
  const begun = { domain, caller, command, party, indexes, slot, recall }
  return domain.lock.run(lockKeys, () => startOnce(begun, trace))
}

async function startOnce(begun: StartContext, trace: Trace): Promise<StartResult> {
  const { domain, caller, command, recall } = begun
  const before = await recall.find()
  if (before) return before
  const continued = () => continueFactor(begun, trace)
  const open = await continued()
  if (open) return open

  const missing = await refuseMissing(begun)
  if (missing && !command.decoy) return missing
  const now = domain.clock.now()
  const guesses = guessQuery(caller.service, begun.indexes, command.authenticated, now)
  const guessRefusal = await domain.store.checkGuessBudget(guesses)
  if (guessRefusal) return (await continued()) ?? refuseGuesses(guessRefusal, now)
  const keys = factorStartLimitKeys(domain, caller.service, command.endUser.clientIp) // mutant: C7.subject-start-counted
  const admission = await domain.limiter.admit(keys)
  if (admission.kind === 'refused') {
    const { name, limit, retryAfterSeconds } = admission
    return (await continued()) ?? refuseLimited(name, limit, retryAfterSeconds)
  }
  const result = await createVerification(begun, admission.budgets)
  // As where a message is sent: a racer on another node came first.
  return result.kind === 'continued' ? ((await continued()) ?? result) : result
}

async function continueFactor(begun: StartContext, trace: Trace): Promise<StartResult | undefined> {
  const { domain, slot } = begun
  if (slot === null) return undefined
  const open = await domain.store.findContinuable(slot, domain.clock.now())
  if (!open) return undefined
  trace.verificationId = open.id
  return continueAsIs(begun, open)
}

/** A decoy is looked for as well: the same way takes the same time. */
async function refuseMissing({
  domain,
  caller,
  command,
  party,
}: StartContext): Promise<Refusal | undefined> {
  const { channel } = command
  return (await domain.compare[channel].canAnswer(caller.service.name, party))
    ? undefined
    : refuseNoFactor(`this subject has nothing that could answer ${channel}; nothing was started`)
}

function createInput(begun: StartContext, now: number): CreateInput {
  const { domain, caller, command, party, indexes, slot, recall } = begun
  const { service } = caller
  const id = createId('vrf', now)
  return {
    record: {
      ...commonFields(domain, caller, command, { id, party, now }),
      channel: command.channel,
      locale: domain.pickLocale(service, 'sms', [command.locale]),
      addressIndex: indexes[0] as Buffer,
      budgetIndex: indexes[0] as Buffer,
      country: null,
      kind: command.decoy ? 'decoy' : 'real',
      codeLength: 0,
      codeHash: null,
      pepperKeyId: domain.keyring.currentKeyId,
      codeSealed: null,
      maxSends: 0,
    },
    slot,
    isLandline: false,
    guesses: guessQuery(service, indexes, command.authenticated, now),
    actor: actorOf(caller, command.endUser),
    idempotency: recall.write((record) => answerWith(now, 'started', record, party)),
  }
}

async function createVerification(
  begun: StartContext,
  budgets: Budget[],
): Promise<Answer | Refusal> {
  const { domain, party, recall } = begun
  const now = domain.clock.now()
  const outcome = await domain.store.create(createInput(begun, now))
  switch (outcome.kind) {
    case 'created':
      return answerWith(now, 'started', outcome.record, party, budgets)
    case 'continued':
      return answerWith(now, 'continued', outcome.record, party, budgets)
    case 'guesses_refused':
      return refuseGuesses(outcome.refusal, now)
    case 'answered_before':
      return recall.replay(outcome.stored)
  }
}
