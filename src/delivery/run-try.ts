// One try of a claimed delivery, from the request to its stored result.
// It must not log a message, a code or a recipient.

import type { Clock } from '../kernel/clock.ts'
import { decideSettlement } from './answers/backoff.ts'
import { withoutQuotes } from './answers/quoted-answer.ts'
import type { SuppressFor } from './answers/suppress.ts'
import { type CountMessage, refuseTry, settleRefused } from './charge.ts'
import type { Cost, PriceOf } from './cost.ts'
import { ABORT_GRACE_MS, withinDeadline } from './deadline.ts'
import type { ClaimedDelivery, Outbox, SettleDelivery } from './outbox-ports.ts'
import type { Prepared } from './plan.ts'
import {
  ambiguous,
  type DeliveryLog,
  type Failover,
  type Provider,
  permanent,
  type SendOutcome,
  type SendResult,
} from './ports.ts'
import { type FollowUpDeps, withFollowUp } from './receipts/follow-up.ts'
import type { RecentSends } from './recent-sends.ts'
import type { Chooser } from './routes/chooser.ts'
import type { NextProvider } from './routes/next-provider.ts'
import type { Rests } from './routes/rests.ts'
import { withTried } from './routes/tried.ts'
import type { ComposeMessage } from './templates/message.ts'
import { errorName, logResult } from './try-log.ts'

export type Claim = ClaimedDelivery<Prepared>
/**
 * Never rejects; ends once the store has taken the result or no longer wants it. `stop` cuts the send short.
 * `answered` is called once, when the request has ended. `again`: the delivery will be due again, maybe soon.
 */
export type RunTry = (
  claim: Claim,
  stop: AbortSignal,
  answered: () => void,
) => Promise<'done' | 'again'>

/** Between two tries to write a result: the store is locked, full or away. */
const SETTLE_RETRY_MIN_MS = 100
const SETTLE_RETRY_MAX_MS = 5_000
/** By then the sweeper has ended the verification, and nobody waits for the result. */
const SETTLE_GIVE_UP_AFTER_EXPIRY_MS = 120_000

export type TryDeps = FollowUpDeps & {
  outbox: Pick<Outbox, 'settle'>
  providers: readonly Provider[]
  compose: ComposeMessage
  recentSends: RecentSends
  chooser: Pick<Chooser, 'next'>
  rests: Pick<Rests, 'record'>
  /** A decoy was sent. It must not throw. */
  onDecoySent?: ((claim: Claim) => void) | undefined
  /** One message more than the limits know of. */
  countMessage: CountMessage
  suppressFor?: SuppressFor | undefined
  /** Brings `recentSends` up to date with other nodes. Never rejects. */
  readHistory: () => Promise<void>
  clock: Clock
  /** In [0, 1). */
  random: () => number
  logger: DeliveryLog
  deadlineMs: number
  /** What a message costs, where prices are given. */
  priceOf?: PriceOf
  /** For metrics. They must not throw. */
  onOutcome?: ((outcome: SendOutcome) => void) | undefined
  onFailover?: ((failover: Failover) => void) | undefined
}

export function createTry(deps: TryDeps): RunTry {
  const { clock, providers, recentSends } = deps
  return async (claim, stop, answered) => {
    const { channel, provider: name, prepared } = claim
    // By name and channel: the generic gateways of two channels have the same name.
    const provider = providers.find((one) => one.name === name && one.channels.includes(channel))
    const startedAt = clock.now()
    const refused = await refuseTry(deps, claim, deps.deadlineMs + ABORT_GRACE_MS)
    if (refused) {
      answered()
      const now = clock.now()
      const decided = settleRefused(claim, refused, now)
      return await settle(deps, claim, { decided, durationMs: now - startedAt }, stop)
    }
    const { result, parts } = prepared.silent
      ? { result: await sendSilently(deps, provider, claim, stop), parts: null }
      : await sendReally(deps, provider, claim, stop)
    answered()
    const at = clock.now()
    const durationMs = at - startedAt
    const cost = costOf(deps, claim, result, parts)
    if (!prepared.silent) {
      const { tryId: id, country } = claim
      const { to } = prepared
      recentSends.record({ id, channel, provider: name, to, country, at, durationMs, result })
      deps.rests.record({ channel, provider: name, country }, result, at)
      deps.onOutcome?.({ provider: name, channel, result, durationMs, cost })
    }
    logResult(deps.logger, claim, result, durationMs)
    const next = nextFor(deps, provider, claim, result)
    const settled = decideSettlement(claim, result, next, clock.now(), deps.random())
    const decided = withFollowUp(deps, provider, claim, settled, next)
    if (!prepared.silent && decided.kind === 'retry' && decided.provider !== name)
      deps.onFailover?.({ channel, from: name, to: decided.provider })
    const end = await settle(deps, claim, { decided, durationMs, cost }, stop)
    if (!prepared.silent) await deps.suppressFor?.(claim, result)
    if (claim.kind === 'decoy' && decided.kind === 'sent') deps.onDecoySent?.(claim)
    return end
  }
}

