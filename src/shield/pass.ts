// One pass over the log: events to facts, facts to what rules stop, and the money of the starts that they stop.
// It must not know what becomes of it: a sum of a what-if, or rows of the store.

import type { costChanges } from '../counts/charges.ts'
import { ANSWERS, type PricedEvent, RECEIPTS } from '../counts/ports.ts'
import type { Levels } from './book-of-levels.ts'
import { createFactReader, type Fact, type FactDeps } from './facts.ts'
import { createJudge, type ModeOf, type Stop } from './judge.ts'
import { JUDGED, type WatchedEvent, type WatchedLog } from './log-ports.ts'

export type Priced = Parameters<typeof costChanges>[0]

export type Sink = {
  begin(stops: readonly Stop[], fact: Fact): void
  addStart(stopped: readonly Stop[], fact: Fact): void
  addApproval(stopped: readonly Stop[]): void
  /** @param event with the others of its verification, of which those before it are counted already */
  addCost(stopped: readonly Stop[], event: Priced, isBefore: (other: PricedEvent) => boolean): void
}

export type PassDeps = FactDeps & {
  log: Pick<WatchedLog, 'pricedOf'>
  levels: Levels
  modeOf: ModeOf
  sink: Sink
}

const PRICED: ReadonlySet<string> = new Set([...ANSWERS, ...RECEIPTS])
const COUNTED: ReadonlySet<string> = new Set(JUDGED)

type PricedOfStopped = [WatchedEvent, readonly Stop[]]

export function createPass(deps: PassDeps) {
  const { log, sink } = deps
  const judge = createJudge(deps)
  const facts = createFactReader(deps)

  const onJudged = (event: WatchedEvent) => {
    const fact = facts.judged(event)
    if (!fact) return
    const { stopped, begun } = judge.judge(fact)
    if (begun.length > 0) sink.begin(begun, fact)
    if (fact.kind === 'start') sink.addStart(stopped, fact)
    if (fact.kind === 'approval') sink.addApproval(stopped)
  }
  /** By what the start that it belongs to is stopped, or would have been. */
  const stopsOf = (event: WatchedEvent): readonly Stop[] => {
    if (event.createdAt === null || !judge.mayBeStopped(event.createdAt)) return []
    const fact = facts.startOf(event)
    return fact ? judge.stopsOf(fact) : []
  }
  const addCosts = async (priced: readonly PricedOfStopped[]) => {
    const ids = new Set(priced.flatMap(([{ verificationId }]) => verificationId ?? []))
    if (ids.size === 0) return
    const all = Map.groupBy(await log.pricedOf([...ids]), (one) => one.verificationId)
    for (const [event, stopped] of priced) {
      const own = all.get(event.verificationId ?? '') ?? []
      if (own.some(({ isKnown }) => isKnown)) continue
      const others = own.filter(({ sequence }) => sequence !== event.sequence)
      const isBefore = ({ sequence }: PricedEvent) => sequence < event.sequence
      sink.addCost(stopped, { ...event, priced: others }, isBefore)
    }
  }
  return {
    /** In the order of their numbers. @throws StoreUnavailableError: then nothing that was added may be kept */
    async take(events: readonly WatchedEvent[]) {
      const priced: PricedOfStopped[] = []
      for (const event of events) {
        if (COUNTED.has(event.type)) onJudged(event)
        if (!PRICED.has(event.type)) continue
        const stopped = stopsOf(event)
        if (stopped.length > 0) priced.push([event, stopped])
      }
      await addCosts(priced)
    },
    /** Of levels that were loaded: until when any of them stops. */
    remember: judge.remember,
  }
}
