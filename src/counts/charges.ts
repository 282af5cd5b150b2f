// What a try cost, as its events come in any order: our price by its answer, until its provider says what it charges. Pure.
// It must not count a try twice: each event adds what it changes, and takes back what no longer holds (admin/costs.ts reads
// the same from the log).

import { type EventDetails, textOr } from '../events/types.ts'
import { parseMicros } from '../kernel/money.ts'
import { ANSWERS, type PricedEvent, RECEIPTS } from './ports.ts'

const isAnswer = ({ type }: PricedEvent) => ANSWERS.some((one) => one === type)
const isReceipt = ({ type }: PricedEvent) => RECEIPTS.some((one) => one === type)

/** At the time of the answer. `sign` -1: what was counted before, and is taken back. */
export type CostChange = {
  sign: 1 | -1
  at: number
  details: EventDetails
  currency: string
  parts: number
  micros: number
}
type Cost = Omit<CostChange, 'sign'>

const isSameTry = (a: EventDetails, b: EventDetails) => a.send === b.send && a.attempt === b.attempt

function costOf({ at, details }: PricedEvent): Cost {
  const { parts = 1, price, currency } = details
  return {
    ...{ at, details, currency: textOr(currency) ?? '', parts: Number(parts) },
    micros: parseMicros(String(price)) ?? 0,
  }
}

/** Of one try, in the order in which they are counted. */
function costsOf(events: readonly PricedEvent[]): Cost[] {
  const charge = events.findLast((one) => isReceipt(one) && one.details.price !== undefined)
  const answers = events.filter(isAnswer)
  const last = answers.at(-1)
  if (!last) return []
  if (charge) return [costOf({ ...last, details: { ...last.details, ...charge.details } })] // mutant: I18.charge-counted-once
  return answers.filter(({ details }) => typeof details.parts === 'number').map(costOf)
}

/**
 * @param event with the others of its verification
 * @param isBefore whether another event of the same try is counted before this one
 */
export function costChanges(
  event: PricedEvent & { priced: readonly PricedEvent[] },
  isBefore: (other: PricedEvent) => boolean,
): CostChange[] {
  if (!isAnswer(event) && !isReceipt(event)) return []
  const own = event.priced.filter(({ details }) => isSameTry(details, event.details))
  const known = own.filter(isBefore).toSorted((a, b) => a.sequence - b.sequence)
  const [before, after] = [costsOf(known), costsOf([...known, event])]
  return [
    ...before.map((cost) => ({ ...cost, sign: -1 as const })),
    ...after.map((cost) => ({ ...cost, sign: 1 as const })),
  ]
}
