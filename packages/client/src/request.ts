// One call of the API: asked again where no answer came, within one deadline and under one Idempotency-Key.
// It must not ask again where the service has answered, except with an answer that says nothing was done.

import {
  type Asked,
  type Fetch,
  type IsAnswer,
  RedirectError,
  readAnswer,
  Silence,
  toSilence,
} from './answer.ts'
import type { Problem } from './wire.ts'

export type Settings = {
  url: string
  headers: Record<string, string>
  timeoutMs: number
  fetch: Fetch
}

export type Call = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  headers?: Record<string, string>
  signal: AbortSignal | undefined
  timeoutMs: number | undefined
  isAnswer: IsAnswer
  /** Which errors of the service say that nothing was done, so that asking again costs nothing. */
  asksAgainAfter: readonly Problem['error'][]
  /** The route stores no answer: what was lost may have had its effect. */
  once: boolean
}

/** Of one call; the deadline is shared among them. */
const TRIES = 3
const BACKOFF_MS = 100
async function tryOnce(settings: Settings, call: Call, withinMs: number): Promise<Asked> {
  const { signal } = call
  signal?.throwIfAborted()
  const controller = new AbortController()
  let end: (error: unknown) => void = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = reject
  })
  const onAbort = () => end(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const timer = setTimeout(
    () => end(new Silence(`no answer within ${Math.round(withinMs)} ms`)),
    withinMs,
  )
  const request = async () => {
    const { method, path, body } = call
    const response = await settings.fetch(settings.url + path, {
      method,
      headers: {
        accept: 'application/json',
        ...settings.headers,
        ...call.headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: controller.signal,
    })
    return readAnswer(response, call.isAnswer)
  }
  try {
    return await Promise.race([request(), ended])
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    if (error instanceof RedirectError) throw error
    throw toSilence(error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    controller.abort()
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function silent({ message, status, retryAfterSeconds }: Silence, isUncertain: boolean): Asked {
  const problem = {
    ...{ type: 'about:blank', title: 'Countersign did not answer', status, detail: message },
    ...{ instance: '', error: 'no_answer' as const },
  }
  return { ok: false, problem, isUncertain, retryAfterSeconds }
}

/** @throws the signal's reason once it is aborted; RedirectError. Everything else is a value */
export async function ask(settings: Settings, call: Call): Promise<Asked> {
  const end = performance.now() + (call.timeoutMs ?? settings.timeoutMs)
  let isUncertain = false
  for (let left = call.once ? 1 : TRIES; ; ) {
    // The last one has all that is left.
    const asked = await tryOnce(settings, call, (end - performance.now()) / left).catch((error) => {
      if (error instanceof Silence) return error
      throw error
    })
    left -= 1
    if (asked instanceof Silence) isUncertain ||= asked.mayHaveArrived
    else if (asked.ok || !call.asksAgainAfter.includes(asked.problem.error as Problem['error']))
      return { ...asked, isUncertain }
    const backoffMs = BACKOFF_MS * 2 ** (TRIES - left) * (0.5 + Math.random() / 2)
    const waitMs = Math.max(backoffMs, (asked.retryAfterSeconds ?? 0) * 1000)
    if (left === 0 || performance.now() + waitMs >= end)
      return asked instanceof Silence ? silent(asked, isUncertain) : { ...asked, isUncertain }
    await sleep(waitMs, call.signal)
  }
}
