// Who carries a message next: of its route whoever had no turn yet and is awake, and a new round where nobody is left. Pure.
// It must not wait: it says when.

import { forNewRound, hadTurn, hasRefused } from './tried.ts'

/** `rests`: it is left alone while another is awake. `pausedUntil`: it asked for it, so nobody goes there before; 0: it did not. */
export type Readiness = { rests: boolean; pausedUntil: number }

export type NextProvider = {
  provider: string
  /** For the row. */
  tried: string
  /** All had their turn: after a backoff. */
  isNewRound: boolean
  /** 0: now. */
  notBefore: number
  /** How many the route has that did not refuse for good: so many tries are a round. */
  roundLength: number
}

/**
 * @param order of the message's route, as drawn
 * @returns undefined where each has refused it for good
 */
export function nextProvider(
  order: readonly string[],
  tried: string,
  readinessOf: (provider: string) => Readiness,
): NextProvider | undefined {
  const open = order.filter((name) => !hasRefused(tried, name)) // mutant: C53.refused-for-good
  const known = open.map((name) => ({
    name,
    isNew: !hadTurn(tried, name), // mutant: C53.each-has-its-turn
    ...readinessOf(name),
  }))
  type Known = (typeof known)[number]
  const isAwake = ({ rests, pausedUntil }: Known) => !rests && pausedUntil === 0
  const first = (...tests: ((one: Known) => boolean)[]) =>
    known.find((one) => tests.every((test) => test(one)))
  const isNew = ({ isNew: is }: Known) => is
  const mayBeAsked = ({ pausedUntil }: Known) => pausedUntil === 0
  const [soonest] = known.toSorted((a, b) => a.pausedUntil - b.pausedUntil)
  const awake = first(isNew, isAwake) ?? first(isAwake) // mutant: C53.awake-first
  // One that rests is better than none.
  const found = awake ?? first(isNew, mayBeAsked) ?? first(mayBeAsked) ?? soonest
  if (!found) return undefined
  return {
    provider: found.name,
    tried: found.isNew ? tried : forNewRound(tried),
    isNewRound: !found.isNew,
    notBefore: found.pausedUntil,
    roundLength: known.length,
  }
}
