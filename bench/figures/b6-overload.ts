// B6: four times the rate it can sustain, for a minute, whoever waits: what still gets through, how fast, in how much memory.
// A refused start is lost; who has a code and gets 503 tries the check again after its Retry-After, as a person does.

import { setTimeout as sleep } from 'node:timers/promises'
import { availableCores } from '../../src/hashing/available-cores.ts'
import { type Figure, measure } from '../harness/figure.ts'
import { API_KEY, DEFAULT_COST, startService } from '../harness/server.ts'
import { format, percentile } from '../harness/stats.ts'
import { peakRssMib, resetPeak, waitIdle } from '../harness/usage.ts'

const PEAK_SECONDS = 15
const OVERLOAD_SECONDS = 60
const TIMES = 4
const CALLERS = 8
const CHECK_RETRIES = 20
const IDLE_PROBE_SECONDS = 5
const MIN_GOODPUT = 0.9
const MAX_HEALTHZ_BESIDE_MS = 50
const BASE_MIB = 150
/** The queue (128 and one per core) at the measured rate, and as much again for the start's other work. */
const MAX_QUEUE_TIMES = 2
const DEFAULT_QUEUE = 128

export const overload: Figure = {
  id: 'B6',
  title: 'Overload',
  async run({ loader, share }) {
    // Off: the peak must not live on ready-made codes.
    const service = await startService({ ...loader.gatewayEnv, MINT_SIZE: '0' })
    const target = { url: service.url, apiKey: API_KEY }
    const peak = await loader.run('closedLoop', {
      ...{ ...target, target: 'ours', pid: service.pid },
      ...{ callers: CALLERS, warmUpSeconds: 1, seconds: PEAK_SECONDS * share },
    })
    await waitIdle(service.pid)
    const open = (startsPerSecond: number, seconds: number) =>
      loader.run('openLoop', { ...target, startsPerSecond, seconds, checkRetries: CHECK_RETRIES })
    const idle = await open(0, IDLE_PROBE_SECONDS)
    resetPeak(service.pid)
    const crowd = await open(TIMES * peak.flowsPerSecond, OVERLOAD_SECONDS * share)
    const peakMib = peakRssMib(service.pid)
    await sleep(1000)
    await service.stop()
    const [idleP99, busyP99] = [idle, crowd].map((one) => percentile(one.healthzMs, 0.99))
    const hashesPerSecond = 2 * peak.flowsPerSecond
    const startP99 = percentile(crowd.startMs, 0.99)
    const bound = (MAX_QUEUE_TIMES * 1000 * (DEFAULT_QUEUE + availableCores())) / hashesPerSecond
    const memory = (availableCores() * DEFAULT_COST.memoryKib) / 1024 + BASE_MIB
    return {
      measures: [
        measure(
          'B6a',
          'goodput at four times the load ÷ its peak',
          [crowd.approvedPerSecond / peak.flowsPerSecond],
          { atLeast: MIN_GOODPUT },
        ),
        measure(
          'B6b',
          'start p99 of those admitted (bound: twice a full queue)',
          [startP99],
          { atMost: Math.round(bound) },
          'ms',
        ),
        measure(
          'B6c',
          '/healthz p99, beside idle',
          [(busyP99 ?? Number.NaN) - (idleP99 ?? 0)],
          { atMost: MAX_HEALTHZ_BESIDE_MS },
          'ms',
        ),
        measure(
          'B6d',
          'peak resident memory (cores × m + 150)',
          [peakMib],
          { atMost: memory },
          'MiB',
        ),
      ],
      notes: [
        `Peak ${format(peak.flowsPerSecond)} flows/s with ${CALLERS} callers. Offered ${crowd.offered} starts in ${OVERLOAD_SECONDS * share} s: ${crowd.admitted} admitted, ${crowd.refused} refused (503), ${crowd.approved} approved, ${crowd.checksRefused} checks refused and tried again${Object.keys(crowd.odd).length > 0 ? `, other answers ${JSON.stringify(crowd.odd)}` : ''}.`,
        `Starts admitted: p50 ${format(percentile(crowd.startMs, 0.5))} ms, p99 ${format(startP99)} ms; checks: p50 ${format(percentile(crowd.checkMs, 0.5))} ms, p99 ${format(percentile(crowd.checkMs, 0.99))} ms. /healthz p99 ${format(idleP99 ?? 0)} ms idle, ${format(busyP99 ?? 0)} ms under load.`,
      ],
    }
  },
}
