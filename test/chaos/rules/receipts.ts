// I16: what a provider reports moves its try forward only, whatever comes twice, late or in the wrong order; what somebody else
// reports in its name changes nothing.
// It must not ask for more than a report that was answered: one that no node took owes nothing.

import { tryId } from '../../../src/kernel/ids.ts'
import type { ReportedState } from '../../delivery/made-up-providers.ts'
import { eventsOf, genuineByTry, isNearCrash, type Rule } from '../record.ts'
import type { Report } from '../reporter.ts'
import type { Rules } from '../settings.ts'
import type { EventRow } from '../tables.ts'

const RANK: Readonly<Record<string, number>> = { sent: 1, undelivered: 2, delivered: 3 }
const rankOf = (state: string | null) => RANK[state ?? ''] ?? 0
const isTaken = ({ status }: Report) => status !== null && status < 300

/** Something of the try was reported by then. */
export const isKnownOf = (own: readonly Report[] | undefined, at: number, rules: Rules) =>
  own?.some(({ began }) => began <= at + rules.clockErrorMs) ?? false

const EVENT_OF: Readonly<Record<string, ReportedState>> = {
  'delivery.delivered': 'delivered',
  'delivery.undelivered': 'undelivered',
}

/** Of one try: what the log says of it, in order. */
function faultsOfEvents(
  events: readonly EventRow[],
  own: readonly Report[],
  rules: Rules,
): string[] {
  const states = events.map(({ type }) => EVENT_OF[type] ?? 'sent')
  const faults: string[] = []
  for (const [n, state] of states.entries()) {
    const before = states.slice(0, n).map(rankOf)
    if (before.some((rank) => rank >= rankOf(state))) faults.push(`${state} after ${states[n - 1]}`)
    const ofState = own.filter((one) => one.state === state)
    if (!isKnownOf(ofState, events[n]?.at ?? 0, rules))
      faults.push(`${state}, which its provider had not reported`)
  }
  return faults
}

/** Of one delivery: the first try that arrived decides, any other is told as a double. */
function faultsOfArrivals(events: readonly EventRow[], status: string): string[] {
  const arrived = events.filter(({ type }) => type === 'delivery.delivered')
  const single = arrived.filter(({ details }) => details.double !== true)
  if (arrived.length === 0) return status === 'delivered' ? ['is delivered, by no receipt'] : []
  const faults = status === 'delivered' ? [] : [`is ${status}, and had arrived`]
  if (single.length !== 1 || arrived[0] !== single[0])
    faults.push(`arrived ${single.length} times that are not told as doubles`)
  return faults
}

export const receiptsForward: Rule = (record) => {
  const rule = 'receipts move forward only'
  const { tables, rules, reports, messages, struck } = record
  const genuine = genuineByTry(record)
  const lost = new Set(
    messages.filter(({ at }) => isNearCrash(at, struck, rules.unsyncedMs)).map((one) => one.tryId),
  )
  const events = eventsOf(tables.events)
  const told = (verification: string, send: number, tryNumber?: number) =>
    (events.get(verification) ?? []).filter(
      ({ type, details }) =>
        type in EVENT_OF &&
        details.send === send &&
        (tryNumber === undefined || details.attempt === tryNumber),
    )
  const ofTries = tables.sendTries.flatMap(({ verification, send, tryNumber, receipt }) => {
    const id = tryId(verification, send, tryNumber)
    const own = genuine.get(id) ?? []
    const faults = faultsOfEvents(told(verification, send, tryNumber), own, rules)
    if (receipt !== null && !own.some(({ state }) => state === receipt))
      faults.push(`${receipt}, which its provider did not report`)
    const best = Math.max(0, ...own.filter(isTaken).map(({ state }) => rankOf(state)))
    // A crash of PostgreSQL took its claim: nobody knew of the try.
    if (best > rankOf(receipt) && !lost.has(id))
      faults.push(`is ${receipt ?? 'not reported of'}, and more than that was taken`)
    return faults.map((fault) => ({ rule, said: `${id}: ${fault}` }))
  })
  const ofDeliveries = tables.deliveries.flatMap(({ verification, send, status }) =>
    faultsOfArrivals(told(verification, send), status).map((fault) => ({
      rule,
      said: `${verification}/${send} ${fault}`,
    })),
  )
  const forged = reports
    .filter((report) => report.isForged && isTaken(report))
    .map(({ tryId: of, state }) => ({ rule, said: `${of}: a forged ${state} was taken` }))
  return [...ofTries, ...ofDeliveries, ...forged]
}
