// B8: 10,000 messages that are due, through a provider that answers in 50 ms, 20 at once: how much of 400 a second; and how much of its
// rate where it has one. The rows are there before the service starts; the first message opens the clock.

import { makeDueRows } from '../harness/due-rows.ts'
import { type Context, type Figure, measure } from '../harness/figure.ts'
import { startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'
import { cpuMs } from '../harness/usage.ts'

const ROUNDS = 2
const MESSAGES = 10_000
const ANSWER_MS = 50
const CONCURRENCY = 20
const IDEAL = (CONCURRENCY * 1000) / ANSWER_MS
/** Under what the lane carries without one. */
const RATE = 250
const MIN_RATIO = 0.9
const DEADLINE_SECONDS = 120

type Run = { rate: number; cpuMs: number }

async function deliver({ loader, share }: Context, env: Record<string, string>): Promise<Run> {
  const count = Math.round(MESSAGES * share)
  const dataDir = await makeDueRows(count)
  const args = { count, delayMs: ANSWER_MS, deadlineSeconds: DEADLINE_SECONDS }
  const received = loader.run('deliveries', args)
  const service = await startService({ ...loader.gatewayEnv, MINT_SIZE: '0', ...env }, dataDir)
  const before = cpuMs(service.pid)
  const result = await received
  const cpu = (cpuMs(service.pid) - before) / count
  await service.stop()
  if (result.received !== count) throw new Error(`${result.received} of ${count} messages came`)
  return { rate: count / result.seconds, cpuMs: cpu }
}

export const delivery: Figure = {
  id: 'B8',
  title: 'Delivery',
  async run(context) {
    const free: Run[] = []
    const paced: Run[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      free.push(await deliver(context, {}))
      paced.push(await deliver(context, { HTTP_SMS_RATE: `${RATE}/s` }))
    }
    const ratios = (runs: readonly Run[], of: number) => runs.map(({ rate }) => rate / of)
    const show = (name: keyof Run, runs: readonly Run[]) =>
      format(median(runs.map((run) => run[name])))
    return {
      measures: [
        measure('B8', `messages/s ÷ ${IDEAL}`, ratios(free, IDEAL), { atLeast: MIN_RATIO }),
        measure('B8b', `messages/s ÷ a rate of ${RATE}/s`, ratios(paced, RATE), {
          atLeast: MIN_RATIO,
        }),
      ],
      notes: [
        `${show('rate', free)} messages a second, ${show('cpuMs', free)} ms of the server's CPU each; with a rate ${show('rate', paced)}, ${show('cpuMs', paced)} ms. A timer of the gateway's process never fires early and often a millisecond late: ${ANSWER_MS} ms are ${ANSWER_MS + 1} to the worker.`,
      ],
    }
  },
}
