// B8: 10,000 messages that are due, through a provider that answers in 50 ms, 20 at once: how much of 400 a second.
// The rows are there before the service starts; the first message opens the clock.

import { makeDueRows } from '../harness/due-rows.ts'
import { type Figure, measure } from '../harness/figure.ts'
import { startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { cpuMs } from '../harness/usage.ts'

const ROUNDS = 2
const MESSAGES = 10_000
const ANSWER_MS = 50
const CONCURRENCY = 20
const IDEAL = (CONCURRENCY * 1000) / ANSWER_MS
const MIN_RATIO = 0.9
const DEADLINE_SECONDS = 120

export const delivery: Figure = {
  id: 'B8',
  title: 'Delivery',
  async run({ loader, share }) {
    const count = Math.round(MESSAGES * share)
    const rates: number[] = []
    const cpus: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const dataDir = await makeDueRows(count)
      const args = { count, delayMs: ANSWER_MS, deadlineSeconds: DEADLINE_SECONDS }
      const received = loader.run('deliveries', args)
      const service = await startService({ ...loader.gatewayEnv, MINT_SIZE: '0' }, dataDir)
      const before = cpuMs(service.pid)
      const result = await received
      cpus.push((cpuMs(service.pid) - before) / count)
      await service.stop()
      if (result.received !== count) throw new Error(`${result.received} of ${count} messages came`)
      rates.push(count / result.seconds)
    }
    const ratios = rates.map((rate) => rate / IDEAL)
    return {
      measures: [measure('B8', `messages/s ÷ ${IDEAL}`, ratios, { atLeast: MIN_RATIO })],
      notes: [
        `${format(median(rates))} messages a second, ${format(median(cpus))} ms of the server's CPU each. A timer of the gateway's process never fires early and often a millisecond late: ${ANSWER_MS} ms are ${ANSWER_MS + 1} to the worker.`,
      ],
    }
  },
}
