// Counts of what providers report, when it happens and when they are asked.

import { Counter, type Registry } from 'prom-client'

export function createReceiptCounters(registry: Registry) {
  return {
    receipts: new Counter({
      name: 'countersign_receipts_total',
      help: 'Receipts that said something new of a message: sent, undelivered or delivered.',
      labelNames: ['provider', 'state'],
      registers: [registry],
    }),
    polls: new Counter({
      name: 'countersign_receipt_polls_total',
      help: 'Questions to providers what became of a message, by the answer: sent, undelivered, delivered, unknown (not yet), or failed.',
      labelNames: ['provider', 'outcome'],
      registers: [registry],
    }),
  }
}
