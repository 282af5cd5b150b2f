// The front door's routes behind one view token. Every request has a deadline; what goes wrong is a value.
// It must never send an API key, a cookie or a referrer.

import { browserSecret } from './browser-secret.ts'
import { readEvents } from './event-stream.ts'
import type { Action, Problem, View } from './types.ts'

const DEADLINE_MS = 20_000

export type Answer =
  | { ok: true; view: View; approval: string | null }
  | {
      ok: false
      /** 0: no answer came. */
      status: number
      reason: string
      attemptsRemaining: number | null
      retryAfterSeconds: number | null
      problem: Problem | null
    }

/** @param approval the one-use code, once the code was right */
export type Take = (view: View, approval: string | null) => void

type Refused = Extract<Answer, { ok: false }>

/** From the wire's names to those of code: `resend_at` is resendAt. Quotes within a text are escaped, so that only names match. */
const readJson = (text: string) =>
  JSON.parse(
    text.replace(/"\w+":/g, (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())),
  )

function readView(text: string): { view: View; approval: string | null } {
  const { approval = null, ...view } = readJson(text)
  return { view, approval }
}

async function refusalOf(response: Response): Promise<Refused> {
  let problem: Problem | null
  try {
    problem = readJson(await response.text())
  } catch {
    problem = null // a proxy's own page
  }
  const header = Number(response.headers.get('retry-after'))
  return {
    ok: false,
    status: response.status,
    reason: problem?.error ?? `http_${response.status}`,
    attemptsRemaining: problem?.attemptsRemaining ?? null,
    retryAfterSeconds: problem?.retryAfterSeconds ?? (header || null),
    problem,
  }
}

export const NO_ANSWER: Refused = {
  ok: false,
  status: 0,
  reason: 'network',
  attemptsRemaining: null,
  retryAfterSeconds: null,
  problem: null,
}

/** Safari before 17.4 has to wait as long as its network does. */
const withDeadline = (signal: AbortSignal) =>
  AbortSignal.any ? AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]) : signal

/** @param url of the service; empty: this page's own origin */
export function openDoor(url: string, token: string) {
  const base = `${url.replace(/\/+$/, '')}/v/${encodeURIComponent(token)}`
  const secret = browserSecret(token)

  const request = (path: string, signal: AbortSignal, body?: string) =>
    fetch(base + path, {
      ...(body && { method: 'POST', body }),
      headers: { 'Countersign-Browser': secret, 'Content-Type': 'application/json' },
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal,
    })

  async function ask(path: string, signal: AbortSignal, body?: string): Promise<Answer> {
    try {
      const response = await request(path, withDeadline(signal), body)
      if (!response.ok) return await refusalOf(response)
      return { ok: true, ...readView(await response.text()) }
    } catch {
      return NO_ANSWER
    }
  }

  return {
    look: (signal: AbortSignal) => ask('.json', signal),

    /** @param code sent with `check` alone */
    act: (action: Action, signal: AbortSignal, code?: string) =>
      ask(`/${action}`, signal, JSON.stringify({ code })),

    /** Resolves when the stream ends, however it does. @returns what refused it, if anything did */
    async follow(signal: AbortSignal, take: Take): Promise<Refused | null> {
      const own = new AbortController()
      const end = () => own.abort()
      // Only until it answers: then it may last as long as it says something.
      const timer = setTimeout(end, DEADLINE_MS)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
      try {
        const response = await request('/events', own.signal)
        clearTimeout(timer)
        if (!response.ok) return await refusalOf(response)
        await readEvents(response, (data) => {
          const { view, approval } = readView(data)
          take(view, approval)
        })
        return null
      } catch {
        return null
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
      }
    },
  }
}

export type Door = ReturnType<typeof openDoor>
