// The plan for a due delivery: which provider carries it, and what it contains. Pure; runs inside the claim.
// The decrypted code goes to the worker alone.

import { CHANNELS, type Channel } from '../kernel/channel.ts'
import { type Keyring, UnknownKeyError } from '../kernel/keyring.ts'
import { codeContext, recipientContext } from '../kernel/sealing.ts'
import { MAX_AMBIGUOUS_SENDS } from './backoff.ts'
import type { DueDelivery, Plan } from './outbox-ports.ts'
import type { Provider } from './ports.ts'

/** In plaintext (I7: codes never leak), so never logged. `silent`: nothing is sent (decoys, test recipients). */
export type Prepared = { silent: boolean; to: string; code: string }
export type PlanDelivery = (due: DueDelivery) => Plan<Prepared>

/** Another node has the key or the service (a rolling restart): time enough for it to claim the row. */
const GIVE_BACK_MS = 2_000

export function createPlan(deps: {
  keyring: Pick<Keyring, 'open'>
  router: Router
  knowsService: (name: string) => boolean
}): PlanDelivery {
  return (due) => {
    if (due.ambiguous >= MAX_AMBIGUOUS_SENDS)
      return fail('too_many_sends', 'it may already have gone out often enough')
    if (!deps.knowsService(due.service)) return { kind: 'give_back', delayMs: GIVE_BACK_MS }
    let prepared: Prepared
    try {
      prepared = {
        silent: due.kind !== 'real', // mutants: C49.decoy-never-sent C19.real-sends-only
        to: deps.keyring.open(due.recipientSealed, recipientContext(due.verificationId)),
        code: deps.keyring.open(due.codeSealed, codeContext(due.verificationId)),
      }
    } catch (error) {
      if (error instanceof UnknownKeyError) return { kind: 'give_back', delayMs: GIVE_BACK_MS }
      return fail('unreadable', 'the stored message could not be opened')
    }
    // A decoy names the provider that a real message would have: their answers look alike (C49).
    const provider = deps.router(due.channel)
    if (!provider) return fail('no_provider', 'no provider serves this channel')
    return { kind: 'send', provider: provider.name, prepared }
  }
}

function fail(code: string, message: string): Plan<Prepared> {
  return { kind: 'fail', error: { code, message } }
}

/** Names of providers in order, by channel (`SMS_ROUTES`, `EMAIL_ROUTES`, …). */
export type Routes = Readonly<Partial<Record<Channel, readonly string[]>>>

/** The provider that carries a channel. Pure; undefined: none does. */
export type Router = (channel: Channel) => Provider | undefined

/**
 * Without a route for a channel, the configured providers take it in their order. The development
 * inbox comes last of all, so that it takes only what no other provider does.
 * @throws at start for a route that is impossible; config/ has reported its setting before
 */
export function createRouter(providers: readonly Provider[], routes: Routes = {}): Router {
  const isInbox = (provider: Provider) => provider.name === 'inbox'
  const byDefault = providers.toSorted((a, b) => Number(isInbox(a)) - Number(isInbox(b)))
  const firsts = new Map<Channel, Provider | undefined>()
  for (const channel of CHANNELS) {
    const order = routes[channel]?.map((name) => findFor(providers, channel, name))
    firsts.set(channel, order?.[0] ?? byDefault.find(({ channels }) => channels.includes(channel)))
  }
  return (channel) => firsts.get(channel)
}

function findFor(providers: readonly Provider[], channel: Channel, name: string): Provider {
  const named = providers.filter((provider) => provider.name === name)
  const found = named.find((provider) => provider.channels.includes(channel))
  if (found) return found
  const problem = named.length === 0 ? 'is not configured' : `does not carry ${channel}`
  throw new Error(`the route of ${channel}: the provider "${name}" ${problem}`)
}
