// The delivery loop: claims due rows, has them sent, sleeps until the next is due, drains at the end.
// It decides nothing: plan.ts decides about a row, backoff.ts about an answer.

import { CHANNELS, type Channel, MIN_REMAINING_TO_SEND_MS } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { type Alarm, createAlarm } from './alarm.ts'
import type { Outbox } from './outbox-ports.ts'
import type { PlanDelivery } from './plan.ts'
import type { DeliveryLog, Provider } from './ports.ts'
import { createRecentSends, createSendHistory } from './recent-sends.ts'
import {
  ABORT_GRACE_MS,
  createTry,
  errorName,
  type RunTry,
  sleep,
  type TryDeps,
} from './run-try.ts'
import type { ComposeMessage } from './templates/message.ts'

/** Providers allow some dozens of connections; more would only queue there. */
const CONCURRENCY_PER_CHANNEL = 20
/** A lease in deadlines: one send, its settling and a long pause of the process fit in (C23). */
const LEASE_DEADLINES = 3
/** A lease is at least so much longer than the deadline: writing the result must fit in. */
const MIN_LEASE_BEYOND_MS = 2_000
/** Another process may add rows without waking this one. */
const IDLE_SLEEP_MS = 1_000
/** A row is due, but was just claimed by another worker, or its lane is full. */
const BUSY_SLEEP_MS = 100
/** After a row that only another node can open: where both check at the same moment, the wrong one may win for minutes. */
const YIELD_MS = 500
const STORE_BACKOFF_MIN_MS = 200
const STORE_BACKOFF_MAX_MS = 5_000
/** Of a drain's time: reserved for writing results once the sends have been cut short. */
const DRAIN_SETTLE_MS = ABORT_GRACE_MS + 500

export type WorkerDeps = {
  outbox: Outbox
  providers: readonly Provider[]
  plan: PlanDelivery
  /** For the recipients of other nodes' sends. */
  keyring: Pick<Keyring, 'open'>
  compose: ComposeMessage
  clock: Clock
  logger: DeliveryLog
  /** In [0, 1). */
  random?: () => number
  concurrencyPerChannel?: number
  /** For one request to a provider. */
  deadlineMs: number
  onOutcome?: TryDeps['onOutcome']
  leaseMs?: number
}

type WorkerStatus = {
  state: 'idle' | 'running' | 'draining' | 'stopped'
  /** False while the store cannot be reached; it is retried automatically. */
  storeReachable: boolean
  inFlight: Record<Channel, number>
}

export type Worker = {
  start(): void
  /** A row was committed: claims at once; several calls within one tick are one claim. */
  wake(): void
  /** Stops claiming, lets sends settle for up to `deadlineMs`, then cuts them short. Never rejects. */
  drain(deadlineMs: number): Promise<void>
  status(): WorkerStatus
}

type State = {
  phase: WorkerStatus['state']
  storeFailures: number
  /** How much later than due this node checks. */
  yieldMs: number
  lanes: Map<Channel, Set<Promise<void>>>
  /** Ends the loop's sleep. */
  alarm: Alarm
  /** Ends the loop itself. */
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
  const run = createTry({ ...deps, random, deadlineMs, recentSends, readHistory })
  const limits = {
    places: deps.concurrencyPerChannel ?? CONCURRENCY_PER_CHANNEL,
    leaseMs,
    /** A send that begins later after its claim could outlive its lease. */
    beginWithinMs: leaseMs - deadlineMs - ABORT_GRACE_MS,
  }
  const state: State = {
    phase: 'idle',
    storeFailures: 0,
    yieldMs: 0,
    lanes: new Map(CHANNELS.map((channel) => [channel, new Set()])),
    alarm: createAlarm(),
    quit: new AbortController(),
    stop: new AbortController(),
  }
  let loop: Promise<void> = Promise.resolve()
  let isWaking = false
  return {
    start() {
      if (state.phase !== 'idle') return
      state.phase = 'running'
      deps.outbox.serve?.((channel) =>
        state.phase === 'running' ? limits.places - (state.lanes.get(channel)?.size ?? 0) : 0,
      )
      loop = runLoop({ deps, state, limits, run }, random)
    },
    wake() {
      if (isWaking) return
      isWaking = true
      setImmediate(() => {
        isWaking = false
        state.alarm.ring()
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
type Loop = { deps: WorkerDeps; state: State; limits: LoopLimits; run: RunTry }

async function runLoop(loop: Loop, random: () => number): Promise<void> {
  const { deps, state } = loop
  while (state.phase === 'running') {
    // Before the round: a wake from here on makes another one.
    state.alarm.set()
    let waitMs: number
    try {
      waitMs = await runRound(loop)
      if (state.storeFailures > 0) deps.logger.info({}, 'the delivery worker continues')
      state.storeFailures = 0
    } catch (error) {
      if (state.storeFailures === 0)
        deps.logger.warn({ error: errorName(error) }, 'the delivery worker cannot claim')
      state.storeFailures += 1
      const window = STORE_BACKOFF_MIN_MS * 2 ** Math.min(state.storeFailures, 10)
      waitMs = Math.min(STORE_BACKOFF_MAX_MS, window) * (0.5 + random() / 2)
      // Starts keep waking it; a store in trouble is not queried more often for that.
      await sleep(waitMs, state.quit.signal)
      continue
    }
    if (waitMs > 0) await state.alarm.sleep(waitMs)
  }
}

/** One read, and claims only where something is due. @returns how long to sleep */
async function runRound(loop: Loop): Promise<number> {
  const { deps, state } = loop
  const dueAt = await deps.outbox.nextDueAt()
  const leftMs = dueAt === undefined ? IDLE_SLEEP_MS : dueAt + state.yieldMs - deps.clock.now() // mutant: C41.others-first
  if (leftMs > 0) return Math.min(IDLE_SLEEP_MS, leftMs)
  state.yieldMs = 0
  const counts = await Promise.all(CHANNELS.map((channel) => claim(loop, channel)))
  return counts.some((count) => count > 0) ? 0 : BUSY_SLEEP_MS
}

/** Claims as many rows as the channel's lane has places: a channel that hangs delays no other. */
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
  // Drained meanwhile, or this process stood still: another worker may claim them.
  if (state.phase !== 'running' || deps.clock.now() - claimedAt > limits.beginWithinMs) {
    await deps.outbox.release(claims)
    return 0
  }
  for (const claimed of claims) {
    const running = run(claimed, state.stop.signal).then((outcome) => {
      const wasFull = lane.size >= limits.places
      lane.delete(running)
      // A full lane may have left due rows behind; a retry may be due before the loop would check.
      if (wasFull || outcome === 'again') state.alarm.ring()
    })
    lane.add(running)
  }
  return claims.length
}

async function drain(state: State, loop: Promise<void>, withinMs: number): Promise<void> {
  if (state.phase === 'stopped') return
  state.phase = 'draining'
  state.quit.abort()
  state.alarm.ring()
  const inFlight = () => [...state.lanes.values()].flatMap((lane) => [...lane])
  const done = loop.then(() => Promise.all(inFlight()))
  await endOf(done, Math.max(0, withinMs - DRAIN_SETTLE_MS))
  state.stop.abort()
  await endOf(done, Math.min(withinMs, DRAIN_SETTLE_MS))
  state.phase = 'stopped'
}

/** Waits until `work` has ended in any way, or for `ms`. */
function endOf(work: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(end, end)
  })
}
