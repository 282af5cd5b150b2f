// The provider of a message's next try, by its route, what it has tried, and who rests: at its start, when it is due, and after an answer.
// It must not settle anything: it names a provider, and when.

import type { Channel } from '../../kernel/channel.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type NextProvider, nextProvider, type Readiness } from './next-provider.ts'
import type { Rests } from './rests.ts'
import { drawOrder } from './routes.ts'
import type { Routed, Routing } from './routing.ts'
import { forNewRound, hadTurn } from './tried.ts'

/** Not now, or not there: to another lane, or later. */
export type Move = { kind: 'move'; provider: string; tried: string; delayMs: number }
export type Chosen = { kind: 'send'; provider: string } | Move | undefined

export type Chooser = ReturnType<typeof createChooser>

/** A new round that nothing failed before: all rest. */
const NEW_ROUND_MS = 1_000

/** @param deps.random in [0, 1) */
export function createChooser(deps: {
  routing: Routing
  rests: Rests
  clock: Clock
  random: () => number
  /** Where a message would wait too long: it is not queued there while another one of its route is left. */
  isFull?: (channel: Channel, provider: string) => boolean
}) {
  const { routing, rests, clock, random, isFull = () => false } = deps
  const readinessOf =
    ({ channel, country }: Routed, now: number) =>
    (provider: string) =>
      rests.readiness({ channel, provider, country }, now)
  const next = (message: Routed, tried: string): NextProvider | undefined => {
    const order = drawOrder(routing(message), random)
    return nextProvider(order, tried, readinessOf(message, clock.now()))
  }
  const isReady = ({ rests: is, pausedUntil }: Readiness) => !is && pausedUntil === 0
  return {
    /** Null: no provider serves the channel. */
    first(message: Routed): string | null {
      const order = drawOrder(routing(message), random)
      const open = order.filter((name) => !isFull(message.channel, name))
      const among = open.length > 0 ? open : order
      return nextProvider(among, '', readinessOf(message, clock.now()))?.provider ?? null
    },
    /** After an answer. Undefined: each has refused it for good. */
    next,
    /** Of a due row. Undefined: nobody may carry it. */
    whenDue(message: Routed, provider: string | null, tried: string): Chosen {
      const now = clock.now()
      const route = routing(message).map(({ name }) => name)
      const isOnRoute = provider !== null && route.includes(provider)
      if (isOnRoute && isReady(readinessOf(message, now)(provider)))
        return { kind: 'send', provider }
      // It is this one's turn, whatever an older program left behind.
      const before = isOnRoute && hadTurn(tried, provider) ? forNewRound(tried) : tried
      const found = next(message, before)
      if (!found) return undefined
      if (found.provider === provider && found.notBefore === 0) return { kind: 'send', provider } // mutant: C53.last-one-is-asked
      const backoffMs = found.isNewRound ? Math.floor(random() * NEW_ROUND_MS) : 0
      const delayMs = Math.max(backoffMs, found.notBefore - now)
      return { kind: 'move', provider: found.provider, tried: found.tried, delayMs }
    },
  }
}
