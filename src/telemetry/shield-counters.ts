// What the shield's rules did on this node: one node at a time reads the log for them.

import { Counter, type Registry } from 'prom-client'
import type { ShieldMode, ShieldRule } from '../kernel/shield-rules.ts'

export function createShieldCounters(registry: Registry) {
  const stops = new Counter({
    name: 'countersign_shield_stops_total',
    help: 'Times that a rule began to stop starts, or (effect=record) would have.',
    labelNames: ['service', 'rule', 'effect'],
    registers: [registry],
  })
  return (service: string, rule: ShieldRule, effect: ShieldMode) =>
    stops.inc({ service, rule, effect })
}
