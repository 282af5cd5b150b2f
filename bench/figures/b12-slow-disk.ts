// B12: a disk whose syncs take 10 ms, as network volumes' do, against the same disk without: flows and probes, 32 callers.
// The cost is light: at the default one the hashes would hide the disk.

import { alternate, type Figure, measure, notMeasured } from '../harness/figure.ts'
import { probeDuring } from '../harness/probe.ts'
import { API_KEY, LIGHT_COST, type Service, startService } from '../harness/server.ts'
import { slowSyncEnvironment } from '../harness/slow-sync.ts'
import { format, median, percentile } from '../harness/stats.ts'
import { waitIdle } from '../harness/usage.ts'

const SYNC_MS = 10
const ROUNDS = 4
const SECONDS = 3
const CALLERS = 32
const SERIAL_STARTS = 20
const RATE = `flows/s with syncs of ${SYNC_MS} ms ÷ without, ${CALLERS} callers`
const MIN_RATE = { atLeast: 0.7 }
const HEALTHZ = `/healthz p99 meanwhile, syncs of ${SYNC_MS} ms`
const MAX_HEALTHZ_MS = { atMost: 20 }
const NO_COMPILER =
  'Skipped: no C compiler (cc, gcc, clang) is installed to build what delays a sync.'

type Side = { rate: number; healthzMs: number }

export const slowDisk: Figure = {
  id: 'B12',
  title: 'A slow disk',
  async run({ loader, share }) {
    const slowness = slowSyncEnvironment(SYNC_MS)
    if (slowness === undefined)
      return {
        measures: [
          notMeasured('B12a', RATE, MIN_RATE, NO_COMPILER),
          notMeasured('B12b', HEALTHZ, MAX_HEALTHZ_MS, NO_COMPILER, 'ms'),
        ],
        notes: [NO_COMPILER],
      }
    const env = { ...loader.gatewayEnv, ...LIGHT_COST }
    const fast = await startService(env)
    const slow = await startService({ ...env, ...slowness })
    const serial = async ({ url, pid }: Service) => {
      await waitIdle(pid)
      return (await loader.run('serialStarts', { url, apiKey: API_KEY, count: SERIAL_STARTS }))
        .startMs
    }
    const starts = { fast: await serial(fast), slow: await serial(slow) }
    // An answered start is synced: sooner than a sync takes, the delay would not be in force.
    if (Math.min(...starts.slow) < SYNC_MS)
      throw new Error(`a start took ${Math.min(...starts.slow)} ms, sooner than its sync`)
    const side =
      ({ url, pid }: Service) =>
      async (): Promise<Side> => {
        await Promise.all([fast, slow].map((service) => waitIdle(service.pid)))
        const load = loader.run('closedLoop', {
          ...{ target: 'ours', url, pid, apiKey: API_KEY },
          ...{ callers: CALLERS, warmUpSeconds: 0.5, seconds: SECONDS * share },
        })
        const { result, healthzMs } = await probeDuring(url, load)
        return { rate: result.flowsPerSecond, healthzMs: percentile(healthzMs, 0.99) }
      }
    const sides = await alternate(ROUNDS, { fast: side(fast), slow: side(slow) })
    await Promise.all([fast.stop(), slow.stop()])
    const rates = sides.slow.map(({ rate }, i) => rate / (sides.fast[i]?.rate ?? Number.NaN))
    const probes = sides.slow.map(({ healthzMs }) => healthzMs)
    const show = (name: 'fast' | 'slow') =>
      `${format(median(sides[name].map(({ rate }) => rate)))} flows/s, /healthz p99 ${format(median(sides[name].map(({ healthzMs }) => healthzMs)))} ms, a start alone ${format(median(starts[name]))} ms`
    return {
      measures: [
        measure('B12a', RATE, rates, MIN_RATE),
        measure('B12b', HEALTHZ, probes, MAX_HEALTHZ_MS, 'ms'),
      ],
      notes: [`Without a delay: ${show('fast')}. With it: ${show('slow')}.`],
    }
  },
}
