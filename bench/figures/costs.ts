// What argon2's settings buy: flows a second here, against what a thief pays for one six-digit code. No target.
// The thief's side is a bare hash on the same cores: neither a better build nor a graphics card is counted.

import { bareHash } from '../harness/bare.ts'
import type { Figure } from '../harness/figure.ts'
import { API_KEY, startService } from '../harness/server.ts'
import { format } from '../harness/stats.ts'

/** KiB and passes. OWASP's list of equal strength, a light one and a dear one. */
const COSTS = [
  [1024, 1],
  [7168, 5],
  [9216, 4],
  [12_288, 3],
  [19_456, 2],
  [47_104, 1],
  [65_536, 3],
] as const
const SECONDS = 3
const CALLERS = 8
/** On average half of the six-digit codes are tried. */
const TRIES = 500_000

export const costs: Figure = {
  id: 'C',
  title: 'What an argon2 cost buys',
  async run({ loader, share }) {
    const rows: string[] = []
    for (const [memoryKib, passes] of COSTS) {
      const { cpuMs } = await bareHash({ memoryKib, passes, seconds: 2 * share })
      const service = await startService({
        ...loader.gatewayEnv,
        ...{ MINT_SIZE: '0', ARGON2_MEMORY_KIB: String(memoryKib), ARGON2_PASSES: String(passes) },
      })
      const { flowsPerSecond } = await loader.run('closedLoop', {
        ...{ target: 'ours', url: service.url, pid: service.pid, apiKey: API_KEY },
        ...{ callers: CALLERS, warmUpSeconds: 1, seconds: SECONDS * share },
      })
      await service.stop()
      const coreHours = (cpuMs * TRIES) / 3_600_000
      rows.push(
        `| ${memoryKib} KiB × ${passes} | ${format(cpuMs)} ms | ${format(flowsPerSecond)} | ${format(coreHours)} core-hours |`,
      )
    }
    return {
      measures: [],
      notes: [
        [
          '| memory × passes | CPU of a hash | flows/s | half of all six-digit codes, on these cores |',
          '| --- | --- | --- | --- |',
          ...rows,
        ].join('\n'),
        'The last column is the work of a thief who has the database and the pepper. With the database alone there is nothing to try against: the pepper (32 bytes) is part of every hash. With database and root secret the sealed copy of a code that is still pending opens at once, whatever the cost; the column holds where that copy was erased already.',
      ],
    }
  },
}
