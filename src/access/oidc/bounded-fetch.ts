// Requests to the identity provider: no redirect, an answer of bounded length, and all of a sign-in within one deadline.

import type { CustomFetch } from 'openid-client'

/** A token with thousands of roles takes 100 KiB; a provider's metadata and keys less. */
export const MAX_ANSWER_BYTES = 256 * 1024
/** Fetch standard: these have no body, and a Response refuses one. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304]

class AnswerTooLongError extends Error {
  override name = 'AnswerTooLongError'
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the body.
    if (size > MAX_ANSWER_BYTES) throw new AnswerTooLongError('the answer is too long') // mutant: C33.oidc-answer-bounded
    chunks.push(chunk)
  }
  return Uint8Array.from(Buffer.concat(chunks))
}

/** @param signal ends every request that begins after it and every body that is still read */
export function createBoundedFetch(signal: AbortSignal): CustomFetch {
  return async (url, options) => {
    const signals = options.signal ? [options.signal, signal] : [signal]
    const response = await fetch(url, {
      ...options,
      redirect: 'manual',
      signal: AbortSignal.any(signals),
    } as RequestInit)
    const { status, headers } = response
    const body = await readBounded(response)
    return new Response(WITHOUT_BODY.includes(status) ? null : body, { status, headers })
  }
}
