// One line a minute of each name for what may happen thousands of times, with how often it has happened since the last line.

import type { Clock } from './clock.ts'

const TOLD_EVERY_MS = 60_000

type Log = { warn(fields: Record<string, unknown>, message: string): void }

/**
 * @param text of the line. It is told of configured names alone: of any name of a stranger's too many would be remembered
 * @param field under which the line has the name
 */
export function createRareNote(
  { clock, logger }: { clock: Pick<Clock, 'now'>; logger: Log },
  text: string,
  field: 'provider' | 'system' = 'provider',
) {
  const told = new Map<string, { at: number; count: number }>()
  return (name: string, fields: Record<string, unknown> = {}): void => {
    const now = clock.now()
    const last = told.get(name) ?? { at: Number.NEGATIVE_INFINITY, count: 0 }
    const count = last.count + 1
    const isTold = now - last.at >= TOLD_EVERY_MS
    told.set(name, isTold ? { at: now, count: 0 } : { ...last, count })
    if (isTold) logger.warn({ [field]: name, ...fields, count }, text)
  }
}
