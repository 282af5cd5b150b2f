// The wires: somebody else's APIs in front of the domain, each loaded with its first request.

import type { Config } from '../config/config.ts'
import type { AppDeps } from '../http/deps.ts'
import type { LateRoutes } from '../http/late.ts'
import type { Keyring } from '../kernel/keyring.ts'
import type { WireStore } from '../verification/wire-ports.ts'

/** Empty where the wire is off: then there is nothing at its addresses. */
export function lateTwilio(
  config: Config,
  deps: AppDeps,
  { wires, keyring }: { wires: WireStore; keyring: Keyring },
): LateRoutes[] {
  if (!config.twilioVerify.isOn) return []
  return [
    {
      under: '/v2/*',
      covers: () => true,
      async add(app) {
        const [{ addTwilioWire }, { createTwilioWire }] = await Promise.all([
          import('../http/routes/wire-twilio.ts'),
          import('../wires/twilio/wire.ts'),
        ])
        const { service, clock } = deps
        const wire = createTwilioWire({ service, wires, keyring, clock })
        addTwilioWire(app, { ...deps, wire, publicUrl: config.publicUrl })
      },
    },
  ]
}
