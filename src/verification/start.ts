// POST /verify/start: a pending verification, of a message that is due or of a factor that the subject has.
// It must not wait for a provider, nor count anything before the hasher has room.

import type { Channel } from '../kernel/channel.ts'
import type {
  Caller,
  FactorStartCommand,
  Refusal,
  SendCommand,
  StartCommand,
  StartResult,
  Success,
} from './api.ts'
import { guessQuery } from './budgets.ts'
import { askChallenge, type Proof } from './challenge.ts'
import { createContinuation } from './continue.ts'
import { actorOf, type Domain, type Learned, learned } from './domain.ts'
import type { FrontRequest } from './front-ports.ts'
import { responseFor } from './idempotency.ts'
import type { Budget, Count } from './limit-ports.ts'
import { bindingParts } from './link.ts'
import {
  refuseFields,
  refuseLimited,
  refuseLimitedUntil,
  refuseOverloaded,
  refuseSuppressed,
} from './refuse.ts'
import { describeReturnUrl, readReturnUrl } from './return-url.ts'
import { planFactorStart } from './start-factor.ts'
import { planMessageStart } from './start-message.ts'
import type { Continued, PlannedStart, PreparedCode, StartContext } from './start-plan.ts'
import type { VerificationRecord } from './state.ts'
import { decideStart } from './transitions.ts'
import { refuseBlocked } from './verdict.ts'
import { answerWith } from './view.ts'

type Answer = Success<'started'> | Success<'continued'>

/** The context of every step of a start. */
type StartDeps = Domain & { continueSession: ReturnType<typeof createContinuation> }

export function createStart(domain: Domain) {
  const deps: StartDeps = { ...domain, continueSession: createContinuation(domain) }
  return async (caller: Caller, command: StartCommand): Promise<Learned<StartResult>> => {
    const url = command.front?.returnUrl

    if (url != null && readReturnUrl(caller.service, url) === undefined)
      return learned(refuseFields([describeReturnUrl(caller.service)]))
    const plan = planOf(domain, caller, command)
    if ('refusal' in plan) return learned(plan.refusal, plan.about)
    const response = responseFor<Answer>(domain, caller, 'start', command.idempotency)
    const lockKeys = [...response.lockKeys]
    const slot = plan.slot?.slots[0]
    if (slot) lockKeys.push(`slot:${Buffer.from(slot).toString('hex')}`)
    return domain.lock.run(lockKeys, () => startOnce(deps, { caller, command, plan, response }))
  }
}

async function startOnce(deps: StartDeps, context: StartContext): Promise<Learned<StartResult>> {
  const { about } = context.plan
  const learnedOf = async ({ result, verificationId }: Continued) => {
    const front = result.kind === 'continued' ? frontRequest(deps, context) : undefined
    if (front) await deps.front.renew(verificationId, front)
    return learned(result, { ...about, verificationId })
  }
  const before = await context.response.find()
  if (before) return learned(before, about)
  const { judged } = context.plan
  const verdict = judged ? await deps.judge(context.caller.service.name, judged) : undefined
  if (verdict?.effect === 'refuse') return learned(refuseBlocked(verdict), about) // mutant: I21.before-count
  const open = await deps.continueSession(context)
  if (open) return await learnedOf(open) // mutant: C47.continue-before-count
  const result =
    verdict?.effect === 'challenge'
      ? await makeQuestioned(deps, context, verdict.entry) // mutant: C85.questioned
      : await makeNew(deps, context, null)
  const stands = result.kind === 'started' || ('error' in result && !mayBeARacer(result))
  if (stands) return learned(result, about)
  // The same request, or the same session's, may have come first on another node, and taken the challenge or the last of
  // a budget: its answer, or its verification.
  const answered = isOfAChallenge(result) ? await context.response.find() : undefined
  if (answered) return learned(answered, about)
  const raced = await deps.continueSession(context)
  return raced ? await learnedOf(raced) : learned(result, about)
}

/** Parallel ones with one solution wait for each other: what the first spends, the others need not count. */
async function makeQuestioned(
  deps: StartDeps,
  context: StartContext,
  entry: string,
): Promise<StartResult> {
  const { caller, command, plan } = context
  const { challenge } = command
  const questioned = { service: caller.service.name, party: plan.party, entry }
  const make = async () => {
    const proof = await askChallenge(deps, questioned, challenge)
    return 'error' in proof ? proof : makeNew(deps, context, proof)
  }
  return challenge === null ? make() : deps.lock.run([`challenge:${challenge}`], make)
}

