// One claimed delivery from send to settle: with a deadline, and until the store has taken the result.
// It must not claim, throw, or log a message, a code or a recipient.

import type { Clock } from '../kernel/clock.ts'
import { decideSettlement } from './backoff.ts'
import type { ComposeMessage } from './message.ts'
import type { ClaimedDelivery, Outbox } from './outbox-ports.ts'
import type { Prepared } from './plan.ts'
import type { DeliveryLog, Provider, SendOutcome, SendResult } from './ports.ts'
import { withoutQuotes } from './quoted-answer.ts'
import type { RecentSends } from './recent-sends.ts'
import { sleep } from './sleep.ts'

export type Claim = ClaimedDelivery<Prepared>
/**
 * Never rejects; ends when the store took the result, or no longer wants it. `stop` cuts the send short.
 * `again`: it is due once more, maybe soon.
 */
export type RunAttempt = (claim: Claim, stop: AbortSignal) => Promise<'done' | 'again'>

/** A provider that does not end when its signal aborts loses its place after this. */
export const ABORT_GRACE_MS = 500
/** Between two tries to write a result: the store is locked, full or away. */
const SETTLE_RETRY_MIN_MS = 100
const SETTLE_RETRY_MAX_MS = 5_000
/** After this the sweeper has ended the verification and nobody waits for the result. */
const SETTLE_GIVE_UP_AFTER_EXPIRY_MS = 120_000

export type AttemptDeps = {
  outbox: Pick<Outbox, 'settle'>
  providers: readonly Provider[]
  compose: ComposeMessage
  recentSends: RecentSends
  /** Brings `recentSends` up to date with other nodes. Never rejects. */
  readHistory: () => Promise<void>
  clock: Clock
  /** In [0, 1). */
  random: () => number
  logger: DeliveryLog
  deadlineMs: number
  /** For who watches. It must not throw. */
  onOutcome?: ((outcome: SendOutcome) => void) | undefined
}

export function createAttempt(deps: AttemptDeps): RunAttempt {
  return async (claim, stop) => {
    const startedAt = deps.clock.now()
    const result = claim.prepared.silent
      ? await sendSilently(deps, claim, stop)
      : await sendReally(deps, findProvider(deps.providers, claim), claim, stop)
    const durationMs = deps.clock.now() - startedAt
    if (!claim.prepared.silent) {
      const { channel, provider, attemptId: id, prepared } = claim
      const at = deps.clock.now()
      deps.recentSends.record({ id, channel, provider, to: prepared.to, at, durationMs, result })
      deps.onOutcome?.({ provider, channel, result, durationMs })
    }
    logResult(deps.logger, claim, result, durationMs)
    return await settle(deps, claim, result, durationMs, stop)
  }
}

/** By name and channel: a generic gateway of each channel has the same name. */
function findProvider(providers: readonly Provider[], claim: Claim): Provider | undefined {
  return providers.find(
    (provider) => provider.name === claim.provider && provider.channels.includes(claim.channel),
  )
}

/** Before anything was sent by a provider that names no time of its own: an API call across the internet. */
const USUAL_MS = 300

/** Waits and ends as a real send there would now, without a request; a test recipient's is always taken. */
async function sendSilently(
  deps: AttemptDeps,
  claim: Claim,
  stop: AbortSignal,
): Promise<SendResult> {
  const began = performance.now()
  await deps.readHistory()
  const { channel, provider, prepared } = claim
  const usualMs = findProvider(deps.providers, claim)?.usualMs ?? USUAL_MS
  const decoy = { channel, provider, to: prepared.to, usualMs }
  const { recentSends, random, clock } = deps
  const { durationMs, result } = recentSends.imitate(decoy, random, clock.now())
  await sleep(Math.max(0, durationMs - (performance.now() - began)), stop)
  return claim.kind === 'decoy' ? result : { kind: 'accepted', reference: null }
}

async function sendReally(
  deps: AttemptDeps,
  provider: Provider | undefined,
  claim: Claim,
  stop: AbortSignal,
): Promise<SendResult> {
  if (!provider)
    return { kind: 'permanent', error: { code: 'no_provider', message: 'provider not configured' } }
  const deadline = new AbortController()
  const abort = () => deadline.abort()
  const timer = setTimeout(abort, deps.deadlineMs)
  stop.addEventListener('abort', abort, { once: true })
  if (stop.aborted) abort()
  try {
    const message = deps.compose(claim)
    const result = await Promise.race([
      provider.send(message, deadline.signal),
      graceAfter(deadline.signal),
    ])
    return withoutQuotes(result, message) // mutant: I7.answer-screened
  } catch (error) {
    // A defect of ours or of a library. Its text may hold the recipient: only its name is told.
    deps.logger.error(
      { delivery: claim.deliveryId, provider: claim.provider, error: errorName(error) },
      'a provider threw',
    )
    return { kind: 'ambiguous', error: { code: 'provider_error', message: 'the send broke off' } }
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', abort)
  }
}

function graceAfter(signal: AbortSignal): Promise<SendResult> {
  return new Promise((resolve) => {
    const onAbort = () => {
      setTimeout(resolve, ABORT_GRACE_MS, {
        kind: 'ambiguous',
        error: { code: 'timeout', message: 'no answer in time' },
      }).unref()
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Keeps the attempt's place in its lane until the store has taken the result: while results can't be
 * written, no more than a lane's places go out (C24).
 */
async function settle(
  deps: AttemptDeps,
  claim: Claim,
  result: SendResult,
  durationMs: number,
  stop: AbortSignal,
): Promise<'done' | 'again'> {
  const decided = decideSettlement(claim, result, deps.clock.now(), deps.random())
  for (let waitMs = SETTLE_RETRY_MIN_MS; ; waitMs = Math.min(waitMs * 2, SETTLE_RETRY_MAX_MS)) {
    const now = deps.clock.now()
    try {
      const outcome = await deps.outbox.settle({
        verificationId: claim.verificationId,
        sendNumber: claim.sendNumber,
        attempt: claim.attempt,
        token: claim.token,
        now,
        durationMs,
        result: decided,
      })
      if (outcome === 'fenced')
        deps.logger.warn(
          { delivery: claim.deliveryId, attempt: claim.attempt },
          'the lease had run out before the result was written; the message may go out twice',
        )
      return decided.kind === 'retry' ? 'again' : 'done'
    } catch (error) {
      const fields = { delivery: claim.deliveryId, error: errorName(error) }
      // At the end of a drain the process goes; the lease will run out, and another sends it again.
      if (stop.aborted || now > claim.expiresAt + SETTLE_GIVE_UP_AFTER_EXPIRY_MS) {
        deps.logger.error(fields, 'a result could not be written and is given up')
        return 'done'
      }
      deps.logger.warn(fields, 'a result could not be written yet')
      await sleep(waitMs, stop)
    }
  }
}

function logResult(log: DeliveryLog, claim: Claim, result: SendResult, durationMs: number): void {
  const fields = {
    verification: claim.verificationId,
    delivery: claim.deliveryId,
    attempt: claim.attempt,
    channel: claim.channel,
    provider: claim.provider,
    result: result.kind,
    durationMs,
  }
  if (result.kind === 'accepted') log.debug(fields, 'a delivery was accepted')
  else log.info({ ...fields, reason: result.error.code }, 'a delivery was not accepted')
}

/** A library's message may quote what it was given; the name of its class can't. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
