// What went wrong between here and the provider, as one of a few kinds and a word for the log.
// It must not pass on a text of the provider, nor anything of a token: only codes, and names of claims.

import type { Failed } from './ports.ts'

const MAX_CAUSES = 5
/** Codes of OAuth (RFC 6749 §4.1.2.1), of Node and of the library look like this. */
const WORD = /^[\w.-]{1,60}$/

/** RFC 6749 §5.2: the settings of one of the two sides are wrong. */
const SET_UP_CODES: readonly string[] = [
  ...['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_request'],
  ...['invalid_scope', 'unsupported_response_type', 'invalid_redirect_uri'],
]
/** The provider's own trouble (RFC 6749 §4.1.2.1). */
const TROUBLE_CODES: readonly string[] = ['server_error', 'temporarily_unavailable']

const JWT_CODES: Readonly<Record<string, string>> = {
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'expired_or_not_yet_valid',
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'another',
  OAUTH_KEY_SELECTION_FAILED: 'unknown_key',
  OAUTH_INVALID_RESPONSE: 'invalid',
}

type Fields = { name?: unknown; code?: unknown; error?: unknown; cause?: unknown; claim?: unknown }

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && WORD.test(value) ? value : undefined

function chainOf(error: unknown): Fields[] {
  const chain: Fields[] = []
  for (let one = error; typeof one === 'object' && one !== null && chain.length < MAX_CAUSES; )
    one = chain[chain.push(one as Fields) - 1]?.cause
  return chain
}

/** An error code that the provider gave, in the browser's address or as its answer. */
function ofProvider(error: unknown, otherwise: Failed['kind']): Failed {
  const word = wordOf(error) ?? 'no_code'
  if (SET_UP_CODES.includes(word)) return { kind: 'set_up_wrong', word }
  return { kind: TROUBLE_CODES.includes(word) ? 'unreachable' : otherwise, word }
}

const NETWORK = /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|ERR_TLS_\w+)$/

/** Of a request that found nobody, ended early, or was answered by something else than a provider. */
function ofConnection(chain: readonly Fields[]): Failed | undefined {
  const codes = chain.map(({ code }) => wordOf(code))
  const network = codes.find((code) => code !== undefined && NETWORK.test(code))
  if (network) return { kind: 'unreachable', word: network }
  if (chain.some(({ name }) => name === 'AnswerTooLongError'))
    return { kind: 'unreachable', word: 'answer_too_long' }
  if (chain.some(({ name }) => name === 'TimeoutError' || name === 'AbortError'))
    return { kind: 'unreachable', word: 'timeout' }
  const status = chain
    .map((one) => (one instanceof Response && !one.ok ? one.status : 0))
    .find(Boolean)
  // Nothing is there: an issuer or an endpoint that was written down wrong.
  if (status !== undefined)
    return { kind: status < 500 ? 'set_up_wrong' : 'unreachable', word: `http_${status}` }
  const odd = ['OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR']
  const word = codes.find((code) => code !== undefined && odd.includes(code))
  if (word) return { kind: 'unreachable', word }
  return chain.some((one) => one instanceof TypeError && /fetch|terminated/.test(one.message))
    ? { kind: 'unreachable', word: 'no_connection' }
    : undefined
}

/** @param error whatever the library threw */
export function failureOf(error: unknown): Failed {
  const chain = chainOf(error)
  const [first = {}] = chain
  if (first.name === 'AuthorizationResponseError') return ofProvider(first.error, 'denied')
  if (first.name === 'ResponseBodyError') return ofProvider(first.error, 'code_refused')
  if (first.name === 'WWWAuthenticateChallengeError')
    return { kind: 'set_up_wrong', word: 'invalid_client' }
  const connection = ofConnection(chain)
  if (connection) return connection
  const code = wordOf(first.code) ?? 'refused'
  const claim = chain.map((one) => wordOf(one.claim)).find((word) => word !== undefined)
  const word = [JWT_CODES[code] ?? code, claim].filter((part) => part !== undefined).join('_')
  return { kind: 'untrusted', word }
}
