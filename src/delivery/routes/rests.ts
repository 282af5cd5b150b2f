// Which providers are left alone for a while, by what they answered: an account, or one country of it. Of this process alone.
// It must not hold a message, or wait: a message goes to another provider of its route meanwhile, and where none is awake it
// goes there anyway, for there is nobody else.

import type { Channel } from '../../kernel/channel.ts'
import { type Reach, reachOf } from '../answers/fault.ts'
import type { Rest, RestReason, SendResult } from '../ports.ts'
import type { Readiness } from './next-provider.ts'

/** In a row: a provider's hiccup is over before that. */
const FAILURES_IN_A_ROW = 5
/** Half of what was answered within the window, where that was so many at least. */
const WINDOW_MS = 30_000
const WINDOW_MIN_ANSWERS = 10
const WINDOW_BUCKETS = 10
const BUCKET_MS = WINDOW_MS / WINDOW_BUCKETS
/** From the last failure to the message that tries it again; doubled each time that one fails, too. */
export const PROBE_AFTER_MS = 15_000
const PROBE_AFTER_MAX_MS = 300_000
/** So many pauses that it asked for, none accepted in between, are no single recipient's. */
const PAUSES_IN_A_ROW = 3
/** A probe without an answer is given up, and the next message tries it. */
const PROBE_LEASE_MS = 30_000
/** Providers times countries: more are a bug, and the oldest is forgotten. */
const MAX_KEPT = 5_000

type Bucket = { at: number; answers: number; failures: number }
type Known = {
  inARow: number
  buckets: Bucket[]
  rest: (Pick<Rest, 'reason' | 'code' | 'since'> & { failedAt: number; waitMs: number }) | null
  /** It asked for that long (Retry-After). */
  pausedUntil: number
  /** It said itself that it takes nothing before (pace.ts). */
  heldUntil: number
  probedAt: number
}

export type Rests = ReturnType<typeof createRests>
/** Where a message goes. `country`: null where it has none. */
type Place = { channel: Channel; provider: string; country: string | null }

const isFailure = ({ kind }: SendResult) => kind === 'temporary' || kind === 'ambiguous'
/** A stranger whose own number or mailbox is refused must not make a provider rest for everybody (C53). */
const reachIn = (result: SendResult): Reach =>
  result.kind === 'accepted' ? 'everybody' : reachOf(result) // mutant: C53.rest-by-reach
/** The gateways of two channels have one name. */
const keyOf = (channel: Channel, provider: string, country: string | null) =>
  `${channel} ${provider} ${country ?? '*'}`

function count(known: Known, now: number, failed: boolean): void {
  const at = Math.floor(now / BUCKET_MS)
  const fresh = known.buckets.filter((bucket) => bucket.at > at - WINDOW_BUCKETS)
  const last = fresh.at(-1)
  const bucket = last?.at === at ? last : { at, answers: 0, failures: 0 }
  if (bucket !== last) fresh.push(bucket)
  bucket.answers += 1
  bucket.failures += failed ? 1 : 0
  known.buckets = fresh
  known.inARow = failed ? known.inARow + 1 : 0
}

function isFailing({ inARow, buckets }: Known): boolean {
  if (inARow >= FAILURES_IN_A_ROW) return true
  const answers = buckets.reduce((sum, bucket) => sum + bucket.answers, 0)
  const failures = buckets.reduce((sum, bucket) => sum + bucket.failures, 0)
  return answers >= WINDOW_MIN_ANSWERS && failures * 2 >= answers
}

function rest(known: Known, now: number, reason: RestReason, code: string): void {
  const { rest: before } = known
  // Requests that were in progress when it began prove nothing more.
  const isProbe = before !== null && now >= before.failedAt + before.waitMs
  if (before && !isProbe) return // mutant: C53.rest-doubled-by-probes
  const waitMs = before ? Math.min(before.waitMs * 2, PROBE_AFTER_MAX_MS) : PROBE_AFTER_MS
  known.rest = { reason, code, since: before?.since ?? now, failedAt: now, waitMs }
  known.probedAt = 0
}

function wake(known: Known): void {
  if (!known.rest) return
  known.rest = null
  known.probedAt = 0
  known.buckets = []
}

/** 0: awake. */
function restsUntil(known: Known | undefined, now: number): number {
  if (!known?.rest) return 0
  const { rest: resting, probedAt } = known
  const probeEnds = probedAt > 0 ? probedAt + PROBE_LEASE_MS : 0
  const until = Math.max(resting.failedAt + resting.waitMs, probeEnds)
  return until > now ? until : 0
}

