// A request to a provider: it ends soon after its deadline, or once it is to stop, whatever the provider does.

/** A provider that does not end when its signal aborts loses its place after this. */
export const ABORT_GRACE_MS = 500

/** @param late for a request that was aborted and did not end. Rejects where `ask` does */
export async function withinDeadline<Answer>(
  ask: (signal: AbortSignal) => Promise<Answer>,
  { deadlineMs, stop, late }: { deadlineMs: number; stop?: AbortSignal; late: Answer },
): Promise<Answer> {
  const deadline = new AbortController()
  const given = Promise.withResolvers<Answer>()
  const abort = () => {
    deadline.abort()
    setTimeout(given.resolve, ABORT_GRACE_MS, late).unref()
  }
  const timer = setTimeout(abort, deadlineMs)
  stop?.addEventListener('abort', abort, { once: true })
  if (stop?.aborted) abort()
  try {
    return await Promise.race([ask(deadline.signal), given.promise])
  } finally {
    clearTimeout(timer)
    stop?.removeEventListener('abort', abort)
  }
}
