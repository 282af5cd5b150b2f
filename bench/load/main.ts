// The load's process: says where its gateway listens, then runs one job after the other.
// It must not run two jobs at once.

import { startGateway } from './gateway.ts'
import { createJobs } from './jobs.ts'

const gateway = await startGateway()
const jobs = createJobs(gateway) as Record<string, (args: unknown) => unknown>

process.on('message', async ({ name, args }: { name: string; args: unknown }) => {
  try {
    process.send?.({ result: await jobs[name]?.(args) })
  } catch (error) {
    process.send?.({ error: error instanceof Error ? String(error.stack) : String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ gatewayUrl: gateway.url })
