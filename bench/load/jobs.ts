// What the load can be asked to do; each job is bounded in count or time.
// It must not decide what a result means: the figures do.

import { burst, serialFlows, serialStarts } from './bursts.ts'
import { closedLoop } from './closed-loop.ts'
import { deliveries } from './deliveries.ts'
import type { Gateway } from './gateway.ts'
import { handOvers } from './hand-overs.ts'
import { openLoop } from './open-loop.ts'
import { relays } from './relays.ts'
import { reports, starts } from './reports.ts'

export type Jobs = ReturnType<typeof createJobs>

export function createJobs(gateway: Gateway) {
  return {
    closedLoop: (args: Parameters<typeof closedLoop>[1]) => closedLoop(gateway, args),
    burst,
    serialStarts,
    serialFlows: (args: Parameters<typeof serialFlows>[1]) => serialFlows(gateway, args),
    openLoop: (args: Parameters<typeof openLoop>[1]) => openLoop(gateway, args),
    handOvers: (args: Parameters<typeof handOvers>[1]) => handOvers(gateway, args),
    deliveries: (args: Parameters<typeof deliveries>[1]) => deliveries(gateway, args),
    starts,
    relays,
    reports: (args: Parameters<typeof reports>[1]) => reports(gateway, args),
    seenAt: (ids: readonly string[]) => ({
      seenAt: Object.fromEntries(ids.map((id) => [id, gateway.seenAt(id)])),
    }),
    forget: (_: null) => {
      gateway.forget()
      gateway.delayMs = 0
    },
  }
}
