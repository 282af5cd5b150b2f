// The delivery loop: claims due rows, has them sent, sleeps until the next is due, drains at the end.
// It must not decide anything: what to do with a row is plan.ts, with an answer backoff.ts.

import { CHANNELS, type Channel, MIN_REMAINING_TO_SEND_MS } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import {
  ABORT_GRACE_MS,
  type AttemptDeps,
  type Claim,
  createAttempt,
  errorName,
  type RunAttempt,
} from './attempt.ts'
import type { ComposeMessage } from './message.ts'
import type { Outbox } from './outbox-ports.ts'
import type { PlanDelivery } from './plan.ts'
import type { DeliveryLog, Provider } from './ports.ts'
import { createRecentSends } from './recent-sends.ts'
import { createSendHistory } from './send-history.ts'
import { endOf, sleep } from './sleep.ts'

/** Providers allow some dozens of connections; more would only queue there. */
const CONCURRENCY_PER_CHANNEL = 20
/** A lease in deadlines: one, its settling and a long pause of the process fit in (C23). */
const LEASE_DEADLINES = 3
/** Of a lease beyond its deadline, however short that is: writing the result must fit in. */
const MIN_LEASE_BEYOND_MS = 2_000
/** Another process may add rows without ringing our bell. */
const IDLE_SLEEP_MS = 1_000
/** Due now, but just claimed by another, or its lane is full. */
const BUSY_SLEEP_MS = 100
/** After a row that only another node can open: where both look at the same moment, the wrong one may win for minutes. */
const YIELD_MS = 500
const STORE_BACKOFF_MIN_MS = 200
const STORE_BACKOFF_MAX_MS = 5_000
/** Given as the reason: without one each ring would make an exception with its stack. */
const RUNG = 'rung'
/** Of a drain's time: what is left for writing results once the sends were cut short. */
const DRAIN_SETTLE_MS = ABORT_GRACE_MS + 500

export type WorkerDeps = {
  outbox: Outbox
  providers: readonly Provider[]
  plan: PlanDelivery
  /** For whom other nodes sent to. */
  keyring: Pick<Keyring, 'open'>
  compose: ComposeMessage
  clock: Clock
  logger: DeliveryLog
  /** In [0, 1). */
  random?: () => number
  concurrencyPerChannel?: number
  /** For one request to a provider. */
  deadlineMs: number
  onOutcome?: AttemptDeps['onOutcome']
  leaseMs?: number
}

type WorkerStatus = {
  state: 'idle' | 'running' | 'draining' | 'stopped'
  /** False while the store can't be reached; it goes on by itself. */
  storeReachable: boolean
  inFlight: Record<Channel, number>
}

export type Worker = {
  start(): void
  /** A row was committed: claims at once; several calls of one tick are one claim. */
  wake(): void
  /** Claims no more, lets sends settle for up to `deadlineMs`, then cuts them short. Never rejects. */
  drain(deadlineMs: number): Promise<void>
  status(): WorkerStatus
}

type State = {
  phase: WorkerStatus['state']
  storeFailures: number
  /** How much later than due this node looks. */
  yieldMs: number
  lanes: Map<Channel, Set<Promise<void>>>
  /** Ends the sleep of the loop. */
  bell: AbortController
  /** Ends the loop itself, whatever it waits for. */
  quit: AbortController
  /** Cuts the sends short, at the end of a drain. */
  stop: AbortController
}

export function createWorker(deps: WorkerDeps): Worker {
  const { deadlineMs } = deps
  const leaseMs =
    deps.leaseMs ?? Math.max(LEASE_DEADLINES * deadlineMs, deadlineMs + MIN_LEASE_BEYOND_MS)
  if (deadlineMs + ABORT_GRACE_MS >= leaseMs)
    throw new Error('the lease must be longer than the deadline of a send')
  const random = deps.random ?? Math.random
  const recentSends = createRecentSends()
  const readHistory = createSendHistory({ ...deps, recentSends })
  const run = createAttempt({ ...deps, random, deadlineMs, recentSends, readHistory })
  const limits = {
    places: deps.concurrencyPerChannel ?? CONCURRENCY_PER_CHANNEL,
    leaseMs,
    /** A send that begins later than this after its claim could outlive its lease. */
    beginWithinMs: leaseMs - deadlineMs - ABORT_GRACE_MS,
  }
  const state: State = {
    phase: 'idle',
    storeFailures: 0,
    yieldMs: 0,
    lanes: new Map(CHANNELS.map((channel) => [channel, new Set()])),
    bell: new AbortController(),
    quit: new AbortController(),
    stop: new AbortController(),
  }
  let loop: Promise<void> = Promise.resolve()
  let rung = false
  return {
    start() {
      if (state.phase !== 'idle') return
      state.phase = 'running'
      loop = runLoop({ deps, state, limits, run }, random)
    },
    wake() {
      if (rung) return
      rung = true
      setImmediate(() => {
        rung = false
        state.bell.abort(RUNG)
      })
    },
    drain: (withinMs) => drain(state, loop, withinMs),
    status: () => ({
      state: state.phase,
      storeReachable: state.storeFailures === 0,
      inFlight: Object.fromEntries(
        CHANNELS.map((channel) => [channel, state.lanes.get(channel)?.size ?? 0]),
      ) as Record<Channel, number>,
    }),
  }
}

