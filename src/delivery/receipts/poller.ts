// The poller: asks providers what became of messages that somebody waits for, at the times that are planned for each (polls.ts).
// It must not cost a send anything: its places and its deadline are its own, and by provider, so that one that hangs delays
// neither messages nor questions to another.

import { endOf } from '../../kernel/alarm.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createLoop, type Loop } from '../../kernel/loop.ts'
import { createRareNote } from '../../kernel/rare-note.ts'
import { withinDeadline } from '../deadline.ts'
import type { NextAfter } from '../outbox-ports.ts'
import type { DeliveryLog, Provider } from '../ports.ts'
import { errorName } from '../try-log.ts'
import type { DecoyReceipts } from './decoy-receipts.ts'
import type { ClaimedPoll, PollStore, PollWaiting } from './poll-ports.ts'
import type { Asked, PollOutcome } from './ports.ts'
import type { TakeReceipt } from './take-receipt.ts'

/** Questions to one provider at once, on this node: far below what a lane of messages has. */
const PLACES = 4
const DEADLINE_MS = 5_000
/** A question, what it says, and a pause of the process fit in; then another node asks. */
const LEASE_MS = 15_000
/** What other nodes plan is seen before it is due: the first question comes 5 s after the hand-over. */
const IDLE_MS = 2_000
/** Due, but another node has just taken it, or its provider has no place free. */
const BUSY_MS = 200
const STORE_RETRY_MS = 2_000

export type PollerDeps = PollWaiting & {
  outbox: Pick<PollStore, 'pollsDue' | 'claimPolls' | 'settlePoll'>
  providers: readonly Provider[]
  decoys: Pick<DecoyReceipts, 'ask' | 'learnAnswer'>
  take: TakeReceipt
  clock: Pick<Clock, 'now'>
  logger: DeliveryLog
  deadlineMs?: number
  /** How long it may sleep. */
  idleMs?: number
  leaseMs?: number
  /** For metrics. It must not throw. */
  onPoll(provider: string, outcome: PollOutcome): void
  /** For traces: around each question and what follows. */
  aroundPoll?: ((run: RunPoll) => RunPoll) | undefined
}

export type Poller = {
  start(): void
  /** Asks nobody any more; resolves once what was asked is settled, or after `withinMs`. Never rejects. */
  drain(withinMs: number): Promise<void>
}

type RunPoll = (poll: ClaimedPoll) => Promise<void>
type Ask = (poll: ClaimedPoll, signal: AbortSignal) => Promise<Asked>

/** By name and channel, as messages are sent. A decoy is asked about of whoever imitates the provider. */
function createAsk({ providers, decoys }: Pick<PollerDeps, 'providers' | 'decoys'>): Ask {
  return async (poll, signal) => {
    const { kind, provider: name, channel, reference } = poll
    if (kind === 'decoy') return decoys.ask(poll, signal)
    const isIt = (one: Provider) => one.name === name && one.channels.includes(channel)
    const ask = providers.find(isIt)?.ask
    if (!ask || reference === null) return { kind: 'failed', code: 'not_askable' }
    return ask(reference, signal)
  }
}

/** Never rejects. */
async function within(ask: Ask, poll: ClaimedPoll, deadlineMs: number): Promise<Asked> {
  const late: Asked = { kind: 'failed', code: 'timeout' }
  try {
    return await withinDeadline((signal) => ask(poll, signal), { deadlineMs, late }) // mutant: C21.poll-deadline
  } catch {
    // A bug of ours or of a library. Its text may contain the recipient.
    return { kind: 'failed', code: 'provider_error' }
  }
}

/** One question and what follows from its answer. Never rejects: what the store did not take is asked again after the lease. */
function createRun(deps: PollerDeps): RunPoll {
  const { outbox, clock, logger, take, next, hasWebhook, decoys } = deps
  const ask = createAsk(deps)
  const note = createRareNote(deps, 'a provider did not say what became of a message')
  return async (poll) => {
    const { provider, tryId } = poll
    const startedAt = performance.now()
    const asked = await within(ask, poll, deps.deadlineMs ?? DEADLINE_MS)
    if (poll.kind === 'real') {
      deps.onPoll(provider, asked.kind === 'receipt' ? asked.state : asked.kind)
      if (asked.kind === 'failed') note(provider, { error: asked.code })
      else decoys.learnAnswer(poll, performance.now() - startedAt)
    }
    try {
      if (asked.kind === 'receipt') await take(provider, { ...asked, tryId })
      await outbox.settlePoll(poll, { now: clock.now(), next, hasWebhook })
    } catch (error) {
      const fields = { provider, try: tryId, error: errorName(error) }
      logger.warn(fields, 'an answer about a message could not be stored yet')
    }
  }
}

/** Of a recipient that this node has no key for nobody is known: another node may open it. */
function orNobody(next: NextAfter): NextAfter {
  return (message, tried) => {
    try {
      return next(message, tried)
    } catch {
      return undefined
    }
  }
}

export function createPoller(given: PollerDeps): Poller {
  const deps = { ...given, next: orNobody(given.next) }
  const { outbox, clock, logger, next, hasWebhook, idleMs = IDLE_MS } = deps
  const names = [...new Set(deps.providers.filter(({ ask }) => ask).map(({ name }) => name))]
  const bare = createRun(deps)
  const run = deps.aroundPoll?.(bare) ?? bare
  const running = new Map(names.map((name) => [name, new Set<Promise<void>>()]))
  const of = (name: string) => running.get(name) ?? new Set()
  const begin = (poll: ClaimedPoll) => {
    const ended = run(poll).finally(() => {
      of(poll.provider).delete(ended)
      loop.wake()
    })
    of(poll.provider).add(ended)
  }
  const claim = async (provider: string): Promise<void> => {
    const limit = PLACES - of(provider).size // mutant: C57.poll-places
    const leaseMs = deps.leaseMs ?? LEASE_MS
    const asked = { provider, limit, now: clock.now(), leaseMs, next, hasWebhook }
    for (const poll of await outbox.claimPolls(asked)) begin(poll)
  }
  /** @returns how long there is nothing to do */
  const round = async (): Promise<number> => {
    const free = names.filter((name) => of(name).size < PLACES)
    if (free.length === 0) return idleMs
    const firsts = await outbox.pollsDue(free)
    const now = clock.now()
    const due = firsts.filter(({ at }) => at <= now)
    await Promise.all(due.map(({ provider }) => claim(provider)))
    if (due.length > 0) return BUSY_MS
    return Math.min(idleMs, ...firsts.map(({ at }) => at - now))
  }
  const loop: Loop = createLoop({
    round,
    onFailure(error, failures) {
      if (failures === 1) logger.warn({ error: errorName(error) }, 'receipts cannot be asked for')
      return STORE_RETRY_MS
    },
  })
  const ended = () => Promise.all([...running.values()].flatMap((set) => [...set]))
  return {
    start() {
      // Else nobody can be asked.
      if (names.length > 0) loop.start()
    },
    drain: (withinMs) => endOf(loop.stop().then(ended), withinMs),
  }
}
