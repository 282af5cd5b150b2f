// Receipts: the URLs that messages go out with, where providers report to, and who asks them.
// It must not make a URL where nobody outside can reach this service.

import type { Config } from '../config/config.ts'
import { isReachable } from '../config/listen.ts'
import type { Provider } from '../delivery/ports.ts'
import { createCallbackUrls, createReturnTokens } from '../delivery/receipts/callback-urls.ts'
import { createDecoyReceipts } from '../delivery/receipts/decoy-receipts.ts'
import { createReceiptDesk, type DeskDeps } from '../delivery/receipts/desk.ts'
import { createPoller, type Poller } from '../delivery/receipts/poller.ts'
import type { ReceiptDesk } from '../delivery/receipts/ports.ts'
import { createNext, createTake, type TakeDeps } from '../delivery/receipts/take-receipt.ts'
import { createView, type View } from '../delivery/receipts/viewers.ts'
import { mayCarry } from '../delivery/routes/routing.ts'
import type { CallbackUrlOf, ReturnTokenOf } from '../delivery/templates/message.ts'
import type { EventType } from '../events/types.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { VerificationService } from '../verification/api.ts'
import type { Traces } from './compose-traces.ts'

type Needs = Pick<TakeDeps, 'rests' | 'clock' | 'wake' | 'suppress'> & {
  chooser: Parameters<typeof createNext>[0]['chooser']
  logger: DeskDeps['logger']
  metrics: Metrics
  traces: Traces | null
}
/** `desk`: null where nobody could report. */
type Receipts = { desk: ReceiptDesk | null; poller: Poller; view: View }

const OF_ARRIVAL: readonly EventType[] = ['delivery.delivered', 'delivery.undelivered']
const isOfArrival = (type: EventType) => OF_ARRIVAL.includes(type)

/** No signature is over it. */
const NO_ORIGIN = 'http://localhost'

export type Reports = ReturnType<typeof composeReports>

export function composeReports(
  {
    publicUrl,
    services,
    routes,
    serviceRoutes,
  }: Pick<Config, 'publicUrl' | 'services' | 'routes' | 'serviceRoutes'>,
  deps: { keyring: Keyring; store: Store; clock: Clock; providers: readonly Provider[] },
) {
  const { keyring, providers } = deps
  const { outbox } = deps.store
  const decoys = createDecoyReceipts({ outbox, clock: deps.clock })
  const urls =
    publicUrl !== null && isReachable(publicUrl) ? createCallbackUrls({ publicUrl, keyring }) : null
  const ofMessages = providers.filter(({ receipts }) => receipts?.url === 'message')
  const names = new Set(ofMessages.map(({ name }) => name))
  const tokens = createReturnTokens(keyring)
  const byToken = providers.filter(({ receipts }) => receipts?.url === 'token')
  const returnTokenOf: ReturnTokenOf = ({ provider, tryId }) =>
    byToken.some(({ name }) => name === provider) ? tokens.of(provider, tryId) : null
  // Bounces come from a mail server of one's own, which needs no public address.
  const reporting = urls === null ? byToken : providers.filter(({ receipts }) => receipts)
  const callbackUrlOf: CallbackUrlOf = ({ provider, tryId }) =>
    urls && names.has(provider) ? urls.of(provider, tryId) : null
  const tellsArrival = (provider: Provider) =>
    reporting.includes(provider) && provider.receipts?.failuresOnly !== true // mutant: C54.bounces-are-no-receipts
  const heard = new Set(reporting.map(({ name }) => name))
  const hasWebhook = (service: string) =>
    services.get(service)?.webhooks.some(({ events }) => events.some(isOfArrival)) ?? false
  const servicesBy: DeskDeps['servicesBy'] = (provider, channel) =>
    [...services.keys()].filter((service) =>
      mayCarry(provider, serviceRoutes.get(service)?.[channel] ?? routes[channel]),
    )
  return {
    decoys,
    callbackUrlOf,
    returnTokenOf,
    hasWebhook,
    onDecoySent(claim: Parameters<typeof decoys.follow>[0]) {
      if (heard.has(claim.provider)) decoys.follow(claim)
    },
    /** On its own, or when it is asked. */
    isReporting: (provider: Provider) => reporting.includes(provider) || provider.ask !== undefined,
    /** That a message arrived, too. */
    reportsArrival: (provider: Provider) => tellsArrival(provider) || provider.ask !== undefined,
    open({ metrics, chooser, logger, traces, ...beside }: Needs): Receipts {
      const { countReceipt: onReceipt, countFailover: onFailover, countPoll: onPoll } = metrics
      const { rests, clock, wake, suppress } = beside
      const next = createNext({ chooser, keyring })
      const take = createTake({
        ...{ outbox, decoys, keyring, next, rests, clock, wake, suppress },
        ...{ onReceipt, onFailover },
      })
      const shared = { take, clock, logger }
      const poller = createPoller({
        ...shared,
        providers,
        outbox,
        decoys,
        next,
        hasWebhook,
        onPoll,
        aroundPoll: traces?.aroundPoll,
      })
      const view = createView({ outbox, providers, clock, logger })
      if (reporting.length === 0) return { desk: null, poller, view }
      const places = { publicUrl: publicUrl ?? NO_ORIGIN, urls, tokens, suppress, servicesBy }
      return {
        desk: createReceiptDesk({ ...shared, ...places, providers: reporting }),
        poller,
        view,
      }
    },
  }
}

/** A caller that reads a verification waits for what becomes of its message. */
export function withViewers(service: VerificationService, view: View): VerificationService {
  return {
    ...service,
    async get(caller, command) {
      const result = await service.get(caller, command)
      if (result.kind !== 'found') return result
      const { id, status, deliveries } = result.verification
      if (status === 'pending' && deliveries.some((one) => one.status === 'sent'))
        view(id, caller.service.name)
      return result
    },
  }
}
