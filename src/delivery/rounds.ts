// The rounds of the delivery worker: claims due rows, has them sent, sleeps until the next is due.
// It decides nothing: plan.ts decides about a row, answers/backoff.ts about an answer.

import type { Alarm } from '../kernel/alarm.ts'
import { MIN_REMAINING_TO_SEND_MS } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Lane } from './lane.ts'
import type { LaneKey, Outbox } from './outbox-ports.ts'
import { type Asking, takeTokens } from './pace/lane-tokens.ts'
import type { Pace, UNPACED } from './pace/pace.ts'
import type { PlanDelivery } from './plan.ts'
import type { DeliveryLog } from './ports.ts'
import { type Claim, type RunTry, sleep } from './run-try.ts'
import { errorName } from './try-log.ts'

/** Another process may add rows without waking this one. */
const IDLE_SLEEP_MS = 1_000
/** A row is due, but was just claimed by another worker, or its lane is full. */
const BUSY_SLEEP_MS = 100
/** After a row that only another node can open: where both check at the same moment, the wrong one may win for minutes. */
const YIELD_MS = 500
const STORE_BACKOFF_MIN_MS = 200
const STORE_BACKOFF_MAX_MS = 5_000
export type RoundDeps = {
  outbox: Outbox
  plan: PlanDelivery
  clock: Clock
  logger: DeliveryLog
  pace: Pick<Pace, keyof typeof UNPACED>
}

export type KeyedLane = LaneKey & { lane: Lane }

export type State = {
  phase: 'idle' | 'running' | 'draining' | 'stopped'
  storeFailures: number
  /** How much later than due this node checks. */
  yieldMs: number
  /** Of each configured provider in each of its channels, and of each channel one for rows of nobody here. */
  lanes: readonly KeyedLane[]
  /** Lanes in which rows were committed here. */
  woken: Set<KeyedLane>
  /** By the monotonic clock: when it looks for rows that nobody woke it for, those of other processes among them. */
  lookAt: number
  /** Ends the loop's sleep. */
  alarm: Alarm
  /** Ends the loop itself. */
  quit: AbortController
  /** Cuts the sends short, at the end of a drain. */
  stop: AbortController
}

type Limits = {
  leaseMs: number
  /** A send that begins later after its claim could outlive its lease. */
  beginWithinMs: number
}
export type Loop = { deps: RoundDeps; state: State; limits: Limits; run: RunTry }

export async function runLoop(loop: Loop, random: () => number): Promise<void> {
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
      state.lookAt = 0
      const window = STORE_BACKOFF_MIN_MS * 2 ** Math.min(state.storeFailures, 10)
      waitMs = Math.min(STORE_BACKOFF_MAX_MS, window) * (0.5 + random() / 2)
      // Starts keep waking it; a store in trouble is not queried more often for that.
      await sleep(waitMs, state.quit.signal)
      continue
    }
    if (waitMs > 0) await state.alarm.sleep(waitMs)
  }
}

/** @returns how long to sleep */
async function runRound(loop: Loop): Promise<number> {
  const { state } = loop
  const woken = [...state.woken]
  state.woken.clear()
  // Where another node may open the next row, what was committed here waits for a look like the rest.
  if (state.yieldMs > 0 && woken.length > 0) state.lookAt = 0
  else await claim(loop, woken)
  const now = performance.now()
  if (now >= state.lookAt) {
    // Before it looks: a wake from here on makes it look again.
    state.lookAt = now + IDLE_SLEEP_MS
    state.lookAt = Math.min(now + (await look(loop)), state.lookAt)
  }
  return state.lookAt - performance.now()
}

/** The lane of a key: one that no provider here has is a row of nobody's (an older program's, a provider that was removed). */
export function laneOf({ lanes }: Pick<State, 'lanes'>, key: LaneKey): Lane | undefined {
  const inChannel = lanes.filter(({ channel }) => channel === key.channel)
  const own = inChannel.find(({ provider }) => provider === key.provider)
  return (own ?? inChannel.find(({ provider }) => provider === null))?.lane // mutant: C53.nobodys-rows-are-claimed
}

/** One read, and a claim only where something is due. @returns when to look again, in milliseconds from its beginning */
async function look(loop: Loop): Promise<number> {
  const { deps, state } = loop
  // A lane whose provider has no token left comes back with the next one.
  const open = (await deps.outbox.dueLanes()).filter((key) => deps.pace.waitMs(key) === 0)
  if (open.length === 0) return IDLE_SLEEP_MS
  const by = deps.clock.now() - state.yieldMs // mutant: C41.others-first
  const leftMs = Math.min(...open.map(({ at }) => at)) - by
  if (leftMs > 0) return leftMs
  state.yieldMs = 0
  const due = open
    .filter(({ at }) => at <= by)
    .flatMap(({ channel, provider }) => {
      const lane = laneOf(state, { channel, provider })
      return lane ? [{ channel, provider, lane }] : []
    })
  return (await claim(loop, due)) > 0 ? 0 : BUSY_SLEEP_MS
}

