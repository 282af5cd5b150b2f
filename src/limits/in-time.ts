// An answer of a store, or the refusal to wait for it any longer.
// It must not end the work itself: who asked closes the connection, or lets the answer go by.

import { StoreUnavailableError } from '../kernel/errors.ts'

/** @throws StoreUnavailableError after `ms`, else what `work` throws */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const giveUp = () =>
    late.reject(new StoreUnavailableError('the limit store did not answer in time'))
  // One turn of the event loop more: after a busy moment timers run before the answers that have long arrived.
  const timer = setTimeout(() => setImmediate(giveUp), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
