// Receipts: the URLs that messages go out with, and where providers report to.
// It must not make either where nobody outside can reach this service.

import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/listen.ts'
import { createCallbackUrls, createReturnTokens } from '../delivery/callback-urls.ts'
import { createDecoyReceipts } from '../delivery/decoy-receipts.ts'
import type { Provider } from '../delivery/ports.ts'
import { createReceiptDesk, type DeskDeps } from '../delivery/receipt-desk.ts'
import type { ReceiptDesk } from '../delivery/receipt-ports.ts'
import { mayCarry } from '../delivery/routing.ts'
import type { CallbackUrlOf, ReturnTokenOf } from '../delivery/templates/message.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'

type Needs = Pick<DeskDeps, 'chooser' | 'rests' | 'clock' | 'logger' | 'wake' | 'suppress'> & {
  metrics: Metrics
}

/** Providers refuse a message whose callback leads to themselves. */
function isReachable(publicUrl: string): boolean {
  return !isLoopback(new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1'))
}

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
  const decoys = createDecoyReceipts({ outbox, clock: deps.clock, random: Math.random })
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
  const servicesBy: DeskDeps['servicesBy'] = (provider, channel) =>
    [...services.keys()].filter((service) =>
      mayCarry(provider, serviceRoutes.get(service)?.[channel] ?? routes[channel]),
    )
  return {
    callbackUrlOf,
    returnTokenOf,
    onDecoySent: decoys.follow,
    isReporting: (provider: Provider) => reporting.includes(provider),
    /** That a message arrived, too. */
    reportsArrival: (provider: Provider) =>
      reporting.includes(provider) && provider.receipts?.failuresOnly !== true, // mutant: C54.bounces-are-no-receipts
    /** Null: nobody could report. */
    openDesk({ metrics, ...beside }: Needs): ReceiptDesk | null {
      if (reporting.length === 0) return null
      const { countReceipt: onReceipt, countFailover: onFailover } = metrics
      const { chooser, rests, clock, logger, wake, suppress } = beside
      return createReceiptDesk({
        ...{ publicUrl: publicUrl ?? NO_ORIGIN, urls, tokens, outbox, decoys, keyring },
        providers: reporting,
        ...{ chooser, rests, clock, logger, wake, suppress, onReceipt, onFailover },
        servicesBy,
      })
    },
  }
}