/** A place that is taken before its claim is committed: only then is it known whether there is something to send. */
export type LanePlace = { run(claimed: Claim): void; free(): void }

export function takePlace({ state, run }: Loop, lane: Lane): LanePlace {
  const { promise, resolve } = Promise.withResolvers<Claim | null>()
  const send = async (answered: () => void) => {
    const claimed = await promise
    if (claimed) return run(claimed, state.stop.signal, answered)
    answered()
    return 'done' as const
  }
  const begin = async () => {
    if ((await lane.hold(send)) === 'done') return
    // A retry may be due before the loop would check.
    state.lookAt = 0
    state.alarm.ring()
  }
  void begin() // mutant: C23.place-held
  return { run: resolve, free: () => resolve(null) }
}

type Held = Omit<Asking, 'lane' | 'places'> & KeyedLane & { places: LanePlace[] }

/** Half of what is free: the other half is for the starts that come during the claim, which would have to be claimed in their turn. */
function holdPlaces(loop: Loop, { lane, ...key }: KeyedLane): Held[] {
  if (loop.deps.pace.waitMs(key) > 0) return []
  const free = lane.free()
  // What was left comes before them.
  const limit = lane.isLeft() ? free : Math.ceil(free / 2)
  lane.setLeft(limit <= 0)
  if (limit <= 0) return []
  const places = Array.from({ length: limit }, () => takePlace(loop, lane))
  return [{ ...key, lane, limit, places, tokens: 0, isWaiting: false }]
}

/** Claims for free places of these lanes, all at once, and holds the places meanwhile. */
async function claim(loop: Loop, lanes: readonly KeyedLane[]): Promise<number> {
  const { state } = loop
  const asking = lanes.flatMap((one) => holdPlaces(loop, one))
  const held = await takeTokens(loop.deps.pace, asking, (one) => comeBack(state, one))
  if (held.length === 0) return 0
  let claims: Claim[] = []
  try {
    claims = await claimFor(loop, held)
  } finally {
    const left = new Set(claims)
    for (const one of held) give(loop, one, left)
  }
  // The other half, and places that came free meanwhile, are for the next claim, together.
  for (const one of held)
    if (one.lane.isLeft() && one.lane.free() > 0 && !one.isWaiting) comeBack(state, one)
  return claims.length
}

function comeBack(state: State, { channel, provider }: Held): void {
  const known = state.lanes.find((one) => one.channel === channel && one.provider === provider)
  if (known) state.woken.add(known)
  else state.lookAt = 0
  state.alarm.ring()
}

/** Each claim to one place of its lane. */
function give({ deps }: Loop, held: Held, all: Set<Claim>): void {
  const { channel, provider, lane, limit, places } = held
  const claims = [...all].filter((one) => one.channel === channel && one.lane === provider)
  lane.setLeft(claims.length >= limit)
  deps.pace.giveBack(held, held.tokens - claims.length)
  for (const [n, place] of places.entries()) {
    const claimed = claims[n]
    if (claimed && all.delete(claimed)) place.run(claimed)
    else place.free()
  }
}

async function claimFor(loop: Loop, held: readonly Held[]): Promise<Claim[]> {
  const { deps, state, limits } = loop
  const claimedAt = deps.clock.now()
  const claims = await deps.outbox.claim({
    now: claimedAt,
    lanes: held.map(({ channel, provider, limit }) => ({ channel, provider, limit })),
    leaseMs: limits.leaseMs,
    minRemainingMs: MIN_REMAINING_TO_SEND_MS,
    plan(due) {
      const plan = deps.plan(due)
      if (plan.kind === 'give_back') state.yieldMs = YIELD_MS
      if (plan.kind === 'move') {
        state.lookAt = 0
        state.alarm.ring()
      }
      return plan
    },
  })
  if (claims.length === 0 || mayBegin(loop, claimedAt)) return claims
  await deps.outbox.release(claims)
  return []
}

/** Not where it was drained meanwhile, or this process stood still: another worker may claim what was claimed then. */
export const mayBegin = ({ deps, state, limits }: Loop, claimedAt: number): boolean =>
  state.phase === 'running' && deps.clock.now() - claimedAt <= limits.beginWithinMs
