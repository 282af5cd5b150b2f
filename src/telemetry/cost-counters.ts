// What messages cost, counted: parts, and money in millionths, each currency for itself.
// It must not hold a fraction: sums of many would drift.

import { Counter, type Registry } from 'prom-client'
import type { SendOutcome } from '../delivery/ports.ts'

export function createCostCounters(registry: Registry) {
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `countersign_${name}`, help, labelNames, registers: [registry] })
  const parts = counter(
    'sent_parts_total',
    'Parts of messages that went out or may have, where PRICES_FILE is set.',
    ['provider', 'channel'],
  )
  const costs = counter(
    'cost_micros_total',
    'What they cost by PRICES_FILE, in millionths of the currency.',
    ['provider', 'channel', 'currency'],
  )
  return (by: Pick<SendOutcome, 'provider' | 'channel'>, cost: SendOutcome['cost']): void => {
    if (!cost) return
    parts.inc(by, cost.parts)
    if (cost.price) costs.inc({ ...by, currency: cost.price.currency }, cost.price.micros)
  }
}
