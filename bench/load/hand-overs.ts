// One start at a time, with pauses; when did the provider's socket see each message?
// It must not begin a start while the one before is under way: the service is to be idle.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from './gateway.ts'
import { takePeople } from './people-counter.ts'
import { createCaller } from './targets.ts'

/** @returns by verification: when its message came in, by the machine's monotonic clock */
export async function handOvers(
  gateway: Gateway,
  args: { url: string; apiKey: string; count: number; pauseMs: number },
): Promise<{ seenAt: Record<string, number> }> {
  const caller = createCaller('ours', args.url, args.apiKey)
  const seenAt: Record<string, number> = {}
  for (let i = 0; i < args.count; i += 1) {
    const { id, status } = await caller.start(takePeople())
    if (status !== 201) throw new Error(`start: ${status}`)
    await gateway.codeFor(id)
    seenAt[id] = gateway.seenAt(id) as number
    await sleep(args.pauseMs)
  }
  await caller.close()
  return { seenAt }
}
