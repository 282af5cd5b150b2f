// One line a minute of each provider for what may happen thousands of times, with how often it has happened since the last line.

import type { Clock } from '../kernel/clock.ts'
import type { DeliveryLog } from './ports.ts'

const TOLD_EVERY_MS = 60_000

/** @param text of the line. It is told of configured providers alone: of any name of a stranger's too many would be remembered */
export function createRareNote(
  { clock, logger }: { clock: Pick<Clock, 'now'>; logger: Pick<DeliveryLog, 'warn'> },
  text: string,
) {
  const told = new Map<string, { at: number; count: number }>()
  return (provider: string, fields: Record<string, unknown> = {}): void => {
    const now = clock.now()
    const last = told.get(provider) ?? { at: Number.NEGATIVE_INFINITY, count: 0 }
    const count = last.count + 1
    const isTold = now - last.at >= TOLD_EVERY_MS
    told.set(provider, isTold ? { at: now, count: 0 } : { ...last, count })
    if (isTold) logger.warn({ provider, ...fields, count }, text)
  }
}
