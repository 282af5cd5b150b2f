// The services, the hasher and the providers, observed from outside: their results and how long they took.
// It must not change an answer, nor fail where counting does, nor keep anything of a message.

import type { Provider, ProviderState, SendOutcome } from '../delivery/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Caller } from '../verification/api.ts'
import type { Hasher, HashSlot } from '../verification/hashing-ports.ts'
import { codeOf, type Metrics } from './metrics.ts'

type Result = { kind: string; error?: string; limit?: { name: string }; replayed?: boolean }
type Operation = (caller: Caller, command: never) => Promise<Result>

/** @param methods its operations, by whose names they are counted */
export function observeOperations<Part extends object>(
  part: Part,
  methods: readonly (keyof Part & string)[],
  metrics: Pick<Metrics, 'countOutcome' | 'countLimited'>,
): Part {
  const observed = (method: keyof Part & string): Operation => {
    const run = part[method] as Operation
    return async (caller, command) => {
      const result = await run(caller, command)
      const { name } = caller.service
      const outcome = result.replayed ? 'replayed' : (result.error ?? result.kind)
      metrics.countOutcome(name, method, outcome)
      if (result.limit) metrics.countLimited(name, result.limit.name)
      return result
    }
  }
  return { ...part, ...Object.fromEntries(methods.map((method) => [method, observed(method)])) }
}

function observeSlot(slot: HashSlot, metrics: Metrics): HashSlot {
  const timed = async <T>(work: 'start' | 'check', run: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    try {
      return await run()
    } finally {
      metrics.observeHash(work, (performance.now() - began) / 1000)
    }
  }
  return {
    hash: (code, id) => timed('start', () => slot.hash(code, id)),
    verify: (stored, code, id) => timed('check', () => slot.verify(stored, code, id)),
    hashPlain: (text, boundTo) => timed('start', () => slot.hashPlain(text, boundTo)),
    verifyPlain: (stored, text, boundTo) =>
      timed('check', () => slot.verifyPlain(stored, text, boundTo)),
    release: () => slot.release(),
  }
}

export function observeHasher(hasher: Hasher, metrics: Metrics): Hasher {
  return {
    knows: (pepperKeyId) => hasher.knows(pepperKeyId),
    reserve(work) {
      const slot = hasher.reserve(work)
      return slot && observeSlot(slot, metrics)
    },
  }
}

export type ProviderWatch = ReturnType<typeof createProviderWatch>

/** The last result of each provider, in memory: a kind, a code, times. */
export function createProviderWatch(options: {
  providers: readonly Pick<Provider, 'name' | 'channels'>[]
  clock: Clock
}) {
  const states = options.providers.map(({ name, channels }): ProviderState => {
    return { name, channels, last: null, acceptedAt: null, accepted: 0, refused: 0 }
  })
  return {
    record({ provider, channel, result, durationMs }: SendOutcome): void {
      // Generic gateways of different channels have the same name.
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
