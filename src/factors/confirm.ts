// POST /factors/{id}/confirm: the first right code makes an authenticator app active.
// It must not compare anything before the charge is durable: guesses at a confirmation are counted, too.

import type { Caller, Refusal } from '../verification/api.ts'
import { readCode } from '../verification/comparison.ts'
import { actorOf, type Learned, learned } from '../verification/domain.ts'
import { responseFor, type StoredResponse } from '../verification/idempotency.ts'
import { describeAttempts, refuseFields } from '../verification/refuse.ts'
import type { ConfirmCommand, ConfirmResult } from './api.ts'
import { matchStep, openApps, openableApps, twinsOf } from './apps.ts'
import {
  type FactorDomain,
  factorsOf,
  openSubject,
  refuseUnknownFactor,
  unverifiedSince,
} from './domain.ts'
import { MAX_CONFIRM_ATTEMPTS } from './policy.ts'
import type { ConfirmEffect } from './ports.ts'
import { type FactorRecord, type FactorView, factorView } from './types.ts'

type Confirmed = { kind: 'confirmed'; factor: FactorView; replayed: boolean }

export async function confirm(
  domain: FactorDomain,
  caller: Caller,
  command: ConfirmCommand,
): Promise<Learned<ConfirmResult>> {
  const code = readCode(command.code)
  if (code === null)
    return learned(
      refuseFields([{ field: 'code', detail: 'is not a code of digits, as apps show it' }]),
    )
  const { idempotency } = command
  const response = responseFor<Confirmed | Refusal>(domain, caller, 'factors/confirm', idempotency)
  return domain.lock.run(response.lockKeys, async () => {
    const before = await response.find()
    if (before) return learned(before)
    const { service } = caller
    const record = await domain.factors.find(service.name, command.id, unverifiedSince(domain))
    if (!record) return learned(refuseUnknownFactor())
    const subject = openSubject(domain.keyring, record)
    const result = await confirmFound(domain, caller, command, { record, subject, code, response })
    return learned(result, {
      budgetIndex: record.subjectIndex,
      party: { kind: 'subject', subject },
    })
  })
}

type Found = {
  record: FactorRecord
  /** In plaintext. */
  subject: string
  code: string
  response: StoredResponse<Confirmed | Refusal>
}

async function confirmFound(
  domain: FactorDomain,
  caller: Caller,
  command: ConfirmCommand,
  { record, subject, code, response }: Found,
): Promise<ConfirmResult> {
  const service = caller.service.name
  if (command.subject !== null && command.subject !== subject) return refuseUnknownFactor()
  const refused = refuseConfirm(record) ?? refuseShape(record, code)
  if (refused) return refused
  // Before the charge: a secret under a key that this node lacks costs nothing.
  const [app] = openApps(domain, [record])
  if (!app) throw new Error('only authenticator apps are confirmed')
  const others = openableApps(domain, await factorsOf(domain, service, subject))
  const charge = await domain.factors.chargeConfirm({
    id: record.id,
    service,
    maxAttempts: MAX_CONFIRM_ATTEMPTS,
    unverifiedSince: unverifiedSince(domain),
  })
  if (!charge) return refuseUnknownFactor()
  if (charge.kind === 'not_chargeable') return refuseConfirm(charge.record) ?? refuseUnknownFactor()
  const step = matchStep(domain.otp, app, code, domain.wall.now(), caller.service.totpWindow)
  const answerOf = (effect: ConfirmEffect) => answerConfirm(effect, subject)
  const outcome = await domain.factors.confirm({
    id: record.id,
    service,
    now: domain.clock.now(),
    step,
    twins: twinsOf(others, app).map(({ factorId }) => factorId),
    actor: actorOf(caller, command.endUser),
    idempotency: response.write(answerOf),
  })
  switch (outcome?.kind) {
    case undefined:
      return refuseUnknownFactor()
    case 'confirmed':
      return answerOf({ valid: true, record: outcome.record })
    case 'wrong':
      return answerOf({ valid: false, record: outcome.record })
    case 'lost':
      return refuseConfirm(outcome.record) ?? refuseUnknownFactor()
    case 'answered_before':
      return response.replay(outcome.stored)
  }
}

/** Why this one cannot be confirmed; undefined: it can. */
function refuseConfirm({ status, attempts }: FactorRecord): Refusal | undefined {
  if (status === 'active')
    return { kind: 'refused', error: 'factor_confirmed', detail: 'it is already active' }
  if (attempts < MAX_CONFIRM_ATTEMPTS) return undefined
  const detail = `${MAX_CONFIRM_ATTEMPTS} codes were tried; delete this factor and create another`
  return { kind: 'refused', error: 'max_attempts_reached', detail }
}

function refuseShape({ otp }: FactorRecord, code: string): Refusal | undefined {
  if (code.length === otp?.digits) return undefined
  return refuseFields([
    { field: 'code', detail: `is not ${otp?.digits} digits; nothing was charged` },
  ])
}

function answerConfirm({ valid, record }: ConfirmEffect, subject: string): Confirmed | Refusal {
  if (valid) return { kind: 'confirmed', factor: factorView(record, subject), replayed: false }
  const left = Math.max(0, MAX_CONFIRM_ATTEMPTS - record.attempts)
  return {
    kind: 'refused',
    error: 'code_incorrect',
    detail:
      left === 0
        ? 'that was the last attempt; create another factor'
        : `${describeAttempts(left)}; is the phone’s clock right?`,
    attemptsRemaining: left,
  }
}
