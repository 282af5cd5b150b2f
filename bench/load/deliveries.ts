// Waits until so many messages, or webhooks, came in, each answered after a set time.
// It must not start anything.

import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from '../harness/monotonic.ts'
import type { Gateway, Kind } from './gateway.ts'

const LOOK_EVERY_MS = 5

/** From the first one to the answer of the last. */
export async function deliveries(
  gateway: Gateway,
  {
    kind = '/send',
    ...args
  }: { count: number; delayMs: number; deadlineSeconds: number; kind?: Kind },
): Promise<{ seconds: number; received: number }> {
  gateway.forget()
  gateway.delayMs = args.delayMs
  const end = monotonicMs() + args.deadlineSeconds * 1000
  while (gateway.received(kind) === 0 && monotonicMs() < end) await sleep(1)
  const began = monotonicMs()
  while (gateway.received(kind) < args.count && monotonicMs() < end) await sleep(LOOK_EVERY_MS)
  const seconds = (monotonicMs() - began + args.delayMs) / 1000
  const received = gateway.received(kind)
  gateway.delayMs = 0
  return { seconds, received }
}
