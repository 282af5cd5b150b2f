// How fast messages may go to each provider: tokens, one a message, taken before rows are claimed. Their bucket is the store's
// where several nodes share it, else this process's own; a provider's own words about its limit count in addition, on this node.
// It must not make a claimed row wait: a row whose provider has no token left stays due.

import type { Clock } from '../../kernel/clock.ts'
import type { LaneKey } from '../outbox-ports.ts'
import type { DeliveryLog, Provider } from '../ports.ts'
import type { Rests } from '../routes/rests.ts'
import { errorName } from '../try-log.ts'
import { bucketOf, putBack, takeFrom } from './bucket.ts'
import type { Bucket, SharedPace, Taken } from './ports.ts'
import type { Allowance } from './rate-headers.ts'

/** Between two batches of a lane that has more due than tokens: smaller ones would be a claim a message. */
const BATCH_MS = 50
/** Tokens that were taken for rows that somebody else claimed: for this long they are this node's, then nobody's. */
const STOCK_MS = 1_000
/** A message does not wait longer for a provider that said so where another one of its route is awake. */
const MOVE_AFTER_MS = 5_000

type Own = {
  provider: Provider
  bucket: Bucket | null
  /** Of this process's bucket. */
  fullAt: number
  /** Taken from the shared bucket and not used. */
  stock: number
  stockUntil: number
  /** `spent`: of what was left, since it was said. */
  allowance: { left: number; until: number; spent: number } | null
  /** No lane of it asks before. */
  askAt: number
}

export type Pace = ReturnType<typeof createPace>

/** Of providers without a rate that say nothing about one. */
export const UNPACED: Pick<Pace, 'waitMs' | 'applies' | 'take' | 'takeOne' | 'giveBack'> = {
  waitMs: () => 0,
  applies: () => false,
  take: () => Number.POSITIVE_INFINITY,
  takeOne: () => true,
  giveBack: () => {},
}

/** As far as the provider's words go. */
function allowed({ allowance }: Own, now: number): number {
  return allowance && allowance.until > now ? Math.max(0, allowance.left) : Number.POSITIVE_INFINITY
}

function takeOwn(own: Own, bucket: Bucket, wanted: number, now: number): Taken {
  const { fullAt, ...taken } = takeFrom(own.fullAt, bucket, wanted, now)
  own.fullAt = fullAt
  return taken
}

function takeStock(own: Own, wanted: number, now: number): number {
  const taken = own.stockUntil > now ? Math.min(own.stock, wanted) : 0
  own.stock -= taken
  return taken
}

/** The shared bucket, or this process's own while the shared one cannot be asked: then each node has the whole rate. */
function createAsk(shared: SharedPace, clock: Clock, logger: DeliveryLog) {
  let isAway = false
  return async (own: Own, bucket: Bucket, lane: LaneKey, wanted: number): Promise<Taken> => {
    try {
      const { channel, provider } = lane
      const key = own.provider.rate?.key ?? own.provider.name
      const taken = await shared.take({
        channel,
        provider,
        ...bucket,
        key,
        wanted,
        now: clock.now(),
      })
      if (isAway) logger.info({}, 'the nodes share the pace of providers again')
      isAway = false
      return taken
    } catch (error) {
      const fields = { error: errorName(error) }
      if (!isAway)
        logger.warn(
          fields,
          'the shared pace of providers cannot be read: this node goes by its own',
        )
      isAway = true
      return takeOwn(own, bucket, wanted, clock.now()) // mutant: C53.pace-without-store
    }
  }
}

type Hold = Rests['hold']

/** Its messages go elsewhere where the wait is long, and come back with the first answer that has room. @returns whether they do */
function holdIfSpent(hold: Hold, { provider, allowance }: Own, now: number): boolean {
  const until = allowance && allowance.left <= 0 ? allowance.until : 0
  const isLong = until - now > MOVE_AFTER_MS
  for (const channel of provider.channels)
    hold({ channel, provider: provider.name }, isLong ? until : 0)
  return isLong
}

/** What is taken is still to be claimed: nothing is held for it, or it would go elsewhere itself. */
function spend({ allowance }: Own, granted: number, now: number): void {
  if (!allowance || allowance.until <= now) return
  allowance.left -= granted
  allowance.spent += granted
}

type Deps = { clock: Clock; hold: Hold; ask: ReturnType<typeof createAsk> | null }

