// How long a message would wait for its turn: by what is due in its provider's lane on all nodes, the provider's rate, and how long
// the oldest has waited. Read at most once a second; a start never waits for it unless it would be refused.
// It must not count further than it must: a backlog must not slow down what reports it.

import type { Channel } from '../../kernel/channel.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Provider, Rate } from '../ports.ts'
import type { Routed, Routing } from '../routes/routing.ts'
import type { Backlog, LaneWait } from './ports.ts'

/** Of a code's ten minutes: whoever waits longer has given up, or asked again. */
const TOO_LONG_MS = 60_000
const READ_EVERY_MS = 1_000
/** Some 10 ms; beyond it an operator needs no exact number. */
const MAX_COUNTED = 20_000
const LONGEST_RETRY_SECONDS = 60

/** Null: it does not wait too long. */
export type TooLong = { waitMs: number; retryAfterSeconds: number } | null

const perMessageMs = ({ messages, perMs }: Rate) => perMs / messages
/** Without a rate the first row says it: it is the oldest. */
const neededOf = ({ rate }: Provider) =>
  rate ? Math.min(MAX_COUNTED, Math.ceil(TOO_LONG_MS / perMessageMs(rate)) + 1) : 1

async function readLanes(
  { backlog, providers }: { backlog: Backlog; providers: readonly Provider[] },
  now: number,
  limitOf: (provider: Provider) => number,
  waitedOf = (oldestDueMs: number, _lane: number) => oldestDueMs,
): Promise<LaneWait[]> {
  const lanes = providers.flatMap((provider) =>
    provider.channels.map((channel) => ({ provider, channel, limit: limitOf(provider) })),
  )
  const asked = lanes.map(({ provider: { name }, channel, limit }) => {
    return { channel, provider: name, limit }
  })
  const found = await backlog(asked, now)
  /** Its lanes share its rate. */
  const dueOf = (provider: Provider) =>
    found.reduce((sum, { due }, n) => sum + (lanes[n]?.provider === provider ? due : 0), 0)
  return lanes.map(({ provider, channel, limit }, n): LaneWait => {
    const { due = 0, oldestDueMs = 0 } = found[n] ?? {}
    const byRate = provider.rate ? dueOf(provider) * perMessageMs(provider.rate) : 0
    const waitMs = Math.max(byRate, waitedOf(oldestDueMs, n)) // mutant: C53.wait-by-rate
    const rate = provider.rate ?? null
    return { channel, provider: provider.name, rate, due, isMore: due >= limit, waitMs }
  })
}

export function createWaits(deps: {
  backlog: Backlog
  providers: readonly Provider[]
  routing: Routing
  clock: Clock
  /** Of what no jump of the wall moves. */
  monotonicMs?: () => number
}) {
  const { clock, routing, monotonicMs = () => performance.now() } = deps
  let seen: { at: number; lanes: readonly LaneWait[] } | undefined
  let reading: Promise<void> | undefined
  let readMs = monotonicMs()
  /** In each lane, when it was read last. */
  const waited: number[] = []

  const read = async () => {
    const at = clock.now()
    const beganMs = monotonicMs()
    const passed = beganMs - readMs
    /** A message that became due by a jump of the clock, or before this process ran, has waited no longer than time passed here. */
    const waitedOf = (oldestDueMs: number, lane: number) => {
      const ms = Math.min(oldestDueMs, (waited[lane] ?? 0) + passed) // mutant: C53.wait-not-by-jump
      waited[lane] = ms
      return ms
    }
    try {
      seen = { at, lanes: await readLanes(deps, at, neededOf, waitedOf) }
      readMs = beganMs
    } catch {
      // The store is down, which the start itself reports.
      seen = { at, lanes: [] }
    } finally {
      reading = undefined
    }
  }
  const waitIn = (channel: Channel, provider: string) =>
    seen?.lanes.find((one) => one.channel === channel && one.provider === provider)?.waitMs ?? 0
  /** The shortest of its route's. */
  const waitOf = (message: Routed) => {
    const route = routing(message)
    return route.length === 0
      ? 0
      : Math.min(...route.map(({ name }) => waitIn(message.channel, name)))
  }
  const isOld = () => seen === undefined || clock.now() - seen.at >= READ_EVERY_MS
  return {
    /** Whether a message waits too long there, as far as is known now. */
    isFull: (channel: Channel, provider: string) => waitIn(channel, provider) >= TOO_LONG_MS,
    /** Of a message that whoever of its route may carry. */
    async tooLong(message: Routed): Promise<TooLong> {
      if (isOld()) reading ??= read()
      if (waitOf(message) < TOO_LONG_MS) return null
      // Nobody is refused for what may be over.
      await reading
      const waitMs = waitOf(message)
      if (waitMs < TOO_LONG_MS) return null
      const seconds = Math.ceil((waitMs - TOO_LONG_MS) / 1_000)
      return { waitMs, retryAfterSeconds: Math.min(Math.max(seconds, 1), LONGEST_RETRY_SECONDS) }
    },
    /** For people and metrics. @throws StoreUnavailableError */
    list: () => readLanes(deps, clock.now(), () => MAX_COUNTED),
  }
}
