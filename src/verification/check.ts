// POST /verify/check: was this the code? Nothing that depends on the comparison leaves before the attempt it costs is
// committed (I2), and the code works once (I1).

import { readLink } from '../kernel/link-token.ts'
import type { Caller, CheckCommand, CheckResult, LinkProof, Refusal } from './api.ts'
import { checkLimitKeys } from './budgets.ts'
import { chargeOnly, refuseUndecided } from './charge.ts'
import { answerCheck, type CheckAnswer, withBudgets } from './check-answer.ts'
import { refuseOther } from './check-binding.ts'
import {
  type AttemptPlaces,
  comparerOf,
  createAttemptPlaces,
  isCode,
  SHAPE_WORDS,
  type Verdict,
} from './comparison.ts'
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import { responseFor, type StoredResponse } from './idempotency.ts'
import { judgeLink } from './link.ts'
import { isOwnCode } from './own-code.ts'
import { identityIndexes, type Party, partyBudgetIndexes, partyOf, readParty } from './party.ts'
import type { Limit } from './policy.ts'
import type { CheckQuery, ToCheck } from './ports.ts'
import {
  refuseElsewhere,
  refuseEnded,
  refuseFields,
  refuseLimited,
  refuseLimitedUntil,
  refuseOverloaded,
  refuseSpent,
  refuseUnknown,
} from './refuse.ts'
import { givenMacs } from './session-mac.ts'
import { attemptsRemaining } from './state.ts'
import { decideCheck } from './transitions.ts'
import { openRecipient } from './view.ts'

type CheckContext = {
  caller: Caller
  command: CheckCommand
  party: Party | null
  /** Of `to` or `subject`, where one was given. */
  identities: Buffer[] | null
  response: StoredResponse<CheckAnswer>
}

type Deps = Pick<
  Domain,
  | 'store'
  | 'front'
  | 'limiter'
  | 'keyring'
  | 'clock'
  | 'compare'
  | 'delegate'
  | 'lock'
  | 'addressKey'
>
/** The context of every step of a check. */
type CheckDeps = Deps & { places: AttemptPlaces }

export function createCheck(domain: Deps) {
  const deps: CheckDeps = { ...domain, places: createAttemptPlaces() }
  const { keyring, compare } = deps
  return async (caller: Caller, command: CheckCommand): Promise<Learned<CheckResult>> => {
    if (command.link) return checkLink(deps, caller, command)
    if (!isCode(compare, command.code)) return learned(await refuseShape(deps, caller, command))
    const party = readParty(command)
    if (command.id === null && (!party || command.session === null)) {
      const detail = 'is required, unless `session` is given with `to` or `subject`'
      return learned(refuseFields([{ field: 'id', detail }]))
    }
    if (party?.kind === 'unreadable')
      return learned(refuseFields([{ field: party.field, detail: party.detail }]))
    const identities = party ? identityIndexes(keyring, caller.service.name, party) : null
    const response = responseFor<CheckAnswer>(deps, caller, 'check', command.idempotency)
    const context = { caller, command, party: party ?? null, identities, response }
    return deps.lock.run(response.lockKeys, () => checkOnce(deps, context))
  }
}

/** What a caller checks itself may have letters: a check of it is refused alike for every code. */
async function refuseShape(
  { store, clock }: CheckDeps,
  { service: { name: service } }: Caller,
  { id, code }: { id: string | null; code: string },
): Promise<Refusal> {
  const mayBeOwn = id !== null && isOwnCode(code)
  const query = { service, id: id ?? '', now: clock.now(), numberWindowMs: null }
  const found = mayBeOwn ? await store.findToCheck(query) : undefined
  return found?.record.checkedBy === 'caller'
    ? refuseElsewhere()
    : refuseFields([{ field: 'code', detail: `is not ${SHAPE_WORDS}; nothing was charged` }])
}

/** A token that nobody here wrote is refused before any read. */
async function checkLink(
  deps: CheckDeps,
  caller: Caller,
  command: CheckCommand & { link: LinkProof },
): Promise<Learned<CheckResult>> {
  const id = readLink(deps.keyring, command.link.token)
  if (id === undefined) return learned(refuseUnknown())
  const response = responseFor<CheckAnswer>(deps, caller, 'check', command.idempotency)
  const context = { caller, command: { ...command, id }, party: null, identities: null, response }
  return deps.lock.run(response.lockKeys, () => checkOnce(deps, context))
}

async function checkOnce(deps: CheckDeps, context: CheckContext): Promise<Learned<CheckResult>> {
  const { caller, command, party, response } = context
  const before = await response.find()
  if (before) return learned(before, { party })
  const keys = checkLimitKeys(deps, caller.service, command.endUser.clientIp)
  const admission = keys.length > 0 ? await deps.limiter.admit(keys) : null
  if (admission?.kind === 'refused') {
    const { name, limit, retryAfterSeconds } = admission
    return learned(refuseLimited(name, limit, retryAfterSeconds), { party })
  }
  const found = await deps.store.findToCheck(queryOf(deps, context))
  if (!found) return learned(refuseUnknown(), { party })
  const { id: verificationId, budgetIndex } = found.record
  const result = await compareCode(deps, context, found)
  const about = { party, verificationId, budgetIndex }
  return learned(withBudgets(result, admission?.budgets ?? []), about)
}