type LoopLimits = { places: number; leaseMs: number; beginWithinMs: number }
type Loop = { deps: WorkerDeps; state: State; limits: LoopLimits; run: RunAttempt }

async function runLoop(loop: Loop, random: () => number): Promise<void> {
  const { deps, state } = loop
  while (state.phase === 'running') {
    // Renewed before it looks: a bell that rings from here on makes another round.
    state.bell = new AbortController()
    let waitMs: number
    try {
      waitMs = await runRound(loop)
      if (state.storeFailures > 0) deps.logger.info({}, 'the delivery worker goes on')
      state.storeFailures = 0
    } catch (error) {
      if (state.storeFailures === 0)
        deps.logger.warn({ error: errorName(error) }, 'the delivery worker cannot claim')
      state.storeFailures += 1
      const window = STORE_BACKOFF_MIN_MS * 2 ** Math.min(state.storeFailures, 10)
      waitMs = Math.min(STORE_BACKOFF_MAX_MS, window) * (0.5 + random() / 2)
      // Starts ring the bell all the while; a store in trouble is not asked more often for it.
      await sleep(waitMs, state.quit.signal)
      continue
    }
    if (waitMs > 0) await sleep(waitMs, state.bell.signal)
  }
}

/** Looks (one read), and claims only where something is due. @returns how long to sleep */
async function runRound(loop: Loop): Promise<number> {
  const { deps, state } = loop
  const dueAt = await deps.outbox.nextDueAt()
  const leftMs = dueAt === undefined ? IDLE_SLEEP_MS : dueAt + state.yieldMs - deps.clock.now() // mutant: C41.others-first
  if (leftMs > 0) return Math.min(IDLE_SLEEP_MS, leftMs)
  state.yieldMs = 0
  const counts = await Promise.all(CHANNELS.map((channel) => claim(loop, channel)))
  return counts.some((count) => count > 0) ? 0 : BUSY_SLEEP_MS
}

/** Claims as many as the channel's lane has places for: a channel that hangs delays no other. */
async function claim({ deps, state, limits, run }: Loop, channel: Channel): Promise<number> {
  const lane = state.lanes.get(channel)
  if (!lane) return 0
  const free = limits.places - lane.size
  if (free <= 0) return 0
  const claimedAt = deps.clock.now()
  const claims = await deps.outbox.claim({
    now: claimedAt,
    channel,
    limit: free,
    leaseMs: limits.leaseMs,
    minRemainingMs: MIN_REMAINING_TO_SEND_MS,
    plan(due) {
      const plan = deps.plan(due)
      if (plan.kind === 'give_back') state.yieldMs = YIELD_MS
      return plan
    },
  })
  if (claims.length === 0) return 0
  // Drained meanwhile, or this process stood still: another may claim them.
  if (state.phase !== 'running' || deps.clock.now() - claimedAt > limits.beginWithinMs) {
    await deps.outbox.release(claims)
    return 0
  }
  for (const claimed of claims) begin(state, limits, run, lane, claimed)
  return claims.length
}

function begin(
  state: State,
  limits: LoopLimits,
  run: RunAttempt,
  lane: Set<Promise<void>>,
  claimed: Claim,
): void {
  const attempt = run(claimed, state.stop.signal).then((outcome) => {
    const wasFull = lane.size >= limits.places
    lane.delete(attempt)
    // A full lane may have left due rows behind; a retry may be due before the loop would look.
    if (wasFull || outcome === 'again') state.bell.abort(RUNG)
  })
  lane.add(attempt)
}

async function drain(state: State, loop: Promise<void>, withinMs: number): Promise<void> {
  if (state.phase === 'stopped') return
  state.phase = 'draining'
  state.quit.abort()
  state.bell.abort(RUNG)
  const inFlight = () => [...state.lanes.values()].flatMap((lane) => [...lane])
  const settled = async () => {
    await loop
    await Promise.all(inFlight())
  }
  const done = settled()
  await endOf(done, Math.max(0, withinMs - DRAIN_SETTLE_MS))
  state.stop.abort()
  await endOf(done, Math.min(withinMs, DRAIN_SETTLE_MS))
  state.phase = 'stopped'
}
