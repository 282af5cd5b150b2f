// B2: how soon a start answers when its code is ready-made: one at a time, and 256 at once.
// A start and one hash of the same cost are compared, so that the machine's speed cancels out.

import { bareHash } from '../harness/bare.ts'
import { alternate, type Figure, measure } from '../harness/figure.ts'
import { API_KEY, startService } from '../harness/server.ts'
import { format, median, percentile } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

const ROUNDS = 4
const SERIAL_STARTS = 200
const BURST = 256
const MAX_P50 = 0.12
const MAX_P99 = 0.4
const MAX_BURST = 0.08
/** Both sides: starts may take half of the queue, and the default of 128 would refuse most of a burst that has no mint. */
const QUEUE = { HASH_QUEUE: '512' }

export const startLatency: Figure = {
  id: 'B2',
  title: 'Start latency',
  async run({ loader }) {
    const minted = await startService({ ...loader.gatewayEnv, ...QUEUE })
    const unminted = await startService({ ...loader.gatewayEnv, ...QUEUE, MINT_SIZE: '0' })
    const job = (url: string, count: number) => ({ url, apiKey: API_KEY, count })
    // Both: a mint that is being filled again would take the cores of whoever is measured next.
    const rest = async () => {
      await waitIdle(minted.pid)
      await waitIdle(unminted.pid)
    }
    const results = await alternate<'hash' | 'serial' | 'minted' | 'unminted', number[]>(ROUNDS, {
      hash: async () => {
        await rest()
        return [median((await bareHash({ seconds: 0.1, concurrency: 1 })).oneAtATimeMs)]
      },
      serial: async () => {
        await rest()
        return (await loader.run('serialStarts', job(minted.url, SERIAL_STARTS))).startMs
      },
      minted: async () => {
        await rest()
        return [(await loader.run('burst', job(minted.url, BURST))).lastMs]
      },
      unminted: async () => {
        await rest()
        return [(await loader.run('burst', job(unminted.url, BURST))).lastMs]
      },
    })
    await Promise.all([minted.stop(), unminted.stop()])
    const hash = (i: number) => results.hash[i]?.[0] ?? Number.NaN
    const p50 = results.serial.map((times, i) => percentile(times, 0.5) / hash(i))
    const p99 = results.serial.map((times, i) => percentile(times, 0.99) / hash(i))
    const bursts = results.minted.map(
      ([last = Number.NaN], i) => last / (results.unminted[i]?.[0] ?? 0),
    )
    const middle = (values: number[][]) =>
      format(median(values.map(([value = Number.NaN]) => value)))
    return {
      measures: [
        measure('B2a', 'start p50 ÷ one hash', p50, { atMost: MAX_P50 }),
        measure('B2b', 'start p99 ÷ one hash', p99, { atMost: MAX_P99 }),
        measure('B2c', `burst of ${BURST}: last answer, minted ÷ mint off`, bursts, {
          atMost: MAX_BURST,
        }),
      ],
      notes: [
        `One hash: ${middle(results.hash)} ms. A start: p50 ${format(median(results.serial.map((times) => percentile(times, 0.5))))} ms, p99 ${format(median(results.serial.map((times) => percentile(times, 0.99))))} ms (the mint makes the next code meanwhile). Last answer of a burst: ${middle(results.minted)} ms, with the mint off ${middle(results.unminted)} ms.`,
      ],
    }
  },
}
