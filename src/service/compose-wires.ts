// The wires: somebody else's APIs in front of the domain, each loaded with its first request.

import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { HttpClient } from '../delivery/ports.ts'
import type { AppDeps } from '../http/deps.ts'
import type { LateRoutes } from '../http/late.ts'
import type { Keyring } from '../kernel/keyring.ts'
import { createRareNote } from '../kernel/rare-note.ts'
import { type Comparer, readCode } from '../verification/comparison.ts'
import type { ServicePolicy } from '../verification/policy.ts'
import type { WireStore } from '../verification/wire-ports.ts'

type Kept = { wires: WireStore; keyring: Keyring }

/** Empty where no service has it: then there is nothing at its addresses. */
export function lateCamara(deps: AppDeps, { wires, keyring }: Kept): LateRoutes[] {
  const services = [...deps.services.values()]
  if (!services.some(({ camaraOtp }) => camaraOtp)) return []
  return [
    {
      under: '/one-time-password-sms/*',
      covers: () => true,
      isExpected: true,
      async add(app) {
        const [{ addCamaraWire }, { createCamaraWire }, { acceptedTexts }] = await Promise.all([
          import('../http/routes/wire-camara.ts'),
          import('../wires/camara/wire.ts'),
          import('../delivery/templates/accepted-texts.ts'),
        ])
        const texts = new Map<string, ReadonlyMap<string, string>>()
        const textsOf = (service: ServicePolicy) => {
          const found = texts.get(service.name) ?? acceptedTexts(service)
          texts.set(service.name, found)
          return found
        }
        const { service } = deps
        const wire = createCamaraWire({ service, wires, keyring, textsOf, createId: randomUUID })
        addCamaraWire(app, { ...deps, wire })
      },
    },
  ]
}

type Noting = Parameters<typeof createRareNote>[0]

function noteOf(log: Noting): (error: string) => void {
  const note = createRareNote(
    log,
    'Twilio did not do what was delegated to it; see docs/move-in/twilio-verify.md',
  )
  return (error) => note('twilio', { error })
}

/** Empty where the wire is off: then there is nothing at its addresses. */
export function lateTwilio(
  config: Config,
  deps: AppDeps,
  { wires, keyring, http }: Kept & { http: HttpClient },
): LateRoutes[] {
  if (!config.twilioVerify.isOn) return []
  return [
    {
      under: '/v2/*',
      covers: () => true,
      isExpected: true,
      async add(app) {
        const [{ addTwilioWire }, { createTwilioWire }, { createUpstream }] = await Promise.all([
          import('../http/routes/wire-twilio.ts'),
          import('../wires/twilio/wire.ts'),
          import('../wires/twilio/upstream.ts'),
        ])
        const { service, clock, events } = deps
        const login = config.twilioVerify.upstream
        const upstream = login && createUpstream(login, { http, note: noteOf(deps) })
        const draw = () => Math.random() * 100
        const wire = createTwilioWire({ service, wires, keyring, clock, events, upstream, draw })
        addTwilioWire(app, { ...deps, wire, publicUrl: config.publicUrl })
      },
    },
  ]
}

/** Of codes that Twilio sent; its code is loaded with the first of them. Null: there is no login at Twilio. */
export function lateDelegate(
  { twilioVerify }: Config,
  http: HttpClient,
  log: Noting,
): Comparer | null {
  const { upstream: login } = twilioVerify
  if (!login) return null
  const load = async () => {
    const [{ createTwilioComparer }, { createUpstream }] = await Promise.all([
      import('../wires/twilio/comparer.ts'),
      import('../wires/twilio/upstream.ts'),
    ])
    return createTwilioComparer(createUpstream(login, { http, note: noteOf(log) }))
  }
  return {
    mayMean: (typed) => readCode(typed) !== null,
    // Its length is Twilio's.
    expectedShape: () => undefined,
    prepare: async (input) => (await load()).prepare(input),
  }
}
