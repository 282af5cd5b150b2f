// Whether people can sign in with the provider of OpenID Connect, as far as that shows without a person.
// It must not sign anybody in: the code that it asks a token for does not exist.

import { CALLBACK_PATH, type Failed, type OidcConfig } from '../../access/oidc/ports.ts'
import { createOidcProvider } from '../../access/oidc/provider.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Finding, finding } from './finding.ts'

const WORDS: Partial<Record<Failed['kind'], string>> = {
  unreachable: 'cannot be reached, or has trouble of its own',
  set_up_wrong: 'does not accept OIDC_ISSUER, OIDC_CLIENT_ID or OIDC_CLIENT_SECRET',
}

export async function checkSignIn(config: OidcConfig | null, clock: Clock): Promise<Finding[]> {
  if (config === null) return []
  const { issuer, consoleUrl } = config
  const provider = createOidcProvider(config, clock)
  const failed = ({ kind, word }: Failed) =>
    finding('sign-in', 'failed', `${issuer} ${WORDS[kind] ?? 'gives an odd answer'} (${word})`)
  const begun = await provider.begin('/admin')
  if (begun.kind !== 'begun') return [failed(begun)]
  const query = new URLSearchParams({ state: begun.flow.state, iss: issuer, code: 'doctor' })
  const asked = await provider.finish(begun.flow, `?${query}`)
  // RFC 6749 §5.2: the client was accepted before its code was refused.
  if (asked.kind !== 'code_refused')
    return [
      asked.kind === 'known'
        ? finding('sign-in', 'failed', `${issuer} accepts a code that it never gave`)
        : failed(asked),
    ]
  const register = `its redirect URI has to be ${consoleUrl}${CALLBACK_PATH}`
  return [finding('sign-in', 'ok', `${issuer} answers and accepts the client; ${register}`)]
}