function queryOf(deps: CheckDeps, context: CheckContext): CheckQuery {
  const { command, caller, identities } = context
  const { name: service, limits } = caller.service
  const numberWindowMs = limits.check_per_number && limits.check_per_number.windowSeconds * 1000
  const common = { service, now: deps.clock.now(), numberWindowMs }
  if (command.id !== null) return { ...common, id: command.id }
  const macs = givenMacs(deps.keyring, service, command)
  const { purpose } = command
  return { ...common, addressIndexes: identities ?? [], purpose, sessionMacs: macs }
}

/** Everything that may be refused without a comparison, in the order in which callers hear of it. */
function refuseBefore(
  deps: CheckDeps,
  context: CheckContext,
  { record, spent }: ToCheck,
): Refusal | undefined {
  // Before its state, purpose or session is read: alike for all of them.
  if (!comparerOf(deps, record)) return refuseElsewhere()
  const now = deps.clock.now()
  const limit = context.caller.service.limits.check_per_number
  const refusal = refuseEnded(record, now) ?? refuseOther(deps, context, record)
  if (refusal || !limit || !spent || spent.count < limit.max) return refusal
  return refuseNumber(limit, spent.oldestAt + limit.windowSeconds * 1000, now)
}

async function compareCode(
  deps: CheckDeps,
  context: CheckContext,
  found: ToCheck,
): Promise<CheckResult> {
  const { caller, command } = context
  const { record, asked } = found
  const refused = refuseBefore(deps, context, found)
  if (refused) return refused
  const admittedAt = deps.clock.now()
  const party = openRecipient(deps.keyring, record)
  if (command.link) {
    const verdict = await judgeLink(deps, caller, record, command.link, command.isBound ?? false)
    return 'kind' in verdict
      ? verdict
      : await commit(deps, context, { record, asked, party, verdict, admittedAt })
  }
  // Where all that are left are being compared, another comparison could not be charged.
  const place = deps.places.take(record.id, attemptsRemaining(record, admittedAt)) // mutant: I2.places
  if (!place) return await compareLater(deps, context, record.id)
  try {
    const input = { service: caller.service, record, party, typed: command.code }
    const comparison = await comparerOf(deps, record)?.prepare(input)
    if (!comparison) return refuseOverloaded() // mutant: I8.check-hasher-slot
    try {
      const verdict = await comparison.run(record)
      place.commits()
      if ('refusal' in verdict) return await refuseUndecided(deps, context, { record, ...verdict })
      return await commit(deps, context, { record, asked, party, verdict, admittedAt })
    } finally {
      comparison.release()
    }
  } finally {
    place.leave()
  }
}

/** An attempt that is being committed may have been counted twice, in the row and by its place: that is known once it is over. */
async function compareLater(deps: CheckDeps, context: CheckContext, id: string) {
  const committed = deps.places.committed(id) // mutant: I2.counted-once
  if (!committed) return refuseSpent()
  await committed
  const found = await deps.store.findToCheck(queryOf(deps, context))
  return found ? await compareCode(deps, context, found) : refuseUnknown()
}

type Compared = Omit<ToCheck, 'spent'> & { party: string; verdict: Verdict; admittedAt: number }

/** Whatever goes wrong here, the attempt is charged, and the answer is the same for both verdicts. */
async function commit(
  { store, keyring, clock }: CheckDeps,
  { caller, command, response }: CheckContext,
  { record, asked, party, verdict, admittedAt }: Compared,
): Promise<CheckResult> {
  const now = clock.now()
  const limit = caller.service.limits.check_per_number
  const budgetIndexes = partyBudgetIndexes(keyring, caller.service.name, partyOf(record, party))
  const common = { record, now, actor: actorOf(caller, command.endUser) }
  const change = store.change<CheckAnswer>({
    ...common,
    decide: decideCheck(verdict, admittedAt, (valid, after, codesLeft) =>
      answerCheck(now, { valid, after, codesLeft, party, asked }),
    ),
    numberLimit: limit && { limit, budgetIndexes, authenticated: record.authenticated },
    idempotency: response.write((result) => result),
  })
  const outcome = await change.catch(async (error: unknown) => {
    // A fault that only a wrong code meets would else be guesses without end.
    await chargeOnly({ store }, common).catch(() => {}) // mutant: I2.charge-after-fault
    throw error
  })
  switch (outcome.kind) {
    case 'changed':
      return outcome.result
    case 'refused':
      return outcome.refusal
    case 'number_limited':
      return refuseNumber(limit as Limit, outcome.retryAt, now)
    case 'gone':
      return refuseUnknown()
    case 'answered_before':
      return response.replay(outcome.stored)
  }
}

const refuseNumber = (limit: Limit, retryAt: number, now: number) =>
  refuseLimitedUntil({ name: 'check_per_number', limit, retryAt }, now)
