// What each provider said last, in memory: for people who ask whether it is the provider.
// It must not keep anything of a message: a kind, a code, times.

import type { Provider, ProviderState, SendOutcome, SendResult } from '../delivery/ports.ts'
import type { Clock } from '../kernel/clock.ts'

/** A gateway's own code may be a whole sentence. */
const MAX_CODE_LENGTH = 64

/** Of a result that was not accepted, short. */
export const codeOf = (result: SendResult): string | null =>
  result.kind === 'accepted' ? null : result.error.code.slice(0, MAX_CODE_LENGTH)

export type ProviderWatch = ReturnType<typeof createProviderWatch>

export function createProviderWatch(options: {
  providers: readonly Pick<Provider, 'name' | 'channels'>[]
  clock: Clock
}) {
  const states = options.providers.map(({ name, channels }): ProviderState => {
    return { name, channels, last: null, acceptedAt: null, accepted: 0, refused: 0 }
  })
  return {
    record({ provider, channel, result, durationMs }: SendOutcome): void {
      // A generic gateway of each channel has the same name.
      const state = states.find((one) => one.name === provider && one.channels.includes(channel))
      if (!state) return
      const at = options.clock.now()
      state.last = { kind: result.kind, code: codeOf(result), at, tookMs: durationMs }
      if (result.kind === 'accepted') {
        state.accepted += 1
        state.acceptedAt = at
      } else state.refused += 1
    },
    states: (): readonly ProviderState[] => states.map((state) => ({ ...state })),
  }
}
