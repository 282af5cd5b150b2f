// POST /verify/check: was this the code? Approved once, charged before compared (I1, I2, I3).
// It must not compare anything before the charge is durable, nor say more than the caller may know.

import { timingSafeEqual } from 'node:crypto'
import type { Approved, Caller, CheckCommand, CheckResult, Refusal } from './api.ts'
import { checkLimitKeys } from './budgets.ts'
import { type Comparison, isCode, SHAPE_WORDS } from './comparison.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { type Recall, recallFor } from './idempotency.ts'
import type { Budget } from './limit-ports.ts'
import { identityIndexes, partyBudgetIndexes, partyOf, readParty } from './party.ts'
import type { CheckEffect } from './ports.ts'
import {
  describeAttempts,
  refuseEnded,
  refuseFields,
  refuseLimited,
  refuseMismatch,
  refuseOverloaded,
  refuseUnknown,
} from './refuse.ts'
import { attemptsRemaining, type VerificationRecord } from './state.ts'
import { openRecipient, viewOf } from './view.ts'

type Answer = Approved | Refusal

type CheckContext = {
  domain: Domain
  caller: Caller
  command: CheckCommand
  /** Of `to` or `subject`, where one was given. */
  identities: Buffer[] | null
  recall: Recall<Answer>
  trace: Trace
}

export async function check(
  domain: Domain,
  caller: Caller,
  command: CheckCommand,
  trace: Trace,
): Promise<CheckResult> {
  if (!isCode(domain.compare, command.code))
    return refuseFields([{ field: 'code', detail: `is not ${SHAPE_WORDS}; nothing was charged` }])
  const party = readParty(command)
  if (command.id === null && (!party || command.session === null)) {
    return refuseFields([
      { field: 'id', detail: 'is required, or `session` with `to` or `subject` in its place' },
    ])
  }
  if (party?.kind === 'unreadable') {
    return refuseFields([{ field: party.field, detail: party.detail }])
  }
  trace.party = party ?? null
  const identities = party ? identityIndexes(domain.keyring, caller.service.name, party) : null
  const recall = recallFor<Answer>(domain, caller, 'check', command.idempotency)
  return domain.lock.run(recall.lockKeys, () =>
    checkOnce({ domain, caller, command, identities, recall, trace }),
  )
}

async function checkOnce(checked: CheckContext): Promise<CheckResult> {
  const { domain, caller, command, recall, trace } = checked
  const before = await recall.find()
  if (before) return before
  const keys = checkLimitKeys(domain, caller.service, command.endUser.clientIp)
  const admission = keys.length > 0 ? await domain.limiter.admit(keys) : null
  if (admission?.kind === 'refused') {
    return refuseLimited(admission.name, admission.limit, admission.retryAfterSeconds)
  }
  const record = await findVerification(checked)
  if (!record) return refuseUnknown()
  trace.verificationId = record.id
  trace.budgetIndex = record.budgetIndex
  const refused = refuseEnded(record, domain.clock.now()) ?? refuseOther(checked, record)
  if (refused) return refused
  const party = openRecipient(domain, record)
  const comparison = await domain.compare[record.channel].prepare({
    ...{ service: caller.service, record, party },
    typed: command.code,
  })
  if (!comparison) return refuseOverloaded() // mutant: I8.check-hasher-slot
  try {
    return await compare(checked, record, party, comparison, admission?.budgets ?? [])
  } finally {
    comparison.release()
  }
}

function sessionMacs({ domain, caller, command }: CheckContext): Buffer[] {
  if (command.session === null) return []
  return domain.keyring.macs('session', ['session', caller.service.name, command.session])
}

async function findVerification(checked: CheckContext): Promise<VerificationRecord | undefined> {
  const { domain, caller, command, identities } = checked
  const service = caller.service.name
  if (command.id !== null) return domain.store.find(service, command.id)
  return domain.store.findBySession({
    service,
    addressIndexes: identities ?? [],
    purpose: command.purpose,
    sessionMacs: sessionMacs(checked),
  })
}

