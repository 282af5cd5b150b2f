// POST /verify/start with a subject: a pending verification by what the person has already. Nothing is sent.
// It must not count anything for a subject that has no such factor, nor say so of a decoy.

import { createId } from '../kernel/ids.ts'
import { refuseStartFields } from './admission.ts'
import type { Caller, FactorStartCommand, Refusal, StartResult, Success } from './api.ts'
import { factorStartLimitKeys, guessQuery } from './budgets.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import type { Budget } from './limit-ports.ts'
import { commonFields } from './new-verification.ts'
import type { CreateInput, SessionSlot } from './ports.ts'
import { type Recall, recallFor } from './recall.ts'
import { refuseGuesses, refuseLimited, refuseNoFactor } from './refuse.ts'
import { continueAsIs, factorSlot } from './session.ts'
import { subjectIndexes } from './subject.ts'
import { answerWith } from './view.ts'

type Answer = Success<'started'> | Success<'continued'>

type Begun = {
  domain: Domain
  caller: Caller
  command: FactorStartCommand
  /** The subject, in clear. */
  holder: string
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
  const holder = command.subject
  trace.holder = { kind: 'subject', subject: holder } // mutant: C73.factor-subject-named
  trace.channel = command.channel
  const refused = refuseStartFields(service, { ...command, codeLength: null })
  if (refused) return refused
  const indexes = subjectIndexes(domain.keyring, service.name, holder)
  const slot = factorSlot(domain, service.name, command)
  const recall = recallFor<Answer>(domain, caller, 'start', command.idempotency)
  const lockKeys = [...recall.lockKeys]
  if (slot?.slots[0]) lockKeys.push(`slot:${Buffer.from(slot.slots[0]).toString('hex')}`)
  const begun = { domain, caller, command, holder, indexes, slot, recall }
  return domain.lock.run(lockKeys, () => startOnce(begun, trace))
}

async function startOnce(begun: Begun, trace: Trace): Promise<StartResult> {
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
  const noGuesses = await domain.store.askGuesses(guesses)
  if (noGuesses) return (await continued()) ?? refuseGuesses(noGuesses, now)
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

async function continueFactor(begun: Begun, trace: Trace): Promise<StartResult | undefined> {
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
  holder,
}: Begun): Promise<Refusal | undefined> {
  const { channel } = command
  return (await domain.compare[channel].canAnswer(caller.service.name, holder))
    ? undefined
    : refuseNoFactor(`this subject has nothing that could answer ${channel}; nothing was started`)
}

function createInput(begun: Begun, now: number): CreateInput {
  const { domain, caller, command, holder, indexes, slot, recall } = begun
  const { service } = caller
  const id = createId('vrf', now)
  return {
    record: {
      ...commonFields(domain, caller, command, { id, holder, now }),
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
    idempotency: recall.write((record) => answerWith(now, 'started', record, holder)),
  }
}

async function createVerification(begun: Begun, budgets: Budget[]): Promise<Answer | Refusal> {
  const { domain, holder, recall } = begun
  const now = domain.clock.now()
  const outcome = await domain.store.create(createInput(begun, now))
  switch (outcome.kind) {
    case 'created':
      return answerWith(now, 'started', outcome.record, holder, budgets)
    case 'continued':
      return answerWith(now, 'continued', outcome.record, holder, budgets)
    case 'guesses_refused':
      return refuseGuesses(outcome.refusal, now)
    case 'answered_before':
      return recall.replay(outcome.stored)
  }
}