function createTake({ clock, hold, ask }: Deps) {
  const settle = (own: Own, wanted: number, { granted, waitMs }: Taken, now: number) => {
    if (granted < wanted && waitMs > 0) own.askAt = now + Math.max(waitMs, BATCH_MS)
    spend(own, granted, now)
    return granted
  }
  return (own: Own, lane: LaneKey, wanted: number): number | Promise<number> => {
    const now = clock.now()
    const left = allowed(own, now)
    if (left === 0) {
      // What is claimed meanwhile goes elsewhere, or comes back then: nothing is sent there.
      if (holdIfSpent(hold, own, now)) return Number.POSITIVE_INFINITY
      own.askAt = own.allowance?.until ?? now
      return 0
    }
    const most = Math.min(wanted, left)
    if (!own.bucket) return settle(own, wanted, { granted: most, waitMs: 0 }, now)
    const inStock = takeStock(own, most, now)
    if (inStock > 0) return settle(own, wanted, { granted: inStock, waitMs: 0 }, now)
    if (!ask) return settle(own, most, takeOwn(own, own.bucket, most, now), now)
    return ask(own, own.bucket, lane, most).then((taken) => settle(own, most, taken, clock.now()))
  }
}

function createTakeOne({ clock, ask }: Deps) {
  return (own: Own): boolean => {
    const now = clock.now()
    if (allowed(own, now) < 1) return false
    const isThere =
      !own.bucket ||
      takeStock(own, 1, now) > 0 ||
      (!ask && takeOwn(own, own.bucket, 1, now).granted > 0)
    if (isThere) spend(own, 1, now)
    return isThere
  }
}

function createGiveBack({ clock, hold, ask }: Deps) {
  return (own: Own, count: number): void => {
    const now = clock.now()
    if (own.allowance) {
      spend(own, -Math.min(count, own.allowance.spent), now)
      holdIfSpent(hold, own, now)
    }
    own.askAt = 0
    if (!own.bucket) return
    if (!ask) {
      own.fullAt = putBack(own.fullAt, own.bucket, count)
      return
    }
    own.stock = (own.stockUntil > now ? own.stock : 0) + count
    own.stockUntil = now + STOCK_MS
  }
}

/** @param deps.shared null: one process alone sends */
export function createPace(given: {
  providers: readonly Provider[]
  clock: Clock
  shared: SharedPace | null
  rests: Pick<Rests, 'hold'>
  logger: DeliveryLog
}) {
  const { clock, shared, logger } = given
  const { hold } = given.rests
  const deps: Deps = { clock, hold, ask: shared && createAsk(shared, clock, logger) }
  const all = given.providers.map((provider): Own => {
    const bucket = provider.rate ? bucketOf(provider.rate) : null
    return { provider, bucket, fullAt: 0, stock: 0, stockUntil: 0, allowance: null, askAt: 0 }
  })
  const ownOf = ({ channel, provider: name }: LaneKey) =>
    all.find(({ provider }) => provider.name === name && provider.channels.includes(channel))
  const take = createTake(deps)
  const takeOne = createTakeOne(deps)
  const giveBack = createGiveBack(deps)
  return {
    /** Until a lane may get tokens; 0: ask. */
    waitMs: (lane: LaneKey) => Math.max(0, (ownOf(lane)?.askAt ?? 0) - clock.now()),
    /** Whether a message may have to wait for a token. */
    applies(lane: LaneKey): boolean {
      const own = ownOf(lane)
      return own !== undefined && (own.bucket !== null || allowed(own, clock.now()) < Infinity)
    },
    /** For rows that are about to be claimed; what is not used is given back. @returns how many; Infinity: none is needed */
    take(lane: LaneKey, wanted: number): number | Promise<number> {
      const own = ownOf(lane)
      return own ? take(own, lane, wanted) : Number.POSITIVE_INFINITY
    },
    /** For one message that is about to be claimed with its start, without asking anybody. */
    takeOne(lane: LaneKey): boolean {
      const own = ownOf(lane)
      return own ? takeOne(own) : true
    },
    giveBack(lane: LaneKey, count: number): void {
      const own = ownOf(lane)
      if (own && count > 0) giveBack(own, count)
    },
    /** What an answer said. @param inFlight requests to it that may not be counted in it */
    observe(lane: LaneKey, { left, resetMs }: Allowance, inFlight: number): void {
      const own = ownOf(lane)
      if (!own) return
      const now = clock.now()
      own.allowance = { left: Math.max(0, left - inFlight), until: now + resetMs, spent: 0 } // mutant: C53.slowed-before-429
      if (!own.bucket) own.askAt = 0
      holdIfSpent(hold, own, now)
    },
  }
}
