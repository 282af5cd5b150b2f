// What a sign-in by OpenID Connect keeps in the browser until it is back: sealed, and good for ten minutes.
// It must not be readable or writable there: state, nonce and the code's verifier prove whose sign-in it is.

import type { Flow, OidcConfig, OidcProvider } from '../access/oidc/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Keyring } from '../kernel/keyring.ts'

/** Somebody who looks for a phone with the second factor of their provider. */
export const FLOW_MS = 10 * 60_000
/** Browsers keep cookies of 4 KiB. */
const MAX_CHARACTERS = 4096
const CONTEXT = 'console sign-in'

export type Flows = {
  seal(flow: Flow): string
  /** Undefined: made elsewhere, changed, or too old. */
  open(sealed: string): Flow | undefined
}

/** service/compose-admin.ts fills it. */
export type OidcParts = { provider: OidcProvider; config: OidcConfig; flows: Flows }

export function createFlows(deps: {
  keyring: Pick<Keyring, 'seal' | 'open'>
  clock: Clock
}): Flows {
  const { keyring, clock } = deps
  return {
    seal: (flow) => keyring.seal(JSON.stringify(flow), CONTEXT).toString('base64url'),
    open(sealed) {
      if (sealed.length > MAX_CHARACTERS) return undefined
      try {
        const flow = JSON.parse(keyring.open(Buffer.from(sealed, 'base64url'), CONTEXT)) as Flow
        return clock.now() - flow.startedAt < FLOW_MS ? flow : undefined // mutant: C33.sign-in-ten-minutes
      } catch {
        return undefined
      }
    },
  }
}
