// What AUDIT_STREAM does, as metrics of this node.

import { Counter, Gauge, type Registry } from 'prom-client'
import type { StreamStatus } from '../audit/ports.ts'

export function createStreamInstruments(registry: Registry) {
  const registers = [registry]
  const events = new Counter({
    name: 'countersign_audit_stream_events_total',
    help: 'Events that AUDIT_STREAM was handed (result=sent), and those that it can never hold (result=lost).',
    labelNames: ['result'],
    registers,
  })
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `countersign_audit_stream_${name}`, help, registers })
  const failing = gauge('failing', '1 while AUDIT_STREAM accepts nothing from this node.')
  const behind = gauge('behind_seconds', 'The age of the oldest event that AUDIT_STREAM lacks.')
  return {
    count(sent: number, lost: number) {
      events.inc({ result: 'sent' }, sent)
      events.inc({ result: 'lost' }, lost)
    },
    set({ failingSince, behindMs }: StreamStatus) {
      failing.set(failingSince === null ? 0 : 1)
      behind.set(behindMs / 1000)
    },
  }
}