/** Of one that went out, or may have: each is paid for. @param parts null: nothing was sent */
function costOf(
  { priceOf }: TryDeps,
  { provider, channel, country }: Claim,
  { kind }: SendResult,
  parts: number | null,
): Cost | undefined {
  const isPaid = kind === 'accepted' || kind === 'ambiguous' // mutant: I18.ambiguous-priced
  return parts !== null && isPaid ? priceOf?.({ provider, channel, country, parts }) : undefined
}

/** The same one again where nothing can go out twice there: once, for it may be hanging. */
function nextFor(
  { chooser }: TryDeps,
  provider: Provider | undefined,
  claim: Claim,
  result: SendResult,
): NextProvider | undefined {
  const { provider: name, tried, service, channel, country, prepared } = claim
  if (result.kind === 'ambiguous' && provider?.idempotent && claim.ambiguous === 0)
    return { provider: name, tried, isNewRound: false, notBefore: 0, roundLength: 1 }
  const message = { service, channel, country, to: prepared.to }
  return chooser.next(message, withTried(tried, name, result.kind === 'permanent'))
}

/** Before anything was sent by a provider without a time of its own: an API call across the internet. */
const USUAL_MS = 300

/** Waits and ends as a real send would now, without a request; one to a test recipient is always taken. */
async function sendSilently(
  { readHistory, recentSends, random, clock }: TryDeps,
  provider: Provider | undefined,
  claim: Claim,
  stop: AbortSignal,
): Promise<SendResult> {
  const began = performance.now()
  await readHistory()
  const usualMs = provider?.usualMs ?? USUAL_MS
  const { channel, country } = claim
  const decoy = { channel, provider: claim.provider, to: claim.prepared.to, country, usualMs }
  const { durationMs, result } = recentSends.imitate(decoy, random, clock.now())
  await sleep(Math.max(0, durationMs - (performance.now() - began)), stop)
  return claim.kind === 'decoy' ? result : { kind: 'accepted', reference: null }
}

async function sendReally(
  deps: TryDeps,
  provider: Provider | undefined,
  claim: Claim,
  stop: AbortSignal,
): Promise<{ result: SendResult; parts: number | null }> {
  if (!provider)
    return { result: permanent('account', 'no_provider', 'provider not configured'), parts: null }
  try {
    const message = deps.compose(claim)
    const send = (signal: AbortSignal) => provider.send(message, signal)
    const late: SendResult = ambiguous('timeout', 'no answer in time')
    const result = await withinDeadline(send, { deadlineMs: deps.deadlineMs, stop, late })
    const parts = message.size?.parts ?? 1
    return { result: withoutQuotes(result, message), parts } // mutant: I7.answer-screened
  } catch (error) {
    // A bug of ours or of a library. Its text may contain the recipient: only its name is logged.
    deps.logger.error(
      { delivery: claim.deliveryId, provider: claim.provider, error: errorName(error) },
      'a provider threw',
    )
    return { result: ambiguous('provider_error', 'the send was interrupted'), parts: 1 }
  }
}

/** Ends once the store has taken the result: the lane holds only so many that it has not taken (C24). */
async function settle(
  deps: TryDeps,
  claim: Claim,
  {
    decided,
    durationMs,
    cost,
  }: { decided: SettleDelivery['result']; durationMs: number; cost?: Cost | undefined },
  stop: AbortSignal,
): Promise<'done' | 'again'> {
  for (let waitMs = SETTLE_RETRY_MIN_MS; ; waitMs = Math.min(waitMs * 2, SETTLE_RETRY_MAX_MS)) {
    const now = deps.clock.now()
    try {
      const outcome = await deps.outbox.settle({ claim, now, durationMs, result: decided, cost })
      if (outcome === 'fenced')
        deps.logger.warn(
          { delivery: claim.deliveryId, try: claim.tryNumber },
          'the lease had run out before the result was written, and the message may go out twice; or its receipt came first',
        )
      return decided.kind === 'retry' || claim.hasNext ? 'again' : 'done'
    } catch (error) {
      const fields = { delivery: claim.deliveryId, error: errorName(error) }
      // At the end of a drain the process ends; the lease will run out, and another worker sends it again.
      if (stop.aborted || now > claim.expiresAt + SETTLE_GIVE_UP_AFTER_EXPIRY_MS) {
        deps.logger.error(fields, 'a result could not be written and was dropped')
        return 'done'
      }
      deps.logger.warn(fields, 'a result could not be written yet')
      await sleep(waitMs, stop)
    }
  }
}

/**
 * Resolves after `ms`, or at once when `signal` aborts. Never rejects and makes no exception, which timers/promises does
 * at each abort. It does not keep the process alive.
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, Math.max(0, ms))
    timer.unref()
    signal?.addEventListener('abort', end, { once: true })
  })
}
