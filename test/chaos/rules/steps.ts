// C54: a step of a chain goes out once or not at all, in its turn, and none is left waiting.
// It must go by the events' sequence, as deliveries.ts does.

import { eventsOf, type Rule } from '../record.ts'

const BEGUN = 'delivery.attempted'

export const stepsOnce: Rule = ({ tables }) => {
  const rule = 'a step goes out once'
  const events = eventsOf(tables.events)
  const waiting = tables.deliveries
    .filter(({ send, status, dueAt }) => send < 0 && (status !== 'canceled' || dueAt !== null))
    .map(({ verification, send, status }) => ({
      rule,
      said: `${verification}: step ${1 - send} is left ${status}`,
    }))
  const moved = tables.verifications.flatMap(({ id }) => {
    const own = (events.get(id) ?? []).filter(({ details }) => details.step !== undefined)
    const byStep = Map.groupBy(own, ({ details }) => Number(details.step))
    const order = own
      .filter(({ type }) => type === BEGUN)
      .map(({ details }) => Number(details.step))
    const faults = [...byStep].flatMap(([step, all]) =>
      all.length > 1 ? [`step ${step}: ${all.map(({ type }) => type).join(', ')}`] : [],
    )
    if (order.some((step, n) => n > 0 && step <= (order[n - 1] ?? 0)))
      faults.push(`its steps went out as ${order.join(', ')}`)
    return faults.map((fault) => ({ rule, said: `${id}: ${fault}` }))
  })
  return [...waiting, ...moved]
}
