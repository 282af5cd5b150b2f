// What each provider said last, in memory: for people who ask whether it is the provider.
// It must not change an answer, nor keep anything of a message: a kind, a code, times.

import type { OutgoingMessage, Provider, SendResult } from '../delivery/ports.ts'
import type { Channel } from '../kernel/channel.ts'
import type { Clock } from '../kernel/clock.ts'

type State = {
  name: string
  channels: readonly Channel[]
  last: { kind: SendResult['kind']; code: string | null; at: number; tookMs: number } | null
  acceptedAt: number | null
  accepted: number
  refused: number
}

/** A gateway's own code may be a whole sentence. */
const MAX_CODE_LENGTH = 64

export type ProviderWatch = ReturnType<typeof createProviderWatch>

/** @param deps.withoutQuotes takes out what quotes the message that was sent */
export function createProviderWatch(deps: {
  clock: Clock
  withoutQuotes: (result: SendResult, message: OutgoingMessage) => SendResult
}) {
  const states: State[] = []
  return {
    watch(provider: Provider): Provider {
      const { name, channels } = provider
      const none = { last: null, acceptedAt: null, accepted: 0, refused: 0 }
      const state: State = { name, channels, ...none }
      states.push(state)
      return {
        ...provider,
        async send(message, signal) {
          const began = performance.now()
          const result = await provider.send(message, signal)
          const tookMs = performance.now() - began
          const kept = deps.withoutQuotes(result, message)
          const at = deps.clock.now()
          const code = kept.kind === 'accepted' ? null : kept.error.code.slice(0, MAX_CODE_LENGTH)
          state.last = { kind: kept.kind, code, at, tookMs }
          if (kept.kind === 'accepted') {
            state.accepted += 1
            state.acceptedAt = at
          } else state.refused += 1
          return result
        },
      }
    },
    states: (): readonly State[] => states.map((state) => ({ ...state })),
  }
}
