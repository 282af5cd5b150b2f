// The delivery worker: starts its rounds (rounds.ts), is woken, drains at the end.

import { createAlarm, endOf } from '../kernel/alarm.ts'
import { CHANNELS, type Channel } from '../kernel/channel.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { ABORT_GRACE_MS } from './deadline.ts'
import { createReserve } from './hand-over.ts'
import { createLane } from './lane.ts'
import type { LaneKey } from './outbox-ports.ts'
import { UNPACED } from './pace/pace.ts'
import type { Provider } from './ports.ts'
import { createRecentSends, createSendHistory } from './recent-sends.ts'
import { type KeyedLane, type RoundDeps, runLoop, type State } from './rounds.ts'
import { createStepRun } from './run-step.ts'
import { createTry, type RunTry, type TryDeps } from './run-try.ts'
import type { ComposeMessage } from './templates/message.ts'

/** Requests at once: providers allow some dozens of connections; more would only queue there. */
const CONCURRENCY_PER_LANE = 20
/** A lease in deadlines: one send, its settling and a long pause of the process fit in (C23). */
const LEASE_DEADLINES = 3
/** A lease is at least so much longer than the deadline: writing the result must fit in. */
const MIN_LEASE_BEYOND_MS = 2_000
/** Of a drain's time: reserved for writing results once the sends have been cut short. */
const DRAIN_SETTLE_MS = ABORT_GRACE_MS + 500

export type WorkerDeps = Omit<RoundDeps, 'pace'> & {
  /** Without one every message goes at once. */
  pace?: RoundDeps['pace']
  providers: readonly Provider[]
  chooser: TryDeps['chooser']
  rests: TryDeps['rests']
  countMessage: TryDeps['countMessage']
  suppressFor?: TryDeps['suppressFor']
  /** For the recipients of other nodes' sends. */
  keyring: Pick<Keyring, 'open'>
  compose: ComposeMessage
  /** In [0, 1). */
  random?: () => number
  /** Of each provider in each of its channels. */
  concurrencyPerLane?: number
  /** For one request to a provider. */
  deadlineMs: number
  priceOf?: TryDeps['priceOf']
  onOutcome?: TryDeps['onOutcome']
  onFailover?: TryDeps['onFailover']
  isReporting?: TryDeps['isReporting']
  hasWebhook?: TryDeps['hasWebhook']
  onDecoySent?: TryDeps['onDecoySent']
  leaseMs?: number
  /** For traces: around each try. */
  aroundTry?: ((run: RunTry) => RunTry) | undefined
}

type WorkerStatus = {
  state: State['phase']
  /** False while the store cannot be reached; it is retried automatically. */
  storeReachable: boolean
  /** Requests to providers that have not ended, or are being claimed; a result that the store has yet to take is none. */
  inFlight: Record<Channel, number>
}

export type Worker = {
  start(): void
  /**
   * A row was committed: here and in this channel, whose due rows are claimed at once; without one, who knows where: looks
   * for what is due. Several calls within one tick are one.
   */
  wake(channel?: Channel): void
  /** Stops claiming, lets sends settle for up to `deadlineMs`, then cuts them short. Never rejects. */
  drain(deadlineMs: number): Promise<void>
  status(): WorkerStatus
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
  const bare = createTry({ ...deps, random, deadlineMs, recentSends, readHistory })
  const runTry = deps.aroundTry?.(bare) ?? bare
  const run = createStepRun(deps, runTry)
  const limits = { leaseMs, beginWithinMs: leaseMs - deadlineMs - ABORT_GRACE_MS }
  const places = deps.concurrencyPerLane ?? CONCURRENCY_PER_LANE
  const wake = (channel?: Channel) => {
    if (channel) for (const one of lanesOf(channel)) state.woken.add(one)
    else state.lookAt = 0
    state.alarm.ringSoon()
  }
  const makeLane = (key: LaneKey): KeyedLane => {
    const onFree = () => {
      state.woken.add(made)
      state.alarm.ringSoon()
    }
    const made = { ...key, lane: createLane(places, onFree) }
    return made
  }
  const lanesOf = (channel: Channel) => state.lanes.filter((one) => one.channel === channel)
  const state: State = {
    phase: 'idle',
    storeFailures: 0,
    yieldMs: 0,
    lanes: laneKeys(deps.providers).map(makeLane),
    woken: new Set(),
    lookAt: 0,
    alarm: createAlarm(),
    quit: new AbortController(),
    stop: new AbortController(),
  }
  let loop: Promise<void> = Promise.resolve()
  return {
    start() {
      if (state.phase !== 'idle') return
      state.phase = 'running'
      const parts = { deps: { ...deps, pace: deps.pace ?? UNPACED }, state, limits, run }
      deps.outbox.serve(createReserve(parts))
      loop = runLoop(parts, random)
    },
    wake,
    drain: (withinMs) => drain(state, loop, withinMs),
    status: () => ({
      state: state.phase,
      storeReachable: state.storeFailures === 0,
      inFlight: Object.fromEntries(
        CHANNELS.map((channel) => [
          channel,
          lanesOf(channel).reduce((sum, { lane }) => sum + lane.requests(), 0),
        ]),
      ) as Record<Channel, number>,
    }),
  }
}

function laneKeys(providers: readonly Provider[]): LaneKey[] {
  return CHANNELS.flatMap((channel) => {
    const able = providers.filter(({ channels }) => channels.includes(channel))
    return [...able.map(({ name }) => name), null].map((provider) => ({ channel, provider }))
  })
}

async function drain(state: State, loop: Promise<void>, withinMs: number): Promise<void> {
  if (state.phase === 'stopped') return
  state.phase = 'draining'
  state.quit.abort()
  state.alarm.ring()
  const open = () => state.lanes.flatMap(({ lane }) => lane.open())
  const done = loop.then(() => Promise.all(open()))
  await endOf(done, Math.max(0, withinMs - DRAIN_SETTLE_MS))
  state.stop.abort()
  await endOf(done, Math.min(withinMs, DRAIN_SETTLE_MS))
  state.phase = 'stopped'
}
