// POST /verify/check: was this the code? Approved once, charged before compared (I1, I2, I3).
// It must not compare anything before the charge is durable, nor say more than the caller may know.

import { timingSafeEqual } from 'node:crypto'
import type { Caller, CheckCommand, CheckResult, Refusal, Success } from './api.ts'
import { checkLimitKeys } from './budgets.ts'
import { readCode } from './code.ts'
import { actorOf, type Domain, type Trace } from './domain.ts'
import { CODE_LENGTH } from './policy.ts'
import type { Budget, CheckEffect, HashSlot } from './ports.ts'
import { type Recall, recallFor } from './recall.ts'
import { addressIndexes, budgetIndexes, readRecipient, recipientOf } from './recipient.ts'
import {
  refuseEnded,
  refuseFields,
  refuseLimited,
  refuseMismatch,
  refuseOverloaded,
  refuseUnknown,
} from './refuse.ts'
import { attemptsRemaining, type VerificationRecord } from './state.ts'
import { openRecipient, viewOf } from './view.ts'

type Answer = Success<'approved'> | Refusal

type Checked = {
  domain: Domain
  caller: Caller
  command: CheckCommand
  /** Four to ten ASCII digits. */
  code: string
  /** Of `to`, where it was given. */
  addresses: Buffer[] | null
  recall: Recall<Answer>
  trace: Trace
}

export async function check(
  domain: Domain,
  caller: Caller,
  command: CheckCommand,
  trace: Trace,
): Promise<CheckResult> {
  const code = readCode(command.code)
  if (code === null) {
    const { min, max } = CODE_LENGTH
    return refuseFields([
      { field: 'code', detail: `is not ${min} to ${max} digits; nothing was charged` },
    ])
  }
  if (command.id === null && (command.to === null || command.session === null)) {
    return refuseFields([
      { field: 'id', detail: 'is required, or `to` and `session` in its place' },
    ])
  }
  const recipient = command.to === null ? null : readRecipient(command.to, command.country)
  if (recipient?.kind === 'unreadable') {
    return refuseFields([{ field: recipient.field, detail: recipient.detail }])
  }
  const addresses = recipient && addressIndexes(domain.keyring, caller.service.name, recipient)
  const recall = recallFor<Answer>(domain, caller, 'check', command.idempotency)
  return domain.lock.run(recall.lockKeys, () =>
    checkOnce({ domain, caller, command, code, addresses, recall, trace }),
  )
}

async function checkOnce(checked: Checked): Promise<CheckResult> {
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
  if (!domain.hasher.knows(record.pepperKeyId)) domain.keyring.pepper(record.pepperKeyId) // throws UnknownKeyError
  const to = openRecipient(domain, record)
  const slot = domain.hasher.reserve()
  if (!slot) return refuseOverloaded()
  try {
    return await compare(checked, record, to, slot, admission?.budgets ?? [])
  } finally {
    slot.release()
  }
}

function sessionMacs({ domain, caller, command }: Checked): Buffer[] {
  if (command.session === null) return []
  return domain.keyring.macs('session', ['session', caller.service.name, command.session])
}

async function findVerification(checked: Checked): Promise<VerificationRecord | undefined> {
  const { domain, caller, command, addresses } = checked
  const service = caller.service.name
  if (command.id !== null) return domain.store.find(service, command.id)
  return domain.store.findBySession({
    service,
    addressIndexes: addresses ?? [],
    purpose: command.purpose,
    sessionMacs: sessionMacs(checked),
  })
}

function isOneOf(stored: Uint8Array, candidates: readonly Buffer[]): boolean {
  return candidates.some((mac) => mac.length === stored.length && timingSafeEqual(mac, stored))
}

/** Started for something else, or a code of another length: nothing is charged (I13). */
function refuseOther(checked: Checked, record: VerificationRecord): Refusal | undefined {
  const { command, code, addresses } = checked
  const fields: string[] = []
  if (command.purpose !== record.purpose) fields.push('purpose')
  if (addresses && !isOneOf(record.addressIndex, addresses)) fields.push('to')
  const sessionFits =
    record.sessionMac === null
      ? command.session === null
      : isOneOf(record.sessionMac, sessionMacs(checked))
  if (!sessionFits) fields.push('session')
  if (fields.length > 0) return refuseMismatch(fields)
  if (code.length === record.codeLength) return undefined
  return refuseFields([
    { field: 'code', detail: `is not ${record.codeLength} digits; nothing was charged` },
  ])
}

async function compare(
  checked: Checked,
  record: VerificationRecord,
  to: string,
  slot: HashSlot,
  budgets: Budget[],
): Promise<CheckResult> {
  const { domain, caller, command, code, recall } = checked
  const { id } = record
  const service = caller.service.name
  const limit = caller.service.limits.check_per_number
  const recipient = recipientOf(to, record.country)
  const charge = await domain.store.charge({
    id,
    service,
    now: domain.clock.now(),
    perNumber: limit && {
      limit,
      budgetIndexes: budgetIndexes(domain.keyring, service, recipient),
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

  const { codeHash, pepperKeyId, kind } = charge.record
  const same = codeHash !== null && (await slot.verify({ hash: codeHash, pepperKeyId }, code, id))
  const settledAt = domain.clock.now()
  const answerOf = (effect: CheckEffect) => answerCheck(settledAt, effect, to)
  const outcome = await domain.store.settle({
    id,
    service,
    now: settledAt,
    // A decoy costs the same hash, and no code of it is right, not even its own.
    valid: same && kind !== 'decoy',
    actor: actorOf(caller, command.endUser),
    idempotency: recall.write(answerOf),
  })
  switch (outcome.kind) {
    case 'approved':
      return {
        ...answerOf({ valid: true, record: outcome.record }),
        budgets,
      } as Success<'approved'>
    case 'wrong':
      return answerOf({ valid: false, record: outcome.record })
    case 'lost':
      return refuseEnded(outcome.record, domain.clock.now()) ?? refuseUnknown()
    case 'answered_before':
      return recall.replay(outcome.stored)
  }
}

function answerCheck(now: number, effect: CheckEffect, to: string): Answer {
  const verification = viewOf(effect.record, to, now)
  if (effect.valid) return { kind: 'approved', verification, budgets: [], replayed: false }
  const left = attemptsRemaining(effect.record, now)
  return {
    kind: 'refused',
    error: 'code_incorrect',
    detail: left === 0 ? 'that was the last attempt; start a new verification' : `${left} left`,
    attemptsRemaining: left,
    verification,
  }
}
