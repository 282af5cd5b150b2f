// The contexts of messages: in memory for those of this node's own starts, else from the store, where another node or the
// process before this one wrote them. It must not hold up a message for longer than a moment, nor fail one.

import { ENDING, type KeptTrace, type TraceContext, type TraceStore } from '../../kernel/tracing.ts'

/** Of starts whose message has not gone out yet, mostly: about 1.5 MiB. */
const MAX_KNOWN = 5_000
/** A store that does not answer by then costs a message its trace. */
const LOOK_MS = 500

/** In place of a send that nobody knows: the newest. */
export const NEWEST = Number.MAX_SAFE_INTEGER

/** Of the request that made this message: the newest one up to it, for a step of a chain has none of its own. */
export function pickTrace(kept: readonly KeptTrace[], send: number): KeptTrace | null {
  const exact = kept.find((one) => one.send === send)
  if (exact) return exact
  const before = kept.filter((one) => one.send !== ENDING && (send === ENDING || one.send < send))
  return before.sort((a, b) => b.send - a.send)[0] ?? null
}

export type KeptTraces = {
  /** Before its commit: a worker of this process may have the message right after it. Null: not sampled. */
  note(verificationId: string, context: TraceContext | null, at: number): void
  /** Null: it was not traced, or nobody knows. Never rejects. */
  of(verificationId: string, send: number): Promise<KeptTrace | null>
}

export function createKeptTraces(store: TraceStore): KeptTraces {
  const known = new Map<string, KeptTrace | null>()
  const look = async (verificationId: string, send: number) => {
    const { promise: late, resolve } = Promise.withResolvers<readonly KeptTrace[]>()
    const timer = setTimeout(resolve, LOOK_MS, [])
    try {
      return pickTrace(await Promise.race([store.of(verificationId), late]), send)
    } catch {
      return null
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    note(verificationId, context, at) {
      known.set(verificationId, context && { ...context, send: 1, at })
      const [oldest] = known.keys()
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest)
    },
    async of(verificationId, send) {
      const first = send === 1 ? known.get(verificationId) : undefined
      return first === undefined ? await look(verificationId, send) : first
    },
  }
}