function isOneOf(stored: Uint8Array, candidates: readonly Buffer[]): boolean {
  return candidates.some((mac) => mac.length === stored.length && timingSafeEqual(mac, stored))
}

/** Started for something else, or a code of another shape: nothing is charged (I13). */
function refuseOther(checked: CheckContext, record: VerificationRecord): Refusal | undefined {
  const { domain, command, identities } = checked
  const fields: string[] = []
  if (command.purpose !== record.purpose) fields.push('purpose') // mutant: I13.purpose-match
  if (identities && !isOneOf(record.addressIndex, identities))
    fields.push(command.subject === null ? 'to' : 'subject') // mutant: I13.recipient-match
  const sessionFits =
    record.sessionMac === null
      ? command.session === null
      : isOneOf(record.sessionMac, sessionMacs(checked))
  if (!sessionFits) fields.push('session') // mutant: I13.session-match
  if (fields.length > 0) return refuseMismatch(fields)
  const expected = domain.compare[record.channel].expectedShape(command.code, record)
  if (expected === undefined) return undefined
  return refuseFields([{ field: 'code', detail: `is not ${expected}; nothing was charged` }])
}

async function compare(
  checked: CheckContext,
  record: VerificationRecord,
  party: string,
  comparison: Comparison,
  budgets: Budget[],
): Promise<CheckResult> {
  const { domain, caller, command, recall } = checked
  const { id } = record
  const service = caller.service.name
  const limit = caller.service.limits.check_per_number
  const charge = await domain.store.charge({
    id,
    service,
    now: domain.clock.now(),
    perNumber: limit && {
      limit,
      budgetIndexes: partyBudgetIndexes(domain.keyring, service, partyOf(record, party)),
      authenticated: record.authenticated,
    },
  })
  if (!charge) return refuseUnknown()
  if (charge.kind === 'number_limited') {
    const seconds = Math.max(1, Math.ceil((charge.retryAt - domain.clock.now()) / 1000))
    return refuseLimited('check_per_number', limit as NonNullable<typeof limit>, seconds)
  }
  const now = domain.clock.now()
  if (charge.kind === 'not_chargeable') return refuseEnded(charge.record, now) ?? refuseUnknown()

  const { valid, use } = await comparison.run(charge.record)
  const settledAt = domain.clock.now()
  const answerOf = (effect: CheckEffect) => answerCheck(settledAt, effect, party)
  const outcome = await domain.store.settle({
    id,
    service,
    now: settledAt,
    valid,
    use,
    actor: actorOf(caller, command.endUser),
    idempotency: recall.write(answerOf),
  })
  switch (outcome.kind) {
    case 'approved': {
      const { record, codesRemaining } = outcome
      return { ...answerOf({ valid: true, record, codesRemaining }), budgets } as Approved
    }
    case 'wrong':
      return answerOf({ valid: false, record: outcome.record, codesRemaining: null })
    case 'lost':
      return refuseEnded(outcome.record, domain.clock.now()) ?? refuseUnknown()
    case 'gone':
      return refuseUnknown()
    case 'answered_before':
      return recall.replay(outcome.stored)
  }
}

function answerCheck(now: number, effect: CheckEffect, party: string): Answer {
  const verification = viewOf(effect.record, party, now)
  const recoveryCodesRemaining = effect.codesRemaining
  if (effect.valid)
    return {
      ...{ kind: 'approved', verification, budgets: [], replayed: false },
      recoveryCodesRemaining,
    }
  const left = attemptsRemaining(effect.record, now)
  return {
    kind: 'refused',
    error: 'code_incorrect',
    detail:
      left === 0 ? 'that was the last attempt; start a new verification' : describeAttempts(left),
    attemptsRemaining: left,
    verification,
  }
}
