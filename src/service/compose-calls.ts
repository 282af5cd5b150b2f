// Calls: the URL at which a provider asks what one is to say, and who answers there.
// It must not make a URL where nobody outside can reach this service.

import type { Config } from '../config/config.ts'
import { isReachable } from '../config/listen.ts'
import { type CallDeskDeps, createCallDesk } from '../delivery/calls/desk.ts'
import type { CallDesk } from '../delivery/calls/ports.ts'
import type { Provider } from '../delivery/ports.ts'
import { createCallbackUrls } from '../delivery/receipts/callback-urls.ts'
import type { CallbackUrlOf } from '../delivery/templates/message.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { Store } from '../storage/store.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { mayCall } from '../verification/admission.ts'

type Needs = Pick<CallDeskDeps, 'decoys' | 'clock' | 'logger'> & { metrics: Metrics }

export function composeCalls(
  { publicUrl, services }: Pick<Config, 'publicUrl' | 'services'>,
  deps: { keyring: Keyring; store: Store; providers: readonly Provider[] },
) {
  const { keyring, providers, store } = deps
  const isWanted = publicUrl !== null && providers.some(({ call }) => call)
  const urls =
    isWanted && isReachable(publicUrl)
      ? createCallbackUrls({ publicUrl, keyring, use: 'call' })
      : null
  const callUrlOf: CallbackUrlOf = ({ provider, tryId }) => urls?.of(provider, tryId) ?? null
  return {
    callUrlOf,
    mayCall(name: string, country: string | null): boolean {
      const service = services.get(name)
      return service !== undefined && mayCall(service, country)
    },
    /** Null: nobody calls. */
    openDesk({ metrics, decoys, clock, logger }: Needs): CallDesk | null {
      if (publicUrl === null || !urls) return null
      return createCallDesk({
        ...{ publicUrl, urls, providers, keyring, outbox: store.outbox },
        ...{ decoys, clock, logger, onReceipt: metrics.countReceipt },
        settingsOf: (service) => services.get(service),
      })
    },
  }
}