/** Limits, then one transaction. */
async function makeNew(
  deps: StartDeps,
  context: StartContext,
  proof: Proof | null,
): Promise<StartResult> {
  const { caller, command, plan } = context
  const missing = await plan.refuseMissing?.()
  if (missing) return missing
  const slow = await plan.refuseSlow?.()
  if (slow) return slow // mutant: C53.start-not-stuck
  const now = deps.clock.now()
  const guesses = guessQuery(caller.service, plan, command.authenticated, now)
  const obstacle = await deps.store.checkStart(guesses, plan.suppressible) // mutant: C59.before-count
  if (obstacle?.kind === 'suppressed') return refuseSuppressed(obstacle.suppressed)
  if (obstacle) return refuseLimitedUntil(obstacle.refusal, now)
  const code = plan.obtain()
  if (code === undefined) return refuseOverloaded() // mutant: I8.start-hasher-slot
  let used = false
  let counts: readonly Count[] = []
  try {
    const admission = await deps.limiter.admit(plan.limitKeys())
    if (admission.kind === 'refused') {
      const { name, limit, retryAfterSeconds } = admission
      return refuseLimited(name, limit, retryAfterSeconds)
    }
    counts = admission.counts
    const prepared = code && (await code.ready())
    // Thrown: nobody knows whether it was made. Its id may be taken, so it never goes back; and its counts stay.
    used = true
    const admitted = { code: prepared, budgets: admission.budgets, proof }
    const result = await create(deps, context, admitted)
    used = result.kind === 'started' && !result.replayed
    return result
  } finally {
    if (!used) code?.giveBack() // mutant: I8.refused-start-refund
    if (!used) await deps.limiter.giveBack(counts) // mutant: I8.refused-start-uncounted
  }
}

async function create(
  deps: StartDeps,
  context: StartContext,
  { code, budgets, proof }: Admitted,
): Promise<StartResult> {
  const { store, clock, wake } = deps
  const { caller, command, plan, response } = context
  const now = clock.now()
  const record = plan.record(now, code)
  const answer = (kind: Answer['kind'], after: VerificationRecord, given?: Budget[]) =>
    answerWith(now, kind, after, plan.party, given) as Answer
  const outcome = await store.create({
    record,
    change: decideStart(record, plan.isLandline, plan.pickProvider(), plan.steps()),
    slot: plan.slot,
    guesses: guessQuery(caller.service, plan, command.authenticated, now),
    challenge: proof?.spent ?? null,
    front: frontRequest(deps, context),
    wire: command.wire && { wire: command.wire.wire, sid: command.wire.sid },
    actor: actorOf(caller, command.endUser),
    idempotency: response.write((after) => answer('started', after)),
  })
  switch (outcome.kind) {
    case 'created':
      if (outcome.isDue) wake(record.channel as Channel)
      return answer('started', outcome.record, budgets)
    case 'continued':
      return answer('continued', outcome.record)
    case 'guesses_refused':
      return refuseLimitedUntil(outcome.refusal, now)
    case 'challenge_spent':
      return (proof as Proof).refuseSpent()
    case 'answered_before':
      return response.replay(outcome.stored)
  }
}

function frontRequest(
  { keyring }: StartDeps,
  { caller, command }: StartContext,
): FrontRequest | undefined {
  if (!command.front) return undefined
  const { linkBinding, ...request } = command.front
  const { returnUrl } = request
  const { service } = caller
  return {
    ...request,
    returnUrl: returnUrl === null ? null : (readReturnUrl(service, returnUrl) ?? null),
    linkBindingMac:
      linkBinding === null ? null : keyring.mac('link', bindingParts(service.name, linkBinding)),
  }
}

/** What a new verification is made with. */
type Admitted = { code: PreparedCode | null; budgets: Budget[]; proof: Proof | null }

const isOfAChallenge = (result: StartResult) =>
  'error' in result && result.error === 'challenge_required'

const mayBeARacer = (result: Refusal) => result.error === 'rate_limited' || isOfAChallenge(result)

const isFactorStart = (command: StartCommand): command is FactorStartCommand => 'subject' in command

function planOf(domain: Domain, caller: Caller, command: StartCommand): PlannedStart {
  return isFactorStart(command)
    ? planFactorStart(domain, caller, command)
    : planMessageStart(domain, caller, command satisfies SendCommand)
}
