// An error of AWS (the restJson and awsJson protocols), and the errors that all of its services have in common.
// It must not hand on an error's text: some quote the recipient.

import type { HttpAnswer } from '../../ports.ts'

const NAME = /^[A-Za-z][A-Za-z0-9]{1,63}$/

/** `TooManyRequestsException`, from a header, or from `__type` or `code` in the body, each with or without a namespace or a URL; null: it names none. */
export function awsErrorOf({ headers, body }: Pick<HttpAnswer, 'headers' | 'body'>): string | null {
  const given = headers['x-amzn-errortype'] ?? typeIn(body)
  const name = given.split('#').at(-1)?.split(':')[0]?.trim() ?? ''
  return NAME.test(name) ? name : null
}

function typeIn(body: string): string {
  try {
    const { __type, code }: { __type?: unknown; code?: unknown } = JSON.parse(body) ?? {}
    return String(__type ?? code ?? '')
  } catch {
    return ''
  }
}

/** Keys, permissions, the clock: docs.aws.amazon.com "Common errors". No recipient brings them about. */
export const AWS_ACCOUNT_ERRORS: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'OptInRequired',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])

/** Nothing was done: it may succeed later, whatever the status. */
export const AWS_THROTTLES: ReadonlySet<string> = new Set([
  'LimitExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])
