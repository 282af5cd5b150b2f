// What was counted of all verifications since the store exists, from its rows: the same on every node, and after a restart.
// It must not count itself: two nodes would tell two numbers.

import { Counter, type Registry } from 'prom-client'
import { STAGES, type Tally } from '../counts/ports.ts'

export type FlowTotals = readonly { service: string; tally: Tally }[]

export function createFlowCounters(registry: Registry): (totals: FlowTotals) => void {
  const flows = new Counter({
    name: 'countersign_flow_total',
    help: 'Verifications and their messages by stage (started, sent, delivered, undelivered, retried, failed, approved, unapproved) and refused requests, of all nodes together: every node reports the same number, so take max, not sum.',
    labelNames: ['service', 'stage'],
    registers: [registry],
  })
  return (totals) => {
    flows.reset()
    for (const { service, tally } of totals)
      for (const stage of STAGES) flows.inc({ service, stage }, tally[stage])
  }
}