function listRests(all: ReadonlyMap<string, Known>, now: number): Rest[] {
  return [...all].flatMap(([key, known]): Rest[] => {
    const [channel = '', provider = '', place = '*'] = key.split(' ')
    const where = {
      channel: channel as Channel,
      provider,
      country: place === '*' ? null : place,
    }
    if (known.rest) {
      const { reason, code, since, failedAt, waitMs } = known.rest
      const until = restsUntil(known, now) || failedAt + waitMs
      return [{ ...where, reason, code, since, until }]
    }
    const until = Math.max(known.pausedUntil, known.heldUntil)
    return until > now ? [{ ...where, reason: 'throttled', code: '', since: now, until }] : []
  })
}

export function createRests() {
  const all = new Map<string, Known>()
  const knownOf = (channel: Channel, provider: string, country: string | null): Known => {
    const key = keyOf(channel, provider, country)
    const found = all.get(key)
    if (found) return found
    const [oldest] = all.size >= MAX_KEPT ? all.keys() : []
    if (oldest !== undefined) all.delete(oldest)
    const made = { inARow: 0, buckets: [], rest: null, pausedUntil: 0, heldUntil: 0, probedAt: 0 }
    all.set(key, made)
    return made
  }
  return {
    /** What a provider answered to a message to this country. */
    record({ channel, provider, country }: Place, result: SendResult, now: number): void {
      const account = knownOf(channel, provider, null)
      const reach = reachIn(result)
      if (result.kind === 'permanent' && result.fault === 'destination') {
        // The account works: only there it may not, or cannot. Of an address nobody knows how far that reaches.
        wake(account)
        if (country !== null && reach === 'place')
          rest(knownOf(channel, provider, country), now, 'destination', result.error.code)
        return
      }
      if (isFailure(result) && reach === 'person') return
      if (country !== null && result.kind === 'accepted')
        all.delete(keyOf(channel, provider, country))
      if (result.kind === 'temporary' && result.retryAfterMs !== null)
        account.pausedUntil = Math.max(account.pausedUntil, now + result.retryAfterMs)
      const isOfAccount = result.kind === 'permanent' && result.fault === 'account'
      if (isOfAccount && reach !== 'everybody') return
      const failed = isFailure(result)
      count(account, now, failed)
      if (isOfAccount) rest(account, now, 'account', result.error.code)
      else if (!failed) wake(account)
      else if (account.rest || isFailing(account))
        rest(account, now, 'failing', result.kind === 'accepted' ? '' : result.error.code)
    },
    /** For a message to this country. */
    readiness({ channel, provider, country }: Place, now: number): Readiness {
      const there = country === null ? undefined : all.get(keyOf(channel, provider, country))
      const account = all.get(keyOf(channel, provider, null))
      const askedUntil = account && account.pausedUntil > now ? account.pausedUntil : 0
      // Asked once, it may be one person's mailbox: others go elsewhere if they can, and wait for it only once that is certain (C49).
      const isCertain = (account?.inARow ?? 0) >= PAUSES_IN_A_ROW // mutant: C49.one-pause-proves-nothing
      const heldUntil = account && account.heldUntil > now ? account.heldUntil : 0
      const pausedUntil = Math.max(isCertain ? askedUntil : 0, heldUntil)
      const isPaused = askedUntil > 0 || pausedUntil > 0
      return {
        rests: isPaused || restsUntil(account, now) > 0 || restsUntil(there, now) > 0, // mutant: C56.rests-in-its-country
        pausedUntil,
      }
    },
    /** An answer said that it takes no message until then, whoever it is for. @param until 0: it does again */
    hold({ channel, provider }: Omit<Place, 'country'>, until: number): void {
      if (until > 0 || all.has(keyOf(channel, provider, null)))
        knownOf(channel, provider, null).heldUntil = until
    },
    /** A message goes there: of one that rests it is the probe, and others wait for its answer. */
    begin({ channel, provider, country }: Place, now: number): void {
      for (const place of country === null ? [null] : [null, country]) {
        const known = all.get(keyOf(channel, provider, place))
        // Asked sooner, for want of another that is awake, it proves nothing about a longer rest.
        if (known?.rest && now >= known.rest.failedAt + known.rest.waitMs) known.probedAt = now // mutant: C53.early-is-no-probe
      }
    },
    /** Those that rest now, for Health. */
    list: (now: number): Rest[] => listRests(all, now),
  }
}
