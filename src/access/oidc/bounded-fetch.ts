// Requests to the identity provider: no redirect, an answer of bounded length, and all of a sign-in within one deadline.

import type { CustomFetch } from 'openid-client'
import { createSharedLookup } from '../../kernel/shared-lookup.ts'

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

type Fetch = (url: string, options: RequestInit) => Promise<Response>

/** Everybody who signs in waits for one look-up of the provider's name. */
async function openFetch(): Promise<Fetch> {
  // By an operator's proxy, which looks names up itself.
  if (process.env.NODE_USE_ENV_PROXY === '1') return (url, options) => fetch(url, options)
  const { Agent, fetch: fetchBy } = await import('undici')
  const dispatcher = new Agent({ connect: { lookup: createSharedLookup() } })
  return (url, options) => fetchBy(url, { ...options, dispatcher } as never) as never
}
let opening: Promise<Fetch> | undefined
/** If it could not be loaded, the next request tries again. */
const fetchOf = () => {
  opening ??= openFetch().catch((error: unknown) => {
    opening = undefined
    throw error
  })
  return opening
}

/** @param signal ends every request that begins after it and every body that is still read */
export function createBoundedFetch(signal: AbortSignal): CustomFetch {
  return async (url, options) => {
    const signals = options.signal ? [options.signal, signal] : [signal]
    const fetchUrl = await fetchOf()
    const response = await fetchUrl(url, {
      ...options,
      redirect: 'manual',
      signal: AbortSignal.any(signals),
    } as RequestInit)
    const { status, headers } = response
    const body = await readBounded(response)
    return new Response(WITHOUT_BODY.includes(status) ? null : body, { status, headers })
  }
}
