// The sender of webhooks: claims messages that are due, has each sent (run-try.ts), sleeps until the next is due.
// Lanes are by destination: one that hangs costs another nothing.

import { type Alarm, createAlarm, endOf } from '../kernel/alarm.ts'
import type { Destination, Destinations } from './destination.ts'
import type { ClaimedWebhook, WebhookOutbox } from './ports.ts'
import { DEADLINE_MS } from './post.ts'
import { createTry, nameOf, type RunTry, type TryDeps } from './run-try.ts'
import type { Switches } from './switches.ts'

/** Requests to one destination at once. */
const PLACES = 8
/** A request, its settlement and a long pause of the process fit in. */
const LEASE_MS = 3 * DEADLINE_MS
/** Another process may have written what it does not live to send. */
const IDLE_MS = 5_000
/** Due, but another node has just claimed it. */
const BUSY_MS = 200
const STORE_RETRY_MS = 2_000

export type SenderDeps = TryDeps & {
  outbox: WebhookOutbox
  destinations: Destinations
  switches: Pick<Switches, 'read' | 'isOff'>
  /** For traces: around each try. */
  aroundTry?: ((run: RunTry) => RunTry) | undefined
}

export type Sender = {
  start(): void
  /** A message was committed here for this destination. */
  wake(destination: string): void
  /** Claims no more; resolves once what was claimed is settled, or after `withinMs`. Never rejects. */
  drain(withinMs: number): Promise<void>
}

/** What is being sent, by destination. */
function createLanes(run: RunTry, wake: (destination: string) => void) {
  const busy = new Map<string, number>()
  const running = new Set<Promise<void>>()
  const count = (id: string) => busy.get(id) ?? 0
  return {
    free: (id: string) => PLACES - count(id), // mutant: C57.lane-by-destination
    begin(destination: Destination, claimed: ClaimedWebhook) {
      const { id } = destination
      busy.set(id, count(id) + 1)
      const ended = run(destination, claimed).finally(() => {
        busy.set(id, count(id) - 1)
        running.delete(ended)
        wake(id)
      })
      running.add(ended)
    },
    ended: () => Promise.all(running),
  }
}

type Lanes = ReturnType<typeof createLanes>
type State = { isRunning: boolean; isReachable: boolean; woken: Set<string>; alarm: Alarm }
type Loop = { deps: SenderDeps; state: State; lanes: Lanes }

async function claim({ deps, state, lanes }: Loop, destination: Destination): Promise<number> {
  const { id } = destination
  const limit = lanes.free(id)
  if (limit <= 0 || !state.isRunning) return 0
  const asked = { destination: id, now: deps.clock.now(), limit, leaseMs: LEASE_MS }
  const claims = await deps.outbox.claim(asked)
  for (const claimed of claims) lanes.begin(destination, claimed)
  return claims.length
}

/** @returns how long there is nothing to do for these */
async function round(loop: Loop, asked: readonly Destination[]): Promise<number> {
  const { deps, lanes } = loop
  const free = asked.filter(({ id }) => lanes.free(id) > 0 && !deps.switches.isOff(id)) // mutant: C57.off-is-not-sent
  if (free.length === 0) return IDLE_MS
  const dueAt = await deps.outbox.dueAt(free.map(({ id }) => id))
  const now = deps.clock.now()
  const due = free.filter(({ id }) => (dueAt.get(id) ?? Number.POSITIVE_INFINITY) <= now)
  const counts = await Promise.all(due.map((destination) => claim(loop, destination)))
  // What was claimed wakes its lane when it ends.
  if (counts.some((count) => count === 0)) return BUSY_MS
  const later = [...dueAt.values()].filter((at) => at > now)
  return Math.min(IDLE_MS, ...later.map((at) => at - now))
}

/** Of all destinations at times, of those that were woken in between. */
async function runLoop(loop: Loop): Promise<void> {
  const { deps, state } = loop
  const { destinations, logger } = deps
  const take = (): Destination[] => {
    // A store in trouble is not asked more often because messages are written.
    const ids = state.isReachable ? [...state.woken] : []
    state.woken.clear()
    return ids.flatMap((id) => destinations.byId(id) ?? [])
  }
  for (let lookAt = 0; state.isRunning; ) {
    // Before the round: a wake from here on makes another one.
    state.alarm.set()
    const now = performance.now()
    const isLook = now >= lookAt
    const woken = take()
    try {
      if (isLook) await deps.switches.read()
      const waitMs = await round(loop, isLook ? destinations.all : woken)
      lookAt = isLook ? now + waitMs : Math.min(lookAt, now + waitMs)
      if (isLook) state.isReachable = true
    } catch (error) {
      if (state.isReachable) logger.warn({ error: nameOf(error) }, 'webhooks cannot be claimed')
      state.isReachable = false
      lookAt = now + STORE_RETRY_MS
    }
    const leftMs = lookAt - performance.now()
    if (leftMs > 0) await state.alarm.sleep(leftMs)
  }
}

export function createSender(deps: SenderDeps): Sender {
  const woken = new Set<string>()
  const state: State = { isRunning: false, isReachable: true, woken, alarm: createAlarm() }
  const wake = (destination: string) => {
    state.woken.add(destination)
    state.alarm.ringSoon()
  }
  const bare = createTry(deps)
  const lanes = createLanes(deps.aroundTry?.(bare) ?? bare, wake)
  let loop = Promise.resolve()
  return {
    start() {
      if (deps.destinations.all.length === 0) return
      state.isRunning = true
      loop = runLoop({ deps, state, lanes })
    },
    wake,
    async drain(withinMs) {
      state.isRunning = false
      state.alarm.ring()
      await endOf(loop.then(lanes.ended), withinMs)
    },
  }
}
