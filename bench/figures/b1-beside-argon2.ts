// B1: what a flow (start + right check) costs the server beside its two hashes, saturated, at the default cost.
// The mint is off: a hash made before the window opens would be paid by nobody.

import { bareHash } from '../harness/bare.ts'
import { alternate, type Figure, measure } from '../harness/figure.ts'
import { API_KEY, startService } from '../harness/server.ts'
import { format, median } from '../harness/stats.ts'

const ROUNDS = 4
const BARE_SECONDS = 6
const FLOW_SECONDS = 10
/** Twice what two cores hash at once, and as many in flight beside: never short of work. */
const CALLERS = 8
/** Of one bare hash: a faster argon2 must not make it look worse, nor a slower one better. */
const MAX_BESIDE = 0.3
const MIN_RATE = 0.87

export const beside: Figure = {
  id: 'B1',
  title: 'Cost beside argon2',
  async run({ loader, share }) {
    const service = await startService({ ...loader.gatewayEnv, MINT_SIZE: '0' })
    const { bare, flows } = await alternate<'bare' | 'flows', Side>(ROUNDS, {
      bare: async () => {
        const { perSecond, cpuMs } = await bareHash({ seconds: BARE_SECONDS * share })
        return { rate: perSecond, cpuMs, loadShare: 0 }
      },
      flows: async () => {
        const result = await loader.run('closedLoop', {
          ...{ target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY },
          ...{ callers: CALLERS, warmUpSeconds: 1, seconds: FLOW_SECONDS * share },
        })
        return {
          rate: result.flowsPerSecond,
          cpuMs: result.serverCpuMs / result.flows,
          loadShare: result.loadCpuMs / (result.loadCpuMs + result.serverCpuMs),
        }
      },
    })
    await service.stop()
    const beside = flows.map(({ cpuMs }, i) => cpuMs / (bare[i]?.cpuMs ?? Number.NaN) - 2)
    const rates = flows.map(({ rate }, i) => rate / ((bare[i]?.rate ?? Number.NaN) / 2))
    return {
      measures: [
        measure('B1a', 'server CPU a flow, less two bare hashes, ÷ one', beside, {
          atMost: MAX_BESIDE,
        }),
        measure('B1b', 'flows/s ÷ (bare hashes/s ÷ 2)', rates, { atLeast: MIN_RATE }),
      ],
      notes: [
        `A bare hash: ${tell(bare, 'cpuMs')} ms of CPU, ${tell(bare, 'rate')} a second. A flow: ${tell(flows, 'cpuMs')} ms of the server's CPU, ${tell(flows, 'rate')} a second.`,
        `The load and its gateway took ${format(100 * median(flows.map((side) => side.loadShare)))} % of the CPU that both used, on the same cores: a flow rate of 1.00 is out of reach by that much.`,
      ],
    }
  },
}

type Side = { rate: number; cpuMs: number; loadShare: number }

function tell(sides: readonly Side[], name: keyof Side): string {
  return format(median(sides.map((side) => side[name])))
}
