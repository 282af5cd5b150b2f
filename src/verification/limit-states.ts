// How full the budgets of one recipient or subject are now, and when they have room again: for people who look.
// It must not count anything.

import { guessQuery, type LimitKeyDeps, sendLimitKeys } from './budgets.ts'
import type { Domain } from './domain.ts'
import type { LimitKey, LimitReads } from './limit-ports.ts'
import { type Party, partyBudgetIndexes } from './party.ts'
import type { Limit, LimitName, ServicePolicy } from './policy.ts'

export type LimitState = {
  name: LimitName
  limit: Limit
  /** Starts of people who are signed in already are counted apart. */
  authenticated: boolean
  /** Null for guesses, which are summed from the verifications. */
  used: number | null
  isFull: boolean
  /** When the window ends, or there is room again, in milliseconds since the epoch; null: nothing is counted. */
  endsAt: number | null
}

async function statesFor(
  domain: Domain,
  reads: LimitReads,
  about: { service: ServicePolicy; party: Party; authenticated: boolean; now: number },
): Promise<LimitState[]> {
  const { service, party, authenticated, now } = about
  const keys =
    party.kind === 'subject'
      ? []
      : sendLimitKeys(domain, { service, recipient: party, authenticated, clientIp: null })
  const counted = (await reads.read(keys)).map(
    ({ name, limit, used, endsInMs }): LimitState => ({
      name,
      limit,
      authenticated,
      used,
      isFull: used >= limit.max,
      endsAt: endsInMs === null ? null : now + endsInMs,
    }),
  )
  const indexes = partyBudgetIndexes(domain.keyring, service.name, party)
  const asked = { budgetIndexes: indexes, maxGuesses: service.maxAttempts }
  const query = guessQuery(service, asked, authenticated, now)
  const guesses = await Promise.all(
    query.limits.map(async ({ name, limit }): Promise<LimitState> => {
      const refusal = await domain.store.checkGuessBudget({ ...query, limits: [{ name, limit }] })
      const endsAt = refusal?.retryAt ?? null
      return { name, limit, authenticated, used: null, isFull: refusal !== undefined, endsAt }
    }),
  )
  return [...counted, ...guesses]
}

/** Of one service; first those of people who are not signed in yet. @throws StoreUnavailableError */
export async function limitStates(
  domain: Domain,
  reads: LimitReads,
  service: ServicePolicy,
  party: Party,
): Promise<LimitState[]> {
  const about = { service, party, now: domain.clock.now() }
  const states = await Promise.all(
    [false, true].map((authenticated) => statesFor(domain, reads, { ...about, authenticated })),
  )
  return states.flat()
}

/** They count messages to one person. Others count strangers as well (an address, a block, a country), or guesses. */
export const LIFTABLE = [
  'sends_per_number_burst',
  'sends_per_number_day',
] as const satisfies LimitName[]
export type Liftable = (typeof LIFTABLE)[number]

export const isLiftable = (name: LimitName): name is Liftable =>
  LIFTABLE.some((liftable) => liftable === name)

/** Why nothing else can be lifted, in words for an admin. */
export const NOT_LIFTABLE =
  'Limits on guesses cannot be lifted: somebody who talks support into it would get more guesses. Guesses come back with time, ' +
  'and a start with authenticated: true has its own. Limits of an IP address, a block of numbers or a country also count ' +
  'other people: they are changed in the settings.'

/** @param name null: each that is counted. @returns nothing for a subject, to whom no message goes */
export function liftableKeys(
  deps: LimitKeyDeps,
  service: ServicePolicy,
  party: Party,
  name: Liftable | null,
): LimitKey[] {
  if (party.kind === 'subject') return []
  const about = { service, recipient: party, clientIp: null }
  return [false, true]
    .flatMap((authenticated) => sendLimitKeys(deps, { ...about, authenticated }))
    .filter((key) => isLiftable(key.name) && (name === null || key.name === name)) // mutant: C73.shared-limits-kept
}
