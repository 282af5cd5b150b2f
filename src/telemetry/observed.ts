// The parts as compose.ts has them, each watched from outside: what they came to and how long they took.
// It must not change an answer, nor fail where counting does.

import type { Caller, VerificationService } from '../verification/api.ts'
import type { Hasher, HashSlot } from '../verification/hashing-ports.ts'
import type { Metrics } from './metrics.ts'

const METHODS = ['start', 'resend', 'check', 'cancel'] as const

const secondsSince = (began: number) => (performance.now() - began) / 1000

type Result = { kind: string; error?: string; limit?: { name: string }; replayed?: boolean }
type Operation = (caller: Caller, command: never) => Promise<Result>

export function observeService(
  service: VerificationService,
  metrics: Metrics,
): VerificationService {
  const watched =
    (operation: string, run: Operation): Operation =>
    async (caller, command) => {
      const result = await run(caller, command)
      const { name } = caller.service
      metrics.countOutcome(
        name,
        operation,
        result.replayed ? 'replayed' : (result.error ?? result.kind),
      )
      if (result.limit) metrics.countLimited(name, result.limit.name)
      return result
    }
  const operations = METHODS.map((method) => [
    method,
    watched(method, service[method] as Operation),
  ])
  return { ...service, ...Object.fromEntries(operations) }
}

function observeSlot(slot: HashSlot, metrics: Metrics): HashSlot {
  const timed = async <T>(work: 'start' | 'check', run: () => Promise<T>): Promise<T> => {
    const began = performance.now()
    try {
      return await run()
    } finally {
      metrics.observeHash(work, secondsSince(began))
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
